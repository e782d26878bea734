//! Files that are complete or absent, never half written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Component, Path};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use super::sources::hash::hexadecimal;
use super::{Error, Result};

/// Writes a temporary file and renames it, creating the folder if needed.
///
/// # Errors
/// The file system failing; the old file is then untouched.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    create_folder_of(path)?;
    dae::files::write_atomically(path, bytes)?;
    Ok(())
}

fn create_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::io(folder))
}

/// A value as indented JSON, for the file at `path`.
pub fn json(path: &Path, value: &impl Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| Error::io(path)(e.into()))?;
    text.push(b'\n');
    Ok(text)
}

/// Writes a file unless it has this content already.
pub(crate) fn write_if_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    write(path, bytes)
}

/// Opens a lockfile, creating it and its folder if needed.
pub(crate) fn create(path: &Path) -> Result<File> {
    create_folder_of(path)?;
    File::create(path).map_err(Error::io(path))
}

/// SHA-256 of some bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
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

/// SHA-256 of a file of any size, which is read in pieces.
///
/// # Errors
/// As [`read`].
pub(crate) fn sha256_of_large(path: &Path) -> io::Result<String> {
    let (mut file, mut hash) = (open(path)?, Sha256::new());
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(hexadecimal(hash));
        }
        hash.update(piece);
        let length = piece.len();
        file.consume(length);
    }
}

/// Opens a regular file, to be read in pieces.
///
/// # Errors
/// As [`read`].
pub(crate) fn open(path: &Path) -> io::Result<BufReader<File>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(BufReader::with_capacity(1 << 16, File::open(path)?))
}

/// Reads a regular file. Reading a named pipe or a device in its place might never end.
///
/// # Errors
/// Not a regular file, or the file system failing.
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
pub fn below<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let files = BTreeMap::<String, String>::deserialize(from)?;
    if let Some(path) = files.keys().find(|path| !is_below(path)) {
        let path: String = path.chars().take(200).collect();
        let problem = format!("`{path}` does not name a file inside the folder of results");
        return Err(D::Error::custom(problem));
    }
    Ok(files)
}

fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    // Windows takes a backslash for a separator and a colon for a drive or a stream, and other systems must agree.
    let strange = path.contains(['\\', ':', '\0']);
    !path.is_empty() && !strange && parts.all(|part| matches!(part, Component::Normal(_)))
}
