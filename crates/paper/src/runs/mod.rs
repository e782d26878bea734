//! Training runs: kept when they are finished, checkpointed while they go on, and never done twice at once.
//!
//! Below the folder of a profile, `runs/` holds for each run, by its name,
//!
//! * `<name>.json`: the finished result, with the key of everything that it depends on, and where it was computed;
//! * `<name>.checkpoint`: how far an unfinished run has come;
//! * `<name>.lock`: held by the process that is at it.

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

/// Where runs are kept, and how they are interrupted.
#[derive(Debug, Clone)]
pub struct Runs {
    /// Where the runs lie; `None` keeps nothing.
    pub directory: Option<PathBuf>,
    /// Whether finished runs and checkpoints that are there may be used.
    pub reuse: bool,
    /// Set from outside to stop at the next epoch, with a checkpoint.
    pub stop: Arc<AtomicBool>,
    /// Time between two checkpoints of a run.
    pub checkpoint_every: Duration,
    /// What trains.
    pub device: Device,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Finished, with the present settings and code.
    Done,
    /// Has a checkpoint, or a process at it (or both).
    UnderWay {
        /// The checkpoint, if there is one of the present settings and code.
        checkpoint: Option<Header>,
        /// Whether a process is at it now.
        running: bool,
    },
    /// Nothing that could be used is there.
    Waiting,
}

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    key: String,
    /// Runs of earlier versions have none.
    #[serde(default)]
    provenance: Option<Provenance>,
    /// SHA-256 of the result as JSON. What was changed by hand counts as absent, as in earlier versions' runs.
    #[serde(default)]
    sha256: String,
    result: T,
}

impl Runs {
    /// Keeps nothing and reuses nothing.
    pub fn none() -> Self {
        Self {
            directory: None,
            reuse: false,
            stop: Arc::default(),
            checkpoint_every: Duration::MAX,
            device: Device::processor(),
        }
    }

    /// Keeps runs in a folder and uses what is there.
    pub fn kept_in(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: Some(directory.into()),
            reuse: true,
            ..Self::none()
        }
    }

    /// Gives the kept result of `name` if its key is that of `inputs`; computes and keeps it otherwise.
    ///
    /// # Errors
    /// The computation or the file system failing, or another process being at the same run. A kept file that cannot
    /// be read counts as absent.
    pub fn get_or<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        inputs: &impl Serialize,
        progress: &Progress,
        compute: impl FnOnce(&Slot) -> Result<T>,
    ) -> Result<T> {
        let key = key(inputs);
        let used = || progress.say(&format!("{name}: finished before, kept result used"));
        let checkpointed = || self.header(name, &key).is_some();
        // A process that was killed just after it kept its result left the checkpoint as well: that takes the lock.
        if !checkpointed()
            && let Some(result) = self.finished(name, &key)
        {
            used();
            return Ok(result);
        }
        let slot = Slot::new(self, name, key.clone(), self.lock(name, progress)?);
        // Another process may also have finished the run between the look and the lock.
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

    /// What the checkpoint of `name` holds, which is removed.
    pub fn take_checkpoint<C: DeserializeOwned>(&self, name: &str) -> Option<C> {
        let path = self.path(name, CHECKPOINT)?;
        let (_, state) = parse_checkpoint(&fs::read(&path).ok()?)?;
        fs::remove_file(&path).ok()?;
        Some(state)
    }

    /// Where the kept result of `name` was computed, if it is kept, has this key, and says so.
    pub fn provenance(&self, name: &str, key: &str) -> Option<Provenance> {
        let all = Self {
            reuse: true,
            ..self.clone()
        };
        all.stored::<IgnoredAny>(name, key)?.provenance
    }

    /// How far a run is.
    pub fn state(&self, name: &str, key: &str) -> State {
        if self.stored::<IgnoredAny>(name, key).is_some() {
            return State::Done;
        }
        let checkpoint = self.header(name, key);
        // A process that trains a run has its lock file; looking at a run that nobody began must not create one.
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
        (stored.key == key).then_some(stored)
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
        // `paper status` holds the lock for a moment while it looks: a single refusal proves nothing.
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

/// Gives what was computed from `inputs` before, from a folder of the cache; computes and keeps it otherwise.
///
/// A cache saves time and nothing else: where it cannot be written, nothing is kept, and that is said.
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
    // Another process that computes the same is waited for, where that can be known.
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

/// SHA-256 of a result as it is stored; what cannot be stored has none.
fn checksum(result: &impl Serialize) -> String {
    serde_json::to_vec(result).map_or_else(|_| String::new(), |json| files::sha256(&json))
}
