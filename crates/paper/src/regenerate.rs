//! Regenerating figures: run, tables, pictures and checks, and a record that says what they were made from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fmt, fs};

use clap::ValueEnum;
use dae::Settings as _;
use dae::data::{DataSet, Spectrum};
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::comparison::{self, Comparison, entry};
use crate::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
use crate::plot::Picture;
use crate::profile::{AllSettings, Difference, Profile};
use crate::progress::Progress;
use crate::provenance::{Provenance, Session};
use crate::runs::{Runs, State};
use crate::sheet::Sheet;
use crate::table::Table;
use crate::{Error, Result, files, profile, published, runs, sources, spectra};

/// The figures of the paper that this project regenerates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Figure {
    /// Learning dynamics, loss surface and paths of the scalar network.
    Fig1,
    /// Theory: noise against weight decay.
    Fig2,
    /// Optimal discrete learning rates.
    Fig3,
    /// The norm of the weights.
    Fig4,
    /// Linear autoencoders on MNIST and CIFAR-10, theory against training.
    Fig5,
    /// Nonlinear autoencoders on MNIST and CIFAR-10 images.
    Fig6,
}

impl Figure {
    /// All figures in order.
    pub const ALL: [Self; 6] = [
        Self::Fig1,
        Self::Fig2,
        Self::Fig3,
        Self::Fig4,
        Self::Fig5,
        Self::Fig6,
    ];

    /// The name on the command line and of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fig1 => "fig1",
            Self::Fig2 => "fig2",
            Self::Fig3 => "fig3",
            Self::Fig4 => "fig4",
            Self::Fig5 => "fig5",
            Self::Fig6 => "fig6",
        }
    }

    /// What it shows, in a line.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fig1 => "learning dynamics, loss surface and paths of the scalar network",
            Self::Fig2 => "theory: noise against weight decay",
            Self::Fig3 => "optimal discrete learning rates",
            Self::Fig4 => "the norm of the weights under noise and under weight decay",
            Self::Fig5 => "linear autoencoders on MNIST and CIFAR-10, theory against training",
            Self::Fig6 => "nonlinear autoencoders on MNIST and CIFAR-10 images",
        }
    }

    /// Whether it is trained on images; the others start from the committed spectra or from nothing.
    pub fn needs_images(self) -> bool {
        self == Self::Fig6
    }

    fn needs_spectra(self) -> bool {
        matches!(self, Self::Fig3 | Self::Fig5)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What to regenerate, and where.
#[derive(Debug, Clone)]
pub struct Job {
    /// The profile.
    pub profile: Profile,
    /// Seed that replaces the one of the settings.
    pub seed: Option<u64>,
    /// Settings that are replaced, as [`profile::load_with`] takes them.
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
}

/// What a figure was made from and what came out, written last, as `results/<profile>/records/<figure>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The figure.
    pub figure: Figure,
    /// The profile.
    pub profile: Profile,
    /// Settings in which the profile differs from the paper.
    pub differences: Vec<Difference>,
    /// Everything the results depend on.
    pub inputs: Inputs,
    /// SHA-256 of every file that was written, by its path below the profile's folder.
    #[serde(deserialize_with = "files::below")]
    pub outputs: BTreeMap<String, String>,
    /// What was expected and what was found.
    pub checks: Vec<Check>,
    /// Seconds that it took, without training runs that were kept from before.
    pub seconds: f64,
    /// Where, when and with what it was made; records of earlier versions do not say.
    #[serde(default)]
    pub provenance: Option<Provenance>,
    /// The training runs that it was made from.
    #[serde(default)]
    pub trainings: Vec<Trained>,
}

/// A training run that a figure was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// What it is called, such as `mnist/DAE`.
    pub label: String,
    /// Whether it was kept from before this figure was made.
    pub kept: bool,
    /// Where, when and with what it was trained; runs of earlier versions do not say.
    pub provenance: Option<Provenance>,
}

