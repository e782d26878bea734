//! The experiments of "Learning Dynamics of Linear Denoising Autoencoders": settings, runs, tables and figures.
//!
//! The `paper` command and the notebooks call this library; it calls `dae` and `plot` and defines no mathematics of its
//! own. Its modules, each of which knows only those before it: [`system`], then [`settings`], [`tables`] and [`runs`],
//! then [`experiments`], [`results`], [`audit`], [`show`]; beside them [`own`], for the user's own data.

// Lines go through `system::output`: the reader may be gone.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

#[macro_use]
pub mod system;

pub mod audit;
#[expect(
    clippy::indexing_slicing,
    reason = "settings are checked to name modes that the data have; a run makes its series equally long"
)]
pub mod experiments;
pub mod own;
pub mod results;
pub mod runs;
pub mod settings;
pub mod show;
pub mod tables;

pub use plot;
pub use show::notebook;
pub use system::{Error, Result};
