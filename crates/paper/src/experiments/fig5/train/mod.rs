//! What decides the numbers of a training run of Figure 5: its start, its steps, and what is seen of it.
//!
//! A kept run is recognised by a hash over this folder and over the trainers that it names, so what decides no numbers
//! stays out of it.

use dae::Checked;
use dae::Settings as _;
use dae::data::{DataSet, Spectrum};
use dae::random::stream;
use dae::train::linear::{LinearSettings, LinearTrainer, Observation, Weights};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::experiments::common::epochs;
use crate::experiments::{Context, Model, Training};
use crate::runs::Slot;
use crate::system::progress::Progress;
use crate::system::{files, sources};
use crate::{Error, Result};

/// What one training run leaves behind; the theory is computed from it afresh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// One observation for each recorded epoch; the loss covers dropped directions too.
    pub observations: Vec<Observation>,
    /// The part of the start of each mode that grows.
    pub growing_part: Vec<f64>,
    /// The published start value: largest singular values of the initial `W1 W2`, summed, over D.
    pub published_start: f64,
}

/// Everything that a training run depends on, for recognising it again.
#[derive(Serialize)]
struct Inputs<'a> {
    settings: &'a Settings,
    seed: u64,
    dataset: DataSet,
    model: Model,
    spectrum: String,
    sources: &'a str,
}

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    epoch: u64,
    weights: Weights,
    record: Record,
}

/// One training run of this figure.
#[derive(Debug, Clone)]
pub struct Job {
    /// Data set.
    pub dataset: DataSet,
    /// Model.
    pub model: Model,
    /// Its label, its name among the kept runs and its key.
    pub training: Training,
}

/// The training runs of this figure on the spectra at hand, in order.
pub fn jobs(settings: &Settings, context: &Context) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (dataset, spectrum) in context.spectra {
        for model in Model::ALL {
            let label = format!("{dataset}/{}", model.name());
            let name = format!("fig5-{dataset}-{}-seed{}", model.name(), context.seed);
            let key = files::key(&inputs(settings, context.seed, (*dataset, spectrum), model));
            jobs.push(Job {
                dataset: *dataset,
                model,
                training: Training { label, name, key },
            });
        }
    }
    jobs
}

fn inputs<'a>(
    settings: &'a Settings,
    seed: u64,
    (dataset, spectrum): (DataSet, &Spectrum),
    model: Model,
) -> Inputs<'a> {
    let spectrum = files::sha256(spectrum.to_csv().as_bytes());
    Inputs {
        settings,
        seed,
        dataset,
        model,
        spectrum,
        sources: sources::of_trainings("fig5"),
    }
}

/// One training run: the kept one if there is one.
///
/// # Errors
/// Divergence, an interruption, or the file system failing.
pub fn train(settings: &Checked<Settings>, context: &Context, job: &Job) -> Result<Record> {
    let (seed, progress) = (context.seed, context.progress);
    let spectrum = lookup(context.spectra, job.dataset)?;
    let inputs = inputs(settings, seed, (job.dataset, spectrum), job.model);
    let name = &job.training.name;
    context.runs.get_or(name, &inputs, progress, |slot| {
        descend(settings, seed, &spectrum.lambda, job, slot, progress)
    })
}

/// The spectrum of a data set.
///
/// # Errors
/// One that is not at hand.
pub fn lookup(spectra: &[(DataSet, Spectrum)], wanted: DataSet) -> Result<&Spectrum> {
    let found = spectra.iter().find(|(dataset, _)| *dataset == wanted);
    found
        .map(|(_, spectrum)| spectrum)
        .ok_or_else(|| Error::Unknown {
            kind: "spectrum",
            name: wanted.name().to_owned(),
            choices: "those that were passed".to_owned(),
        })
}

impl Settings {
    /// The trainer's settings for one data set and model.
    pub fn trainer(&self, dataset: DataSet, model: Model) -> LinearSettings {
        let data = self.of(dataset);
        LinearSettings {
            hidden: data.hidden,
            alpha: data.alpha,
            s2: if model == Model::Dae { self.s2 } else { 0.0 },
            gamma: if model == Model::Wdae {
                self.gamma
            } else {
                0.0
            },
            precision: self.precision,
        }
    }
}

/// Draws the start of one training run, over all directions of the data.
fn start(settings: &Settings, seed: u64, job: &Job) -> Result<Weights> {
    let stream = |side| stream(seed, &["fig5", job.dataset.name(), job.model.name(), side]);
    let (mut encoder, mut decoder) = (stream("encoder"), stream("decoder"));
    let (pixels, hidden) = (job.dataset.pixels(), settings.of(job.dataset).hidden);
    Ok(Weights::normal(
        [&mut encoder, &mut decoder],
        pixels,
        hidden,
        settings.init_std,
    )?)
}

fn descend(
    settings: &Settings,
    seed: u64,
    lambda: &[f64],
    job: &Job,
    slot: &Slot,
    progress: &Progress,
) -> Result<Record> {
    let (kept, dropped) = lambda.split_at(settings.of(job.dataset).directions.min(lambda.len()));
    let Checkpoint {
        epoch,
        weights,
        mut record,
    } = match slot.checkpoint(progress)? {
        Some(checkpoint) => checkpoint,
        None => begin(
            settings,
            start(settings, seed, job)?,
            (job.dataset, kept.len()),
        )?,
    };
    let trainer_settings = settings.trainer(job.dataset, job.model).check()?;
    let mut trainer = LinearTrainer::resume(&trainer_settings, kept, &weights, epoch)?;
    // What is dropped is never learned: it adds its whole variance to the loss.
    let rest = 0.5 * dropped.iter().sum::<f64>();
    let bar = progress.bar(
        &format!("{} {}", job.dataset, job.model.name()),
        settings.epochs,
    );
    for at in epochs(settings.epochs, settings.record_every) {
        if record
            .observations
            .last()
            .is_some_and(|last| last.epoch >= at)
        {
            continue;
        }
        trainer.advance(at - trainer.epoch());
        let mut observation = trainer.observe(&settings.modes)?;
        observation.loss += rest;
        bar.set(at, &format!("loss {:.4}", observation.loss));
        record.observations.push(observation);
        slot.tick(at, settings.epochs, || Checkpoint {
            epoch: at,
            weights: trainer.weights(),
            record: record.clone(),
        })?;
    }
    bar.finish();
    Ok(record)
}

/// The state before the first update, with what the theory needs to know of the start.
fn begin(
    settings: &Settings,
    start: Weights,
    (dataset, directions): (DataSet, usize),
) -> Result<Checkpoint> {
    let singular_values = start.singular_values()?;
    let largest = singular_values.iter().take(settings.published_start_rank);
    let published_start = largest.sum::<f64>() / dataset.pixels() as f64;
    let weights = start.leading(directions);
    let all = weights.growing_part().to_vec();
    let growing_part = settings.modes.iter().map(|&mode| of_mode(&all, mode));
    let growing_part = growing_part.collect::<Result<_>>()?;
    let record = Record {
        observations: Vec::new(),
        growing_part,
        published_start,
    };
    Ok(Checkpoint {
        epoch: 0,
        weights,
        record,
    })
}

/// The entry of a list that belongs to a mode or to its place among the recorded ones.
pub(super) fn of_mode(values: &[f64], mode: usize) -> Result<f64> {
    let value = values.get(mode).copied();
    Ok(value.ok_or_else(|| {
        let allowed = "below the number of directions and of recorded modes";
        dae::Error::out_of_range("modes", mode, allowed)
    })?)
}