/// Everything that the results of a figure depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The whole settings of the figure.
    pub settings: serde_json::Value,
    /// The seed.
    pub seed: u64,
    /// SHA-256 of the spectra it starts from.
    pub spectra: BTreeMap<String, String>,
    /// Content fingerprints of the images it is trained on.
    #[serde(default)]
    pub images: BTreeMap<String, String>,
    /// Fingerprint of the sources, locked dependencies included.
    pub sources: String,
    /// SHA-256 of the published values it is compared with.
    pub published: String,
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

/// What running a figure gives.
struct Product {
    tables: Vec<Table>,
    picture: Picture,
    checks: Vec<Check>,
}

impl Product {
    /// A table as it will be read back.
    fn sheet(&self, name: &str) -> Result<Sheet> {
        let table = self.tables.iter().find(|table| table.name == name);
        match table {
            Some(table) => Sheet::parse(name, &table.csv()?),
            None => Err(Error::Unknown {
                kind: "table",
                name: name.to_owned(),
                choices: "those of the figure".to_owned(),
            }),
        }
    }
}

/// Makes one figure up to date.
///
/// # Errors
/// Bad settings, divergence, or the file system failing. What was there before stays until its replacement is whole.
pub fn regenerate(figure: Figure, job: &Job, progress: &Progress) -> Result<Outcome> {
    let session = Session::begin();
    let (settings, differences) = settings(job)?;
    let spectra = if figure.needs_spectra() {
        spectra::checked(progress)?
    } else {
        Vec::new()
    };
    let folder = job.folder();
    let inputs = inputs(figure, &settings, &spectra)?;
    let picture = folder.join(format!("figures/{figure}.svg"));
    if let Some(record) = current(figure, &folder, &inputs).filter(|_| !job.fresh) {
        return Ok(Outcome {
            record,
            unchanged: true,
            picture,
        });
    }
    let runs = job.runs();
    let trainings = trainings(figure, &settings, &spectra);
    let kept: Vec<bool> = trainings
        .iter()
        .map(|t| runs.reuse && runs.state(&t.name, &t.key) == State::Done)
        .collect();
    let product = produce(figure, &settings, &spectra, &runs, progress)
        .map_err(|error| blame(error, job.profile, figure))?;
    let published = comparison::of(figure, &inputs.settings, &|name| product.sheet(name))?;
    let trainings = trainings.into_iter().zip(kept).map(|(training, kept)| {
        let provenance = runs.provenance(&training.name, &training.key);
        Trained {
            label: training.label,
            kept,
            provenance,
        }
    });
    let trainings = trainings.collect();
    let outputs = write(figure, &folder, &product)?;
    let seconds = session.elapsed().as_secs_f64();
    let record = Record {
        figure,
        profile: job.profile,
        differences: differences
            .into_iter()
            .filter(|d| d.key.starts_with(figure.name()))
            .collect(),
        inputs,
        outputs,
        checks: [
            product.checks,
            published.iter().filter_map(Comparison::check).collect(),
        ]
        .concat(),
        seconds,
        provenance: Some(session.provenance(seconds)),
        trainings,
    };
    let before = read_record(figure, &folder);
    files::write_json(&record_path(figure, &folder), &record)?;
    if let Some(before) = before {
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
    let settings = settings(job)?.0;
    let (runs, spectra) = (job.runs(), spectra::committed()?);
    let state = |figure: Figure| {
        let trainings = trainings(figure, &settings, &spectra).into_iter();
        let runs = &runs;
        trainings.map(move |training| TrainingRun {
            figure,
            state: runs.state(&training.name, &training.key),
            label: training.label,
        })
    };
    Ok(Figure::ALL.into_iter().flat_map(state).collect())
}

/// A training run by its label and the name and key under which it is kept.
struct Training {
    label: String,
    name: String,
    key: String,
}

/// The training runs of a figure, in order.
fn trainings(
    figure: Figure,
    settings: &AllSettings,
    spectra: &[(DataSet, Spectrum)],
) -> Vec<Training> {
    let training = |dataset: DataSet, label: &str, name: String, key: String| Training {
        label: format!("{}/{label}", dataset.name()),
        name,
        key,
    };
    match figure {
        Figure::Fig5 => fig5::run::jobs(&settings.fig5, settings.seed, spectra)
            .into_iter()
            .map(|job| training(job.dataset, job.model.name(), job.name, job.key))
            .collect(),
        Figure::Fig6 => fig6::run::jobs(&settings.fig6, settings.seed)
            .into_iter()
            .map(|job| training(job.dataset, &job.label, job.name, job.key))
            .collect(),
        _ => Vec::new(),
    }
}

/// Does one training run of a figure, such as `mnist/DAE`, and keeps it; the figure is made from the kept runs later.
///
/// # Errors
/// No such run, or as [`regenerate`].
pub fn train_only(figure: Figure, only: &str, job: &Job, progress: &Progress) -> Result<()> {
    let settings = settings(job)?.0;
    let (seed, runs) = (settings.seed, job.runs());
    let blame = |error| blame(error, job.profile, figure);
    let unknown = |labels: Vec<String>| Error::Unknown {
        kind: "training run",
        name: format!("{figure} {only}"),
        choices: if labels.is_empty() {
            "those of fig5 and fig6".to_owned()
        } else {
            labels.join(", ")
        },
    };
    match figure {
        Figure::Fig5 => {
            let settings = settings.fig5.check().map_err(|e| blame(e.into()))?;
            let spectra = spectra::checked(progress)?;
            let jobs = fig5::run::jobs(&settings, seed, &spectra);
            let label = |j: &fig5::run::Job| format!("{}/{}", j.dataset.name(), j.model.name());
            let Some(wanted) = jobs.iter().find(|j| label(j) == only) else {
                return Err(unknown(jobs.iter().map(label).collect()));
            };
            fig5::run::train(&settings, seed, &spectra, wanted, &runs, progress)?;
        }
        Figure::Fig6 => {
            let settings = settings.fig6.check().map_err(|e| blame(e.into()))?;
            let jobs = fig6::run::jobs(&settings, seed);
            let label = |j: &fig6::run::Job| format!("{}/{}", j.dataset.name(), j.label);
            let Some(wanted) = jobs.iter().find(|j| label(j) == only) else {
                return Err(unknown(jobs.iter().map(label).collect()));
            };
            let mut loaded = fig6::run::Loaded::new();
            fig6::run::train(&settings, seed, wanted, &mut loaded, &runs, progress)?;
        }
        _ => return Err(unknown(Vec::new())),
    }
    Ok(())
}

/// Everything that the results of each figure depend on, without computing anything.
///
/// # Errors
/// Damaged settings or spectra.
pub fn inputs_of_all(job: &Job) -> Result<BTreeMap<Figure, Inputs>> {
    let (settings, spectra) = (settings(job)?.0, spectra::committed()?);
    let of = |figure: Figure| {
        let spectra = if figure.needs_spectra() {
            &spectra[..]
        } else {
            &[]
        };
        Ok((figure, inputs(figure, &settings, spectra)?))
    };
    Figure::ALL.into_iter().map(of).collect()
}

/// The settings of a job, and in what they differ from the paper's.
fn settings(job: &Job) -> Result<(AllSettings, Vec<Difference>)> {
    let (mut settings, differences) = profile::load_with(job.profile, &job.set)?;
    settings.seed = job.seed.unwrap_or(settings.seed);
    Ok((settings, differences))
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

/// Where the record of a figure is, below the folder of its profile.
pub fn record_path(figure: Figure, folder: &Path) -> PathBuf {
    folder.join(format!("records/{figure}.json"))
}

fn read_record(figure: Figure, folder: &Path) -> Option<Record> {
    let text = fs::read(record_path(figure, folder)).ok()?;
    serde_json::from_slice(&text).ok()
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
    let record = read_record(figure, folder)?;
    let intact = |(path, hash): (&String, &String)| {
        files::sha256_of(&folder.join(path)).as_ref() == Some(hash)
    };
    (record.inputs == *inputs && record.outputs.iter().all(intact)).then_some(record)
}

fn inputs(
    figure: Figure,
    settings: &AllSettings,
    spectra: &[(DataSet, Spectrum)],
) -> Result<Inputs> {
    let all = serde_json::to_value(settings).map_err(|e| Error::io("settings")(e.into()))?;
    let spectra = spectra.iter().map(|(dataset, spectrum)| {
        (
            dataset.name().to_owned(),
            files::sha256(spectrum.to_csv().as_bytes()),
        )
    });
    let images = DataSet::ALL
        .into_iter()
        .filter(|_| figure.needs_images())
        .map(|dataset| {
            (
                dataset.name().to_owned(),
                dataset.expected().fingerprint.to_owned(),
            )
        });
    Ok(Inputs {
        images: images.collect(),
        settings: entry(&all, figure.name()).clone(),
        seed: settings.seed,
        spectra: spectra.collect(),
        sources: sources::of(figure.name()).to_owned(),
        published: runs::key(&published::TEXT),
    })
}

fn produce(
    figure: Figure,
    settings: &AllSettings,
    spectra: &[(DataSet, Spectrum)],
    kept: &Runs,
    progress: &Progress,
) -> Result<Product> {
    match figure {
        Figure::Fig1 => {
            let settings = settings.fig1.clone().check()?;
            let run = fig1::run::run(&settings)?;
            let (tables, picture) = (fig1::tables::tables(&run)?, fig1::figure::figure(&run)?);
            Ok(Product {
                tables,
                picture,
                checks: fig1::checks::checks(&settings, &run)?,
            })
        }
        Figure::Fig2 => {
            let settings = settings.fig2.clone().check()?;
            let run = fig2::run::run(&settings)?;
            let (tables, picture) = (
                fig2::tables::tables(&settings, &run)?,
                fig2::figure::figure(&run)?,
            );
            Ok(Product {
                tables,
                picture,
                checks: fig2::checks::checks(&settings, &run),
            })
        }
        Figure::Fig3 => {
            let settings = settings.fig3.clone().check()?;
            let run = fig3::run::run(&settings, spectra)?;
            let (tables, picture) = (
                fig3::tables::tables(&settings, &run)?,
                fig3::figure::figure(&run)?,
            );
            Ok(Product {
                tables,
                picture,
                checks: fig3::checks::checks(&run),
            })
        }
        Figure::Fig4 => {
            let settings = settings.fig4.clone().check()?;
            let run = fig4::run::run(&settings)?;
            let (tables, picture) = (
                fig4::tables::tables(&settings, &run)?,
                fig4::figure::figure(&run)?,
            );
            Ok(Product {
                tables,
                picture,
                checks: fig4::checks::checks(&settings, &run)?,
            })
        }
        Figure::Fig5 => {
            let seed = settings.seed;
            let settings = settings.fig5.clone().check()?;
            let run = fig5::run::run(&settings, seed, spectra, kept, progress)?;
            let (tables, picture) = (fig5::tables::tables(&run)?, fig5::figure::figure(&run)?);
            let mut checks = fig5::checks::checks(&run)?;
            checks.extend(fig5::checks::agreement(&settings, &run));
            Ok(Product {
                tables,
                picture,
                checks,
            })
        }
        Figure::Fig6 => {
            let seed = settings.seed;
            let settings = settings.fig6.clone().check()?;
            let run = fig6::run::run(&settings, seed, kept, progress)?;
            let (tables, picture) = (fig6::tables::tables(&run)?, fig6::figure::figure(&run)?);
            Ok(Product {
                tables,
                picture,
                checks: fig6::checks::checks(&run),
            })
        }
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
        put(format!("tables/{}", table.name), &table.csv()?)?;
    }
    put(
        format!("figures/{figure}.svg"),
        product.picture.svg.as_bytes(),
    )?;
    put(format!("figures/{figure}.png"), &product.picture.png)?;
    Ok(outputs)
}
