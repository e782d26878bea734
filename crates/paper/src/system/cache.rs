//! The contents of the cache, and which of them no clone needs any more.
//!
//! All clones share downloads, the Python environments and the kernel. Builds of a clone's own crates are not shared:
//! their folder has a file `clone` with the path of the clone, and is useless once that clone is gone.

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
    /// Bytes on disk, without files that an earlier item of the list has, too: shared files count once.
    pub bytes: u64,
    /// Whose it is.
    pub owner: Owner,
}

/// The owner of something in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Of use to every clone.
    Shared,
    /// Of use to this clone only.
    Clone(PathBuf),
    /// Of use to a clone that is gone.
    Gone(PathBuf),
}

/// Everything that a cache holds, in order.
///
/// # Errors
/// The file system failing. A missing cache holds nothing.
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

/// Removes what belongs to clones that are gone; returns what it removed.
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

/// The owner of a folder. Only what is ours beyond doubt may be removed, even if the cache is somebody's home: the name
/// must be a hash, in one of the folders of clones, and the file `clone` must hold nothing but an absolute path.
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

/// Bytes on disk of a file, or of everything below a folder, except files seen before.
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
