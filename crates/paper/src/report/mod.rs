//! The report: one HTML file that shows what is recorded of a profile, and opens without a network.
//!
//! It is a function of what lies under `results/<profile>` and of the pages in `docs/`: the same results give the same
//! bytes. It never runs anything; what is not there, or is not what its record says, is reported as such.

mod head;
mod markdown;
mod number;
mod page;
mod vector;
mod words;

use std::path::{Path, PathBuf};

use askama::Template as _;

use crate::profile::Profile;
use crate::{Error, Result, files};

/// Name of the report, below the folder of a profile.
pub const FILE: &str = "report.html";

/// The script that computes the closed forms in the interactive panel, to be checked against `dae::theory`.
pub const DYNAMICS: &str = include_str!("../../templates/dynamics.js");

/// Writes the report of a profile, `results/<profile>/report.html`, and says where it is.
///
/// # Errors
/// Nothing recorded, damaged records, or the file system failing.
pub fn write(results: &Path, profile: Profile) -> Result<PathBuf> {
    let folder = results.join(profile.name());
    let path = folder.join(FILE);
    files::write(&path, html(&folder, profile)?.as_bytes())?;
    Ok(path)
}

/// The report of what lies in the folder of a profile.
///
/// # Errors
/// Nothing recorded, or damaged records.
pub fn html(folder: &Path, profile: Profile) -> Result<String> {
    let page = page::Page::gather(folder, profile)?;
    page.render()
        .map_err(|error| Error::io(folder.join(FILE))(std::io::Error::other(error)))
}
