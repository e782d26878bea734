//! The nonlinearity of the hidden units.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::named;
use crate::numerics::Real;

named! {
    /// What the hidden units do with their input.
    pub enum Activation as "activation" {
        /// `max(0, a)`, with slope 0 at 0.
        Relu = "relu",
        /// Hyperbolic tangent.
        Tanh = "tanh",
    }
}

impl Activation {
    /// Replaces pre-activations by activations.
    pub(super) fn apply<F: Real>(self, A: &mut ArrayViewMut2<F>) {
        // Written so that NaN stays NaN: max() would hide a divergence.
        let relu = |a: F| if a < F::zero() { F::zero() } else { a };
        match self {
            Self::Relu => rows_map(A, relu),
            Self::Tanh => rows_map(A, F::tanh),
        }
    }

    /// Multiplies gradients at the activations `P` by the slope there, which for each of these is a function of `P`.
    pub(super) fn pull_back<F: Real>(self, P: &ArrayView2<F>, dP: &mut ArrayViewMut2<F>) {
        let relu = |d: F, p: F| if p <= F::zero() { F::zero() } else { d };
        match self {
            Self::Relu => rows_zip(P, dP, relu),
            Self::Tanh => rows_zip(P, dP, |d, p| d * (F::one() - p * p)),
        }
    }
}

fn rows_map<F: Real>(A: &mut ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    for mut row in A.rows_mut() {
        row.map_inplace(|a| *a = f(*a));
    }
}

fn rows_zip<F: Real>(P: &ArrayView2<F>, D: &mut ArrayViewMut2<F>, f: impl Fn(F, F) -> F) {
    for (p, mut d) in P.rows().into_iter().zip(D.rows_mut()) {
        d.zip_mut_with(&p, |d, &p| *d = f(*d, p));
    }
}
