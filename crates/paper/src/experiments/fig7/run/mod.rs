//! What Figure 7 computes, with one or two questions per file.

pub(super) mod denoising;
pub(super) mod depth;
mod few;
pub(super) mod width;

use std::collections::VecDeque;
use std::iter;
use std::sync::{Mutex, PoisonError};

use dae::Checked;
use dae::data::DataSet;
use rayon::prelude::*;

use super::committed::Masked;
use super::rows::{Denoising, Depth, Mask, Price, Samples, Seeds, Width};
use super::settings::Settings;
use super::theory::Data;
use super::train::{Job, Measured, Outcome, Record, Shared, Task, jobs, train};
use crate::experiments::{Context, Model};
use crate::tables::Table;
use crate::{Error, Result};

/// Everything that Figure 7 shows, as in its tables, and what the checks need besides.
#[derive(Debug, Clone)]
pub struct Run {
    /// The settings.
    pub settings: Settings,
    /// Whether there were images. Without them, the markers of the panels about few images and masks come from the
    /// committed file and belong to its settings.
    pub images: bool,
    /// The network on masked images.
    pub masked: Masked,
    /// Does it denoise?
    pub denoising: Vec<Denoising>,
    /// What does each regulariser cost?
    pub price: Vec<Price>,
    /// How many images?
    pub samples: Vec<Samples>,
    /// Why do theory and training differ?
    pub width: Vec<Width>,
    /// When is a mode learned?
    pub seeds: Vec<Seeds>,
    /// What does depth do?
    pub depth: Vec<Depth>,
    /// Is masking noise?
    pub mask: Vec<Mask>,
    /// Results for all modes; the tables hold only some modes.
    pub all: AllModes,
}

impl Run {
    /// All tables.
    ///
    /// # Errors
    /// A value that is not finite.
    pub fn tables(&self) -> Result<Vec<Table>> {
        Ok(vec![
            Table::of(&self.denoising)?,
            Table::of(&self.price)?,
            Table::of(&self.samples)?,
            Table::of(&self.width)?,
            Table::of(&self.seeds)?,
            Table::of(&self.depth)?,
            Table::of(&self.mask)?,
        ])
    }
}

/// Results for all modes.
#[derive(Debug, Clone, Default)]
pub struct AllModes {
    /// Networks of the first panel: deviations of theory from training.
    pub wide: Vec<(Model, Deviations)>,
    /// The same for the narrow networks.
    pub narrow: Vec<(Model, Deviations)>,
    /// Narrow networks: the final sum of mapping over fixed point.
    pub budget: Vec<(Model, f64)>,
    /// Deep networks with decay: layers, and the largest mapping among unlearned modes at a third of the epochs and at
    /// the end.
    pub dropped: Vec<(usize, [f64; 2])>,
}

/// Deviations of three theories from training, root mean square over the recorded epochs of each mode.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deviations {
    /// The paper's formula: largest and mean over the modes.
    pub paper: [f64; 2],
    /// The clock and the free start.
    pub free: [f64; 2],
    /// All modes together.
    pub coupled: [f64; 2],
}

/// The finished runs.
pub(super) struct Done(Vec<(Job, Outcome)>);

impl Done {
    /// Does all runs. Linear algebra on images uses all threads. Networks are trained side by side, since threads that
    /// share one would wait for each other.
    fn all(settings: &Settings, context: &Context) -> Result<Self> {
        let shared = Shared::default();
        let there = shared.there(settings, context.progress)?;
        if !there[DataSet::Mnist as usize] {
            context.progress.say(
                "fig7: no images of MNIST in the cache: the markers of two panels are those of data/few_samples.csv",
            );
        }
        let done = |job: Job| {
            let outcome = train(context, &job, &shared)?;
            Ok((job, outcome))
        };
        let (few, mut networks): (Vec<Job>, Vec<Job>) = jobs(settings, context, there)
            .into_iter()
            .partition(|job| matches!(job.task, Task::Few(_)));
        // Small networks last, so that threads finish together.
        let small = |job: &Job| matches!(job.task, Task::Width(_) | Task::Seeds | Task::Depth(..));
        networks.sort_by_key(small);
        let mut all = few.into_iter().map(done).collect::<Result<Vec<_>>>()?;
        let threads = rayon::current_num_threads();
        let lanes = threads.min(networks.len()).max(1);
        let waiting = Mutex::new(VecDeque::from(networks));
        let waiting = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = |_| {
            let own = rayon::ThreadPoolBuilder::new().num_threads(threads / lanes);
            let own = own.build().map_err(|error| Error::Threads {
                what: format!("rayon: {error}"),
            })?;
            let next = || waiting().pop_front();
            let outcome: Result<Vec<_>> = own.install(|| iter::from_fn(next).map(done).collect());
            // After a failure, no lane starts another run.
            outcome.inspect_err(|_| waiting().clear())
        };
        let lanes: Result<Vec<_>> = (0..lanes).into_par_iter().map(lane).collect();
        all.extend(lanes?.into_iter().flatten());
        Ok(Self(all))
    }

