//! The manifest of a profile: what every file under `results/<profile>` is, and where it came from.
//!
//! `manifest.json` is put together from the records of the figures, each of which was written when its figure was made,
//! so a figure that was not made again keeps what was true when it was. It is written last. A run that ends between the
//! files of a figure and the manifest leaves a manifest that does not fit; the next run writes it anew.
//!
//! # What the seal is worth
//! The manifest ends with the SHA-256 of its own content. That, and the hashes in it, find any byte that was changed by
//! accident or by someone who did not care for the manifest. They do not keep off someone who recomputes the hashes:
//! against that there are the checks of the tables against the theory, recomputing, and the history of the repository.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::comparison::write_if_new;
use crate::profile::{Difference, Profile};
use crate::provenance::Provenance;
use crate::recorded::Recorded;
use crate::regenerate::{Figure, Record, Trained};
use crate::{Error, Result, claims, comparison, files, runs};

/// Name of the manifest, below the folder of a profile.
pub const FILE: &str = "manifest.json";

/// Name of the report, below the folder of a profile.
pub const REPORT: &str = "report.html";

/// Version of the form of the manifest.
const FORMAT: u32 = 1;

/// What `manifest.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the form of this file.
    pub format: u32,
    /// The profile, if any figure was made.
    pub profile: Option<Profile>,
    /// The figures that were made, in order.
    pub figures: Vec<Entry>,
    /// SHA-256 of the tables that are made from those of all figures, by path.
    #[serde(deserialize_with = "files::below")]
    pub audit: BTreeMap<String, String>,
    /// The report, if there is one.
    pub report: Option<Report>,
    /// SHA-256 of everything above (this file as it is, with an empty seal).
    pub seal: String,
}

/// One figure: its files and what they were made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The figure.
    pub figure: Figure,
    /// SHA-256 of its tables, pictures and record, by path below the profile's folder.
    #[serde(deserialize_with = "files::below")]
    pub files: BTreeMap<String, String>,
    /// The whole settings.
    pub settings: Value,
    /// SHA-256 of the settings.
    pub settings_sha256: String,
    /// Settings in which they differ from the paper's.
    pub differences: Vec<Difference>,
    /// The seed.
    pub seed: u64,
    /// Fingerprints of the data: `spectrum of mnist` (SHA-256 of the file), `images of mnist` (of their content).
    pub data: BTreeMap<String, String>,
    /// Fingerprint of the sources and dependencies that decide its numbers.
    pub sources: String,
    /// SHA-256 of the published values that it was compared with.
    pub published: String,
    /// Seconds that it took to make, without training runs that were kept from before.
    pub seconds: f64,
    /// Where, when and with what it was made; `None` if its record is of a version that did not say.
    pub provenance: Option<Provenance>,
    /// The training runs that it was made from, each with its own provenance.
    pub trainings: Vec<Trained>,
}

/// The report and what it was written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// SHA-256 of the file.
    pub sha256: String,
    /// [`Manifest::content`] at the time: if it is another one now, the report is out of date.
    pub content: String,
}

impl Manifest {
    /// The manifest of what is recorded; hashes of tables and pictures are those of the records, not of the files.
    ///
    /// # Errors
    /// The file system failing.
    fn of(recorded: &Recorded, audit: BTreeMap<String, String>) -> Result<Self> {
        let figures = recorded.records.values();
        let figures = figures.map(|record| Entry::of(record, &recorded.folder));
        Ok(Self {
            format: FORMAT,
            profile: recorded.records.values().next().map(|r| r.profile),
            figures: figures.collect::<Result<_>>()?,
            audit,
            report: None,
            seal: String::new(),
        })
    }

    /// SHA-256 over everything but the report and the seal: what a report is written from.
    pub fn content(&self) -> String {
        runs::key(&(self.format, self.profile, &self.figures, &self.audit))
    }

    /// The seal that belongs to the content.
    pub fn expected_seal(&self) -> String {
        let unsealed = Self {
            seal: String::new(),
            ..self.clone()
        };
        runs::key(&unsealed)
    }

