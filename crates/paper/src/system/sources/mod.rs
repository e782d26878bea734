//! Fingerprints of the sources, computed when this crate was built (see `build.rs`).

pub mod fingerprints;
pub mod hash;

use std::path::Path;

use super::{Error, Result};

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The fingerprint of the sources that a figure depends on.
pub fn of(figure: &str) -> &'static str {
    find(FIGURES, figure)
}

/// The fingerprint of the sources that decide the numbers of the training runs of a figure.
pub fn of_trainings(figure: &str) -> &'static str {
    find(TRAININGS, figure)
}

fn find(list: &[(&str, &'static str)], figure: &str) -> &'static str {
    let own = list.iter().find(|(name, _)| *name == figure);
    own.map_or("", |(_, hash)| hash)
}

/// Fails if the sources where this program was built are not those it was built from: its results would bear the wrong
/// fingerprints. Succeeds if the sources are gone.
pub fn check() -> Result<()> {
    check_against(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

/// As [`check`], for the clone at `root`.
pub fn check_against(root: &Path) -> Result<()> {
    let there = root.join("crates/paper/src").exists();
    if there && !hash::program(root).is_ok_and(|found| found == PROGRAM) {
        return Err(Error::OtherSources {
            root: root.canonicalize().unwrap_or(root.to_owned()),
        });
    }
    Ok(())
}
