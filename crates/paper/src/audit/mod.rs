//! The audit: it measures claims, verifies results, and writes the tables and the manifest that say so.

pub mod claims;
pub mod verify;

use std::collections::BTreeMap;
use std::path::Path;

use crate::results::manifest::{self, Manifest, REPORT, Report};
use crate::results::{Recorded, comparison};
use crate::system::files::{self, write_if_new};
use crate::tables::read::to_csv;
use crate::{Error, Result};

/// Brings comparison, claims and manifest of a profile's folder up to date with the records and tables in it.
///
/// # Errors
/// Damaged records or tables, or the file system failing. The old manifest then stays.
pub fn update(folder: &Path) -> Result<Manifest> {
    let _lock = manifest::lock(folder)?;
    let recorded = Recorded::open(folder)?;
    let compared = to_csv(&comparison::rows(&recorded)?, comparison::FILE)?;
    let measured = to_csv(&claims::rows(&recorded)?, claims::FILE)?;
    let mut audit = BTreeMap::new();
    for (file, text) in [(comparison::FILE, compared), (claims::FILE, measured)] {
        audit.insert(file.to_owned(), files::sha256(&text));
        write_if_new(&folder.join(file), &text)?;
    }
    let mut manifest = Manifest::of(&recorded, audit)?;
    manifest.report = Manifest::read(folder).ok().and_then(|old| old.report);
    manifest.write(folder)
}

/// Enters the report in the manifest; `content` is the [`Manifest::content`] that it was written from.
///
/// # Errors
/// No report or no manifest, or the file system failing.
pub fn enter_report(folder: &Path, content: String) -> Result<Manifest> {
    let _lock = manifest::lock(folder)?;
    let path = folder.join(REPORT);
    let sha256 = files::sha256(&files::read(&path).map_err(Error::io(path))?);
    let mut manifest = Manifest::read(folder)?;
    manifest.report = Some(Report { sha256, content });
    manifest.write(folder)
}
