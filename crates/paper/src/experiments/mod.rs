//! One folder an experiment, each in the same order: settings, run, rows, figure, checks, verify; and the registry.
//!
//! A further experiment is a folder here and a line in `registry.rs`, beside its settings in `crates/paper/settings`.

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
