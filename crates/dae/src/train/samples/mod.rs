//! The result of training on few images, by linear algebra on the images themselves, and how well it denoises others.
//!
//! Training without a bottleneck tends to the least-squares solution. For images `X` (N x D, averaged second moment
//! `S_N = X^T X / N`), training noise of variance `e`, and the convention `x W` of this crate:
//!
//! ```text
//! noise drawn afresh    W = S_N (S_N + e)^-1            (each epoch, or its expectation)
//! noise drawn once      W = (X + Z)^+ X                 (and kept for each image)
//! no noise, H units     W = projection on the leading H directions of S_N, or on all that the images span
//! ```
//!
//! The error of each on other images, with second moment `T` (uncentred, averaged) and test noise of variance
//! `epsilon`:
//!
//! ```text
//! E = 1/2 E ||x - (x + z) W||^2 = 1/2 [ tr T - 2 tr(T W) + tr(W^T T W) ] + epsilon/2 tr(W^T W)
//! ```
//!
//! This is exact even for what lies outside the span of few images: that is in `tr T`.

mod once;
mod sample;

pub use once::drawn_once;
pub use sample::Sample;
