//! Files that are either there or not, never half.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use super::{Error, Result};

/// Writes beside and renames, creating the directory if need be.
///
/// # Errors
/// The file system failing; the old file is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(Error::io(directory))?;
    dae::files::write_atomically(path, bytes)?;
    Ok(())
}

/// Writes a value as indented JSON, beside and renamed.
///
/// # Errors
/// As [`write()`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| Error::io(path)(e.into()))?;
    text.push(b'\n');
    write(path, &text)
}

/// Writes a file if its content is not there already.
///
/// # Errors
/// As [`write()`].
pub fn write_if_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    write(path, bytes)
}

/// Opens a lock file, creating it and its directory if need be.
///
/// # Errors
/// The file system failing.
pub fn create(path: &Path) -> Result<File> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(Error::io(directory))?;
    File::create(path).map_err(Error::io(path))
}

/// SHA-256 of some bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// SHA-256 of anything that can be written as JSON.
pub fn key(inputs: &impl Serialize) -> String {
    // Settings are numbers, strings and lists: they always have a JSON form.
    serde_json::to_vec(inputs).map_or_else(|error| error.to_string(), |text| sha256(&text))
}

/// SHA-256 of a file, or `None` if it cannot be read.
pub fn sha256_of(path: &Path) -> Option<String> {
    read(path).ok().map(|bytes| sha256(&bytes))
}

/// Reads a regular file. Reading a named pipe or a device in its place might never end.
///
/// # Errors
/// Anything but a regular file, or the file system failing.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    fs::read(path)
}

/// Reads a map from the paths of files below a folder, for `deserialize_with`.
///
/// Files under such paths are read, and removed when they are no longer made, so a record may only name what is in its
/// own folder: no absolute path, no `..`.
///
/// # Errors
/// Any other path.
pub fn below<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let files = BTreeMap::<String, String>::deserialize(from)?;
    match files.keys().find(|path| !is_below(path)) {
        None => Ok(files),
        Some(path) => Err(D::Error::custom(format!(
            "`{}` does not name a file inside the folder of results",
            path.chars().take(200).collect::<String>()
        ))),
    }
}

fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    // Windows takes a backslash for a separator and a colon for a drive or a stream, and other systems must agree.
    let strange = path.contains(['\\', ':', '\0']);
    !path.is_empty() && !strange && parts.all(|part| matches!(part, Component::Normal(_)))
}
