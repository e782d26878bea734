//! Learning dynamics of linear and nonlinear denoising autoencoders.
//!
//! Three parts, as independent of each other as possible:
//!
//! * [`theory`]: the closed forms of the paper, in `f64`, for one mode and for a whole spectrum;
//! * [`train`]: gradient descent, which knows no closed form (comparing the two is the experiment);
//! * [`data`]: MNIST and CIFAR-10, verified byte for byte, and their eigenvalue spectra.
//!
//! # Where to begin
//!
//! | you want to | begin with |
//! |---|---|
//! | know what one direction of the data learns, and when | [`theory::Mode`], [`theory::dynamics::balanced`], [`theory::rates::learning_time`] |
//! | the same for all directions at once | [`theory::spectrum::Theory`] |
//! | train a linear network; no images are needed | [`train::linear::LinearTrainer`] |
//! | train a network with ReLU units on a data matrix | [`train::nonlinear`] |
//! | the images, or the spectra of the paper | [`data::load`], [`data::Spectrum::committed`] |
//! | data of your own | [`data::Sums`] gives the second moment, [`data::Eigen`] its eigenvalues |
//!
//! ```
//! use dae::data::{DataSet, Spectrum};
//! use dae::theory::{Mode, rates};
//!
//! // The first direction of MNIST with noise of variance 0.5: what is learned of it, and when half of that is.
//! let lambda = Spectrum::committed(DataSet::Mnist)?.lambda[0];
//! let mode = Mode::denoising(lambda, 0.5)?;
//! assert!((mode.fixed_point() - lambda / (lambda + 0.5)).abs() < 1e-12);
//! let alpha = rates::optimal(&mode)?;
//! let epochs = rates::learning_time(&mode, 1e-4, 0.5)? / alpha;
//! assert!((5.0..20.0).contains(&epochs));
//! # Ok::<(), dae::Error>(())
//! ```
//!
//! There is more in the folder `examples`: `closed_form`, `learning_times`, `train_spectrum`, `load_mnist`.
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
