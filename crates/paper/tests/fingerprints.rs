//! A change of a file makes exactly those results stale that depend on it; a change of a comment makes none so.

#![allow(clippy::unwrap_used)] // a test that cannot set itself up has failed

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use paper::system::sources::fingerprints;

/// Where sources lie that anything depends on.
const PLACES: [&str; 7] = [
    "Cargo.lock",
    "crates/dae/spectra",
    "crates/dae/src",
    "crates/paper/src",
    "crates/plot/src",
    "data/few_samples.csv",
    "data/figure1_starts.csv",
];

const ALL: &[&str] = &["fig1", "fig2", "fig3", "fig4", "fig5", "fig6", "fig7"];

/// A file, the figures and the training runs that a change of it makes stale, and whether spectra of images are.
const CHANGES: &[(&str, &[&str], &[&str], bool)] = &[
    ("crates/dae/spectra/mnist-50000.csv", ALL, &[], false),
    ("data/few_samples.csv", ALL, &[], false),
    ("data/figure1_starts.csv", ALL, &[], false),
    // Figure 7 takes the noise of some of its training from the theory.
    ("crates/dae/src/theory/scalar.rs", ALL, &["fig7"], false),
    ("crates/dae/src/train/scalar.rs", ALL, &[], false),
    (
        "crates/dae/src/train/linear/mod.rs",
        ALL,
        &["fig5", "fig7"],
        false,
    ),
    ("crates/dae/src/train/deep/mod.rs", ALL, &["fig7"], false),
    (
        "crates/dae/src/train/samples/once.rs",
        ALL,
        &["fig7"],
        false,
    ),
    (
        "crates/dae/src/train/nonlinear/mod.rs",
        ALL,
        &["fig6"],
        false,
    ),
    (
        "crates/dae/src/numerics/random.rs",
        ALL,
        &["fig5", "fig6", "fig7"],
        true,
    ),
    (
        "crates/dae/src/data/spectrum/eigen.rs",
        &[],
        &["fig5", "fig6", "fig7"],
        true,
    ),
    // Loading is checked by the fingerprint of the images, and threads decide when, not what.
    ("crates/dae/src/data/mnist.rs", &[], &[], false),
    ("crates/dae/src/threads/turns.rs", &[], &[], false),
    ("crates/plot/src/axis.rs", ALL, &[], false),
    ("crates/paper/src/tables/table.rs", ALL, &[], false),
    (
        "crates/paper/src/experiments/common/starts.rs",
        ALL,
        &[],
        false,
    ),
    (
        "crates/paper/src/experiments/common/epochs.rs",
        ALL,
        &["fig5", "fig6", "fig7"],
        false,
    ),
    (
        "crates/paper/src/experiments/fig2/figure.rs",
        &["fig2"],
        &[],
        false,
    ),
    (
        "crates/paper/src/experiments/fig5/settings.rs",
        &["fig5"],
        &[],
        false,
    ),
    (
        "crates/paper/src/experiments/fig5/train/mod.rs",
        &["fig5"],
        &["fig5"],
        false,
    ),
    (
        "crates/paper/src/experiments/fig6/train/images.rs",
        &["fig6"],
        &["fig6"],
        false,
    ),
    (
        "crates/paper/src/experiments/fig6/train/new.rs",
        &["fig6"],
        &["fig6"],
        false,
    ),
    (
        "crates/paper/src/experiments/fig7/theory.rs",
        &["fig7"],
        &[],
        false,
    ),
    (
        "crates/paper/src/experiments/fig7/train/job.rs",
        &["fig7"],
        &["fig7"],
        false,
    ),
    // An experiment more changes no other one.
    ("crates/paper/src/experiments/registry.rs", &[], &[], false),
    ("crates/paper/src/runs/mod.rs", &[], &[], false),
    ("crates/paper/src/results/regenerate.rs", &[], &[], false),
    ("crates/paper/src/show/report/page.rs", &[], &[], false),
    ("crates/paper/src/main.rs", &[], &[], false),
];

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}

/// The names whose fingerprints differ.
fn stale(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeSet<String> {
    assert!(before.keys().eq(after.keys()));
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    before.keys().filter(differs).cloned().collect()
}

#[test]
fn a_change_makes_stale_what_depends_on_it_and_nothing_else() {
    let clone = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::create_dir(clone.path().join("crates")).unwrap();
    for place in PLACES {
        let to = clone.path().join(place);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        copy(&root.join(place), &to);
    }
    let before = fingerprints::of(clone.path()).unwrap();
    assert!(before.figures.keys().eq(ALL), "{:?}", before.figures);
    for &(file, figures, trainings, spectra) in CHANGES {
        let path = clone.path().join(file);
        let text = fs::read_to_string(&path).ok();
        if let Some(text) = &text {
            fs::write(&path, format!("{text}    /// Said better.\n")).unwrap();
            let said = fingerprints::of(clone.path()).unwrap();
            let same = said.figures == before.figures && said.trainings == before.trainings;
            assert!(
                same && said.spectra == before.spectra,
                "a comment in {file}"
            );
        }
        let code = format!("{}fn more() {{}}\n", text.clone().unwrap_or_default());
        fs::write(&path, code).unwrap();
        let after = fingerprints::of(clone.path()).unwrap();
        let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let found = stale(&before.figures, &after.figures);
        assert_eq!(found, named(figures), "figures, by a change of {file}");
        let found = stale(&before.trainings, &after.trainings);
        assert_eq!(
            found,
            named(trainings),
            "training runs, by a change of {file}"
        );
        assert_eq!(
            before.spectra != after.spectra,
            spectra,
            "spectra, by a change of {file}"
        );
        match text {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
    // Another version of a crate that computes changes everything, one of another crate nothing.
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    for (name, all) in [("ndarray", true), ("clap", false)] {
        let changed = lock.replacen(
            &format!("name = \"{name}\"\n"),
            &format!("name = \"{name}\"\n# "),
            1,
        );
        fs::write(clone.path().join("Cargo.lock"), changed).unwrap();
        let after = fingerprints::of(clone.path()).unwrap();
        assert_eq!(
            stale(&before.figures, &after.figures).len() == ALL.len(),
            all,
            "{name}"
        );
        assert_eq!(
            stale(&before.trainings, &after.trainings).len() == 3,
            all,
            "{name}"
        );
    }
}
