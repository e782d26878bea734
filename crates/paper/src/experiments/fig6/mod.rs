//! Figure 6: nonlinear autoencoders on MNIST and CIFAR-10 images.

pub mod checks;
pub mod figure;
pub mod images;
pub mod run;
pub mod settings;
pub mod tables;

pub use settings::Settings;
