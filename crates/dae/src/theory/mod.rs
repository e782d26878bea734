//! The closed forms of the paper and what follows from them, in `f64`, without overflow and without silent NaN.
//!
//! In the eigenbasis of the data a linear autoencoder with balanced, aligned weights decouples into scalar networks,
//! one for each eigenvalue. [`scalar`] is the loss surface of one such network, [`dynamics`] its gradient flow,
//! [`rates`] its largest stable learning rates, and [`spectrum`] puts all modes together.
//!
//! Beyond the paper: [`coupled`] has modes that share hidden units, and epochs in place of continuous time; [`filters`]
//! says how well a mapping denoises and what each regulariser costs, [`samples`] how many images that takes; [`deep`]
//! has more layers, [`masking`] noise that is not isotropic.
//!
//! Continuous time is `s = alpha * epoch` everywhere; `lambda` is an eigenvalue of the averaged second moment.

pub mod coupled;
pub mod deep;
pub mod dynamics;
pub mod filters;
mod leverage;
pub mod masking;
pub mod rates;
pub mod samples;
pub mod scalar;
mod search;
pub mod spectrum;

pub use scalar::Mode;
