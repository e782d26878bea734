//! Figure 1: learning dynamics, loss surface and gradient-descent paths of the scalar network.

pub mod checks;
pub mod figure;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
