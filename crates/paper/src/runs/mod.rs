//! Training runs: kept when they are finished, checkpointed while they go on, and never done twice at once.
//!
//! Below the folder of a profile, `runs/` holds for each run, by its name,
//!
//! * `<name>.json`: the finished result, with the key of everything that it depends on, and where it was computed;
//! * `<name>.checkpoint`: how far an unfinished run has come;
//! * `<name>.lock`: held by the process that is at it.

use std::cell::Cell;
use std::fs::{self, File, TryLockError};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dae::data::cache_dir;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use crate::system::files::{self, key};
use crate::system::progress::Progress;
use crate::system::provenance::{Provenance, Session};
use crate::{Error, Result};

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
}

/// The first line of a checkpoint file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Key of everything that the run depends on.
    pub key: String,
    /// Epochs done.
    pub epoch: u64,
    /// Epochs to do.
    pub epochs: u64,
    /// Seconds that the epochs done have taken, over all sessions.
    #[serde(deserialize_with = "some_seconds")]
    pub seconds: f64,
    /// SHA-256 of what follows the first line.
    pub sha256: String,
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

/// A run that is being computed.
pub struct Slot<'a> {
    runs: &'a Runs,
    name: &'a str,
    key: String,
    session: Session,
    before: Cell<Duration>,
    saved: Cell<Instant>,
    /// Held as long as the run goes on; the operating system lets go of it however the process ends.
    _lock: Option<File>,
}

