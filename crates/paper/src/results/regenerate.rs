//! Regenerating figures: run, tables, pictures and checks, and a record that says what they were made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dae::data::{DataSet, Spectrum};
use serde_json::Value;

use super::{Inputs, Record, Trained, comparison};
use crate::experiments::{self, Context, Figure, Product, Training, spectra};
use crate::runs::{Runs, State};
use crate::settings::{Difference, Profile, to_json, walk};
use crate::system::files::{self, key};
use crate::system::progress::Progress;
use crate::system::provenance::Session;
use crate::system::sources;
use crate::tables::{Check, PUBLISHED, Tables};
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
    /// Compute everything again, whatever is there.
    pub fresh: bool,
    /// Set from outside to stop at the next opportunity, with a checkpoint.
    pub stop: Arc<AtomicBool>,
    /// Time between two checkpoints of a training run.
    pub checkpoint_every: Duration,
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
        }
    }

    /// Whether a stop was asked for.
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
            ..Runs::kept_in(self.folder().join("runs"))
        }
    }

    /// The settings of all figures, in what they differ from the paper's, and the seed.
    fn settings(&self) -> Result<(Value, Vec<Difference>, u64)> {
        let (settings, differences) = experiments::load_with(self.profile, &self.set)?;
        let seed = self.seed.unwrap_or(settings.seed);
        Ok((to_json(&settings)?, differences, seed))
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

/// Makes one figure up to date.
///
/// # Errors
/// Bad settings, divergence, or the file system failing. What was there before stays until its replacement is whole.
pub fn regenerate(figure: Figure, job: &Job, progress: &Progress) -> Result<Outcome> {
    let session = Session::begin();
    let (all, differences, seed) = job.settings()?;
    let experiment = figure.experiment();
    let spectra = match experiment.needs().spectra {
        true => spectra::checked(progress)?,
        false => Vec::new(),
    };
    let folder = job.folder();
    let inputs = inputs(figure, &all, seed, &spectra);
    let picture = folder.join(format!("figures/{figure}.svg"));
    if let Some(record) = current(figure, &folder, &inputs).filter(|_| !job.fresh) {
        return Ok(Outcome {
            record,
            unchanged: true,
            picture,
        });
    }
    let runs = &job.runs();
    let context = Context {
        seed,
        spectra: &spectra,
        runs,
        progress,
    };
    let trainings = experiment.trainings(&inputs.settings, &context)?;
    let done = |t: &Training| runs.reuse && runs.state(&t.name, &t.key) == State::Done;
    let kept: Vec<bool> = trainings.iter().map(done).collect();
    let product = experiment.produce(&inputs.settings, &context);
    let product = product.map_err(|error| blame(error, job.profile, figure))?;
    let made = Tables::Made(&product.tables);
    let compared = comparison::of(figure, &inputs.settings, &made)?.into_iter();
    let published = compared
        .map(|(check, _)| check)
        .filter(|check| check.measured);
    let trainings = trainings
        .into_iter()
        .zip(kept)
        .map(|(training, kept)| Trained {
            provenance: runs.provenance(&training.name, &training.key),
            label: training.label,
            kept,
        });
    let trainings = trainings.collect();
    let outputs = write(figure, &folder, &product)?;
    let own = |d: &Difference| d.key.starts_with(&format!("{figure}."));
    let seconds = session.elapsed().as_secs_f64();
    let record = Record {
        figure,
        profile: job.profile,
        differences: differences.into_iter().filter(own).collect(),
        inputs,
        outputs,
        checks: product.checks.into_iter().chain(published).collect(),
        seconds,
        provenance: Some(session.provenance(seconds)),
        trainings,
    };
    let before = Record::read(figure, &folder);
    record.write(&folder)?;
    if let Ok(before) = before {
        remove_what_is_no_longer_made(&before, &record, &folder)?;
    }
    Ok(Outcome {
        record,
        unchanged: false,
        picture,
    })
}

/// A training run as the command line sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRun {
    /// The figure it belongs to.
    pub figure: Figure,
    /// What it is called there, such as `mnist/DAE`.
    pub label: String,
    /// How far it is.
    pub state: State,
}

/// All training runs of a profile and how far they are, in order.
///
/// # Errors
/// Damaged settings or spectra.
pub fn training_runs(job: &Job) -> Result<Vec<TrainingRun>> {
    let (all, _, seed) = job.settings()?;
    let (runs, spectra) = (job.runs(), spectra::committed()?);
    let context = Context {
        seed,
        spectra: &spectra,
        runs: &runs,
        progress: &Progress::Silent,
    };
    let mut found = Vec::new();
    for &figure in Figure::ALL {
        let trainings = figure.experiment().trainings(of(figure, &all), &context)?;
        found.extend(trainings.into_iter().map(|training| TrainingRun {
            figure,
            state: runs.state(&training.name, &training.key),
            label: training.label,
        }));
    }
    Ok(found)
}

