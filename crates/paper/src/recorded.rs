//! The results of a profile as they lie on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::regenerate::{Figure, Record, record_path};
use crate::sheet::Sheet;
use crate::{Error, Result};

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
        for figure in Figure::ALL {
            let path = record_path(figure, folder);
            if !path.exists() {
                continue;
            }
            let file = format!("records/{figure}.json");
            match read(&path, &file) {
                Ok(record) => drop(records.insert(figure, record)),
                Err(error) => damaged.push((file, error)),
            }
        }
        let recorded = Self {
            folder: folder.to_owned(),
            records,
        };
        (recorded, damaged)
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
        settings.map(Some).map_err(|error| Error::Damaged {
            file: format!("records/{figure}.json"),
            problem: format!("settings: {error}"),
        })
    }

    /// A table.
    ///
    /// # Errors
    /// No such table, or not a table.
    pub fn table(&self, name: &str) -> Result<Sheet> {
        Sheet::read(&self.folder.join("tables").join(name))
    }
}

fn read(path: &Path, file: &str) -> Result<Record> {
    parse(&fs::read(path).map_err(Error::io(path))?, file)
}

/// Understands the content of a record; `file` is named in messages.
///
/// # Errors
/// Anything but a record, and one that names files outside its folder.
pub fn parse(text: &[u8], file: &str) -> Result<Record> {
    serde_json::from_slice(text).map_err(|error| Error::Damaged {
        file: file.to_owned(),
        problem: error.to_string(),
    })
}
