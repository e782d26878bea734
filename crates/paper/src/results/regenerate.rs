//! Regenerates figures: run, tables, pictures and checks, and a record that says what they were made from.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dae::data::{DataSet, Spectrum};
use serde_json::Value;

use super::{Inputs, Record, Trained, comparison};
use crate::experiments::{self, AllSettings, Context, Figure, Product, Training, spectra};
use crate::runs::{Runs, State};
use crate::settings::{Difference, Profile, to_json, walk};
use crate::system::device::Device;
use crate::system::files::{self, key};
use crate::system::progress::Progress;
use crate::system::provenance::Session;
use crate::system::sources;
use crate::tables::{self, Check, Tables};
use crate::{Error, Result};

/// What to regenerate, and where.
#[derive(Debug, Clone)]
pub struct Job {
    /// The profile.
    pub profile: Profile,
    /// Seed that replaces the one of the settings.
    pub seed: Option<u64>,
    /// Settings that are replaced, as [`experiments::load_with`] takes them.
    pub set: Vec<String>,
    /// The `results` directory.
    pub results: PathBuf,
    /// Recompute everything, whatever is there.
    pub fresh: bool,
    /// Set from outside to stop at the next opportunity, with a checkpoint.
    pub stop: Arc<AtomicBool>,
    /// Time between two checkpoints of a training run.
    pub checkpoint_every: Duration,
    /// The device that trains.
    pub device: Device,
}

impl Job {
    /// The usual job: the settings' own seed, results under `results`, nothing computed twice, a checkpoint every two
    /// minutes.
    pub fn new(profile: Profile, results: impl Into<PathBuf>) -> Self {
        Self {
            profile,
            seed: None,
            set: Vec::new(),
            results: results.into(),
            fresh: false,
            stop: Arc::default(),
            checkpoint_every: Duration::from_secs(120),
            device: Device::processor(),
        }
    }

    /// The settings, and how they differ from the paper's.
    ///
    /// # Errors
    /// As [`experiments::load_with`].
    pub fn settings(&self) -> Result<(AllSettings, Vec<Difference>)> {
        let (mut settings, mut differences) = experiments::load_with(self.profile, &self.set)?;
        if let Some(seed) = self.seed.filter(|&seed| seed != settings.seed) {
            differences.push(Difference::of_seed(seed, settings.seed));
            settings.seed = seed;
        }
        Ok((settings, differences))
    }

    /// Whether a stop was requested.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The folder of the profile.
    pub fn folder(&self) -> PathBuf {
        self.results.join(self.profile.name())
    }

    /// The training runs of the profile.
    pub fn runs(&self) -> Runs {
        Runs {
            reuse: !self.fresh,
            stop: Arc::clone(&self.stop),
            checkpoint_every: self.checkpoint_every,
            device: self.device.clone(),
            ..Runs::kept_in(self.folder().join("runs"))
        }
    }
}

/// A figure that is up to date now.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its record.
    pub record: Record,
    /// Whether nothing had to be done.
    pub unchanged: bool,
    /// Where the picture is.
    pub picture: PathBuf,
}

impl Outcome {
    /// Whether every check passed.
    pub fn passes(&self) -> bool {
        self.record.checks.iter().all(Check::passes)
    }
}

/// What all figures of a job are made from.
struct Setup {
    settings: Value,
    seed: u64,
    runs: Runs,
}

type Spectra = [(DataSet, Spectrum)];

impl Setup {
    fn of(job: &Job) -> Result<Self> {
        let (settings, _) = job.settings()?;
        Ok(Self {
            seed: settings.seed,
            settings: to_json(&settings)?,
            runs: job.runs(),
        })
    }

    fn settings(&self, figure: Figure) -> &Value {
        walk::at(&self.settings, figure.name()).unwrap_or(&Value::Null)
    }

