//! What the cache holds, and what of it no clone needs any more.
//!
//! Downloads, the Python environments and the kernel are shared by all clones. What is built of a clone's own crates is
//! not: its folder has a file `clone` with the path of the clone, and is of no use when that clone is gone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, Result};

/// Folders of the cache with one folder for each clone.
const OF_CLONES: [&str; 2] = ["build", "notebooks"];

/// Something in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes on disk that nothing before it in the list has, too: files that several folders share count once.
    pub bytes: u64,
    /// Whose it is.
    pub owner: Owner,
}

/// Whose something in the cache is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Of use to every clone.
    Shared,
    /// Of use to this clone only.
    Clone(PathBuf),
    /// Of use to a clone that is not there any more.
    Gone(PathBuf),
}

/// Everything that a cache holds, in order.
///
/// # Errors
/// The file system failing. A cache that is not there holds nothing.
pub fn items(cache: &Path) -> Result<Vec<Item>> {
    let mut paths = Vec::new();
    for path in below(cache)? {
        if is_of_clones(&path, cache) && path.is_dir() {
            paths.extend(below(&path)?);
        } else {
            paths.push(path);
        }
    }
    let mut seen = BTreeSet::new();
    let item = |path: PathBuf| Item {
        bytes: size(&path, &mut seen),
        owner: owner(&path, cache),
        path,
    };
    Ok(paths.into_iter().map(item).collect())
}

/// Removes what belongs to clones that are gone; gives what it removed.
pub fn clean(cache: &Path) -> Result<Vec<Item>> {
    let mut gone = items(cache)?;
    gone.retain(|item| matches!(item.owner, Owner::Gone(_)));
    for item in &gone {
        fs::remove_dir_all(&item.path).map_err(Error::io(&item.path))?;
    }
    Ok(gone)
}

fn is_of_clones(path: &Path, cache: &Path) -> bool {
    OF_CLONES.iter().any(|name| path == cache.join(name))
}

fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Error::io(folder))?;
    let paths = entries.map(|entry| Ok(entry.map_err(Error::io(folder))?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Whose a folder is. What is removed has to be ours beyond doubt, also where the cache is somebody's home: a hash for a
/// name in one of the folders of clones, and a file with nothing but an absolute path.
fn owner(path: &Path, cache: &Path) -> Owner {
    let among_clones = path
        .parent()
        .is_some_and(|place| is_of_clones(place, cache));
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if !among_clones || !name.iter().all(u8::is_ascii_hexdigit) {
        return Owner::Shared;
    }
    let text = fs::read_to_string(path.join("clone")).unwrap_or_default();
    let clone = PathBuf::from(text.trim_end_matches('\n'));
    if !clone.is_absolute() {
        Owner::Shared
    } else if clone.join("crates/paper/Cargo.toml").exists() {
        Owner::Clone(clone)
    } else {
        Owner::Gone(clone)
    }
}

/// Bytes on disk of a file or of everything below a folder, but for files that were seen before.
fn size(path: &Path, seen: &mut BTreeSet<(u64, u64)>) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return 0;
    };
    if metadata.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        return entries.map(|entry| size(&entry.path(), seen)).sum();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.nlink() > 1 && !seen.insert((metadata.dev(), metadata.ino())) {
            return 0;
        }
        512 * metadata.blocks()
    }
    #[cfg(not(unix))]
    metadata.len()
}
