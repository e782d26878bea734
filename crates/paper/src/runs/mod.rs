//! Training runs: stored when finished, checkpointed while in progress, and never done by two processes at once.
//!
//! In the folder of a profile, `runs/` holds for each run, by name:
//!
//! * `<name>.json`: the finished result, with the key of everything it depends on, and where it was computed;
//! * `<name>.checkpoint`: the state of an unfinished run;
//! * `<name>.lock`: the lockfile, held by the process that computes the run.

mod checkpoint;

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use dae::data::cache_dir;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::system::device::Device;
use crate::system::files::{self, key};
use crate::system::progress::Progress;
use crate::system::provenance::Provenance;
use crate::{Error, Result};
use checkpoint::{CHECKPOINT, read_header};
pub use checkpoint::{Header, Slot, parse_checkpoint};

/// Where runs are stored, and how they are interrupted.
#[derive(Debug, Clone)]
pub struct Runs {
    /// Folder of the runs; `None` stores nothing.
    pub directory: Option<PathBuf>,
    /// Whether existing finished runs and checkpoints may be used.
    pub reuse: bool,
    /// Set from outside to stop at the next check, with a checkpoint.
    pub stop: Arc<AtomicBool>,
    /// Time between checkpoints of a run.
    pub checkpoint_every: Duration,
    /// The device to train on.
    pub device: Device,
}

/// Progress of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Finished, with the current settings and code.
    Done,
    /// Has a checkpoint, a process computing it, or both.
    UnderWay {
        /// The checkpoint, if there is one with the current settings and code.
        checkpoint: Option<Header>,
        /// Whether a process is computing it now.
        running: bool,
    },
    /// Nothing usable exists yet.
    Waiting,
}

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    key: String,
    /// Absent in the cache.
    provenance: Option<Provenance>,
    /// SHA-256 of the result as JSON. [`Runs::get_or`] ignores results edited by hand.
    sha256: String,
    result: T,
}

impl Runs {
    /// Stores nothing and reuses nothing.
    pub fn none() -> Self {
        Self {
            directory: None,
            reuse: false,
            stop: Arc::default(),
            checkpoint_every: Duration::MAX,
            device: Device::processor(),
        }
    }