    fn context<'a>(&'a self, spectra: &'a Spectra, progress: &'a Progress) -> Context<'a> {
        Context {
            seed: self.seed,
            spectra,
            runs: &self.runs,
            progress,
        }
    }

    /// Everything that the results of a figure depend on.
    fn inputs(&self, figure: Figure, spectra: &Spectra) -> Result<Inputs> {
        let (needs, settings) = (figure.about(), self.settings(figure));
        let spectra = spectra.iter().map(|(dataset, spectrum)| {
            let hash = files::sha256(spectrum.to_csv().as_bytes());
            (dataset.name().to_owned(), hash)
        });
        let images = figure.experiment().images(settings)?;
        let images = images.into_iter().map(|dataset| {
            let fingerprint = dataset.expected().fingerprint;
            (dataset.name().to_owned(), fingerprint)
        });
        Ok(Inputs {
            settings: settings.clone(),
            seed: self.seed,
            spectra: spectra.filter(|_| needs.spectra).collect(),
            images: images.collect(),
            sources: sources::of(figure.name()).to_owned(),
            published: published(figure)?,
        })
    }
}

/// SHA-256 of the published values of a figure.
///
/// # Errors
/// A damaged file of published values.
pub(crate) fn published(figure: Figure) -> Result<String> {
    Ok(key(&tables::published(figure.name())?))
}

/// Brings one figure up to date.
///
/// # Errors
/// Bad settings, divergence, or the file system failing. What was there before stays until its replacement is whole.
pub fn regenerate(figure: Figure, job: &Job, progress: &Progress) -> Result<Outcome> {
    let session = Session::begin();
    let (setup, spectra) = (Setup::of(job)?, spectra_of(figure, progress)?);
    let (experiment, folder) = (figure.experiment(), job.folder());
    let inputs = setup.inputs(figure, &spectra)?;
    let outcome = |record, unchanged| Outcome {
        record,
        unchanged,
        picture: folder.join(format!("figures/{figure}.svg")),
    };
    let (runs, settings) = (&setup.runs, &inputs.settings);
    let context = setup.context(&spectra, progress);
    let trainings = experiment.trainings(settings, &context)?;
    // A run that was begun again and interrupted goes on, though its old result is recorded.
    let interrupted = |training: &Training| match runs.state(&training.name, &training.key) {
        State::UnderWay {
            checkpoint,
            running,
        } => checkpoint.is_some() && !running,
        _ => false,
    };
    if !job.fresh
        && let Some(record) = current(figure, &folder, &inputs)
        && !trainings.iter().any(interrupted)
    {
        return Ok(outcome(record, true));
    }
    let product = experiment.produce(settings, &context);
    let product = product.map_err(|error| blame(error, job.profile, figure))?;
    let compared = comparison::of(figure, settings, &Tables::Made(&product.tables))?;
    let published = compared.into_iter().map(|(check, _)| check);
    let published = published.filter(|check| check.measured);
    let began = session.began();
    let trained = |training: Training| {
        let provenance = runs.provenance(&training.name, &training.key)?;
        Some(Trained {
            label: training.label,
            kept: provenance.started < began,
            provenance,
        })
    };
    let trainings = trainings.into_iter().filter_map(trained).collect();
    let outputs = write(figure, &folder, &product)?;
    let seconds = session.elapsed().as_secs_f64();
    let mut record = Record {
        figure,
        profile: job.profile,
        differences: Vec::new(),
        inputs,
        outputs,
        checks: product.checks.into_iter().chain(published).collect(),
        seconds,
        provenance: session.provenance(seconds),
        trainings,
    };
    record.differences = record.expected_differences()?;
    let before = Record::read(figure, &folder);
    record.write(&folder)?;
    if let Ok(before) = before {
        remove_what_is_no_longer_made(&before, &record, &folder)?;
    }
    Ok(outcome(record, false))
}

/// All training runs of a profile, in order: the figure, the label of the run, such as `mnist/DAE`, and its state.
///
/// # Errors
/// Damaged settings or spectra.
pub fn training_runs(job: &Job) -> Result<Vec<(Figure, String, State)>> {
    let (setup, spectra) = (Setup::of(job)?, spectra::committed()?);
    let context = setup.context(&spectra, &Progress::Silent);
    let mut found = Vec::new();
    for &figure in Figure::ALL {
        let (experiment, settings) = (figure.experiment(), setup.settings(figure));
        for training in experiment.trainings(settings, &context)? {
            let state = setup.runs.state(&training.name, &training.key);
            found.push((figure, training.label, state));
        }
    }
    Ok(found)
}

