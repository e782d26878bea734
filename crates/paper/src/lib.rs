//! The experiments of "Learning Dynamics of Linear Denoising Autoencoders": settings, runs, tables and figures.
//!
//! The `paper` command and the notebooks call this library; it calls `dae` and `plot` and defines no mathematics of its
//! own. Its rooms, each of which knows only those before it:
//!
//! | Room | What is in it |
//! |---|---|
//! | [`system`] | errors, files, progress, provenance, fingerprints of the sources |
//! | [`settings`] | profiles, layers, ranges |
//! | [`tables`] | rows of the tables, checks and their verdicts, published values |
//! | [`runs`] | training runs: kept, checkpointed, locked |
//! | [`experiments`] | one folder a figure, and the registry of them |
//! | [`results`] | records, comparison with published values, manifest, making figures |
//! | [`audit`] | claims, verifying, computing again |
//! | [`show`] | report, README, notebooks |

// Lines go through `system::output`: whoever listens may be gone.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

#[macro_use]
pub mod system;

pub mod audit;
#[expect(
    clippy::indexing_slicing,
    reason = "settings are checked to name modes that the data have; a run makes its series equally long"
)]
pub mod experiments;
pub mod results;
pub mod runs;
pub mod settings;
pub mod show;
pub mod tables;

pub use plot;
pub use show::notebook;
pub use system::{Error, Result};
