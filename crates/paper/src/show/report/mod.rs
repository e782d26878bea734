//! The report: one HTML file that shows what is recorded of a profile, and opens offline.
//!
//! It depends only on what lies under `results/<profile>` and on the pages in `docs/`: the same results give the same
//! bytes. It never runs anything. Missing files, and files that do not match their record, are reported as such.

mod head;
mod links;
mod markdown;
mod page;
mod words;

use std::path::{Path, PathBuf};

use askama::Template as _;
pub use markdown::to_html;

use crate::audit;
use crate::results::Recorded;
use crate::results::manifest::REPORT;
use crate::settings::Profile;
use crate::system::files;
use crate::{Error, Result};

/// Brings comparison, claims and manifest up to date, writes the report of a profile,
/// `results/<profile>/report.html`, enters it in the manifest, and says where it is.
///
/// # Errors
/// Nothing recorded, damaged records or tables, or the file system failing.
pub fn write(results: &Path, profile: Profile) -> Result<PathBuf> {
    let folder = results.join(profile.name());
    // Checked first, so that a wrong folder stays as it is.
    recorded(&folder, profile)?;
    let content = audit::update(&folder)?.content();
    let path = folder.join(REPORT);
    files::write(&path, html(&folder, profile)?.as_bytes())?;
    audit::enter_report(&folder, content)?;
    Ok(path)
}

/// The report on the folder of a profile; changes nothing.
///
/// # Errors
/// Nothing recorded, or damaged records.
pub fn html(folder: &Path, profile: Profile) -> Result<String> {
    let recorded = recorded(folder, profile)?;
    let page = page::Page::gather(&recorded, profile)?;
    page.render()
        .map_err(|error| Error::io(folder.join(REPORT))(std::io::Error::other(error)))
}

fn recorded(folder: &Path, profile: Profile) -> Result<Recorded> {
    let recorded = Recorded::open(folder)?;
    if recorded.records.is_empty() {
        return Err(Error::NothingRecorded {
            folder: folder.to_owned(),
            profile: profile.name(),
        });
    }
    Ok(recorded)
}
