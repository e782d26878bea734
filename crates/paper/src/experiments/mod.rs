//! One folder per experiment, each with the same files: settings, run, rows, figure, checks, verify; and the registry.
//!
//! To add an experiment, add a folder here, a line in `registry.rs`, and its settings in `crates/paper/settings`.

pub mod common;
mod experiment;
mod registry;

pub mod fig1;
pub mod fig2;
pub mod fig3;
pub mod fig4;
pub mod fig5;
pub mod fig6;
pub mod fig7;

pub use common::{Model, spectra, starts};
pub(crate) use experiment::Product;
pub use experiment::{About, Context, Training};
pub use registry::{AllSettings, Figure, load, load_with};
