//! What Figure 5 computes.

use dae::Checked;
use dae::data::DataSet;
use dae::theory::Mode;
use dae::train::linear::Observation;

use super::settings::Settings;
use super::train::{Job, Record, jobs, of_mode, train};
use crate::Result;
use crate::experiments::common::descent::balanced;
use crate::experiments::{Context, Model};

/// Everything that Figure 5 shows: one training run for each data set and model.
#[derive(Debug, Clone)]
pub struct Run {
    /// The training runs, data sets in order, models in order within.
    pub trainings: Vec<Training>,
}

/// One data set, one model.
#[derive(Debug, Clone)]
pub struct Training {
    /// Data set.
    pub dataset: DataSet,
    /// Which model.
    pub model: Model,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Number of pixels D of the data.
    pub pixels: usize,
    /// Leading eigen-directions trained (equal to `pixels` if none was dropped).
    pub directions: usize,
    /// Epochs at which everything below was measured; 0 is the state before the first update.
    pub epochs: Vec<u64>,
    /// Training loss.
    pub loss: Vec<f64>,
    /// One series for each mode drawn.
    pub modes: Vec<ModeSeries>,
}

/// One mode, as in the table [`Dynamics`](super::rows::Dynamics); all vectors have one entry for each recorded epoch.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "fields are the columns of that table")]
pub struct ModeSeries {
    pub mode: usize,
    pub lambda: f64,
    pub mapping: Vec<f64>,
    pub singular_value: Vec<f64>,
    pub theory: Vec<f64>,
    pub theory_published_start: Vec<f64>,
}

/// Trains every model on every spectrum, or loads the stored runs, and adds the theory.
///
/// # Errors
/// Divergence, an interruption, or the file system failing.
pub fn run(settings: &Checked<Settings>, context: &Context) -> Result<Run> {
    let jobs = jobs(settings, context).into_iter();
    let trainings = jobs.map(|job| training(settings, context, &job));
    let trainings = trainings.collect::<Result<_>>()?;
    Ok(Run { trainings })
}

/// One training run, with its theory.
pub(crate) fn training(
    settings: &Checked<Settings>,
    context: &Context,
    job: &Job,
) -> Result<Training> {
    let record = train(context, job)?;
    Training::new(settings, job, &record)
}

impl Training {
    /// Adds the theory to the record of a training run.
    pub(crate) fn new(settings: &Settings, job: &Job, record: &Record) -> Result<Self> {
        let (dataset, model) = (job.dataset, job.model);
        let trainer = settings.trainer(dataset, model);
        let seen = &record.observations;
        let epochs: Vec<u64> = seen.iter().map(|seen| seen.epoch).collect();
        let mut modes = Vec::new();
        for (i, &mode) in settings.modes.iter().enumerate() {
            let lambda = of_mode(&job.lambda, mode)?;
            let scalar = Mode::new(lambda, trainer.s2, trainer.gamma)?;
            let series = |of: fn(&Observation) -> &Vec<f64>| {
                let values = seen.iter().map(|seen| of_mode(of(seen), i));
                values.collect::<Result<Vec<f64>>>()
            };
            let theory = |w0| balanced(&scalar, w0, trainer.alpha, &epochs);
            modes.push(ModeSeries {
                mode,
                lambda,
                mapping: series(|seen| &seen.mappings)?,
                singular_value: series(|seen| &seen.singular_values)?,
                theory: theory(of_mode(&record.growing_part, i)?)?,
                theory_published_start: theory(record.published_start)?,
            });
        }
        Ok(Self {
            dataset,
            model,
            s2: trainer.s2,
            gamma: trainer.gamma,
            pixels: dataset.pixels(),
            directions: settings.of(dataset).directions,
            loss: seen.iter().map(|seen| seen.loss).collect(),
            epochs,
            modes,
        })
    }

    /// Its name in checks, such as `mnist DAE`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.dataset, self.model.name())
    }
}
