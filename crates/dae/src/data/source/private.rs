//! Private folders, and the removal of those whose owner was killed.

use std::fs::{self, File};
use std::path::Path;

use crate::files::sweep;
use crate::{Error, Result};

/// A folder that nobody else uses, removed when dropped.
pub(super) struct Private {
    folder: tempfile::TempDir,
    /// Held while its owner lives: a folder without a lock was left by a killed process.
    _lock: Option<File>,
}

impl Private {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }
}

/// Creates a private folder inside the cache or, if that cannot be written, among the system's temporary files.
pub(super) fn scratch_folder(prefix: &str, cache: &Path) -> Result<Private> {
    private_folder(prefix, cache).or_else(|error| {
        let prefix = format!("dae-{}", prefix.trim_start_matches('.'));
        private_folder(&prefix, &std::env::temp_dir()).map_err(|_| error)
    })
}

/// Creates a private folder inside another one, and removes those that killed processes left under the same prefix.
pub(super) fn private_folder(prefix: &str, inside: &Path) -> Result<Private> {
    fs::create_dir_all(inside).map_err(Error::io(inside))?;
    sweep(inside, prefix);
    loop {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(inside)
            .map_err(Error::io(inside))?;
        // Where folders cannot be locked, nothing is swept either. If a sweep comes before the lock, try again.
        let lock = File::open(folder.path()).ok();
        let lock = lock.filter(|folder| folder.lock().is_ok());
        if folder.path().exists() {
            return Ok(Private {
                folder,
                _lock: lock,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_processes_left_is_swept_and_what_is_in_use_is_not() {
        let cache = tempfile::tempdir().unwrap();
        let left = cache.path().join(".writing-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), b"hal").unwrap();
        let other = cache.path().join("mnist");
        fs::create_dir(&other).unwrap();
        let first = private_folder(".writing-", cache.path()).unwrap();
        assert!(!left.exists());
        fs::write(first.path().join("half"), b"hal").unwrap();
        let second = private_folder(".writing-", cache.path()).unwrap();
        assert!(first.path().join("half").exists() && second.path().exists() && other.exists());
    }

    #[test]
    fn folders_made_at_once_are_all_there() {
        let cache = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let folder = private_folder(".writing-", cache.path()).unwrap();
                        assert!(folder.path().is_dir());
                    }
                });
            }
        });
    }
}
