//! The covariance of the input noise, where it is not the same in every direction.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2};
use ndarray_linalg::{Cholesky, UPLO};

use crate::Result;
use crate::error::{Error, non_negative, shape};
use crate::numerics::blas;

/// Input noise on top of the `s2` of [`LinearSettings`](super::LinearSettings): its covariance `N` in the eigenbasis of
/// the data.
///
/// ```text
/// loss = 1/(2N) ||X W - X||_F^2 + 1/2 tr(W^T (s2 + N) W) + gamma/2 (||W1||_F^2 + ||W2||_F^2)
/// ```
///
/// The same convention as `lambda`: a variance of one sample's pixels, divided by 255.
#[derive(Debug, Clone, PartialEq)]
pub enum Noise {
    /// `N = epsilon I`.
    Isotropic(f64),
    /// `N = diag(epsilon_i)`, D numbers. Modes stay decoupled: each has its own `epsilon`.
    PerDirection(Vec<f64>),
    /// Any covariance, D x D. Modes no longer decouple. An epoch costs another `D^2 H` multiply-adds.
    Dense(Array2<f64>),
}

/// The noise of a trainer, `s2` included.
pub(super) enum Covariance {
    /// D variances.
    Diagonal(Array1<f64>),
    /// D x D, symmetric to the last bit.
    Dense(Array2<f64>),
}

/// How far a dense covariance may be from symmetric, and its eigenvalues below zero, relative to its largest entry: the
/// rounding of its sums over pixels.
const ROUNDING: f64 = 1e-10;

impl Noise {
    /// Masking noise: each pixel is kept with probability `1 - q` and divided by `1 - q`.
    ///
    /// Its expected loss is that of noise with the covariance `q/(1-q) diag(S_pp)` in the pixels, here in the
    /// eigenbasis (see [`pixel_moments`]): not diagonal, hence [`Noise::Dense`].
    ///
    /// # Shapes
    /// `moments`: `U^T diag(S_pp) U`, D x D.
    ///
    /// # Errors
    /// `q` below 0, or 1 and above.
    pub fn masking(q: f64, moments: &Array2<f64>) -> Result<Self> {
        if !(0.0..1.0).contains(&q) {
            let allowed = "a probability, 0 or more and below 1";
            return Err(Error::out_of_range("q", q, allowed));
        }
        Ok(Self::Dense(moments * (q / (1.0 - q))))
    }

    /// The covariance over this many directions, with `s2` in each.
    pub(super) fn covariance(&self, s2: f64, directions: usize) -> Result<Covariance> {
        match self {
            Self::Isotropic(epsilon) => {
                let total = s2 + non_negative("epsilon", *epsilon)?;
                Ok(Covariance::Diagonal(Array1::from_elem(directions, total)))
            }
            Self::PerDirection(epsilon) => {
                shape("epsilon", (directions, 1), (epsilon.len(), 1))?;
                let total = |&epsilon| Ok(s2 + non_negative("epsilon", epsilon)?);
                let total: Result<Vec<f64>> = epsilon.iter().map(total).collect();
                Ok(Covariance::Diagonal(total?.into()))
            }
            Self::Dense(N) => {
                shape("covariance", (directions, directions), N.dim())?;
                let mut dense = checked(N)?;
                dense.diag_mut().mapv_inplace(|x| x + s2);
                Ok(Covariance::Dense(dense))
            }
        }
    }
}

/// The symmetric part of `N`, if `N` is a covariance up to rounding.
fn checked(N: &Array2<f64>) -> Result<Array2<f64>> {
    let refuse = |value: f64, allowed| Err(Error::out_of_range("covariance", value, allowed));
    if let Some(&bad) = N.iter().find(|x| !x.is_finite()) {
        return refuse(bad, "finite everywhere");
    }
    let largest = N.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    let rounding = ROUNDING * largest;
    let skew = (N - &N.t()).fold(0.0, |a: f64, b| a.max(b.abs()));
    if skew > rounding {
        return refuse(skew, "symmetric: this is the largest difference");
    }
    let symmetric = (N + &N.t()) * 0.5;
    if let Some(&bad) = symmetric.diag().iter().find(|&&x| x < -rounding) {
        return refuse(bad, "zero or more on the diagonal");
    }
    if largest > 0.0 {
        blas::use_one_thread();
        let shifted = &symmetric + &(Array2::<f64>::eye(N.nrows()) * rounding);
        if shifted.cholesky(UPLO::Lower).is_err() {
            return refuse(largest, "without negative eigenvalues");
        }
    }
    Ok(symmetric)
}

/// The second moments of the pixels, transformed to a basis: `Kp = U^T diag(S_pp) U`.
///
/// Its diagonal says how much of the pixels' own second moments lies in each direction; `q/(1-q)` times this matrix is
/// the covariance of masking noise.
///
/// # Shapes
/// `S`: D x D, of which only the diagonal is read; `U`: D x k, one direction a column; the result is k x k.
///
/// # Errors
/// Shapes that do not fit.
pub fn pixel_moments(S: &Array2<f64>, U: &Array2<f64>) -> Result<Array2<f64>> {
    shape("second moment", (U.nrows(), U.nrows()), S.dim())?;
    blas::use_one_thread();
    let mut scaled = U.t().to_owned();
    scaled *= &S.diag();
    Ok(scaled.dot(U))
}
