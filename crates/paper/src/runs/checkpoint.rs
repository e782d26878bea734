//! A run in progress: its checkpoints, and stopping it.

use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::Runs;
use crate::system::device::Device;
use crate::system::files;
use crate::system::progress::Progress;
use crate::system::provenance::{Provenance, Session};
use crate::{Error, Result};

/// The first line of a checkpoint file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Key of everything the run depends on.
    pub key: String,
    /// Epochs done.
    pub epoch: u64,
    /// Epochs to do.
    pub epochs: u64,
    /// Seconds taken so far, over all sessions.
    #[serde(deserialize_with = "some_seconds")]
    pub seconds: f64,
    /// Devices it was trained on, in order; earlier versions did not record them.
    #[serde(default)]
    pub devices: Vec<String>,
    /// SHA-256 of what follows the first line.
    pub sha256: String,
}

/// A run in progress.
pub struct Slot<'a> {
    pub(super) runs: &'a Runs,
    pub(super) name: &'a str,
    pub(super) key: String,
    session: Session,
    before: Cell<Duration>,
    devices: RefCell<Vec<String>>,
    saved: Cell<Instant>,
    /// Held while the run lasts; the operating system releases it however the process ends.
    _lock: Option<File>,
}

impl<'a> Slot<'a> {
    pub(super) fn new(runs: &'a Runs, name: &'a str, key: String, lock: Option<File>) -> Self {
        Self {
            runs,
            name,
            key,
            session: Session::within(),
            before: Cell::default(),
            devices: RefCell::default(),
            saved: Cell::new(Instant::now()),
            _lock: lock,
        }
    }

    /// The checkpoint of this run, if there is a usable one.
    ///
    /// An unusable checkpoint (other settings or code, or damaged) is moved aside and reported.
    pub fn checkpoint<C: DeserializeOwned>(&self, progress: &Progress) -> Result<Option<C>> {
        let (Some(path), name) = (self.path(), self.name) else {
            return Ok(None);
        };
        let read = fs::read(&path).ok();
        let read = read.and_then(|bytes| parse_checkpoint(&bytes));
        let own = |header: &Header| self.runs.reuse && header.key == self.key;
        let Some((header, state)) = read.filter(|(header, _)| own(header)) else {
            let aside = path.with_extension("checkpoint.other");
            fs::rename(&path, &aside).map_err(Error::io(&path))?;
            let aside = aside.display();
            progress.say(&format!(
                "{name}: its checkpoint is of other settings or code, or damaged; kept as {aside}, starting afresh"
            ));
            return Ok(None);
        };
        self.before.set(Duration::from_secs_f64(header.seconds));
        self.devices.replace(header.devices);
        let (epoch, epochs) = (header.epoch, header.epochs);
        progress.say(&format!(
            "{name}: going on from its checkpoint at epoch {epoch} of {epochs}"
        ));
        Ok(Some(state))
    }

    /// Makes the trainer of this run on the available device, and records that device. Double precision, and whatever a
    /// GPU that is only preferred fails to do, goes to the CPU; a failure is reported.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn trainer<T>(
        &self,
        progress: &Progress,
        make: impl Fn(&Device) -> Result<T>,
    ) -> Result<T> {
        let (device, processor) = (&self.runs.device, Device::processor());
        let (made, by) = match make(device) {
            Err(Error::Dae(refused @ dae::Error::Device { .. })) if device.only_preferred() => {
                progress.say(&format!(
                    "{}: training on the processor: {refused}",
                    self.name
                ));
                (make(&processor), processor.name())
            }
            Err(Error::DoublePrecision) => (make(&processor), processor.name()),
            made => (made, device.name()),
        };
        let mut devices = self.devices.borrow_mut();
        if devices.last() != Some(&by) {
            devices.push(by);
        }
        made
    }

    /// Call this every few epochs: saves a checkpoint when due, and stops if requested.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after a stop request, once the checkpoint is written; the checkpoint cannot be written.
    pub fn tick<C: Serialize>(
        &self,
        epoch: u64,
        epochs: u64,
        state: impl FnOnce() -> Result<C>,
    ) -> Result<()> {
        let stop = self.runs.stop.load(Ordering::Relaxed);
        if !stop && self.saved.get().elapsed() < self.runs.checkpoint_every {
            return Ok(());
        }
        if let Some(path) = self.runs.path(self.name, CHECKPOINT) {
            self.save(&path, [epoch, epochs], &state()?)?;
        }
        self.saved.set(Instant::now());
        self.stop(epoch, epochs)
    }

    /// Call this while there is nothing to save yet: stops if requested.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after a stop request.
    pub fn stop_at_start(&self, epochs: u64) -> Result<()> {
        self.stop(0, epochs)
    }

    fn stop(&self, epoch: u64, epochs: u64) -> Result<()> {
        let name = self.name.to_owned();
        match self.runs.stop.load(Ordering::Relaxed) {
            true => Err(Error::Interrupted {
                name,
                epoch,
                epochs,
            }),
            false => Ok(()),
        }
    }

    fn save(&self, path: &Path, [epoch, epochs]: [u64; 2], state: &impl Serialize) -> Result<()> {
        let content = postcard::to_stdvec(state);
        let content = content.map_err(|error| Error::io(path)(io::Error::other(error)))?;
        let header = Header {
            key: self.key.clone(),
            epoch,
            epochs,
            seconds: self.seconds(),
            devices: self.devices.borrow().clone(),
            sha256: files::sha256(&content),
        };
        let header = serde_json::to_vec(&header).map_err(|e| Error::io(path)(e.into()))?;
        files::write(path, &[&header, &b"\n"[..], &content].concat())
    }

    /// Where, when and on which devices it was computed.
    pub(super) fn provenance(&self) -> Provenance {
        Provenance {
            devices: self.devices.borrow().clone(),
            device_memory: self.runs.device.memory(),
            ..self.session.provenance(self.seconds())
        }
    }

    /// Seconds over all sessions.
    fn seconds(&self) -> f64 {
        (self.before.get() + self.session.elapsed()).as_secs_f64()
    }

    pub(super) fn forget_checkpoint(&self) -> Result<()> {
        match self.path() {
            Some(path) => fs::remove_file(&path).map_err(Error::io(path)),
            None => Ok(()),
        }
    }

    /// Path of its checkpoint, if there is one.
    fn path(&self) -> Option<PathBuf> {
        let path = self.runs.path(self.name, CHECKPOINT)?;
        path.exists().then_some(path)
    }
}

/// Extension of checkpoint files.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// Longest header: a longer line belongs to some other file, which may be of any size.
const LONGEST_HEADER: u64 = 1 << 16;

/// A plausible duration of a run: the hash does not cover the header, and not every number is a valid [`Duration`].
fn some_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let seconds = f64::deserialize(from)?;
    let possible = (0.0..1e10).contains(&seconds).then_some(seconds);
    possible.ok_or_else(|| D::Error::custom("no time that a run may have taken"))
}

pub(super) fn read_header(path: &Path) -> Option<Header> {
    let (file, mut line) = (File::open(path).ok()?, Vec::new());
    let mut reader = BufReader::new(file.take(LONGEST_HEADER));
    reader.read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

/// Parses a checkpoint file: a header line, then the binary state.
///
/// Returns `None` for anything else; the run then starts from scratch.
pub fn parse_checkpoint<C: DeserializeOwned>(bytes: &[u8]) -> Option<(Header, C)> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (header, content) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    let header: Header = serde_json::from_slice(header).ok()?;
    let intact = files::sha256(content) == header.sha256;
    let state = intact.then(|| postcard::from_bytes(content).ok())?;
    Some((header, state?))
}
