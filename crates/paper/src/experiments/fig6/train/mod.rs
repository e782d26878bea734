//! Everything that decides the numbers of a training run of Figure 6: its images, its start, its steps, and its
//! observations.
//!
//! A stored run is identified by a hash of this folder and the trainers it names, so code that decides no numbers stays
//! out of it.

pub mod images;
mod job;
mod projection;
mod scale;

use std::cell::OnceCell;

use dae::data::DataSet;
use dae::random::stream;
use dae::train::nonlinear::{Observation, Sampler, State, Weights};
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::Result;
use crate::experiments::Context;
use crate::experiments::common::epochs;
use crate::runs::Slot;
use crate::system::progress::Progress;
use images::Images;
pub use job::{Job, jobs};
pub use projection::Projection;
use scale::Scale;

/// The record of one training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Eigenvalue of each recorded mode.
    pub lambda: Vec<f64>,
    /// One observation per recorded epoch; the loss is the mean over all N D pixels.
    pub observations: Vec<Observation>,
    /// How the noise was drawn, if there was any.
    pub sampler: Option<Sampler>,
    /// How much dropping directions changed the first epochs, if any were dropped.
    pub projection: Option<Projection>,
}

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    state: State,
    pub(crate) record: Record,
}

/// The images of each data set, loaded on first use.
#[derive(Debug, Default)]
pub(crate) struct Loaded([OnceCell<Images>; 2]);

impl Loaded {
    pub(crate) fn get(
        &self,
        settings: &Settings,
        dataset: DataSet,
        progress: &Progress,
    ) -> Result<&Images> {
        let cell = &self.0[dataset as usize];
        if let Some(images) = cell.get() {
            return Ok(images);
        }
        let images = Images::load(settings, dataset, progress)?;
        Ok(cell.get_or_init(|| images))
    }
}

/// One training run; loads the stored one if there is one. Loads images only if needed.
pub(super) fn train(context: &Context, job: &Job, loaded: &Loaded) -> Result<Record> {
    let (name, progress) = (&job.training.name, context.progress);
    context.runs.get_or(name, &job.inputs, progress, |slot| {
        let images = loaded.get(&job.inputs.settings, job.dataset, progress)?;
        job.descend(images, slot, progress)
    })
}

impl Job {
    /// Whether it is drawn or only recorded.
    pub(super) fn drawn(&self) -> bool {
        self.label == self.model.name()
    }

    fn descend(&self, images: &Images, slot: &Slot, progress: &Progress) -> Result<Record> {
        let settings = &self.inputs.settings;
        let scale = Scale::new(settings.of(self.dataset).directions, images);
        let Checkpoint { state, mut record } = match slot.checkpoint(progress)? {
            Some(checkpoint) => checkpoint,
            None => self.begin(images, slot, progress)?,
        };
        let mut trainer = slot.trainer(progress, |device| {
            scale.trainer(self, images, &state, device)
        })?;
        record.sampler = trainer.sampler();
        let due = epochs(settings.epochs - 1, settings.record_every);
        let name = format!("{} {}", self.dataset, self.label);
        let bar = progress.bar(&name, settings.epochs);
        while trainer.epoch() < settings.epochs {
            let epoch = trainer.epoch();
            if let Some(seen) = trainer.step(due.binary_search(&epoch).is_ok())? {
                let seen = scale.observation(seen);
                bar.set(epoch, &format!("loss {:.5}", seen.loss));
                record.observations.push(seen);
            }
            slot.tick(trainer.epoch(), settings.epochs, || {
                Ok(Checkpoint {
                    state: trainer.state()?,
                    record: record.clone(),
                })
            })?;
        }
        bar.finish();
        Ok(record)
    }

    /// The state before the first update; measures the effect of dropped directions first, if any are dropped.
    fn begin(&self, images: &Images, slot: &Slot, progress: &Progress) -> Result<Checkpoint> {
        let settings = &self.inputs.settings;
        let data = settings.of(self.dataset);
        let path = |side| ["fig6", self.dataset.name(), &self.label, side];
        let mut sides = ["encoder", "decoder"].map(|side| stream(self.inputs.seed, &path(side)));
        let (sides, std) = (sides.each_mut(), settings.init_std);
        let start = Weights::normal(sides, data.directions, data.hidden, std)?;
        let lambda = images.eigenvalues(&settings.modes)?;
        let projection = if data.directions < self.dataset.pixels() {
            let what = "measuring the effect of dropped directions";
            progress.say(&format!("{}: {what}", self.training.name));
            Some(projection::measure(self, images, &start, slot)?)
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
}
