//! The closed forms of the paper, in `f64`, without overflow and without silent NaN.
//!
//! In the eigenbasis of the data a linear autoencoder with balanced, aligned weights falls apart into scalar
//! networks, one for each eigenvalue. [`scalar`] is the loss surface of one such network, [`dynamics`] its
//! gradient flow, [`rates`] its largest stable learning rates, and [`spectrum`] puts all modes together.
//!
//! Continuous time is `s = alpha * epoch` everywhere; `lambda` is an eigenvalue of the averaged second moment.

pub mod dynamics;
pub mod rates;
pub mod scalar;
pub mod spectrum;

pub use scalar::Mode;