/// Does one training run of a figure, such as `mnist/DAE`, and keeps it; the figure is made from the kept runs later.
///
/// # Errors
/// No such run, or as [`regenerate`].
pub fn train_only(figure: Figure, only: &str, job: &Job, progress: &Progress) -> Result<()> {
    let (all, _, seed) = job.settings()?;
    let (runs, committed) = (job.runs(), spectra::committed()?);
    let experiment = figure.experiment();
    let context = |spectra| Context {
        seed,
        spectra,
        runs: &runs,
        progress,
    };
    let trainings = experiment.trainings(of(figure, &all), &context(&committed))?;
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
    let spectra = match experiment.needs().spectra {
        true => spectra::checked(progress)?,
        false => Vec::new(),
    };
    let trained = experiment.train(of(figure, &all), &context(&spectra), only, None);
    trained.map_err(|error| blame(error, job.profile, figure))
}

/// Everything that the results of each figure depend on, without computing anything.
///
/// # Errors
/// Damaged settings or spectra.
pub fn inputs_of_all(job: &Job) -> Result<BTreeMap<Figure, Inputs>> {
    let ((all, _, seed), spectra) = (job.settings()?, spectra::committed()?);
    let of = |&figure: &Figure| {
        let needed = if figure.experiment().needs().spectra {
            &spectra[..]
        } else {
            &[]
        };
        (figure, inputs(figure, &all, seed, needed))
    };
    Ok(Figure::ALL.iter().map(of).collect())
}

/// The settings of a figure among those of all.
fn of(figure: Figure, all: &Value) -> &Value {
    walk::at(all, figure.name()).unwrap_or(&Value::Null)
}

/// Says which settings file and figure a refused setting belongs to.
fn blame(error: Error, profile: Profile, figure: Figure) -> Error {
    match error {
        Error::Dae(error @ dae::Error::OutOfRange { .. }) => Error::Setting {
            file: format!("settings of profile {profile}"),
            figure: figure.name(),
            problem: error.to_string(),
        },
        other => other,
    }
}

/// Removes the files of a figure that other settings made and the present ones do not: they would pass for results.
fn remove_what_is_no_longer_made(before: &Record, now: &Record, folder: &Path) -> Result<()> {
    let gone = |path: &&String| !now.outputs.contains_key(*path);
    for path in before.outputs.keys().filter(gone) {
        let path = folder.join(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The record of a figure whose inputs and files are still what they were.
fn current(figure: Figure, folder: &Path, inputs: &Inputs) -> Option<Record> {
    let record = Record::read(figure, folder).ok()?;
    let intact = |(path, hash): (&String, &String)| {
        files::sha256_of(&folder.join(path)).as_ref() == Some(hash)
    };
    (record.inputs == *inputs && record.outputs.iter().all(intact)).then_some(record)
}

fn inputs(figure: Figure, all: &Value, seed: u64, spectra: &[(DataSet, Spectrum)]) -> Inputs {
    let spectra = spectra.iter().map(|(dataset, spectrum)| {
        let hash = files::sha256(spectrum.to_csv().as_bytes());
        (dataset.name().to_owned(), hash)
    });
    let images = DataSet::ALL.into_iter().map(|dataset| {
        let fingerprint = dataset.expected().fingerprint;
        (dataset.name().to_owned(), fingerprint)
    });
    Inputs {
        images: images
            .filter(|_| figure.experiment().needs().images)
            .collect(),
        settings: of(figure, all).clone(),
        seed,
        spectra: spectra.collect(),
        sources: sources::of(figure.name()).to_owned(),
        published: key(&PUBLISHED),
    }
}

/// Writes tables and pictures, and gives the SHA-256 of each.
fn write(figure: Figure, folder: &Path, product: &Product) -> Result<BTreeMap<String, String>> {
    let mut outputs = BTreeMap::new();
    let mut put = |path: String, bytes: &[u8]| {
        files::write(&folder.join(&path), bytes)?;
        outputs.insert(path, files::sha256(bytes));
        Ok::<_, Error>(())
    };
    for table in &product.tables {
        put(format!("tables/{}", table.name), &table.text)?;
    }
    let picture = &product.picture;
    put(format!("figures/{figure}.svg"), picture.svg.as_bytes())?;
    put(format!("figures/{figure}.png"), &picture.png)?;
    Ok(outputs)
}
