//! What decides the numbers of a training run of Figure 6: its images, its start, its steps, and what is seen of it.
//!
//! A kept run is recognised by a hash over this folder and over the trainers that it names, so what decides no numbers
//! stays out of it.

pub mod images;
mod projection;
mod scale;

use std::cell::OnceCell;

use dae::Checked;
use dae::data::DataSet;
use dae::random::stream;
use dae::train::nonlinear::{Observation, Sampler, State, Weights};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::Result;
use crate::experiments::common::epochs;
use crate::experiments::{Context, Model, Training};
use crate::runs::Slot;
use crate::system::progress::Progress;
use crate::system::{files, sources};
use images::Images;
pub use projection::Projection;
use scale::Scale;

/// What one training run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Eigenvalue of each recorded mode.
    pub lambda: Vec<f64>,
    /// One observation for each recorded epoch; the loss is the mean over all N D pixels.
    pub observations: Vec<Observation>,
    /// How the noise was drawn, if there was any.
    pub sampler: Option<Sampler>,
    /// How much dropping directions changed the first epochs, if any were dropped.
    pub projection: Option<Projection>,
}

/// One training run of this figure.
#[derive(Debug, Clone)]
pub struct Job {
    /// Data set.
    pub dataset: DataSet,
    /// Model.
    pub model: Model,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// What it is called: `DAE`, or `DAE-sigma2` for one that is only recorded.
    pub label: String,
    /// Its label on the command line, its name among the kept runs and its key.
    pub training: Training,
}

impl Job {
    /// Whether it is drawn, or only recorded.
    pub fn drawn(&self) -> bool {
        self.label == self.model.name()
    }
}

/// Everything that a training run depends on, for recognising it again.
#[derive(Serialize)]
struct Inputs<'a> {
    settings: Settings,
    seed: u64,
    label: &'a str,
    images: String,
    sources: &'a str,
}

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    state: State,
    record: Record,
}

/// The images of each data set, loaded when they are first needed.
#[derive(Debug, Default)]
pub struct Loaded([OnceCell<Images>; 2]);

impl Loaded {
    /// The images of a data set.
    ///
    /// # Errors
    /// No source has them.
    pub fn get(
        &self,
        settings: &Settings,
        dataset: DataSet,
        progress: &Progress,
    ) -> Result<&Images> {
        let cell = &self.0[dataset as usize];
        match cell.get() {
            Some(images) => Ok(images),
            None => {
                let images = Images::load(settings, dataset, progress)?;
                Ok(cell.get_or_init(|| images))
            }
        }
    }
}

/// The training runs of this figure, in order.
pub fn jobs(settings: &Settings, seed: u64) -> Vec<Job> {
    let mut jobs = Vec::new();
    for dataset in DataSet::ALL {
        let data = settings.of(dataset);
        let drawn = [
            (Model::Ae, 0.0),
            (Model::Wdae, 0.0),
            (Model::Dae, data.sigma),
        ];
        let drawn = drawn.map(|(model, sigma)| (model, sigma, model.name().to_owned()));
        let other = data.other_sigmas.iter();
        let other = other.map(|&sigma| (Model::Dae, sigma, format!("DAE-sigma{sigma}")));
        for (model, sigma, label) in drawn.into_iter().chain(other) {
            let training = Training {
                label: format!("{dataset}/{label}"),
                name: format!("fig6-{dataset}-{label}-seed{seed}"),
                key: files::key(&inputs(settings, seed, dataset, &label)),
            };
            jobs.push(Job {
                dataset,
                model,
                sigma,
                label,
                training,
            });
        }
    }
    jobs
}

fn inputs<'a>(settings: &Settings, seed: u64, dataset: DataSet, label: &'a str) -> Inputs<'a> {
    // The settings of the other data set make no difference to this run.
    let own = settings.of(dataset);
    let settings = Settings {
        mnist: own.clone(),
        cifar10: own.clone(),
        ..settings.clone()
    };
    let images = dataset.expected().fingerprint;
    Inputs {
        settings,
        seed,
        label,
        images,
        sources: sources::of_trainings("fig6"),
    }
}

/// One training run: the kept one if there is one. Images are loaded only if they are needed.
///
/// # Errors
/// No images, divergence, an interruption, or the file system failing.
pub fn train(
    settings: &Checked<Settings>,
    context: &Context,
    job: &Job,
    loaded: &Loaded,
) -> Result<Record> {
    let (seed, progress) = (context.seed, context.progress);
    let inputs = inputs(settings, seed, job.dataset, &job.label);
    let name = &job.training.name;
    context.runs.get_or(name, &inputs, progress, |slot| {
        let images = loaded.get(settings, job.dataset, progress)?;
        descend(settings, seed, job, images, slot, progress)
    })
}

fn descend(
    settings: &Settings,
    seed: u64,
    job: &Job,
    images: &Images,
    slot: &Slot,
    progress: &Progress,
) -> Result<Record> {
    let scale = Scale::new(settings, job.dataset, images);
    let Checkpoint { state, mut record } = match slot.checkpoint(progress)? {
        Some(checkpoint) => checkpoint,
        None => begin(settings, seed, job, images, slot, progress)?,
    };
    let mut trainer = scale.trainer(settings, seed, job, images, &state)?;
    record.sampler = trainer.sampler();
    let due = epochs(settings.epochs - 1, settings.record_every);
    let bar = progress.bar(&format!("{} {}", job.dataset, job.label), settings.epochs);
    while trainer.epoch() < settings.epochs {
        let epoch = trainer.epoch();
        if let Some(seen) = trainer.step(due.binary_search(&epoch).is_ok())? {
            let seen = scale.observation(seen);
            bar.set(epoch, &format!("loss {:.5}", seen.loss));
            record.observations.push(seen);
        }
        slot.tick(trainer.epoch(), settings.epochs, || Checkpoint {
            state: trainer.state(),
            record: record.clone(),
        })?;
    }
    bar.finish();
    Ok(record)
}

/// The state before the first update; where directions are dropped, the effect of that is measured first.
fn begin(
    settings: &Settings,
    seed: u64,
    job: &Job,
    images: &Images,
    slot: &Slot,
    progress: &Progress,
) -> Result<Checkpoint> {
    let data = settings.of(job.dataset);
    let side = |side| stream(seed, &["fig6", job.dataset.name(), &job.label, side]);
    let (mut encoder, mut decoder) = (side("encoder"), side("decoder"));
    let start = Weights::normal(
        [&mut encoder, &mut decoder],
        data.directions,
        data.hidden,
        settings.init_std,
    )?;
    let lambda = images.eigenvalues(&settings.modes)?;
    let projection = if data.directions < job.dataset.pixels() {
        let name = &job.training.name;
        progress.say(&format!(
            "{name}: measuring the effect of dropped directions"
        ));
        Some(projection::measure(
            settings, seed, job, images, &start, slot,
        )?)
    } else {
        None
    };
    let record = Record {
        lambda,
        observations: Vec::new(),
        sampler: None,
        projection,
    };
    Ok(Checkpoint {
        state: State::start(&start),
        record,
    })
}
