//! Gradient descent: on one mode, on a spectrum, and on a data matrix.
//!
//! Nothing here knows a closed form. "Epoch" is one full-batch gradient step; epoch 0 is the state before the first.
//!
//! * [`scalar`]: the scalar network of Figures 1 and 4;
//! * [`linear`]: the linear autoencoder trained in the eigenbasis of its data, from the spectrum alone;
//! * [`deep`]: the same with more than two layers;
//! * [`samples`]: the result of training on few images, by linear algebra;
//! * [`mod@reference`]: the same gradient descent on the data matrix, in its most obvious form;
//! * [`sampled`]: the linear denoising autoencoder with sampled noise, to check the exact expectation;
//! * [`nonlinear`]: the ReLU or tanh autoencoder on a data matrix, its noise drawn afresh every epoch;
//! * [`LinearDescent`] and [`NonlinearDescent`]: what an experiment needs of either, whichever device does the work.

pub mod deep;
mod descent;
pub mod linear;
pub mod nonlinear;
#[doc(hidden)]
pub mod parts;
pub mod reference;
pub mod sampled;
pub mod samples;
pub mod scalar;

pub use descent::{LinearDescent, NonlinearDescent};
