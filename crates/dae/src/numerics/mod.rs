//! What the trainers share: random numbers, BLAS, products and factorisations, precision and weights.
//!
//! All of it decides numbers of theirs. A trainer's own folder and this one are what a kept training run depends on.

pub mod blas;
pub(crate) mod factors;
pub(crate) mod products;
pub mod random;
mod real;
mod weights;

pub use real::Precision;
pub(crate) use real::Real;
pub use weights::Weights;
