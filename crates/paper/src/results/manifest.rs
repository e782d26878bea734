//! The manifest of a profile: the hash of every file under `results/<profile>`, and where each figure came from.
//!
//! The record of a figure says what its files were made from; the manifest has the hash of the record. The manifest is
//! written last. A run that ends before that leaves an outdated manifest, which the next run rewrites.
//!
//! # What the seal is worth
//! The manifest ends with the SHA-256 of its own content. This seal and the hashes detect any byte changed by accident,
//! or by someone who ignored the manifest. They do not stop someone who recomputes the hashes. Against that there are
//! the checks of the tables against the theory, recomputation, and the history of the repository.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Record, Recorded};
use crate::experiments::Figure;
use crate::settings::Profile;
use crate::system::files::{self, key, write_if_new};
use crate::system::provenance::Provenance;
use crate::{Error, Result};

/// Name of the manifest, below the folder of a profile.
pub const FILE: &str = "manifest.json";

/// Name of the report, below the folder of a profile.
pub const REPORT: &str = "report.html";

/// Version of the form of the manifest.
const FORMAT: u32 = 2;

/// What `manifest.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the form of this file.
    pub format: u32,
    /// The profile, if any figure was made.
    pub profile: Option<Profile>,
    /// Where, when and with what each figure was made.
    pub provenance: BTreeMap<Figure, Provenance>,
    /// SHA-256 of tables, pictures and records, by path.
    #[serde(deserialize_with = "files::below")]
    pub files: BTreeMap<String, String>,
    /// The report, if there is one.
    pub report: Option<Report>,
    /// SHA-256 of everything above (this file as it is, with an empty seal).
    pub seal: String,
}

/// The report and what it was written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// SHA-256 of the file.
    pub sha256: String,
    /// [`Manifest::content`] at the time; if it differs now, the report is out of date.
    pub content: String,
}

impl Manifest {
    /// The manifest of the records and of the audit's tables, whose hashes are given by path. Hashes of tables and
    /// pictures come from the records, not from the files.
    pub fn of(recorded: &Recorded, audit: BTreeMap<String, String>) -> Result<Self> {
        let (mut files, mut provenance) = (audit, BTreeMap::new());
        for (&figure, record) in &recorded.records {
            let path = recorded.folder.join(Record::file(figure));
            let text = files::read(&path).map_err(Error::io(path))?;
            files.insert(Record::file(figure), files::sha256(&text));
            files.extend(record.outputs.clone());
            provenance.insert(figure, record.provenance.clone());
        }
        Ok(Self {
            format: FORMAT,
            profile: recorded.records.values().next().map(|r| r.profile),
            provenance,
            files,
            report: None,
            seal: String::new(),
        })
    }

    /// SHA-256 over everything but the report and the seal: what a report is written from.
    pub fn content(&self) -> String {
        key(&(self.format, self.profile, &self.provenance, &self.files))
    }

    /// The seal that belongs to the content.
    pub fn expected_seal(&self) -> String {
        let seal = String::new();
        key(&Self {
            seal,
            ..self.clone()
        })
    }

    /// The canonical text of this manifest.
    pub fn text(&self) -> Result<Vec<u8>> {
        files::json(Path::new(FILE), self)
    }

    /// Reads the manifest of a profile's folder, without verifying it.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = files::read(&path).map_err(Error::io(&path))?;
        Self::parse(&text)
    }

    /// Parses a manifest, without verifying it.
    ///
    /// # Errors
    /// Not a manifest, or one that names files outside its folder.
    pub fn parse(text: &[u8]) -> Result<Self> {
        serde_json::from_slice(text).map_err(Error::damaged(FILE))
    }

    /// SHA-256 of every file that should be there, by path, except the manifest itself.
    pub fn expected(&self) -> BTreeMap<&str, &str> {
        let report = self.report.as_ref().map(|r| (REPORT, r.sha256.as_str()));
        let files = self.files.iter().map(|(path, hash)| (&**path, &**hash));
        files.chain(report).collect()
    }

    /// Seals the manifest and writes it.
    ///
    /// # Errors
    /// The file system failing. The old manifest then stays.
    pub fn write(mut self, folder: &Path) -> Result<Self> {
        self.seal = self.expected_seal();
        write_if_new(&folder.join(FILE), &self.text()?)?;
        Ok(self)
    }
}

/// Locks the manifest, if the file system has locks: processes that make figures of one profile write it one at a time.
pub fn lock(folder: &Path) -> Result<File> {
    let file = files::create(&folder.join("runs/manifest.lock"))?;
    file.lock().ok();
    Ok(file)
}
