//! The two weight matrices of an autoencoder, and measurements of them.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, Axis, s};
use rayon::join;
use serde::{Deserialize, Serialize};

use super::blas;
use super::factors::singular_values;
use super::random::{Rng, normal_matrix};
use crate::Result;
use crate::error::{non_negative, shape};

/// The weights of a linear autoencoder in some basis of the pixels.
///
/// # Shapes
/// Both D x H: `encoder` is `A` (or `W1`), `decoder` is the transpose of `B` (or `W2`), so that row `i` of each
/// belongs to direction `i`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// `A = U^T W1`.
    pub encoder: Array2<f64>,
    /// `B^T = (W2 U)^T`.
    pub decoder: Array2<f64>,
}

impl Weights {
    /// Draws `Normal(0, std^2)` weights, each matrix row after row from its own generator.
    ///
    /// The law is that of `W1, W2 ~ Normal(0, std^2)` in any orthonormal basis. The leading rows do not depend on how
    /// many follow, so dropping trailing directions keeps the start of the others.
    ///
    /// # Errors
    /// `std` negative or not finite.
    pub fn normal(
        [encoder, decoder]: [&mut Rng; 2],
        directions: usize,
        hidden: usize,
        std: f64,
    ) -> Result<Self> {
        non_negative("init_std", std)?;
        Ok(Self {
            encoder: normal_matrix(encoder, directions, hidden, std),
            decoder: normal_matrix(decoder, directions, hidden, std),
        })
    }

    /// Refuses weights whose shape is not D x H.
    pub(crate) fn check(&self, expected: (usize, usize)) -> Result<()> {
        shape("encoder", expected, self.encoder.dim())?;
        shape("decoder", expected, self.decoder.dim())
    }

    /// The weights of the leading `directions` alone (all of them if there are fewer).
    pub fn leading(&self, directions: usize) -> Self {
        let kept = directions.min(self.encoder.nrows());
        Self {
            encoder: self.encoder.slice(s![..kept, ..]).to_owned(),
            decoder: self.decoder.slice(s![..kept, ..]).to_owned(),
        }
    }

    /// Mapping of every direction, `(A B)_ii`.
    pub fn mappings(&self) -> Array1<f64> {
        (&self.encoder * &self.decoder).sum_axis(Axis(1))
    }

    /// The growing part of every direction's start: `|| (A_i. + B_.i^T) / 2 ||^2`.
    pub fn growing_part(&self) -> Array1<f64> {
        ((&self.encoder + &self.decoder) * 0.5)
            .mapv(|x| x * x)
            .sum_axis(Axis(1))
    }

    /// All H singular values of `W1 W2` in descending order (those beyond the rank are 0).
    ///
    /// They are the same in any basis.
    ///
    /// # Errors
    /// LAPACK failing, as it does on values that are not finite.
    ///
    /// # Numerical notes
    /// Absolute error about `sqrt(EPSILON)` times the largest singular value, from the roots of the Gram matrices.
    pub fn singular_values(&self) -> Result<Array1<f64>> {
        // Weights may be measured before a trainer exists.
        blas::use_one_thread();
        let gram = |W: &Array2<f64>| W.t().dot(W);
        let (encoder, decoder) = join(|| gram(&self.encoder), || gram(&self.decoder));
        singular_values([&encoder, &decoder])
    }
}
