//! The one error type of this crate.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What can go wrong, with the data needed to say what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter or setting lies outside its domain.
    #[error("{name} = {value} is out of range: it must be {allowed}")]
    OutOfRange {
        /// The parameter, as it is called in the settings.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed, as the end of the sentence "it must be ...".
        allowed: &'static str,
    },

    /// An array has the wrong shape or length.
    #[error("{what}: expected {expected}, found {found}; pass arrays whose sizes fit together")]
    Shape {
        /// The array.
        what: &'static str,
        /// The shape that was needed.
        expected: String,
        /// The shape that was given.
        found: String,
    },

    /// Training diverged.
    #[error(
        "{what} is no longer finite at epoch {epoch}: training diverged; \
         lower alpha (stable below about 2 / largest curvature)"
    )]
    Diverged {
        /// The quantity that was found not to be finite.
        what: &'static str,
        /// The epoch at which it was found.
        epoch: u64,
    },

    /// The ODE integrator gave up.
    #[error("integrating to s = {s} failed: {reason}; try a smaller s or smaller weights")]
    Integration {
        /// The requested time.
        s: f64,
        /// The integrator's message.
        reason: String,
    },

    /// LAPACK reported a failure.
    #[error("linear algebra failed: {0}; check the input for values that are not finite")]
    LinearAlgebra(#[from] ndarray_linalg::error::LinalgError),

    /// A file could not be read or written.
    #[error("{path}: {source}; check that it exists, that it may be accessed and that the disk is not full", path = .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },

    /// A file is not what it should be.
    #[error("{file}: expected {expected}, found {found}; remove the file and fetch it again", file = .file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// What a good file has there.
        expected: String,
        /// What this one has.
        found: String,
    },

    /// No source could deliver a data set.
    #[error(
        "no source delivered {dataset}:\n{attempts}\nConnect to the internet, install npm, or set DAE_DATA_MIRROR to a directory that holds the files listed in data/README.md"
    )]
    NoSource {
        /// The data set.
        dataset: &'static str,
        /// One line for each source that was tried, with what it said.
        attempts: String,
    },

    /// A data set has the right form but the wrong content.
    #[error(
        "{dataset}: these are not the images of the paper: expected content fingerprint {expected}, \
         found {found}; remove the files and fetch them again"
    )]
    Fingerprint {
        /// The data set.
        dataset: &'static str,
        /// The fingerprint of the true content.
        expected: String,
        /// The fingerprint of what was read.
        found: String,
    },

    /// More images were asked for than there are.
    #[error("{asked} images were asked for, but there are {available}; ask for fewer")]
    TooManyImages {
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        available: usize,
    },

    /// Nothing says where the cache is.
    #[error("no place for the cache: set DAE_CACHE_DIR, XDG_CACHE_HOME or HOME")]
    NoCacheDirectory,

    /// `DAE_OFFLINE` is neither yes nor no.
    #[error("DAE_OFFLINE={value} is neither 1 (true, yes, on) nor 0 (false, no, off)")]
    Offline {
        /// What it is.
        value: String,
    },

    /// A web site did not deliver a file.
    #[error("{url}: {reason}")]
    Download {
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },

    /// Another program that was needed could not do its work.
    #[error("`{command}`: {reason}")]
    Command {
        /// The command line.
        command: String,
        /// What happened.
        reason: String,
    },

    /// A line of a text file is not what it should be.
    #[error(
        "{file}, line {line}: expected {expected}, found {found}; restore the file or compute it again",
        file = .file.display()
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, counted from one.
        line: u64,
        /// What a good file has there.
        expected: String,
        /// What this one has.
        found: String,
    },

    /// A device other than the CPU failed, or has too little memory.
    #[error(
        "{device}: {reason}; train on the processor instead, or free the device and go on from the checkpoint"
    )]
    Device {
        /// The device's own name.
        device: String,
        /// What happened, in one line.
        reason: String,
    },

    /// Two results that should be the same are not.
    #[error(
        "{what}: expected {expected}, found {found}; one of the two comes from other data or other code"
    )]
    Disagreement {
        /// What was compared.
        what: String,
        /// The value to agree with.
        expected: String,
        /// The value that does not agree.
        found: String,
    },
}

impl Error {
    /// Builds [`Error::OutOfRange`].
    pub fn out_of_range(name: &'static str, value: impl ToString, allowed: &'static str) -> Self {
        Self::OutOfRange {
            name,
            value: value.to_string(),
            allowed,
        }
    }

    /// Builds an adapter for `map_err` that adds the path to an I/O error.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Refuses a number outside `range`; NaN is outside every range.
///
/// # Errors
/// A value outside the range, as [`Error::OutOfRange`].
pub fn within(
    name: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<f64> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(Error::out_of_range(name, value, allowed))
    }
}

/// Refuses an array whose shape does not fit the others.
pub(crate) fn shape(
    what: &'static str,
    expected: (usize, usize),
    found: (usize, usize),
) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Shape {
        what,
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    })
}

/// Refuses a number that is negative or not finite.
///
/// # Errors
/// As [`within`].
pub fn non_negative(name: &'static str, value: f64) -> Result<f64> {
    within(name, value, 0.0..=f64::MAX, "a finite number, zero or more")
}

/// Refuses a number that is zero, negative or not finite.
///
/// # Errors
/// As [`within`].
pub fn positive(name: &'static str, value: f64) -> Result<f64> {
    within(
        name,
        value,
        f64::MIN_POSITIVE..=f64::MAX,
        "a finite number above zero",
    )
}
