//! What Figure 6 computes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dae::data::DataSet;
use dae::random::{Key, stream};
use dae::train::linear::Weights;
use dae::train::nonlinear::{NonlinearSettings, NonlinearTrainer, Observation, Sampler, State};
use dae::{Checked, Settings as _};
use serde::{Deserialize, Serialize};

use super::Settings;
use super::images::Images;
use crate::check::largest;
use crate::experiments::{Model, epochs};
use crate::progress::Progress;
use crate::runs::{self, Runs, Slot};
use crate::{Result, sources};

/// Everything that Figure 6 shows: one training run for each data set, model and noise.
#[derive(Debug, Clone)]
pub struct Run {
    /// The training runs.
    pub trainings: Vec<Training>,
}

/// One training run.
#[derive(Debug, Clone)]
pub struct Training {
    /// `mnist` or `cifar10`.
    pub dataset: &'static str,
    /// Which model.
    pub model: Model,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Whether it is drawn, or only recorded.
    pub drawn: bool,
    /// Training images.
    pub samples: usize,
    /// Number of pixels D.
    pub pixels: usize,
    /// Eigen-directions that were trained in.
    pub directions: usize,
    /// Recorded modes.
    pub modes: Vec<usize>,
    /// What the run left behind.
    pub record: Record,
}

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

/// The first epochs with and without dropped directions, from the same start.
///
/// While a mode switches on, a shift of a fraction of an epoch is a large difference; so the state at the end of the
/// epochs compared says more than the largest difference on the way. A DAE has other noise in both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Epochs compared.
    pub epochs: u64,
    /// Largest difference of a mapping at any of them.
    pub mapping: f64,
    /// Largest relative difference of the loss at any of them.
    pub loss: f64,
    /// Largest difference of a mapping at the last of them.
    pub final_mapping: f64,
    /// Relative difference of the loss at the last of them.
    pub final_loss: f64,
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
    /// What it is called on the command line: `DAE`, or `DAE-sigma2` for one that is only recorded.
    pub label: String,
    /// Name of the run among the kept ones.
    pub name: String,
    /// Key of everything that it depends on.
    pub key: String,
}

