//! What Figure 5 computes.

use dae::data::{DataSet, Spectrum};
use dae::random::stream;
use dae::theory::Mode;
use dae::theory::dynamics::balanced;
use dae::train::linear::{LinearTrainer, Observation, Weights};
use dae::{Checked, Settings as _};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::experiments::{Model, epochs};
use crate::progress::Progress;
use crate::runs::{self, Runs, Slot};
use crate::{Error, Result, files, sources};

/// Everything that Figure 5 shows: one training run for each data set and model.
#[derive(Debug, Clone)]
pub struct Run {
    /// The training runs, data sets in order, models in order within.
    pub trainings: Vec<Training>,
}

/// One data set, one model.
#[derive(Debug, Clone)]
pub struct Training {
    /// `mnist` or `cifar10`.
    pub dataset: &'static str,
    /// Which model.
    pub model: Model,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Number of pixels D of the data.
    pub pixels: usize,
    /// Leading eigen-directions that were trained (equal to `pixels` when nothing was dropped).
    pub directions: usize,
    /// Epochs at which everything below was measured; 0 is the state before the first update.
    pub epochs: Vec<u64>,
    /// Training loss.
    pub loss: Vec<f64>,
    /// One series for each mode that is drawn.
    pub modes: Vec<ModeSeries>,
}

/// One mode; all vectors have one entry for each recorded epoch.
#[derive(Debug, Clone)]
pub struct ModeSeries {
    /// Index by descending eigenvalue, from 0.
    pub mode: usize,
    /// Eigenvalue.
    pub lambda: f64,
    /// Mapping `(A B)_ii`.
    pub mapping: Vec<f64>,
    /// Singular value of `W1 W2` of the same rank.
    pub singular_value: Vec<f64>,
    /// Balanced closed form from the growing part of this mode's own start.
    pub theory: Vec<f64>,
    /// Balanced closed form from the published start value.
    pub theory_published_start: Vec<f64>,
}

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
    /// Name of the run among the kept ones.
    pub name: String,
    /// Key of everything that it depends on.
    pub key: String,
}

/// The training runs of this figure, in order.
pub fn jobs(settings: &Settings, seed: u64, spectra: &[(DataSet, Spectrum)]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (dataset, spectrum) in spectra {
        for model in Model::ALL {
            let name = format!("fig5-{}-{}-seed{seed}", dataset.name(), model.name());
            let key = runs::key(&inputs(settings, seed, (*dataset, spectrum), model));
            jobs.push(Job {
                dataset: *dataset,
                model,
                name,
                key,
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
        sources: sources::LINEAR,
    }
}

/// Trains every model on every spectrum (or takes the run from where it was kept), with the theory beside it.
///
/// # Errors
/// Divergence, an interruption, or the file system failing.
pub fn run(
    settings: &Checked<Settings>,
    seed: u64,
    spectra: &[(DataSet, Spectrum)],
    runs: &Runs,
    progress: &Progress,
) -> Result<Run> {
    let mut trainings = Vec::new();
    for job in jobs(settings, seed, spectra) {
        let record = train(settings, seed, spectra, &job, runs, progress)?;
        let lambda = &lookup(spectra, job.dataset)?.lambda;
        trainings.push(with_theory(
            settings,
            (job.dataset, lambda),
            job.model,
            &record,
        )?);
    }
    Ok(Run { trainings })
}

/// One training run: the kept one if there is one.
///
/// # Errors
/// As [`run`].
pub fn train(
    settings: &Checked<Settings>,
    seed: u64,
    spectra: &[(DataSet, Spectrum)],
    job: &Job,
    runs: &Runs,
    progress: &Progress,
) -> Result<Record> {
    let spectrum = lookup(spectra, job.dataset)?;
    let inputs = inputs(settings, seed, (job.dataset, spectrum), job.model);
    runs.get_or(&job.name, &inputs, progress, |slot| {
        descend(settings, seed, &spectrum.lambda, job, slot, progress)
    })
}

fn lookup(spectra: &[(DataSet, Spectrum)], wanted: DataSet) -> Result<&Spectrum> {
    let found = spectra.iter().find(|(dataset, _)| *dataset == wanted);
    found
        .map(|(_, spectrum)| spectrum)
        .ok_or_else(|| Error::Unknown {
            kind: "spectrum",
            name: wanted.name().to_owned(),
            choices: "those that were passed".to_owned(),
        })
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
        &format!("{} {}", job.dataset.name(), job.model.name()),
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
fn of_mode(values: &[f64], mode: usize) -> Result<f64> {
    let value = values.get(mode).copied();
    Ok(value.ok_or_else(|| {
        let allowed = "below the number of directions and of recorded modes";
        dae::Error::out_of_range("modes", mode, allowed)
    })?)
}

/// Puts the theory beside a training run.
///
/// # Errors
/// Settings outside the domain of the theory; modes that the spectrum or the record does not have.
pub fn with_theory(
    settings: &Settings,
    (dataset, lambda): (DataSet, &[f64]),
    model: Model,
    record: &Record,
) -> Result<Training> {
    let trainer = settings.trainer(dataset, model);
    let epochs: Vec<u64> = record.observations.iter().map(|o| o.epoch).collect();
    let series = |of: &dyn Fn(&Observation) -> Result<f64>| -> Result<Vec<f64>> {
        record.observations.iter().map(of).collect()
    };
    let mut modes = Vec::new();
    for (i, &mode) in settings.modes.iter().enumerate() {
        let lambda = of_mode(lambda, mode)?;
        let scalar = Mode::new(lambda, trainer.s2, trainer.gamma)?;
        let theory = |w0: f64| {
            let at = |&epoch: &u64| balanced(&scalar, w0, trainer.alpha * epoch as f64);
            epochs.iter().map(at).collect::<dae::Result<Vec<f64>>>()
        };
        modes.push(ModeSeries {
            mode,
            lambda,
            mapping: series(&|seen| of_mode(&seen.mappings, i))?,
            singular_value: series(&|seen| of_mode(&seen.singular_values, i))?,
            theory: theory(of_mode(&record.growing_part, i)?)?,
            theory_published_start: theory(record.published_start)?,
        });
    }
    Ok(Training {
        dataset: dataset.name(),
        model,
        s2: trainer.s2,
        gamma: trainer.gamma,
        pixels: dataset.pixels(),
        directions: settings.of(dataset).directions,
        loss: record.observations.iter().map(|o| o.loss).collect(),
        epochs,
        modes,
    })
}
