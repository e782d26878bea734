//! Events of the search for a data set.

use std::path::PathBuf;

use crate::data::images::DataSet;

/// What [`load`](super::load) is doing, for a caller that waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A source is being tried.
    Trying {
        /// The data set.
        dataset: DataSet,
        /// The source, in words.
        source: String,
    },
    /// A file is arriving.
    Progress {
        /// The file.
        file: String,
        /// Bytes so far.
        done: u64,
        /// Bytes altogether, if the site said so.
        total: Option<u64>,
    },
    /// A source could not deliver; the next one is tried.
    Failed {
        /// The source, in words.
        source: String,
        /// Why.
        reason: String,
    },
    /// A bad cache entry was moved aside.
    Quarantined {
        /// Where it was.
        from: PathBuf,
        /// Where it is now.
        to: PathBuf,
    },
    /// The data set is here and has the expected fingerprint.
    Verified {
        /// The data set.
        dataset: DataSet,
        /// The source, in words.
        source: String,
    },
    /// The data set could not be stored in the cache. It can be used, but will have to be fetched
    /// again.
    NotStored {
        /// Why.
        reason: String,
    },
}
