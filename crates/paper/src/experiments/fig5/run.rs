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
use crate::runs::Runs;
use crate::{Result, files, sources};

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

/// Trains every model on every spectrum (or takes the run from where it was kept), with the theory beside it.
///
/// # Errors
/// Divergence, or the file system failing.
pub fn run(
    settings: &Checked<Settings>,
    seed: u64,
    spectra: &[(DataSet, Spectrum)],
    runs: &Runs,
    progress: &Progress,
) -> Result<Run> {
    let mut trainings = Vec::new();
    for (dataset, spectrum) in spectra {
        for model in Model::ALL {
            let name = format!("fig5-{}-{}", dataset.name(), model.name());
            let inputs = Inputs {
                settings,
                seed,
                dataset: *dataset,
                model,
                spectrum: files::sha256(spectrum.to_csv().as_bytes()),
                sources: sources::TRAINING,
            };
            let (record, reused) = runs.get_or(&name, &inputs, || {
                train(
                    settings,
                    seed,
                    (*dataset, &spectrum.lambda),
                    model,
                    progress,
                )
            })?;
            if reused {
                progress.say(&format!("{name}: unchanged, kept result used"));
            }
            trainings.push(with_theory(
                settings,
                (*dataset, &spectrum.lambda),
                model,
                &record,
            )?);
        }
    }
    Ok(Run { trainings })
}

/// Draws the start of one training run, over all directions of the data.
fn start(settings: &Settings, seed: u64, dataset: DataSet, model: Model) -> Result<Weights> {
    let name = |side| stream(seed, &["fig5", dataset.name(), model.name(), side]);
    let (mut encoder, mut decoder) = (name("encoder"), name("decoder"));
    let (pixels, hidden) = (dataset.pixels(), settings.of(dataset).hidden);
    Ok(Weights::normal(
        [&mut encoder, &mut decoder],
        pixels,
        hidden,
        settings.init_std,
    )?)
}

fn train(
    settings: &Settings,
    seed: u64,
    (dataset, lambda): (DataSet, &[f64]),
    model: Model,
    progress: &Progress,
) -> Result<Record> {
    let start = start(settings, seed, dataset, model)?;
    let published_start = start
        .singular_values()?
        .iter()
        .take(settings.published_start_rank)
        .sum::<f64>()
        / dataset.pixels() as f64;
    let (kept, dropped) = lambda.split_at(settings.of(dataset).directions.min(lambda.len()));
    let start = start.leading(kept.len());
    let growing_part = start.growing_part();
    let trainer_settings = settings.trainer(dataset, model).check()?;
    let mut trainer = LinearTrainer::new(&trainer_settings, kept, &start)?;
    // What is dropped is never learned: it adds its whole variance to the loss.
    let rest = 0.5 * dropped.iter().sum::<f64>();
    let bar = progress.bar(
        &format!("{} {}", dataset.name(), model.name()),
        settings.epochs,
    );
    let mut observations = Vec::new();
    for epoch in epochs(settings.epochs, settings.record_every) {
        trainer.advance(epoch - trainer.epoch());
        let mut observation = trainer.observe(&settings.modes)?;
        observation.loss += rest;
        bar.set(epoch, &format!("loss {:.4}", observation.loss));
        observations.push(observation);
    }
    bar.finish();
    Ok(Record {
        observations,
        growing_part: settings
            .modes
            .iter()
            .map(|&mode| growing_part[mode])
            .collect(),
        published_start,
    })
}

fn with_theory(
    settings: &Settings,
    (dataset, lambda): (DataSet, &[f64]),
    model: Model,
    record: &Record,
) -> Result<Training> {
    let trainer = settings.trainer(dataset, model);
    let epochs: Vec<u64> = record.observations.iter().map(|o| o.epoch).collect();
    let mut modes = Vec::new();
    for (i, &mode) in settings.modes.iter().enumerate() {
        let scalar = Mode::new(lambda[mode], trainer.s2, trainer.gamma)?;
        let theory = |w0: f64| {
            let at = |&epoch: &u64| balanced(&scalar, w0, trainer.alpha * epoch as f64);
            epochs.iter().map(at).collect::<dae::Result<Vec<f64>>>()
        };
        modes.push(ModeSeries {
            mode,
            lambda: lambda[mode],
            mapping: record.observations.iter().map(|o| o.mappings[i]).collect(),
            singular_value: record
                .observations
                .iter()
                .map(|o| o.singular_values[i])
                .collect(),
            theory: theory(record.growing_part[i])?,
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
