//! Fingerprints of the sources that results depend on, so that a run knows whether its code has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

#[path = "src/sources/hash.rs"]
mod hash;

/// Sources that decide the numbers of a linear training run.
const LINEAR: &[&str] = &[
    "crates/dae/src/train/linear.rs",
    "crates/dae/src/train/products.rs",
    "crates/dae/src/train/real.rs",
    "crates/dae/src/random.rs",
];

/// Sources that decide the numbers of a nonlinear training run.
const NONLINEAR: &[&str] = &[
    "crates/dae/src/train/nonlinear.rs",
    "crates/dae/src/train/noise.rs",
    "crates/dae/src/train/normal.rs",
    "crates/dae/src/train/products.rs",
    "crates/dae/src/train/linear.rs",
    "crates/dae/src/train/real.rs",
    "crates/dae/src/random.rs",
    "crates/dae/src/data/spectrum.rs",
    "crates/paper/src/experiments/fig6/run.rs",
    "crates/paper/src/experiments/fig6/images.rs",
];

/// Sources that decide what a spectrum computed from images is.
const DATA: &[&str] = &["crates/dae/src/data"];

/// Sources that every table and figure depends on.
const COMMON: &[&str] = &[
    "crates/dae/src/theory",
    "crates/dae/src/train/scalar.rs",
    "crates/dae/src/train/linear.rs",
    "crates/dae/src/train/nonlinear.rs",
    "crates/dae/src/train/noise.rs",
    "crates/dae/src/train/normal.rs",
    "crates/dae/src/train/products.rs",
    "crates/dae/src/train/real.rs",
    "crates/dae/src/random.rs",
    "crates/dae/src/error.rs",
    "crates/plot/src",
    "crates/paper/src/table.rs",
    "crates/paper/src/check.rs",
    "crates/paper/src/starts.rs",
    "crates/paper/src/experiments/landscape.rs",
    "crates/paper/src/experiments/mod.rs",
    "crates/paper/src/experiments/style.rs",
];

/// Dependencies that compute: another version of one of them counts as a change of the sources.
const NUMERICS: &[&str] = &[
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

fn main() -> io::Result<()> {
    let root = &Path::new("../..").canonicalize()?;
    for place in hash::PROGRAM {
        println!("cargo:rerun-if-changed=../../{place}");
    }
    let mut text = format!(
        "pub(crate) const PROGRAM: &str = \"{}\";\n",
        hash::program(root)?
    );
    for (name, places) in [("LINEAR", LINEAR), ("NONLINEAR", NONLINEAR), ("DATA", DATA)] {
        let hash = fingerprint(root, places)?;
        text.push_str(&format!("pub(crate) const {name}: &str = \"{hash}\";\n"));
    }
    text.push_str("pub(crate) const FIGURES: &[(&str, &str)] = &[\n");
    for figure in ["fig1", "fig2", "fig3", "fig4", "fig5", "fig6"] {
        let own = format!("crates/paper/src/experiments/{figure}");
        let mut places = COMMON.to_vec();
        places.push(&own);
        text.push_str(&format!(
            "    (\"{figure}\", \"{}\"),\n",
            fingerprint(root, &places)?
        ));
    }
    text.push_str("];\n");
    text.push_str(&built_with(root)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("sources.rs"), text)
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
            && (NUMERICS.contains(&name.as_str()) || ["dae", "paper"].contains(&name.as_str()))
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
        NUMERICS.iter().any(|name| {
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
