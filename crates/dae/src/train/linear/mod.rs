//! The linear autoencoder, trained in the eigenbasis of its data.
//!
//! The linear objective sees the data only through `S = X^T X / N = U diag(lambda) U^T`. With `A = U^T W1` and
//! `B = W2 U` the same gradient descent on the same loss needs no data, only the spectrum; with
//! `L = diag(lambda)`, the noise's covariance `N` (`s2 I`, or another [`Noise`]), `G = B B^T` and `M = A^T (L + N) A`:
//!
//! ```text
//! dL/dA = (L + N) A G - L B^T + gamma A
//! dL/dB = M B - L A^T + gamma B
//! loss  = 1/2 [ sum(lambda) - 2 tr(L A B) + tr(M G) ] + gamma/2 (||A||^2 + ||B||^2)
//! ```
//!
//! An epoch costs about `3 D H^2` multiply-adds, whatever the number of samples. Threads work on parts of the
//! directions. The parts depend on D alone, so results do not depend on the number of threads.

mod dense;
mod eigenbasis;
mod noise;
mod settings;
mod trainer;

pub use crate::numerics::{Precision, Weights};
pub use noise::{Noise, pixel_moments};
pub use settings::LinearSettings;
pub use trainer::{LinearTrainer, Observation};
