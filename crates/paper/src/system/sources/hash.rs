//! SHA-256 over source files: when this crate is built (`build.rs`), and again when its program runs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// Everything that the program is built from, by its path from the root of the clone.
pub const PROGRAM: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "crates/dae/Cargo.toml",
    "crates/dae-cuda/Cargo.toml",
    "crates/dae-cuda/kernels",
    "crates/dae-cuda/src",
    "crates/dae/spectra",
    "crates/dae/src",
    "crates/paper/Cargo.toml",
    "crates/paper/build.rs",
    "crates/paper/settings",
    "crates/paper/src",
    "crates/paper/templates",
    "crates/plot/Cargo.toml",
    "crates/plot/src",
    "data/claims.toml",
    "data/few_samples.csv",
    "data/figure1_starts.csv",
    "data/published.csv",
    "docs/BIAS.md",
    "docs/DEVIATIONS.md",
];

/// Extensions of source files; what an editor leaves beside them has others.
const SOURCES: &str = "css csv cu html js lock md rs svg toml";

/// Adds the names and contents of all source files at some places, in order; `part` selects what counts of a file.
///
/// # Errors
/// A missing or unreadable place; likewise in the functions below.
pub fn add_files(
    hash: &mut Sha256,
    root: &Path,
    places: &[&str],
    part: impl Fn(String) -> String,
) -> io::Result<()> {
    let mut files = Vec::new();
    for place in places {
        collect(&root.join(place), &mut files)?;
    }
    files.sort();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file);
        add(hash, name.to_string_lossy().replace('\\', "/").as_bytes());
        add(hash, part(fs::read_to_string(&file)?).as_bytes());
    }
    Ok(())
}

/// Adds some bytes, and their number.
pub fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

/// A hash in hexadecimal.
pub fn hexadecimal(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fingerprint of the program's sources in a clone.
pub fn program(root: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    add_files(&mut hash, root, PROGRAM, |text| text)?;
    Ok(hexadecimal(hash))
}

/// All source files at a place.
pub fn collect(place: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !place.is_dir() {
        files.push(place.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        let [name, ending] = [path.file_name(), path.extension()];
        let hidden = name.is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let mut endings = SOURCES.split(' ');
        if path.is_dir() || !hidden && endings.any(|one| ending == Some(OsStr::new(one))) {
            collect(&path, files)?;
        }
    }
    Ok(())
}
