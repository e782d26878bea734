//! The foundation of everything else: errors, files, output, progress, devices and provenance.

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
