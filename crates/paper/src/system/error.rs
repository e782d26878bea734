//! The one error type of this crate.

use std::path::PathBuf;

/// What can go wrong in an experiment, with the data needed to say what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The theory, a trainer or a loader refused.
    #[error(transparent)]
    Dae(#[from] dae::Error),

    /// A figure could not be drawn.
    #[error(transparent)]
    Plot(#[from] crate::plot::Error),

    /// A setting is wrong.
    #[error("{file}, [{figure}]: {problem}")]
    Setting {
        /// The settings file.
        file: String,
        /// The table in it.
        figure: &'static str,
        /// What is wrong, and what is allowed.
        problem: String,
    },

    /// A settings file is not what it should be.
    #[error("{file}: {problem}")]
    SettingsFile {
        /// The settings file.
        file: String,
        /// What the parser said, with line and key.
        problem: String,
    },

    /// A figure, model or data set that does not exist was asked for.
    #[error("there is no {kind} called `{name}`; choose one of {choices}")]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        choices: String,
    },

    /// A computed series holds a value that is not finite.
    #[error(
        "{table}: column {column} holds {value} in row {row}; nothing was written. This is a defect: please report it"
    )]
    NotFinite {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },

    /// A table could not be built or written.
    #[error("table {table}: {source}")]
    Table {
        /// The table.
        table: String,
        /// What polars said.
        source: polars::error::PolarsError,
    },

    /// A file of this repository does not have the form that it should have.
    #[error("{file}: {problem}; restore it from the repository")]
    Repository {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },

    /// There is nothing to report on.
    #[error(
        "{folder} holds no figures: make some first, `make PROFILE={profile}` or `paper run --profile {profile}`",
        folder = .folder.display()
    )]
    NothingRecorded {
        /// The folder of the profile.
        folder: PathBuf,
        /// The profile.
        profile: &'static str,
    },

    /// A recorded file cannot be read as what it should be.
    #[error("{file}: {problem}; it was changed or damaged: make the figure again with `paper run`")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },

    /// The settings in a record are not those of an experiment.
    #[error(
        "a record is damaged, or of another version: {problem}; make the figure again with `paper run`"
    )]
    DamagedRecord {
        /// What is wrong with it.
        problem: String,
    },

    /// Another process is at the same training run.
    #[error(
        "{name} is being trained by another process, which holds {lock}; wait for it, or choose another run with --only",
        lock = .lock.display()
    )]
    Busy {
        /// The run.
        name: String,
        /// The lock file.
        lock: PathBuf,
    },

    /// A run was stopped from outside.
    #[error(
        "stopped {name} after epoch {epoch} of {epochs}; the same command, without --fresh, goes on from there"
    )]
    Interrupted {
        /// The run.
        name: String,
        /// Epochs done.
        epoch: u64,
        /// Epochs to do.
        epochs: u64,
    },

    /// A stop was asked for between two figures.
    #[error("stopped before it was begun; the same command makes what is missing")]
    Stopped,

    /// The program does not belong to the sources that lie where it was built.
    #[error(
        "the sources in {root} are not those that this program was built from; build it again (`make build`)",
        root = .root.display()
    )]
    OtherSources {
        /// The folder of the clone.
        root: PathBuf,
    },

    /// The system starts no more threads.
    #[error(
        "the system does not let this process start as many threads as it wants ({what}); \
         raise its limit (`ulimit -u`), or set RAYON_NUM_THREADS=1 and POLARS_MAX_THREADS=1"
    )]
    Threads {
        /// Who wanted them, and what the system said.
        what: String,
    },

    /// A file could not be read or written.
    #[error("{path}: {source}; check that it exists, that it may be accessed and that the disk is not full", path = .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Builds an adapter for `map_err` that adds the path to an I/O error.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