impl Runs {
    /// Keeps nothing and reuses nothing.
    pub fn none() -> Self {
        Self {
            directory: None,
            reuse: false,
            stop: Arc::default(),
            checkpoint_every: Duration::MAX,
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
        // A process that was killed just after it kept its result left the checkpoint as well: that takes the lock.
        if self.header(name, &key).is_none()
            && let Some(result) = self.finished(name, &key)
        {
            used();
            return Ok(result);
        }
        let slot = Slot {
            runs: self,
            name,
            key,
            session: Session::within(),
            before: Cell::default(),
            saved: Cell::new(Instant::now()),
            _lock: self.lock(name, progress)?,
        };
        // Another process may also have finished the run between the look and the lock.
        if let Some(result) = self.finished(name, &slot.key) {
            if self.header(name, &slot.key).is_some() {
                slot.forget_checkpoint()?;
            }
            used();
            return Ok(result);
        }
        let result = compute(&slot)?;
        let provenance = slot.session.provenance(slot.seconds());
        let stored = Stored::new(&slot.key, result, Some(provenance));
        if let Some(path) = self.path(name, "json") {
            files::write_json(&path, &stored)?;
            slot.forget_checkpoint()?;
        }
        Ok(stored.result)
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
        // Whoever is at a run has its lock file; to look at one that nobody began must not make one.
        let begun = self.path(name, "lock").is_some_and(|path| path.exists());
        let lock = || self.lock(name, &Progress::Silent);
        let running = begun && matches!(lock(), Err(Error::Busy { .. }));
        if running || checkpoint.is_some() {
            State::UnderWay {
                checkpoint,
                running,
            }
        } else {
            State::Waiting
        }
    }

    fn finished<T: Serialize + DeserializeOwned>(&self, name: &str, key: &str) -> Option<T> {
        let stored: Stored<T> = self.stored(name, key)?;
        (checksum(&stored.result)? == stored.sha256).then_some(stored.result)
    }

    fn stored<T: DeserializeOwned>(&self, name: &str, key: &str) -> Option<Stored<T>> {
        let path = self.path(name, "json").filter(|_| self.reuse)?;
        let stored: Stored<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (stored.key == key).then_some(stored)
    }

    /// The header of the checkpoint of `name`, if its key is `key`.
    fn header(&self, name: &str, key: &str) -> Option<Header> {
        let header = read_header(&self.path(name, "checkpoint")?)?;
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
        // Whoever only looks at the state of a run holds its lock for a moment: a single refusal proves nothing.
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
///
/// # Errors
/// The computation failing.
pub fn cached<T: Serialize + DeserializeOwned>(
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
    let lock = runs
        .path(name, "lock")
        .and_then(|path| files::create(&path).ok());
    let held = lock.filter(|file| file.lock().is_ok());
    if let Some(result) = held.as_ref().and_then(|_| runs.finished(name, &key)) {
        return Ok(result);
    }
    let stored = Stored::new(&key, compute()?, None);
    if let Some(path) = runs.path(name, "json")
        && let Err(error) = files::write_json(&path, &stored)
    {
        progress.say(&format!("{name}: not kept in the cache: {error}"));
    }
    Ok(stored.result)
}

impl<T: Serialize> Stored<T> {
    fn new(key: &str, result: T, provenance: Option<Provenance>) -> Self {
        Self {
            key: key.to_owned(),
            sha256: checksum(&result).unwrap_or_default(),
            provenance,
            result,
        }
    }
}

impl Slot<'_> {
    /// The checkpoint of this run, if there is one that may be used.
    ///
    /// One of other settings or code is put aside, not overwritten, and that is said.
    ///
    /// # Errors
    /// The file system failing.
    pub fn checkpoint<C: DeserializeOwned>(&self, progress: &Progress) -> Result<Option<C>> {
        let Some(path) = self
            .runs
            .path(self.name, "checkpoint")
            .filter(|path| path.exists())
        else {
            return Ok(None);
        };
        let read = fs::read(&path)
            .ok()
            .and_then(|bytes| parse_checkpoint::<C>(&bytes));
        match read.filter(|(header, _)| self.runs.reuse && header.key == self.key) {
            Some((header, state)) => {
                self.before.set(Duration::from_secs_f64(header.seconds));
                let (name, epoch, epochs) = (self.name, header.epoch, header.epochs);
                progress.say(&format!(
                    "{name}: going on from its checkpoint at epoch {epoch} of {epochs}"
                ));
                Ok(Some(state))
            }
            None => {
                let aside = path.with_extension("checkpoint.other");
                fs::rename(&path, &aside).map_err(Error::io(&path))?;
                let (name, aside) = (self.name, aside.display());
                progress.say(&format!(
                    "{name}: its checkpoint is of other settings or code, or damaged; kept as {aside}, starting afresh"
                ));
                Ok(None)
            }
        }
    }

    /// To be called after every few epochs: saves a checkpoint when it is time, and stops when that was asked for.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once a stop was asked for and the checkpoint is written; the file system failing.
    pub fn tick<C: Serialize>(
        &self,
        epoch: u64,
        epochs: u64,
        state: impl FnOnce() -> C,
    ) -> Result<()> {
        let stop = self.runs.stop.load(Ordering::Relaxed);
        if !stop && self.saved.get().elapsed() < self.runs.checkpoint_every {
            return Ok(());
        }
        if let Some(path) = self.runs.path(self.name, "checkpoint") {
            self.save(&path, (epoch, epochs), &state())?;
        }
        self.saved.set(Instant::now());
        if stop {
            Err(Error::Interrupted {
                name: self.name.to_owned(),
                epoch,
                epochs,
            })
        } else {
            Ok(())
        }
    }

    /// To be called where there is nothing to save yet: stops when that was asked for.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once a stop was asked for.
    pub fn stop_at_start(&self, epochs: u64) -> Result<()> {
        if !self.runs.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(Error::Interrupted {
            name: self.name.to_owned(),
            epoch: 0,
            epochs,
        })
    }

    fn save(&self, path: &Path, (epoch, epochs): (u64, u64), state: &impl Serialize) -> Result<()> {
        let unwritable = |error: String| Error::io(path)(std::io::Error::other(error));
        let content = postcard::to_stdvec(state).map_err(|error| unwritable(error.to_string()))?;
        let header = Header {
            key: self.key.clone(),
            epoch,
            epochs,
            seconds: self.seconds(),
            sha256: files::sha256(&content),
        };
        let mut bytes =
            serde_json::to_vec(&header).map_err(|error| unwritable(error.to_string()))?;
        bytes.push(b'\n');
        bytes.extend(content);
        files::write(path, &bytes)
    }

    /// Seconds over all sessions.
    fn seconds(&self) -> f64 {
        (self.before.get() + self.session.elapsed()).as_secs_f64()
    }

    fn forget_checkpoint(&self) -> Result<()> {
        match self
            .runs
            .path(self.name, "checkpoint")
            .filter(|path| path.exists())
        {
            Some(path) => fs::remove_file(&path).map_err(Error::io(path)),
            None => Ok(()),
        }
    }
}

/// No header is longer: that would be another file, which may be of any size.
const LONGEST_HEADER: u64 = 1 << 16;

/// A time that a run may have taken: the hash does not cover the header, and not every number makes a [`Duration`].
fn some_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let seconds = f64::deserialize(from)?;
    if (0.0..1e10).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(D::Error::custom("no time that a run may have taken"))
    }
}

