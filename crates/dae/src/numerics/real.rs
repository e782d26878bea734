//! The two precisions that training runs in.

// Matrices are capital letters, as in the equations of the callers.
#![allow(non_snake_case)]

use ndarray::{Array2, ArrayView2, NdFloat};

use super::blas;
use crate::named;

named! {
    /// Floating-point precision of a trainer's weights.
    pub enum Precision as "precision" {
        /// Single precision: what the experiments run in.
        F32 = "f32",
        /// Double precision: for checks.
        F64 = "f64",
    }
}

/// `f32` or `f64`, inside this crate only.
pub(crate) trait Real: NdFloat {
    fn narrow(value: f64) -> Self;
    fn widen(self) -> f64;
    /// A number of single precision, exact in both.
    fn single(value: f32) -> Self;
    /// Sets `C` to `beta C + P^T P`, on and above the diagonal; below it `C` is undefined. `beta` is 0 or 1.
    fn gram(P: ArrayView2<Self>, beta: Self, C: &mut Array2<Self>);
}

impl Real for f32 {
    fn narrow(value: f64) -> Self {
        value as Self
    }

    fn widen(self) -> f64 {
        self.into()
    }

    fn single(value: f32) -> Self {
        value
    }

    fn gram(P: ArrayView2<Self>, beta: Self, C: &mut Array2<Self>) {
        blas::ssyrk(P, beta, C);
    }
}

impl Real for f64 {
    fn narrow(value: f64) -> Self {
        value
    }

    fn widen(self) -> f64 {
        self
    }

    fn single(value: f32) -> Self {
        value.into()
    }

    fn gram(P: ArrayView2<Self>, beta: Self, C: &mut Array2<Self>) {
        blas::dsyrk(P, beta, C);
    }
}
