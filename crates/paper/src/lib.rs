//! The experiments of "Learning Dynamics of Linear Denoising Autoencoders": settings, runs, tables and figures.
//!
//! The `paper` command and the notebooks call this library; it calls `dae` and defines no mathematics of its own.

pub mod experiments;
pub mod plot;
