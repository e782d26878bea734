//! Everything that decides the numbers of a training run of Figure 5: its start, its steps, and its observations.
//!
//! A stored run is identified by a hash of this folder and the trainers it names, so code that decides no numbers stays
//! out of it.

use dae::Settings as _;
use dae::data::DataSet;
use dae::random::stream;
use dae::train::linear::{LinearSettings, Observation, Weights};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::experiments::common::{epochs, networks};
use crate::experiments::fig5::settings::Settings;
use crate::experiments::{Context, Model, Training};
use crate::runs::Slot;
use crate::system::progress::Progress;
use crate::system::{files, sources};

/// The record of one training run; the theory is computed from it anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// One observation per recorded epoch; the loss includes dropped directions.
    pub observations: Vec<Observation>,
    /// The growing part of each mode's start.
    pub growing_part: Vec<f64>,
    /// The published start value: the sum of the largest singular values of the initial `W1 W2`, over D.
    pub published_start: f64,
}

/// Everything a training run depends on; its key is computed from this.
#[derive(Debug, Clone, Serialize)]
struct Inputs {
    settings: Settings,
    seed: u64,
    dataset: DataSet,
    model: Model,
    spectrum: String,
    sources: &'static str,
}

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    epoch: u64,
    weights: Weights,
    pub(crate) record: Record,
}

/// One training run of this figure.
#[derive(Debug, Clone)]
pub struct Job {
    /// Data set.
    pub dataset: DataSet,
    /// Model.
    pub model: Model,
    /// Its label, its name among the stored runs, and its key.
    pub training: Training,
    /// Eigenvalues of the data.
    pub(super) lambda: Vec<f64>,
    inputs: Inputs,
}

/// The training runs of this figure on the given spectra, in order.
pub(crate) fn jobs(settings: &Settings, context: &Context) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (dataset, spectrum) in context.spectra {
        for model in Model::ALL {
            let (dataset, seed) = (*dataset, context.seed);
            let inputs = Inputs {
                settings: settings.clone(),
                seed,
                dataset,
                model,
                spectrum: files::sha256(spectrum.to_csv().as_bytes()),
                sources: sources::of_trainings("fig5"),
            };
            let training = networks::training(("fig5", dataset, model.name()), seed, &inputs);
            jobs.push(Job {
                dataset,
                model,
                training,
                lambda: spectrum.lambda.clone(),
                inputs,
            });
        }
    }
    jobs
}

/// One training run; loads the stored one if there is one.
pub(super) fn train(context: &Context, job: &Job) -> Result<Record> {
    let (name, progress) = (&job.training.name, context.progress);
    let descend = |slot: &Slot| job.descend(slot, progress);
    context.runs.get_or(name, &job.inputs, progress, descend)
}

impl Settings {
    /// The trainer's settings for one data set and model.
    pub(super) fn trainer(&self, dataset: DataSet, model: Model) -> LinearSettings {
        let data = self.of(dataset);
        let only = |one, value| if model == one { value } else { 0.0 };
        LinearSettings {
            hidden: data.hidden,
            alpha: data.alpha,
            s2: only(Model::Dae, self.s2),
            gamma: only(Model::Wdae, self.gamma),
            precision: self.precision,
        }
    }
}

impl Job {
    fn descend(&self, slot: &Slot, progress: &Progress) -> Result<Record> {
        let (dataset, model, settings) = (self.dataset, self.model, &self.inputs.settings);
        let directions = settings.of(dataset).directions.min(self.lambda.len());
        let (kept, dropped) = self.lambda.split_at(directions);
        let checkpoint = match slot.checkpoint(progress)? {
            Some(checkpoint) => checkpoint,
            None => self.begin(directions)?,
        };
        let mut record: Record = checkpoint.record;
        let (epoch, weights) = (checkpoint.epoch, checkpoint.weights);
        let trainer = settings.trainer(dataset, model).check()?;
        let mut trainer = slot.trainer(progress, |device| {
            device.linear(&trainer, kept, &weights, epoch)
        })?;
        // Dropped directions are never learned: their whole variance adds to the loss.
        let rest = 0.5 * dropped.iter().sum::<f64>();
        let bar = progress.bar(&format!("{dataset} {}", model.name()), settings.epochs);
        let seen = record.observations.last().map(|last| last.epoch);
        let due = epochs(settings.epochs, settings.record_every).into_iter();
        for at in due.filter(|&at| Some(at) > seen) {
            trainer.advance(at - trainer.epoch())?;
            let mut observation = trainer.observe(&settings.modes)?;
            observation.loss += rest;
            bar.set(at, &format!("loss {:.4}", observation.loss));
            record.observations.push(observation);
            slot.tick(at, settings.epochs, || {
                Ok(Checkpoint {
                    epoch: at,
                    weights: trainer.weights()?,
                    record: record.clone(),
                })
            })?;
        }
        bar.finish();
        Ok(record)
    }

    /// The state before the first update, drawn over all directions of the data, with what the theory needs of it.
    fn begin(&self, directions: usize) -> Result<Checkpoint> {
        let (dataset, settings) = (self.dataset, &self.inputs.settings);
        let path = |side| ["fig5", dataset.name(), self.model.name(), side];
        let mut sides = ["encoder", "decoder"].map(|side| stream(self.inputs.seed, &path(side)));
        let (pixels, hidden) = (dataset.pixels(), settings.of(dataset).hidden);
        let start = Weights::normal(sides.each_mut(), pixels, hidden, settings.init_std)?;
        let singular_values = start.singular_values()?;
        let largest = singular_values.iter().take(settings.published_start_rank);
        let published_start = largest.sum::<f64>() / pixels as f64;
        let weights = start.leading(directions);
        let all = weights.growing_part().to_vec();
        let growing_part = settings.modes.iter().map(|&mode| of_mode(&all, mode));
        let record = Record {
            observations: Vec::new(),
            growing_part: growing_part.collect::<Result<_>>()?,
            published_start,
        };
        Ok(Checkpoint {
            epoch: 0,
            weights,
            record,
        })
    }
}

/// The entry of a list at a mode, or at its place among the recorded ones.
pub(super) fn of_mode(values: &[f64], mode: usize) -> Result<f64> {
    let value = values.get(mode).copied();
    Ok(value.ok_or_else(|| {
        let allowed = "below the number of directions and of recorded modes";
        dae::Error::out_of_range("modes", mode, allowed)
    })?)
}
