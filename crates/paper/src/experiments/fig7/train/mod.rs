//! Everything that decides the numbers of the runs of Figure 7: their starts, their steps, and their observations.
//!
//! A stored run is identified by a hash of this folder and the trainers it names, so code that decides no numbers stays
//! out of it.

mod deep;
mod few;
pub(crate) mod images;
mod job;
mod linear;
mod seeds;

use dae::data::DataSet;
use dae::random::stream;
use dae::train::linear::Weights;
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::Result;
use crate::experiments::{Context, Model};
use crate::system::device::Device;
pub use few::Measured;
pub(crate) use images::Shared;
pub(crate) use job::jobs;
pub use job::{Job, Task};

/// The record of a network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its observations, by epoch.
    pub seen: Vec<Seen>,
}

/// A network at one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Updates done.
    pub epoch: u64,
    /// Mapping of every direction, or of the drawn ones.
    pub mappings: Vec<f64>,
    /// Error on noisy test images, off-diagonals included; `None` without images, or if the run does not need it.
    pub error: Option<f64>,
    /// The same on test images without noise.
    pub clean: Option<f64>,
}

/// The result of a run.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// A network.
    Network(Record),
    /// The epoch at which each network reaches half of each mode.
    HalfRises(Vec<Vec<f64>>),
    /// Errors from linear algebra on images.
    Measured(Vec<Measured>),
}

/// One run; loads the stored one if there is one.
pub(crate) fn train(context: &Context, job: &Job, shared: &Shared) -> Result<Outcome> {
    let (name, inputs, progress) = (&job.training.name, &job.inputs, context.progress);
    let mut runs = context.runs.clone();
    // Linear algebra, many starts, deep networks and anisotropic noise run on the CPU.
    if let Task::Few(_) | Task::Seeds | Task::Depth(..) | Task::Mask = job.task {
        runs.device = Device::processor();
    }
    Ok(match job.task {
        Task::Few(_) => Outcome::Measured(runs.get_or(name, inputs, progress, |slot| {
            job.measure(shared, slot, progress)
        })?),
        Task::Seeds => Outcome::HalfRises(runs.get_or(name, inputs, progress, |slot| {
            job.half_rises(&runs, slot, progress)
        })?),
        Task::Depth(layers, model) => {
            Outcome::Network(runs.get_or(name, inputs, progress, |slot| {
                job.descend_deep((layers, model), slot, progress)
            })?)
        }
        _ => Outcome::Network(runs.get_or(name, inputs, progress, |slot| {
            job.descend(shared, slot, progress)
        })?),
    })
}

impl Job {
    /// The seed of everything random in this run.
    pub(super) fn seed(&self) -> u64 {
        self.inputs.seed
    }
}

/// The start of a network, from its own random stream.
pub(crate) fn start(
    seed: u64,
    name: [&str; 2],
    (directions, hidden): (usize, usize),
    init_std: f64,
) -> Result<Weights> {
    let path = |side| ["fig7", name[0], name[1], side];
    let mut sides = ["encoder", "decoder"].map(|side| stream(seed, &path(side)));
    Ok(Weights::normal(
        sides.each_mut(),
        directions,
        hidden,
        init_std,
    )?)
}

/// The noise and the decay of a model.
pub(crate) fn regularised(settings: &Settings, model: Model) -> (f64, f64) {
    match model {
        Model::Ae => (0.0, 0.0),
        Model::Wdae => (0.0, settings.gamma),
        Model::Dae => (settings.s2, 0.0),
    }
}

/// The number of images in each sample of a data set.
pub(crate) fn samples(settings: &Settings, dataset: DataSet) -> &[usize] {
    match dataset {
        DataSet::Mnist => &settings.few.images,
        DataSet::Cifar10 => &settings.few.cifar10,
    }
}