/// Does one training run of a figure, such as `mnist/DAE`, and keeps it. The figure is made from the kept runs later.
///
/// # Errors
/// No such run, or as [`regenerate`].
pub fn train_only(figure: Figure, only: &str, job: &Job, progress: &Progress) -> Result<()> {
    let (setup, committed) = (Setup::of(job)?, spectra::committed()?);
    let (experiment, settings) = (figure.experiment(), setup.settings(figure));
    let trainings = experiment.trainings(settings, &setup.context(&committed, progress))?;
    if trainings.iter().all(|training| training.label != only) {
        let labels = trainings.into_iter().map(|training| training.label);
        let labels: Vec<String> = labels.collect();
        return Err(Error::Unknown {
            kind: "training run",
            name: format!("{figure} {only}"),
            choices: match labels[..] {
                [] => "those of a figure that has any (`paper status` lists them)".to_owned(),
                _ => labels.join(", "),
            },
        });
    }
    let spectra = spectra_of(figure, progress)?;
    let trained = experiment.train(settings, &setup.context(&spectra, progress), only, None);
    trained.map_err(|error| blame(error, job.profile, figure))
}

/// Everything that the results of each figure depend on, without computing anything.
///
/// # Errors
/// Damaged settings or spectra.
pub fn inputs_of_all(job: &Job) -> Result<BTreeMap<Figure, Inputs>> {
    let (setup, spectra) = (Setup::of(job)?, spectra::committed()?);
    let inputs = |&figure| Ok((figure, setup.inputs(figure, &spectra)?));
    Figure::ALL.iter().map(inputs).collect()
}

/// The spectra that a figure starts from, checked.
fn spectra_of(figure: Figure, progress: &Progress) -> Result<Vec<(DataSet, Spectrum)>> {
    match figure.about().spectra {
        true => spectra::checked(progress),
        false => Ok(Vec::new()),
    }
}

/// Says which settings file and figure a refused setting belongs to.
fn blame(error: Error, profile: Profile, figure: Figure) -> Error {
    match error {
        Error::Dae(error @ dae::Error::OutOfRange { .. }) => Error::SettingsFile {
            file: format!("settings of profile {profile}, [{figure}]"),
            problem: error.to_string(),
        },
        other => other,
    }
}

/// Removes files of a figure that other settings made and the current ones do not: they would pass for results.
fn remove_what_is_no_longer_made(before: &Record, now: &Record, folder: &Path) -> Result<()> {
    let gone = |path: &&String| !now.outputs.contains_key(*path);
    for path in before.outputs.keys().filter(gone) {
        let path = folder.join(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io(path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The record of a figure, if its inputs and files are unchanged. Images that were there when it was made may be gone.
fn current(figure: Figure, folder: &Path, inputs: &Inputs) -> Option<Record> {
    let record = Record::read(figure, folder).ok()?;
    let mut inputs = inputs.clone();
    for (dataset, fingerprint) in &record.inputs.images {
        let images = inputs.images.entry(dataset.clone());
        images.or_insert_with(|| fingerprint.clone());
    }
    let here = |path: &String| files::sha256_of(&folder.join(path));
    let mut outputs = record.outputs.iter();
    let intact = outputs.all(|(path, hash)| here(path).as_ref() == Some(hash));
    (record.inputs == inputs && intact).then_some(record)
}

/// Writes tables and pictures, and returns the SHA-256 of each.
fn write(figure: Figure, folder: &Path, product: &Product) -> Result<BTreeMap<String, String>> {
    let mut outputs = BTreeMap::new();
    let mut put = |path: String, bytes: &[u8]| {
        files::write(&folder.join(&path), bytes)?;
        outputs.insert(path, files::sha256(bytes));
        Ok::<_, Error>(())
    };
    for table in &product.tables {
        put(format!("tables/{}", table.name), &table.csv()?)?;
    }
    let picture = &product.picture;
    put(format!("figures/{figure}.svg"), picture.svg.as_bytes())?;
    put(format!("figures/{figure}.png"), &picture.png)?;
    Ok(outputs)
}
