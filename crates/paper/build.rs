//! Fingerprints of the sources that results depend on, so that a run knows whether its code has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Sources that decide the numbers of a linear training run.
const LINEAR: &[&str] = &[
    "dae/src/train/linear.rs",
    "dae/src/train/products.rs",
    "dae/src/train/real.rs",
    "dae/src/random.rs",
];

/// Sources that decide the numbers of a nonlinear training run.
const NONLINEAR: &[&str] = &[
    "dae/src/train/nonlinear.rs",
    "dae/src/train/noise.rs",
    "dae/src/train/normal.rs",
    "dae/src/train/products.rs",
    "dae/src/train/linear.rs",
    "dae/src/train/real.rs",
    "dae/src/random.rs",
    "dae/src/data/spectrum.rs",
    "paper/src/experiments/fig6/run.rs",
    "paper/src/experiments/fig6/images.rs",
];

/// Sources that decide what a spectrum computed from images is.
const DATA: &[&str] = &["dae/src/data"];

/// Sources that every table and figure depends on.
const COMMON: &[&str] = &[
    "dae/src/theory",
    "dae/src/train/scalar.rs",
    "dae/src/train/linear.rs",
    "dae/src/train/nonlinear.rs",
    "dae/src/train/noise.rs",
    "dae/src/train/normal.rs",
    "dae/src/train/products.rs",
    "dae/src/train/real.rs",
    "dae/src/random.rs",
    "dae/src/error.rs",
    "paper/src/plot",
    "paper/src/table.rs",
    "paper/src/check.rs",
    "paper/src/starts.rs",
    "paper/src/experiments/mod.rs",
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
    println!("cargo:rerun-if-changed=../../Cargo.lock");
    let crates = Path::new("..");
    let mut text = String::new();
    for (name, places) in [("LINEAR", LINEAR), ("NONLINEAR", NONLINEAR), ("DATA", DATA)] {
        let hash = fingerprint(crates, places)?;
        text.push_str(&format!("pub const {name}: &str = \"{hash}\";\n"));
    }
    text.push_str("pub const FIGURES: &[(&str, &str)] = &[\n");
    for figure in ["fig1", "fig2", "fig3", "fig4", "fig5", "fig6"] {
        let own = format!("paper/src/experiments/{figure}");
        let mut places = COMMON.to_vec();
        places.push(&own);
        text.push_str(&format!(
            "    (\"{figure}\", \"{}\"),\n",
            fingerprint(crates, &places)?
        ));
    }
    text.push_str("];\n");
    text.push_str(&built_with(crates)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("sources.rs"), text)
}

/// What results are built with, for the manifest: the compiler, the locked dependencies, and those that compute.
fn built_with(crates: &Path) -> io::Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    let lock = fs::read_to_string(crates.join("../Cargo.lock"))?;
    let hash = hexadecimal(Sha256::digest(lock.as_bytes()).as_slice());
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim_matches([' ', '=', '"']).to_owned())
    };
    let mut text = format!(
        "pub const RUSTC: &str = {:?};\npub const LOCK: &str = \"{hash}\";\npub const CRATES: &[(&str, &str)] = &[\n",
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

/// SHA-256 over the names and contents of all files at some places, in order.
fn fingerprint(crates: &Path, places: &[&str]) -> io::Result<String> {
    let mut files = Vec::new();
    for place in places {
        println!("cargo:rerun-if-changed=../{place}");
        collect(&crates.join(place), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    for file in files {
        add(file.to_string_lossy().replace('\\', "/").as_bytes());
        add(&fs::read(&file)?);
    }
    let lock = fs::read_to_string(crates.join("../Cargo.lock"))?;
    let numeric = |package: &&str| {
        NUMERICS.iter().any(|name| {
            package
                .trim_start()
                .starts_with(&format!("name = \"{name}\"\n"))
        })
    };
    lock.split("[[package]]")
        .filter(numeric)
        .for_each(|package| add(package.as_bytes()));
    Ok(hexadecimal(hash.finalize().as_slice()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !place.is_dir() {
        files.push(place.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