    /// Stores runs in a folder and reuses what is there.
    pub fn kept_in(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: Some(directory.into()),
            reuse: true,
            ..Self::none()
        }
    }

    /// Returns the stored result of `name` if its key is that of `inputs`; otherwise computes and stores it.
    ///
    /// # Errors
    /// The computation or the file system fails, or another process is computing the same run. A stored file that
    /// cannot be read counts as absent.
    pub fn get_or<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        inputs: &impl Serialize,
        progress: &Progress,
        compute: impl FnOnce(&Slot) -> Result<T>,
    ) -> Result<T> {
        let key = key(inputs);
        let used = || progress.say(&format!("{name}: trained before, kept result used"));
        let checkpointed = || self.header(name, &key).is_some();
        // A process killed just after storing its result leaves its checkpoint; removing that needs the lock.
        if !checkpointed()
            && let Some(result) = self.finished(name, &key)
        {
            used();
            return Ok(result);
        }
        let slot = Slot::new(self, name, key.clone(), self.lock(name, progress)?);
        // Another process may also have finished the run since the check above.
        if let Some(result) = self.finished(name, &key) {
            if checkpointed() {
                slot.forget_checkpoint()?;
            }
            used();
            return Ok(result);
        }
        let result = compute(&slot)?;
        self.keep(name, &key, &result, Some(slot.provenance()))?;
        slot.forget_checkpoint()?;
        Ok(result)
    }

    /// Removes the checkpoint of `name` and returns its state.
    pub fn take_checkpoint<C: DeserializeOwned>(&self, name: &str) -> Option<C> {
        let path = self.path(name, CHECKPOINT)?;
        let (_, state) = parse_checkpoint(&fs::read(&path).ok()?)?;
        fs::remove_file(&path).ok()?;
        Some(state)
    }

    /// Provenance of the stored result of `name`, if it exists, has this key, and records it.
    pub fn provenance(&self, name: &str, key: &str) -> Option<Provenance> {
        let all = Self {
            reuse: true,
            ..self.clone()
        };
        all.stored::<IgnoredAny>(name, key)?.provenance
    }

    /// Progress of a run.
    pub fn state(&self, name: &str, key: &str) -> State {
        if self.stored::<IgnoredAny>(name, key).is_some() {
            return State::Done;
        }
        let checkpoint = self.header(name, key);
        // A process that computes a run creates its lockfile; querying a run nobody started must not create one.
        let begun = self.path(name, "lock").is_some_and(|path| path.exists());
        let lock = || self.lock(name, &Progress::Silent);
        let running = begun && matches!(lock(), Err(Error::Busy { .. }));
        if !running && checkpoint.is_none() {
            return State::Waiting;
        }
        State::UnderWay {
            checkpoint,
            running,
        }
    }

    fn finished<T: Serialize + DeserializeOwned>(&self, name: &str, key: &str) -> Option<T> {
        let stored: Stored<T> = self.stored(name, key)?;
        (checksum(&stored.result) == stored.sha256).then_some(stored.result)
    }

    fn stored<T: DeserializeOwned>(&self, name: &str, key: &str) -> Option<Stored<T>> {
        let path = self.path(name, "json").filter(|_| self.reuse)?;
        let stored: Stored<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (stored.key == key && !self.superseded(name, key)).then_some(stored)
    }

    /// Whether the stored result is older than a checkpoint: then the run was begun again (`--fresh`) and interrupted.
    fn superseded(&self, name: &str, key: &str) -> bool {
        let changed = |ending| fs::metadata(self.path(name, ending)?).ok()?.modified().ok();
        self.header(name, key).is_some() && changed(CHECKPOINT) > changed("json")
    }

    fn keep(
        &self,
        name: &str,
        key: &str,
        result: &impl Serialize,
        provenance: Option<Provenance>,
    ) -> Result<()> {
        let Some(path) = self.path(name, "json") else {
            return Ok(());
        };
        let stored = Stored {
            key: key.to_owned(),
            provenance,
            sha256: checksum(result),
            result,
        };
        files::write(&path, &files::json(&path, &stored)?)
    }

    /// The header of the checkpoint of `name`, if its key is `key`.
    fn header(&self, name: &str, key: &str) -> Option<Header> {
        let header = read_header(&self.path(name, CHECKPOINT)?)?;
        (header.key == key).then_some(header)
    }

    fn path(&self, name: &str, ending: &str) -> Option<PathBuf> {
        Some(self.directory.as_ref()?.join(format!("{name}.{ending}")))
    }

    fn lock(&self, name: &str, progress: &Progress) -> Result<Option<File>> {
        let Some(path) = self.path(name, "lock") else {
            return Ok(None);
        };
        let file = files::create(&path)?;
        // `paper status` holds the lock for a moment while it checks: a single refusal proves nothing.
        for patience in [50, 50, 50, 0] {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(patience)),
                Err(TryLockError::Error(error)) => {
                    progress.say(&format!(
                        "{name}: going on without a lock, because this file system has none ({error}); \
                         let no other process do the same run"
                    ));
                    return Ok(None);
                }
            }
        }
        Err(Error::Busy {
            name: name.to_owned(),
            lock: path,
        })
    }
}

/// Returns an earlier result for `inputs` from a folder of the cache; otherwise computes and caches it.
///
/// The cache only saves time: a failure to write it is reported, not returned.
pub(crate) fn cached<T: Serialize + DeserializeOwned>(
    folder: &str,
    name: &str,
    inputs: &impl Serialize,
    progress: &Progress,
    compute: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let key = key(inputs);
    let Ok(cache) = cache_dir() else {
        return compute();
    };
    let runs = Runs::kept_in(cache.join(folder));
    if let Some(result) = runs.finished(name, &key) {
        return Ok(result);
    }
    // Wait for another process that computes the same, if the file system has locks.
    let lock = runs.path(name, "lock");
    let lock = lock.and_then(|path| files::create(&path).ok());
    let held = lock.filter(|file| file.lock().is_ok());
    if let Some(result) = held.as_ref().and_then(|_| runs.finished(name, &key)) {
        return Ok(result);
    }
    let result = compute()?;
    if let Err(error) = runs.keep(name, &key, &result, None) {
        progress.say(&format!("{name}: not kept in the cache: {error}"));
    }
    Ok(result)
}

/// SHA-256 of a result as stored; empty if it cannot be serialised.
fn checksum(result: &impl Serialize) -> String {
    serde_json::to_vec(result).map_or_else(|_| String::new(), |json| files::sha256(&json))
}