fn read_header(path: &Path) -> Option<Header> {
    let mut line = Vec::new();
    BufReader::new(File::open(path).ok()?.take(LONGEST_HEADER))
        .read_until(b'\n', &mut line)
        .ok()?;
    serde_json::from_slice(&line).ok()
}

/// Understands the content of a checkpoint file: a line with the header, and the state in binary.
///
/// Gives `None` for anything else, as for no file at all: a run then starts afresh.
pub fn parse_checkpoint<C: DeserializeOwned>(bytes: &[u8]) -> Option<(Header, C)> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (header, rest) = bytes.split_at_checked(end)?;
    let header: Header = serde_json::from_slice(header).ok()?;
    let (_, content) = rest.split_first()?;
    let state =
        (files::sha256(content) == header.sha256).then(|| postcard::from_bytes(content).ok())?;
    Some((header, state?))
}

/// SHA-256 of a result as it is stored; none for what cannot be stored.
fn checksum(result: &impl Serialize) -> Option<String> {
    Some(files::sha256(&serde_json::to_vec(result).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(runs: &Runs, inputs: u32, value: f64) -> (f64, bool) {
        let computed = Cell::new(false);
        let result = runs.get_or("a", &inputs, &Progress::Silent, |_| {
            computed.set(true);
            Ok(value)
        });
        (result.unwrap(), computed.get())
    }

    #[test]
    fn a_run_is_reused_for_the_same_inputs_only() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let number = 0.1 + 0.2;
        assert_eq!(get(&runs, 1, number), (number, true));
        assert_eq!(
            get(&runs, 1, 7.0),
            (number, false),
            "exactly the same float comes back"
        );
        assert_eq!(get(&runs, 2, 7.0), (7.0, true));
        fs::write(directory.path().join("a.json"), b"{\"key\":").unwrap();
        assert_eq!(
            get(&runs, 2, 8.0),
            (8.0, true),
            "half a file counts as none"
        );
        let path = directory.path().join("a.json");
        let edited = fs::read_to_string(&path)
            .unwrap()
            .replace("\"result\": 8.0", "\"result\": 8.5");
        fs::write(path, edited).unwrap();
        assert_eq!(
            get(&runs, 2, 9.5),
            (9.5, true),
            "a result that was edited counts as none"
        );
        let never = Runs {
            reuse: false,
            ..runs
        };
        assert_eq!(get(&never, 2, 9.0), (9.0, true));
    }

    /// Counts to ten, stopping once at five if `stop` is set.
    fn count(runs: &Runs, inputs: u32, stop: bool) -> Result<Vec<u64>> {
        runs.get_or("count", &inputs, &Progress::Silent, |slot| {
            let mut seen: Vec<u64> = slot.checkpoint(&Progress::Silent)?.unwrap_or_default();
            while seen.len() < 10 {
                seen.push(seen.len() as u64);
                if stop && seen.len() == 5 {
                    runs.stop.store(true, Ordering::Relaxed);
                }
                slot.tick(seen.len() as u64, 10, || seen.clone())?;
            }
            Ok(seen)
        })
    }

    #[test]
    fn a_stopped_run_goes_on_where_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let key = key(&1);
        assert_eq!(runs.state("count", &key), State::Waiting);
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            0,
            "looking leaves no trace"
        );
        let error = count(&runs, 1, true).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Interrupted {
                    epoch: 5,
                    epochs: 10,
                    ..
                }
            ),
            "{error}"
        );
        let state = runs.state("count", &key);
        assert!(
            matches!(&state, State::UnderWay { checkpoint: Some(h), running: false } if h.epoch == 5),
            "{state:?}"
        );
        runs.stop.store(false, Ordering::Relaxed);
        assert_eq!(count(&runs, 1, false).unwrap(), (0..10).collect::<Vec<_>>());
        assert_eq!(runs.state("count", &key), State::Done);
        assert!(!directory.path().join("count.checkpoint").exists());
    }

    #[test]
    fn a_checkpoint_left_beside_its_result_is_removed_and_one_of_other_settings_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        count(&runs, 1, true).unwrap_err();
        runs.stop.store(false, Ordering::Relaxed);
        let left = fs::read(&path).unwrap();
        count(&runs, 1, false).unwrap();
        for (inputs, stays) in [(1, false), (2, true)] {
            if stays {
                count(&runs, inputs, true).unwrap_err();
                runs.stop.store(false, Ordering::Relaxed);
            } else {
                fs::write(&path, &left).unwrap();
            }
            assert!(path.exists());
            assert_eq!(count(&runs, 1, false).unwrap().len(), 10);
            assert_eq!(path.exists(), stays);
        }
    }

    #[test]
    fn a_checkpoint_of_other_settings_or_a_damaged_one_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        for damage in [false, true] {
            count(&runs, 1, true).unwrap_err();
            runs.stop.store(false, Ordering::Relaxed);
            if damage {
                let mut bytes = fs::read(&path).unwrap();
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                fs::write(&path, bytes).unwrap();
            }
            let inputs = if damage { 1 } else { 2 };
            assert_eq!(count(&runs, inputs, false).unwrap().len(), 10);
            assert!(path.with_extension("checkpoint.other").exists());
            fs::remove_file(directory.path().join("count.json")).unwrap();
        }
    }

    #[test]
    fn a_checkpoint_with_an_impossible_time_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        for seconds in ["-1.5", "1e300", "null"] {
            count(&runs, 1, true).unwrap_err();
            runs.stop.store(false, Ordering::Relaxed);
            let bytes = fs::read(&path).unwrap();
            let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
            let header: Header = serde_json::from_slice(&bytes[..end]).unwrap();
            let was = format!("\"seconds\":{}", serde_json::json!(header.seconds));
            let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
            assert!(header.contains(&was), "{header} {was}");
            let header = header.replace(&was, &format!("\"seconds\":{seconds}"));
            fs::write(&path, [header.as_bytes(), &bytes[end..]].concat()).unwrap();
            assert_eq!(count(&runs, 1, false).unwrap().len(), 10);
            assert!(path.with_extension("checkpoint.other").exists());
            fs::remove_file(path.with_extension("checkpoint.other")).unwrap();
            fs::remove_file(directory.path().join("count.json")).unwrap();
        }
    }

    #[test]
    fn a_run_is_never_done_twice_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let outer = runs.get_or("a", &1, &Progress::Silent, |_| {
            let running = runs.state("a", &key(&1));
            assert_eq!(
                running,
                State::UnderWay {
                    checkpoint: None,
                    running: true
                }
            );
            let inner = runs.get_or("a", &1, &Progress::Silent, |_| Ok(1.0));
            assert!(matches!(inner, Err(Error::Busy { .. })));
            Ok(2.0)
        });
        assert_eq!(outer.unwrap(), 2.0);
    }
}
