//! Figure 5: linear autoencoders on MNIST and CIFAR-10, theory against training.

pub mod figure;
pub mod run;