    /// The one text that this manifest has.
    ///
    /// # Errors
    /// None that is known: every manifest has a JSON form.
    pub fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| Error::io(FILE)(e.into()))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads the manifest of a profile's folder, without believing it.
    ///
    /// # Errors
    /// No manifest, or one that cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read(&path).map_err(Error::io(&path))?;
        Self::parse(&text)
    }

    /// Understands the content of a manifest, without believing it.
    ///
    /// # Errors
    /// Anything but a manifest, and one that names files outside its folder.
    pub fn parse(text: &[u8]) -> Result<Self> {
        serde_json::from_slice(text).map_err(|error| Error::Damaged {
            file: FILE.to_owned(),
            problem: error.to_string(),
        })
    }

    /// SHA-256 of every file that should be there, by path, but for the manifest itself.
    pub fn files(&self) -> BTreeMap<&str, &str> {
        let own = self.figures.iter().flat_map(|entry| &entry.files);
        let mut files: BTreeMap<&str, &str> = own
            .chain(&self.audit)
            .map(|(path, hash)| (path.as_str(), hash.as_str()))
            .collect();
        if let Some(report) = &self.report {
            files.insert(REPORT, &report.sha256);
        }
        files
    }
}

impl Entry {
    /// The entry of a figure.
    ///
    /// # Errors
    /// The record's own file missing.
    pub(crate) fn of(record: &Record, folder: &Path) -> Result<Self> {
        let (figure, inputs) = (record.figure, &record.inputs);
        let own = format!("records/{figure}.json");
        let path = folder.join(&own);
        let text = fs::read(&path).map_err(Error::io(&path))?;
        let mut files = record.outputs.clone();
        files.insert(own, files::sha256(&text));
        let named = |what: &str, (name, hash): (&String, &String)| {
            (format!("{what} of {name}"), hash.clone())
        };
        let spectra = inputs.spectra.iter().map(|entry| named("spectrum", entry));
        let images = inputs.images.iter().map(|entry| named("images", entry));
        Ok(Self {
            figure,
            files,
            settings: inputs.settings.clone(),
            settings_sha256: runs::key(&inputs.settings),
            differences: record.differences.clone(),
            seed: inputs.seed,
            data: spectra.chain(images).collect(),
            sources: inputs.sources.clone(),
            published: inputs.published.clone(),
            seconds: record.seconds,
            provenance: record.provenance.clone(),
            trainings: record.trainings.clone(),
        })
    }

    /// The largest resident memory of the figure and its training runs, in bytes, if it was recorded.
    pub fn peak_memory(&self) -> Option<u64> {
        let trained = self.trainings.iter().map(|training| &training.provenance);
        let all = std::iter::once(&self.provenance).chain(trained).flatten();
        all.filter_map(|p| p.peak_memory).max()
    }

    /// Seconds that making it took altogether, with training runs that were kept from before, if those say.
    pub fn total_seconds(&self) -> Option<f64> {
        let kept = self.trainings.iter().filter(|training| training.kept);
        let kept = kept.map(|training| training.provenance.as_ref().map(|p| p.seconds));
        kept.sum::<Option<f64>>().map(|kept| self.seconds + kept)
    }
}

/// Brings comparison, claims and manifest of a profile's folder up to date with the records and tables in it.
///
/// # Errors
/// Damaged records or tables, or the file system failing. The old manifest then stays.
pub fn update(folder: &Path) -> Result<Manifest> {
    write(folder, None)
}

/// Enters the report, which was just written from the present manifest.
///
/// # Errors
/// No report, or as [`update`].
pub fn enter_report(folder: &Path) -> Result<Manifest> {
    let path = folder.join(REPORT);
    let text = fs::read(&path).map_err(Error::io(&path))?;
    write(folder, Some(files::sha256(&text)))
}

fn write(folder: &Path, report: Option<String>) -> Result<Manifest> {
    let _lock = lock(folder)?;
    let recorded = Recorded::open(folder)?;
    let mut audit = BTreeMap::new();
    let mut put = |file: &str, bytes: &[u8]| {
        audit.insert(file.to_owned(), files::sha256(bytes));
        write_if_new(&folder.join(file), bytes)
    };
    put(
        comparison::FILE,
        &comparison::csv(&comparison::rows(&recorded)?, comparison::FILE)?,
    )?;
    put(
        claims::FILE,
        &comparison::csv(&claims::rows(&recorded)?, claims::FILE)?,
    )?;
    let mut manifest = Manifest::of(&recorded, audit)?;
    manifest.report = match report {
        Some(sha256) => Some(Report {
            sha256,
            content: manifest.content(),
        }),
        None => Manifest::read(folder).ok().and_then(|old| old.report),
    };
    manifest.seal = manifest.expected_seal();
    write_if_new(&folder.join(FILE), &manifest.text()?)?;
    Ok(manifest)
}

/// Two processes that make figures of one profile write its manifest one after the other, where the file system has locks.
fn lock(folder: &Path) -> Result<File> {
    let file = files::create(&folder.join("runs/manifest.lock"))?;
    file.lock().ok();
    Ok(file)
}
