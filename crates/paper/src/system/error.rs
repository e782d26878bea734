//! The one error type of this crate.

use std::path::{Path, PathBuf};

/// What can go wrong in an experiment, with the data needed to say what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum Error {
    /// The theory, a trainer or a loader refused.
    #[error(transparent)]
    Dae(#[from] dae::Error),

    /// A figure could not be drawn.
    #[error(transparent)]
    Plot(#[from] crate::plot::Error),

    /// A settings file is invalid.
    #[error("{file}: {problem}")]
    SettingsFile { file: String, problem: String },

    /// An unknown figure, model or data set was requested.
    #[error("there is no {kind} called `{name}`; choose one of {choices}")]
    Unknown {
        kind: &'static str,
        name: String,
        choices: String,
    },

    /// A computed series holds a value that is not finite; rows are counted from 0.
    #[error(
        "{table}: column {column} holds {value} in row {row}; nothing was written. This is a defect: please report it"
    )]
    NotFinite {
        table: String,
        column: String,
        row: usize,
        value: f64,
    },

    /// polars failed on a table.
    #[error("table {table}: {source}")]
    Table {
        table: String,
        source: polars::error::PolarsError,
    },

    /// A file of this repository is malformed.
    #[error("{file}: {problem}; restore it from the repository")]
    Repository { file: String, problem: String },

    /// There is nothing to report on in the folder of the profile.
    #[error(
        "{folder} holds no figures: make some first, `make PROFILE={profile}` or `paper run --profile {profile}`",
        folder = .folder.display()
    )]
    NothingRecorded {
        folder: PathBuf,
        profile: &'static str,
    },

    /// A recorded file cannot be parsed.
    #[error("{file}: {problem}; it was changed or damaged: make the figure again with `paper run`")]
    Damaged { file: String, problem: String },

    /// The settings in a record are not those of an experiment.
    #[error(
        "a record is damaged, or of another version: {problem}; make the figure again with `paper run`"
    )]
    DamagedRecord { problem: String },

    /// Another process is doing the same training run.
    #[error(
        "{name} is being trained by another process, which holds {lock}; wait for it, or choose another run with --only",
        lock = .lock.display()
    )]
    Busy { name: String, lock: PathBuf },

    /// A card was asked to train in double precision: the processor does that.
    #[error("cards train in single precision; double precision needs --device cpu")]
    DoublePrecision,

    /// A run was stopped from outside.
    #[error(
        "stopped {name} after epoch {epoch} of {epochs}; the same command, without --fresh, goes on from there"
    )]
    Interrupted {
        name: String,
        epoch: u64,
        epochs: u64,
    },

    /// A stop was requested between two figures.
    #[error("stopped before this figure was begun; the same command goes on from there")]
    Stopped,

    /// The sources where this program was built are not those it was built from.
    #[error(
        "the sources in {root} are not those that this program was built from; build it again (`make build`)",
        root = .root.display()
    )]
    OtherSources { root: PathBuf },

    /// The user's own data cannot be read; rows and columns are counted from 1.
    #[error("{}{}: {problem}", .file.display(), place(*.row, *.column))]
    Input {
        file: PathBuf,
        row: Option<u64>,
        column: Option<u64>,
        problem: String,
    },

    /// The requested card cannot be used.
    #[error("{device}: {why}, or train on the processor (--device cpu)")]
    NoDevice { device: String, why: String },

    /// The system refuses to start more threads; who wanted them, and its message.
    #[error(
        "the system does not let this process start as many threads as it wants ({what}); \
         raise its limit (`ulimit -u`), or set RAYON_NUM_THREADS=1"
    )]
    Threads { what: String },

    /// A file could not be read or written.
    #[error("{path}: {source}; check that it exists, that it may be accessed and that the disk is not full", path = .path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Builds an adapter for `map_err` that adds the path to an I/O error.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    /// Builds [`Error::Input`] about a file as a whole.
    pub(crate) fn input(file: &Path, problem: impl Into<String>) -> Self {
        Self::Input {
            file: file.to_owned(),
            row: None,
            column: None,
            problem: problem.into(),
        }
    }

    /// Builds [`Error::Input`] about a row, and perhaps a column; both are counted from 0 here.
    pub(crate) fn input_at(
        file: &Path,
        row: u64,
        column: Option<usize>,
        problem: impl Into<String>,
    ) -> Self {
        Self::Input {
            file: file.to_owned(),
            row: Some(row + 1),
            column: column.map(|column| column as u64 + 1),
            problem: problem.into(),
        }
    }

    /// Builds an adapter for `map_err` that says which recorded file is [damaged](Self::Damaged).
    pub(crate) fn damaged<E: ToString>(file: impl Into<String>) -> impl FnOnce(E) -> Self {
        let file = file.into();
        move |problem| Self::Damaged {
            file,
            problem: problem.to_string(),
        }
    }
}

/// A position in a file, as text that follows its name.
fn place(row: Option<u64>, column: Option<u64>) -> String {
    let part =
        |what, number: Option<u64>| number.map_or(String::new(), |n| format!(", {what} {n}"));
    part("row", row) + &part("column", column)
}
