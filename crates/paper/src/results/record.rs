//! What a figure was made from and what came out: the record that is written last.

use std::collections::BTreeMap;
use std::iter;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::experiments::{self, Figure};
use crate::settings::{Difference, Profile, differences};
use crate::system::files;
use crate::system::provenance::Provenance;
use crate::system::sources;
use crate::tables::{Check, Tables};
use crate::{Error, Result};

/// What a figure was made from and what came out, as `results/<profile>/records/<figure>.json`.
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
    /// Seconds that it took, without training runs kept from before.
    pub seconds: f64,
    /// Where, when and with what it was made.
    pub provenance: Provenance,
    /// The training runs that it was made from.
    pub trainings: Vec<Trained>,
}

/// A training run that a figure was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// What it is called, such as `mnist/DAE`.
    pub label: String,
    /// Whether it was kept from before this figure was made.
    pub kept: bool,
    /// Where, when and with what it was trained.
    pub provenance: Provenance,
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
    /// Content fingerprints of the images it is made from.
    pub images: BTreeMap<String, String>,
    /// Fingerprint of the sources, locked dependencies included.
    pub sources: String,
    /// SHA-256 of its published values.
    pub published: String,
}

impl Record {
    /// Where the record of a figure is, below the folder of its profile.
    pub fn file(figure: Figure) -> String {
        format!("records/{figure}.json")
    }

    /// Writes it below the folder of a profile.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(Self::file(self.figure));
        files::write(&path, &files::json(&path, self)?)
    }

    /// Reads the record of a figure below the folder of a profile.
    pub fn read(figure: Figure, folder: &Path) -> Result<Self> {
        let (file, path) = (Self::file(figure), folder.join(Self::file(figure)));
        parse(&files::read(&path).map_err(Error::io(path))?, &file)
    }

    /// How the recorded settings differ from the paper's. The seed counts for figures that train networks.
    ///
    /// # Errors
    /// Damaged settings of the paper.
    pub fn expected_differences(&self) -> Result<Vec<Difference>> {
        let own = differences(&self.inputs.settings, &self.figure.paper_settings()?).into_iter();
        let mut all: Vec<Difference> = own
            .map(|own| Difference {
                key: format!("{}.{}", self.figure, own.key),
                ..own
            })
            .collect();
        let seed = experiments::load(Profile::Paper)?.0.seed;
        if !sources::of_trainings(self.figure.name()).is_empty() && self.inputs.seed != seed {
            all.push(Difference::of_seed(self.inputs.seed, seed));
        }
        Ok(all)
    }

    /// The largest resident memory of the figure and its training runs, in bytes, if it was recorded.
    pub fn peak_memory(&self) -> Option<u64> {
        self.sessions().filter_map(|p| p.peak_memory).max()
    }

    /// Wall time in seconds to make it, with training runs kept from before. Runs done side by side count once.
    pub fn total_seconds(&self) -> f64 {
        let span = |session: &Provenance| {
            let began = humantime::parse_rfc3339(&session.started).unwrap_or(UNIX_EPOCH);
            let began = began.duration_since(UNIX_EPOCH).unwrap_or_default();
            [began.as_secs_f64(), began.as_secs_f64() + session.seconds]
        };
        let mut spans: Vec<_> = self.sessions().map(span).collect();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let (mut total, mut until) = (0.0, f64::NEG_INFINITY);
        for [began, ended] in spans {
            total += (ended - began.max(until)).max(0.0);
            until = until.max(ended);
        }
        total
    }

    /// The making of the figure and all its training runs.
    fn sessions(&self) -> impl Iterator<Item = &Provenance> {
        let trained = self.trainings.iter().map(|training| &training.provenance);
        iter::once(&self.provenance).chain(trained)
    }
}

/// A folder `results/<profile>` with the records of the figures in it.
///
/// Settings are always read from here, never from the profile's file: that may have changed since.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The folder.
    pub folder: PathBuf,
    /// The records that are there, by figure.
    pub records: BTreeMap<Figure, Record>,
}

impl Recorded {
    /// Reads all records that are there.
    ///
    /// # Errors
    /// A record that is there and cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        let (recorded, damaged) = Self::open_what_can_be(folder);
        match damaged.into_iter().next() {
            None => Ok(recorded),
            Some((_, error)) => Err(error),
        }
    }

    /// Reads the records that can be read, and says by file what is wrong with the others.
    pub fn open_what_can_be(folder: &Path) -> (Self, Vec<(String, Error)>) {
        let (mut records, mut damaged) = (BTreeMap::new(), Vec::new());
        let there = |figure: &&Figure| folder.join(Record::file(**figure)).exists();
        for &figure in Figure::ALL.iter().filter(there) {
            match Record::read(figure, folder) {
                Ok(record) => drop(records.insert(figure, record)),
                Err(error) => damaged.push((Record::file(figure), error)),
            }
        }
        let folder = folder.to_owned();
        (Self { folder, records }, damaged)
    }

    /// The settings that a figure was made with, or `None` if it was not made.
    ///
    /// # Errors
    /// Settings of another version of this program.
    pub fn settings<S: DeserializeOwned>(&self, figure: Figure) -> Result<Option<S>> {
        let Some(record) = self.records.get(&figure) else {
            return Ok(None);
        };
        let settings = serde_json::from_value(record.inputs.settings.clone());
        let settings = settings.map_err(|error| format!("settings: {error}"));
        settings
            .map(Some)
            .map_err(Error::damaged(Record::file(figure)))
    }

    /// The tables.
    pub fn tables(&self) -> Tables<'_> {
        Tables::In(&self.folder)
    }
}

/// Parses a record; `file` is named in messages.
///
/// # Errors
/// Not a record, or one that names files outside its folder.
pub fn parse(text: &[u8], file: &str) -> Result<Record> {
    serde_json::from_slice(text).map_err(Error::damaged(file))
}
