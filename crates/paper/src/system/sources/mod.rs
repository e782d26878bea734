//! Fingerprints of the sources, computed when this crate was built (see `build.rs`).

pub mod fingerprints;
mod hash;

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
    let mut own = list.iter().filter(|(name, _)| *name == figure);
    own.next().map_or("", |(_, hash)| hash)
}

/// Refuses to go on where the sources that lie where this program was built are others than those it was built from:
/// what it made would bear the wrong fingerprints. A program whose sources are gone goes on.
///
/// # Errors
/// Other sources.
pub fn check() -> Result<()> {
    check_against(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

fn check_against(root: &Path) -> Result<()> {
    let there = root.join("crates/paper/src").exists();
    if there && !hash::program(root).is_ok_and(|found| found == PROGRAM) {
        return Err(Error::OtherSources {
            root: root.canonicalize().unwrap_or(root.to_owned()),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let name = entry.unwrap().file_name();
                copy(&from.join(&name), &to.join(&name));
            }
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }

    #[test]
    fn a_program_knows_its_own_sources_from_changed_ones() {
        check().unwrap();
        let clone = tempfile::tempdir().unwrap();
        let (here, root) = (
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            clone.path(),
        );
        check_against(root).unwrap();
        for place in hash::PROGRAM {
            copy(&here.join(place), &root.join(place));
        }
        check_against(root).unwrap();
        // What editors leave is no source.
        for left in [
            "crates/dae/src/.lib.rs.swp",
            "crates/dae/src/lib.rs~",
            "crates/dae/src/.#lib.rs",
        ] {
            fs::write(root.join(left), "x").unwrap();
        }
        check_against(root).unwrap();
        for file in [
            "Cargo.lock",
            "Cargo.toml",
            "crates/dae/src/train/linear/trainer.rs",
            "crates/paper/src/main.rs",
            "crates/paper/settings/paper.toml",
            "crates/paper/templates/report.css",
            "crates/plot/src/page.rs",
            "data/published.csv",
            "data/spectra/mnist-50000.csv",
            "docs/DEVIATIONS.md",
        ] {
            let path = root.join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{text} ")).unwrap();
            let error = check_against(root).unwrap_err();
            assert!(
                matches!(error, Error::OtherSources { .. }),
                "{file}: {error}"
            );
            fs::write(&path, text).unwrap();
        }
        check_against(root).unwrap();
        fs::write(root.join("crates/paper/src/new.rs"), "").unwrap();
        check_against(root).unwrap_err();
    }
}
