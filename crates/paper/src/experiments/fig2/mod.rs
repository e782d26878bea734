//! Figure 2: noise against weight decay in the balanced closed form.

pub mod checks;
pub mod figure;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
