//! Figure 4: the norm of the weights under noise and under weight decay.

pub mod checks;
pub mod figure;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
