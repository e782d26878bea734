//! Figure 3: optimal discrete learning rates.

pub mod checks;
pub mod figure;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