    fn find(&self, task: Task) -> Option<&(Job, Outcome)> {
        self.0.iter().find(|(job, _)| job.task == task)
    }

    /// A trained network.
    pub(super) fn network(&self, task: Task) -> Result<&Record> {
        match self.find(task) {
            Some((_, Outcome::Network(record))) => Ok(record),
            _ => Err(no_run(task)),
        }
    }

    /// The final error of a network, if it was trained.
    fn error(&self, task: Task) -> Option<f64> {
        let record = self.network(task).ok()?;
        record.seen.last()?.error
    }

    fn half_rises(&self) -> Result<&[Vec<f64>]> {
        match self.find(Task::Seeds) {
            Some((_, Outcome::HalfRises(all))) => Ok(all),
            _ => Err(no_run(Task::Seeds)),
        }
    }

    /// Errors from linear algebra, if there were images.
    fn measured(&self, dataset: DataSet) -> Option<&[Measured]> {
        match self.find(Task::Few(dataset))? {
            (_, Outcome::Measured(all)) => Some(all),
            _ => None,
        }
    }
}

fn no_run(task: Task) -> Error {
    Error::Unknown {
        kind: "training run",
        name: format!("{task:?}"),
        choices: "those that `paper status` lists".to_owned(),
    }
}

/// Trains everything, or loads the stored runs, and adds the theory.
///
/// # Errors
/// Divergence, an interruption, damaged images, or the file system failing.
pub fn run(settings: &Checked<Settings>, context: &Context) -> Result<Run> {
    let data = Data::committed(DataSet::Mnist)?;
    let other = Data::committed(DataSet::Cifar10)?;
    let done = Done::all(settings, context)?;
    let seed = context.seed;
    let (denoising, wide) = denoising::denoising(settings, seed, &data, &done)?;
    let (width, narrow, budget) = width::width(settings, seed, &data, &done)?;
    let (masked, mask) = depth::mask(settings, seed, &data, &done)?;
    let mut samples = few::samples(settings, &data, &done)?;
    samples.extend(few::samples(settings, &other, &done)?);
    let mut price = denoising::price(settings, &data, &done)?;
    price.extend(denoising::price(settings, &other, &done)?);
    Ok(Run {
        settings: (**settings).clone(),
        images: done.find(Task::Mask).is_some(),
        masked,
        price,
        samples,
        seeds: width::seeds(settings, &data, done.half_rises()?)?,
        depth: depth::depth(settings, &data, &done)?,
        mask,
        all: AllModes {
            wide,
            narrow,
            budget,
            dropped: depth::dropped(settings, &done)?,
        },
        denoising,
        width,
    })
}

/// Root mean square difference of two series, for each mode.
pub(crate) fn rms(theory: &[Vec<f64>], measured: &[&Vec<f64>]) -> Vec<f64> {
    let modes = measured.first().map_or(0, |first| first.len());
    let of = |mode: usize| {
        let pairs = theory.iter().zip(measured);
        let squares = pairs.map(|(t, m)| (t[mode] - m[mode]).powi(2)).sum::<f64>();
        (squares / theory.len().max(1) as f64).sqrt()
    };
    (0..modes).map(of).collect()
}

/// Largest and mean.
fn largest_and_mean(values: &[f64]) -> [f64; 2] {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    [crate::tables::check::largest(values.iter().copied()), mean]
}
