//! Fingerprints of the sources that results depend on, so that a run knows whether its code has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

#[path = "src/system/sources/fingerprints.rs"]
mod fingerprints;
#[path = "src/system/sources/hash.rs"]
mod hash;

fn main() -> io::Result<()> {
    let root = &Path::new("../..").canonicalize()?;
    for place in hash::PROGRAM {
        println!("cargo:rerun-if-changed=../../{place}");
    }
    let all = fingerprints::of(root)?;
    let mut text = format!(
        "pub(crate) const PROGRAM: &str = \"{}\";\npub(crate) const SPECTRA: &str = \"{}\";\n",
        hash::program(root)?,
        all.spectra
    );
    for (list, entries) in [("FIGURES", all.figures), ("TRAININGS", all.trainings)] {
        let entries: Vec<_> = entries.iter().collect();
        text.push_str(&format!(
            "pub(crate) const {list}: &[(&str, &str)] = &{entries:?};\n"
        ));
    }
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
            && (fingerprints::DEPENDENCIES.contains(&name.as_str())
                || ["dae", "paper", "plot"].contains(&name.as_str()))
        {
            text.push_str(&format!("    ({name:?}, {version:?}),\n"));
        }
    }
    text.push_str("];\n");
    Ok(text)
}
