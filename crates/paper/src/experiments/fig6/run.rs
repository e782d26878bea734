//! What Figure 6 computes.

use dae::Checked;
use dae::data::DataSet;

use super::settings::Settings;
use super::train::{Job, Loaded, Record, jobs, train};
use crate::Result;
use crate::experiments::{Context, Model};

/// Everything that Figure 6 shows: one training run for each data set, model and noise.
#[derive(Debug, Clone)]
pub struct Run {
    /// The training runs.
    pub trainings: Vec<Training>,
}

/// One training run.
#[derive(Debug, Clone)]
pub struct Training {
    /// Data set.
    pub dataset: DataSet,
    /// Which model.
    pub model: Model,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Whether it is drawn or only recorded.
    pub drawn: bool,
    /// Training images.
    pub samples: usize,
    /// Number of pixels D.
    pub pixels: usize,
    /// Eigen-directions trained.
    pub directions: usize,
    /// Recorded modes.
    pub modes: Vec<usize>,
    /// The record of the run.
    pub record: Record,
}

/// Trains every model on every data set, or loads the stored runs.
///
/// # Errors
/// No images, divergence, an interruption, or the file system failing.
pub fn run(settings: &Checked<Settings>, context: &Context) -> Result<Run> {
    let loaded = Loaded::default();
    let jobs = jobs(settings, context.seed).into_iter();
    let trainings = jobs.map(|job| training(settings, context, &job, &loaded));
    let trainings = trainings.collect::<Result<_>>()?;
    Ok(Run { trainings })
}

/// One training run; loads the stored one if there is one.
pub(crate) fn training(
    settings: &Checked<Settings>,
    context: &Context,
    job: &Job,
    loaded: &Loaded,
) -> Result<Training> {
    Ok(Training::new(settings, job, train(context, job, loaded)?))
}

impl Training {
    /// A training run from its record.
    pub fn new(settings: &Settings, job: &Job, record: Record) -> Self {
        let data = settings.of(job.dataset);
        Self {
            dataset: job.dataset,
            model: job.model,
            sigma: job.sigma,
            drawn: job.drawn(),
            samples: data.samples,
            pixels: job.dataset.pixels(),
            directions: data.directions,
            modes: settings.modes.clone(),
            record,
        }
    }
}
