//! The experiments of "Learning Dynamics of Linear Denoising Autoencoders": settings, runs, tables and figures.
//!
//! The `paper` command and the notebooks call this library; it calls `dae` and defines no mathematics of its own.

// Lines go through `output`: whoever listens may be gone.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

#[macro_use]
pub mod output;

pub mod cache;
pub mod check;
pub mod claims;
pub mod comparison;
mod documented;
mod error;
#[expect(
    clippy::indexing_slicing,
    reason = "settings are checked to name modes that the data have; a run makes its series equally long"
)]
pub mod experiments;
pub mod files;
pub mod machine;
pub mod manifest;
pub mod notebook;
pub mod profile;
pub mod progress;
pub mod provenance;
pub mod published;
pub mod readme;
pub mod recorded;
pub mod regenerate;
pub mod report;
pub mod runs;
pub mod sheet;
pub mod sources;
pub mod spectra;
pub mod starts;
pub mod table;
pub mod verify;

pub use error::{Error, Result};
pub use plot;