impl Job {
    fn drawn(&self) -> bool {
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

/// The images that were needed so far.
pub type Loaded = BTreeMap<&'static str, Images>;

/// The training runs of this figure, in order.
pub fn jobs(settings: &Settings, seed: u64) -> Vec<Job> {
    let mut jobs = Vec::new();
    for dataset in DataSet::ALL {
        let data = settings.of(dataset);
        let models = [
            (Model::Ae, 0.0),
            (Model::Wdae, 0.0),
            (Model::Dae, data.sigma),
        ];
        let drawn = models.map(|(model, sigma)| (model, sigma, model.name().to_owned()));
        let other = data
            .other_sigmas
            .iter()
            .map(|&sigma| (Model::Dae, sigma, format!("DAE-sigma{sigma}")));
        for (model, sigma, label) in drawn.into_iter().chain(other) {
            let name = format!("fig6-{}-{label}-seed{seed}", dataset.name());
            let key = runs::key(&inputs(settings, seed, dataset, &label));
            jobs.push(Job {
                dataset,
                model,
                sigma,
                label,
                name,
                key,
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
        sources: sources::NONLINEAR,
    }
}

/// Trains every model on every data set, or takes the run from where it was kept.
///
/// # Errors
/// No images, divergence, an interruption, or the file system failing.
pub fn run(
    settings: &Checked<Settings>,
    seed: u64,
    runs: &Runs,
    progress: &Progress,
) -> Result<Run> {
    let mut loaded = Loaded::new();
    let mut trainings = Vec::new();
    for job in jobs(settings, seed) {
        let record = train(settings, seed, &job, &mut loaded, runs, progress)?;
        let data = settings.of(job.dataset);
        trainings.push(Training {
            dataset: job.dataset.name(),
            model: job.model,
            sigma: job.sigma,
            drawn: job.drawn(),
            samples: data.samples,
            pixels: job.dataset.pixels(),
            directions: data.directions,
            modes: settings.modes.clone(),
            record,
        });
    }
    Ok(Run { trainings })
}

/// One training run: the kept one if there is one. Images are loaded only if they are needed.
///
/// # Errors
/// As [`run`].
pub fn train(
    settings: &Checked<Settings>,
    seed: u64,
    job: &Job,
    loaded: &mut Loaded,
    runs: &Runs,
    progress: &Progress,
) -> Result<Record> {
    let inputs = inputs(settings, seed, job.dataset, &job.label);
    runs.get_or(&job.name, &inputs, progress, |slot| {
        let name = job.dataset.name();
        let images = match loaded.entry(name) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(Images::load(settings, job.dataset, progress)?),
        };
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
    let bar = progress.bar(
        &format!("{} {}", job.dataset.name(), job.label),
        settings.epochs,
    );
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
        progress.say(&format!(
            "{}: measuring the effect of dropped directions",
            job.name
        ));
        Some(projection(settings, seed, job, images, &start, slot)?)
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

/// Trains the first epochs with and without dropped directions.
fn projection(
    settings: &Settings,
    seed: u64,
    job: &Job,
    images: &Images,
    start: &Weights,
    slot: &Slot,
) -> Result<Projection> {
    let scale = Scale::new(settings, job.dataset, images);
    let mut without = scale.trainer(settings, seed, job, images, &State::start(start))?;
    let whole = Scale {
        share: 1.0,
        rest: 0.0,
        projected: false,
    };
    let lifted = State::start(&images.lift(start, settings.init_std, seed));
    let mut with = whole.trainer(settings, seed, job, images, &lifted)?;
    let epochs = settings.projection_epochs;
    let mut effect = Projection {
        epochs,
        mapping: 0.0,
        loss: 0.0,
        final_mapping: 0.0,
        final_loss: 0.0,
    };
    for _ in 0..epochs {
        slot.stop_at_start(settings.epochs)?;
        if let (Some(a), Some(b)) = (without.step(true)?, with.step(true)?) {
            let (a, b) = (scale.observation(a), whole.observation(b));
            effect.final_mapping = largest(a.mappings.iter().zip(&b.mappings).map(|(a, b)| a - b));
            effect.final_loss = (a.loss / b.loss - 1.0).abs();
            effect.mapping = effect.mapping.max(effect.final_mapping);
            effect.loss = effect.loss.max(effect.final_loss);
        }
    }
    Ok(effect)
}

/// How training in some eigen-directions is made the same as training on all pixels.
///
/// The error is averaged over all D pixels, of which k directions are left: with `share = k/D`, the learning rate
/// becomes `alpha share` and the decay `weight_decay / share`, and the loss is that of the k directions times `share`
/// plus the variance of the rest, which is never reconstructed, over D.
struct Scale {
    share: f64,
    rest: f64,
    projected: bool,
}

impl Scale {
    fn new(settings: &Settings, dataset: DataSet, images: &Images) -> Self {
        let (directions, pixels) = (settings.of(dataset).directions, dataset.pixels());
        let dropped = images.basis.lambda.iter().skip(directions).sum::<f64>();
        Self {
            share: directions as f64 / pixels as f64,
            rest: dropped / pixels as f64,
            projected: directions < pixels,
        }
    }

    fn trainer(
        &self,
        settings: &Settings,
        seed: u64,
        job: &Job,
        images: &Images,
        state: &State,
    ) -> Result<NonlinearTrainer> {
        let plain = settings.trainer(job.dataset, job.model, job.sigma);
        let scaled = NonlinearSettings {
            alpha: plain.alpha * self.share,
            weight_decay: plain.weight_decay / self.share,
            ..plain
        };
        let (data, modes) = if self.projected {
            images.projected(&settings.modes)?
        } else {
            images.in_pixels(&settings.modes)?
        };
        let noise = Key::new(seed, &["fig6", job.dataset.name(), &job.label, "noise"]);
        Ok(NonlinearTrainer::new(
            &scaled.check()?,
            data,
            modes,
            noise,
            state,
        )?)
    }

    fn observation(&self, seen: Observation) -> Observation {
        Observation {
            loss: seen.loss * self.share + self.rest,
            ..seen
        }
    }
}
