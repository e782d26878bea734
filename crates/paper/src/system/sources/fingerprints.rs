//! Which sources decide which numbers, by folder, so that no list can forget a file.
//!
//! Used when this crate is built (`build.rs`), and by the test that changes a file of each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::{fs, io};

use sha2::{Digest, Sha256};

use super::hash;

/// One folder for each experiment, beside the shared one.
const EXPERIMENTS: &str = "crates/paper/src/experiments";

/// What several experiments share.
const COMMON: &str = "crates/paper/src/experiments/common";

/// The theory. Few training runs use it.
const THEORY: &str = "crates/dae/src/theory";

/// The trainers, each in a folder of its own.
const TRAINERS: &str = "crates/dae/src/train";

/// What every training run depends on besides its trainers and the folder `train` of its experiment.
const NUMERICS: &[&str] = &[
    "crates/dae/src/numerics",
    "crates/paper/src/experiments/common/epochs.rs",
];

/// What decides spectra and eigen-directions computed from images. The content of the images has its own fingerprint.
const SPECTRA: &[&str] = &[
    "crates/dae/src/numerics",
    "crates/dae/src/data/images",
    "crates/dae/src/data/spectrum",
];

/// What every table and figure depends on besides the folder of its experiment, committed data included.
const SHARED: &[&str] = &[
    "crates/dae/spectra",
    "crates/dae/src/numerics",
    THEORY,
    "crates/dae/src/train",
    "crates/plot/src",
    "crates/paper/src/tables",
    COMMON,
    "data/few_samples.csv",
    "data/figure1_starts.csv",
];

/// Dependencies that compute: a new version of one of them counts as a change of the sources.
pub const DEPENDENCIES: &[&str] = &[
    "lax",
    "ndarray",
    "ndarray-linalg",
    "ode_solvers",
    "openblas-src",
    "plotters",
    "polars",
    "rand",
    "rand_chacha",
    "rand_distr",
    "resvg",
];

/// SHA-256 over sources, in hexadecimal.
pub struct Fingerprints {
    /// Of the sources that decide spectra and eigen-directions of images.
    pub spectra: String,
    /// Of the sources of each figure.
    pub figures: BTreeMap<String, String>,
    /// Of the sources that decide the numbers of a figure's training runs, if it has any.
    pub trainings: BTreeMap<String, String>,
}

/// The fingerprints of the sources in a clone.
///
/// # Errors
/// A missing or unreadable place.
pub fn of(root: &Path) -> io::Result<Fingerprints> {
    let (mut figures, mut trainings) = (BTreeMap::new(), BTreeMap::new());
    for name in folders(&root.join(EXPERIMENTS))? {
        let own = format!("{EXPERIMENTS}/{name}");
        if own == COMMON {
            continue;
        }
        let train = format!("{own}/train");
        if root.join(&train).exists() {
            let trainers = trainers(root, &train)?;
            let mut places = [NUMERICS, SPECTRA, &[&train]].concat();
            places.extend(trainers.iter().map(String::as_str));
            trainings.insert(name.clone(), fingerprint(root, &places)?);
        }
        figures.insert(name, fingerprint(root, &[SHARED, &[&own]].concat())?);
    }
    Ok(Fingerprints {
        spectra: fingerprint(root, SPECTRA)?,
        figures,
        trainings,
    })
}

/// The names of the folders in a folder.
fn folders(place: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str);
        let name = name.filter(|name| path.is_dir() && !name.starts_with('.'));
        names.extend(name.map(str::to_owned));
    }
    Ok(names)
}

/// The folders of the trainers that sources at a place name, directly or through other trainers, and that of the theory
/// if they name it. Rust reaches both only by their names.
fn trainers(root: &Path, place: &str) -> io::Result<BTreeSet<String>> {
    let all = folders(&root.join(TRAINERS))?;
    let (mut found, mut places) = (BTreeSet::new(), vec![place.to_owned()]);
    while let Some(place) = places.pop() {
        let mut files = Vec::new();
        hash::collect(&root.join(place), &mut files)?;
        for file in files {
            let text = code(fs::read_to_string(file)?);
            if text.contains("theory::") {
                found.insert(THEORY.to_owned());
            }
            for name in all
                .iter()
                .filter(|name| text.contains(&format!("train::{name}")))
            {
                let folder = format!("{TRAINERS}/{name}");
                if found.insert(folder.clone()) {
                    places.push(folder);
                }
            }
        }
    }
    Ok(found)
}

/// Sources without comment lines, which decide no number and may be improved at any time.
fn code(text: String) -> String {
    let lines = text.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// SHA-256 over the names and the code of all files at some places, and over the dependencies that compute.
fn fingerprint(root: &Path, places: &[&str]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash::add_files(&mut hash, root, places, code)?;
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    for package in lock.split("[[package]]") {
        let named = |name: &&str| {
            package
                .trim_start()
                .starts_with(&format!("name = \"{name}\"\n"))
        };
        if DEPENDENCIES.iter().any(named) {
            hash::add(&mut hash, package.as_bytes());
        }
    }
    Ok(hash::hexadecimal(hash))
}
