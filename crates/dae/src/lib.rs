//! Learning dynamics of linear and nonlinear denoising autoencoders.
//!
//! Three parts that do not know each other more than they must:
//!
//! * [`theory`]: the closed forms of the paper, in `f64`, for one mode and for a whole spectrum;
//! * [`train`]: gradient descent, which knows no closed form (comparing the two is the experiment);
//! * [`data`]: MNIST and CIFAR-10, verified byte for byte, and their eigenvalue spectra.
//!
//! # Conventions
//!
//! `S = X^T X / N = U diag(lambda) U^T` is the **averaged, uncentred** second moment, `lambda` is in
//! descending order, `epsilon = sigma^2` is the variance of the input noise, `gamma` the weight
//! decay, `alpha` the learning rate, and continuous time is `s = alpha * epoch`. The paper sums over
//! samples instead: its `lambda` is `N` times ours, its `epsilon` is `N sigma^2`, its decay `N gamma`
//! is `N` times our `gamma`, and its time constant is `tau = N / alpha`.
//!
//! # Reference
//!
//! A. Pretorius, S. Kroon, H. Kamper, "Learning Dynamics of Linear Denoising Autoencoders",
//! ICML 2018, PMLR 80:4141-4150, arXiv:1806.05413.

mod checked;
pub mod data;
mod error;
pub mod files;
mod names;
mod numerics;
pub mod theory;
mod threads;
pub mod train;

pub use checked::{Checked, Settings};
pub use error::{Error, Result, non_negative, positive, within};
pub use numerics::{blas, random};
