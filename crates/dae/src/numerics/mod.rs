//! What the trainers share: random numbers, BLAS, products and factorisations, precision and weights.
//!
//! All of it affects their numbers. A kept training run depends on its trainer's own folder and on this one.

pub mod blas;
pub(crate) mod factors;
pub(crate) mod products;
pub mod random;
mod real;
mod weights;

pub use real::Precision;
pub(crate) use real::Real;
pub use weights::Weights;
