//! Writing files so that a reader never sees half of one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::{Error, Result};

/// The prefix of the names of files that are being written.
const WRITING: &str = ".writing-";

/// Writes `bytes` to a file beside `path`, syncs it to disk, and renames it over `path`.
///
/// A reader of `path` sees the old content or the new, never a mixture, even if the machine stops in between. On Unix
/// everybody can read the file and its owner can write it (mode 0644); a temporary file would be private. Files that
/// killed writers left in the same folder are removed.
///
/// # Errors
/// [`Error::Io`] naming `path`. `path` then keeps its old content, and the temporary file is gone.
///
/// # Example
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("table.csv");
/// dae::files::write_atomically(&path, b"mode,lambda\n")?;
/// assert_eq!(std::fs::read(&path)?, b"mode,lambda\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    // A bare file name has the parent "", which means the current directory.
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    sweep(folder, WRITING);
    let mut beside = begin(folder).map_err(Error::io(path))?;
    beside.write_all(bytes).map_err(Error::io(path))?;
    make_public(beside.path(), 0o644);
    beside.as_file().sync_all().map_err(Error::io(path))?;
    beside
        .persist(path)
        .map_err(|failed| Error::io(path)(failed.error))?;
    sync_folder(folder);
    Ok(())
}

/// A temporary file in `folder`, locked while its writer lives: a file without a lock was left by a killed writer.
fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(WRITING)
            .tempfile_in(folder)?;
        // Where files cannot be locked, nothing is swept either. If a sweep comes between the two steps, try again.
        if file.as_file().lock().is_err() || file.path().exists() {
            return Ok(file);
        }
    }
}

/// Removes the files and folders with this prefix that killed writers left in `inside`, as far as possible. It is
/// tidiness, not correctness, but they may take hundreds of megabytes.
pub(crate) fn sweep(inside: &Path, prefix: &str) {
    for entry in fs::read_dir(inside).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        // Network file systems lock only what is open for writing; folders never are.
        let (mut options, path) = (OpenOptions::new(), entry.path());
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_dir() => true,
            Ok(kind) if kind.is_file() => false,
            _ => continue,
        };
        let file = options.read(is_folder).write(!is_folder).open(&path);
        if file.as_ref().is_ok_and(|file| file.try_lock().is_ok()) {
            if is_folder {
                fs::remove_dir_all(&path).ok();
            } else {
                fs::remove_file(&path).ok();
            }
        }
    }
}

/// Gives a file or folder the permissions of one that was never temporary. Some file systems have no permissions.
#[cfg(unix)]
pub(crate) fn make_public(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).ok();
}

/// Other systems have no modes.
#[cfg(not(unix))]
pub(crate) fn make_public(_path: &Path, _mode: u32) {}

/// Makes a rename durable. Some file systems cannot sync a folder; the rename is still atomic.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        folder.sync_all().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_old_content_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn sweeps_what_a_killed_writer_left_and_spares_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".writing-abc");
        fs::write(&left, b"hal").unwrap();
        let other = begin(folder.path()).unwrap();
        let unrelated = folder.path().join(".hidden");
        fs::write(&unrelated, b"").unwrap();
        write_atomically(&folder.path().join("a.csv"), b"whole").unwrap();
        assert!(!left.exists());
        assert!(other.path().exists() && unrelated.exists());
    }

    #[cfg(unix)]
    #[test]
    fn can_be_read_by_everybody() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_atomically(&path, b"").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o644
        );
    }

    #[test]
    fn names_the_path_and_leaves_nothing_when_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing").join("a.csv");
        let message = write_atomically(&missing, b"x").unwrap_err().to_string();
        assert!(message.contains("a.csv"), "{message}");

        // A directory in the way: the rename fails after the temporary file was written.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        write_atomically(&taken, b"x").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
