//! Fingerprints of the sources that results depend on, so that a run knows whether its code has changed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

#[path = "src/system/sources/hash.rs"]
mod hash;

/// One folder for each experiment, beside what several share.
const EXPERIMENTS: &str = "crates/paper/src/experiments";

/// What several experiments share.
const COMMON: &str = "crates/paper/src/experiments/common";

/// The trainers, each in a folder of its own.
const TRAINERS: &str = "crates/dae/src/train";

/// What every training run depends on beside its trainers.
const NUMERICS: &[&str] = &[
    "crates/dae/src/random.rs",
    "crates/paper/src/experiments/common/epochs.rs",
];

/// What decides a spectrum and eigen-directions that are computed from images, whose content has a fingerprint.
const SPECTRA: &[&str] = &["crates/dae/src/data/spectrum.rs"];

/// What every table and figure depends on.
const SHARED: &[&str] = &[
    "crates/dae/src/theory",
    "crates/dae/src/train",
    "crates/plot/src",
    "crates/paper/src/tables",
    COMMON,
];

/// Dependencies that compute: another version of one of them counts as a change of the sources.
const DEPENDENCIES: &[&str] = &[
    "csv",
    "lax",
    "ndarray",
    "ndarray-linalg",
    "ode_solvers",
    "openblas-src",
    "plotters",
    "rand",
    "rand_chacha",
    "rand_distr",
    "resvg",
];

fn main() -> io::Result<()> {
    let root = &Path::new("../..").canonicalize()?;
    for place in hash::PROGRAM {
        println!("cargo:rerun-if-changed=../../{place}");
    }
    let mut text = format!(
        "pub(crate) const PROGRAM: &str = \"{}\";\npub(crate) const SPECTRA: &str = \"{}\";\n",
        hash::program(root)?,
        fingerprint(root, SPECTRA)?
    );
    let (mut figures, mut trainings) = (String::new(), String::new());
    for name in folders(&root.join(EXPERIMENTS))? {
        let own = format!("{EXPERIMENTS}/{name}");
        if own == COMMON {
            continue;
        }
        let places = [SHARED, &[&own]].concat();
        let hash = fingerprint(root, &places)?;
        figures.push_str(&format!("    (\"{name}\", \"{hash}\"),\n"));
        let train = format!("{own}/train");
        if root.join(&train).exists() {
            let trainers = trainers(root, &train)?;
            let mut places = [NUMERICS, SPECTRA, &[&train]].concat();
            places.extend(trainers.iter().map(String::as_str));
            let hash = fingerprint(root, &places)?;
            trainings.push_str(&format!("    (\"{name}\", \"{hash}\"),\n"));
        }
    }
    for (list, entries) in [("FIGURES", figures), ("TRAININGS", trainings)] {
        text.push_str(&format!(
            "pub(crate) const {list}: &[(&str, &str)] = &[\n{entries}];\n"
        ));
    }
    text.push_str(&built_with(root)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("sources.rs"), text)
}

/// The names of the folders in a folder, in order.
fn folders(place: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(OsStr::to_str)
            && path.is_dir()
            && !name.starts_with('.')
        {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

/// The folders of the trainers that sources at a place name, and of those that these name: Rust reaches a trainer only by
/// its name.
fn trainers(root: &Path, place: &str) -> io::Result<BTreeSet<String>> {
    let all = folders(&root.join(TRAINERS))?;
    let mut found = BTreeSet::new();
    let mut places = vec![place.to_owned()];
    while let Some(place) = places.pop() {
        let mut files = Vec::new();
        hash::collect(&root.join(place), &mut files)?;
        for file in files {
            let text = fs::read_to_string(file)?;
            for name in &all {
                let named = ["train::", "super::"].map(|path| format!("{path}{name}"));
                let folder = format!("{TRAINERS}/{name}");
                if named.iter().any(|named| text.contains(named)) && found.insert(folder.clone()) {
                    places.push(folder);
                }
            }
        }
    }
    Ok(found)
}
/// What results are built with, for the manifest: the compiler, the locked dependencies, and those that compute.
fn built_with(root: &Path) -> io::Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    let hash = hash::hexadecimal(Sha256::new_with_prefix(lock.as_bytes()));
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim_matches([' ', '=', '"']).to_owned())
    };
    let mut text = format!(
        "pub(crate) const RUSTC: &str = {:?};\npub(crate) const LOCK: &str = \"{hash}\";\npub(crate) const CRATES: &[(&str, &str)] = &[\n",
        String::from_utf8_lossy(&version).trim()
    );
    for package in lock.split("[[package]]") {
        if let (Some(name), Some(version)) = (value(package, "name"), value(package, "version"))
            && (DEPENDENCIES.contains(&name.as_str())
                || ["dae", "paper", "plot"].contains(&name.as_str()))
        {
            text.push_str(&format!("    ({name:?}, {version:?}),\n"));
        }
    }
    text.push_str("];\n");
    Ok(text)
}

/// SHA-256 over the names and contents of all files at some places, and over the dependencies that compute.
fn fingerprint(root: &Path, places: &[&str]) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash::add_files(&mut hash, root, places)?;
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    let numeric = |package: &&str| {
        DEPENDENCIES.iter().any(|name| {
            package
                .trim_start()
                .starts_with(&format!("name = \"{name}\"\n"))
        })
    };
    lock.split("[[package]]")
        .filter(numeric)
        .for_each(|package| hash::add(&mut hash, package.as_bytes()));
    Ok(hash::hexadecimal(hash))
}
