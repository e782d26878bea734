//! The weights of a deep linear autoencoder, and where they start.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, Axis};
use ndarray_linalg::QR;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::{Error, non_negative, shape};
use crate::numerics::blas;
use crate::random::{Rng, normal_matrix};

/// The weights of a deep linear autoencoder, in the eigenbasis of its data.
///
/// # Shapes
/// The first of `layers` is D x H, the last H x D, those between H x H.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepWeights {
    /// `W_1` to `W_L`.
    pub layers: Vec<Array2<f64>>,
}

impl DeepWeights {
    /// Draws a balanced start: every layer is `a0` times a random matrix with orthonormal rows or columns.
    ///
    /// Balanced means `W_l^T W_l = W_{l+1} W_{l+1}^T`, here `a0^2` times the identity, which gradient flow conserves
    /// (with decay, too). The matrices are uniform: the `Q` of the QR decomposition of a Gaussian matrix, with the
    /// signs that make the diagonal of `R` positive. Each generator draws one layer.
    ///
    /// # Shapes
    /// `directions` is D, `hidden` is H.
    ///
    /// # Errors
    /// Fewer than two generators, no hidden units, more hidden units than directions (no such start is balanced), `a0`
    /// negative or not finite.
    ///
    /// # Reference
    /// A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    /// networks", ICLR 2014, for balanced and orthogonal starts.
    ///
    /// # Example
    /// ```
    /// use dae::random::stream;
    /// use dae::train::deep::DeepWeights;
    /// let mut streams = ["1", "2", "3"].map(|layer| stream(1, &["layer", layer]));
    /// let start = DeepWeights::balanced(&mut streams, 5, 4, 0.3)?;
    /// let gram = start.layers[0].t().dot(&start.layers[0]);
    /// assert!((gram[[0, 0]] - 0.09).abs() < 1e-15 && gram[[0, 1]].abs() < 1e-15);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn balanced(
        streams: &mut [Rng],
        directions: usize,
        hidden: usize,
        a0: f64,
    ) -> Result<Self> {
        let last = streams.len().saturating_sub(1);
        if last == 0 {
            return Err(Error::out_of_range("layers", streams.len(), "2 or more"));
        }
        if hidden == 0 || hidden > directions {
            let allowed = "1 to the number of directions";
            return Err(Error::out_of_range("hidden", hidden, allowed));
        }
        non_negative("a0", a0)?;
        blas::use_one_thread();
        let layer = |(number, rng): (usize, &mut Rng)| {
            let outer = number == 0 || number == last;
            let Q = orthonormal(rng, if outer { directions } else { hidden }, hidden)? * a0;
            Ok(match number == last {
                true => Q.t().as_standard_layout().into_owned(),
                false => Q.as_standard_layout().into_owned(),
            })
        };
        let layers: Result<_> = streams.iter_mut().enumerate().map(layer).collect();
        Ok(Self { layers: layers? })
    }

    /// Refuses weights whose shapes are not those of L layers, D directions and H hidden units.
    pub(super) fn check(&self, layers: usize, directions: usize, hidden: usize) -> Result<()> {
        shape("layers", (layers, 1), (self.layers.len(), 1))?;
        for (number, W) in self.layers.iter().enumerate() {
            let rows = if number == 0 { directions } else { hidden };
            let columns = if number + 1 == layers {
                directions
            } else {
                hidden
            };
            shape("layer", (rows, columns), W.dim())?;
        }
        Ok(())
    }

    /// `P_{L-1}`, the product of all layers but the last, D x H; and the last, H x D.
    pub(super) fn halves(&self) -> Option<(Array2<f64>, &Array2<f64>)> {
        let (last, others) = self.layers.split_last()?;
        let (first, inner) = others.split_first()?;
        let P = inner.iter().fold(first.clone(), |P, W| P.dot(W));
        Some((P, last))
    }

    /// Mapping of every direction, `(W_1 ... W_L)_ii`.
    pub fn mappings(&self) -> Array1<f64> {
        let diagonal = |(P, last): (Array2<f64>, &Array2<f64>)| (&P * &last.t()).sum_axis(Axis(1));
        self.halves().map(diagonal).unwrap_or_default()
    }
}

/// A matrix with orthonormal columns, uniformly distributed; no more columns than rows.
fn orthonormal(rng: &mut Rng, rows: usize, columns: usize) -> Result<Array2<f64>> {
    let (mut Q, R) = normal_matrix(rng, rows, columns, 1.0).qr()?;
    for (mut column, &pivot) in Q.columns_mut().into_iter().zip(R.diag()) {
        column *= f64::signum(pivot);
    }
    Ok(Q)
}
