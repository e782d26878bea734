//! What everything else stands on: errors, files, lines and progress, what trains, and where and with what something is computed.

#[macro_use]
pub mod output;

pub mod cache;
pub mod device;
mod error;
pub mod files;
pub mod machine;
pub mod progress;
pub mod provenance;
pub mod sources;

pub use error::{Error, Result};
