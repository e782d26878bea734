//! Figure 5: linear autoencoders on MNIST and CIFAR-10, theory against training.

pub mod checks;
pub mod figure;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
