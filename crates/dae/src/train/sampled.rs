//! The linear denoising autoencoder with its noise drawn instead of marginalised.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::Array2;

use crate::Result;
use crate::error::{Error, non_negative, shape};
use crate::random::{Rng, normal_matrix};

/// Gradient of the loss with respect to `W1` (D x H) and `W2` (H x D).
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// `dL/dW1`, D x H.
    pub dW1: Array2<f64>,
    /// `dL/dW2`, H x D.
    pub dW2: Array2<f64>,
}

/// Gradient of `1/(2N) ||(X + Z) W1 W2 - X||_F^2` for one draw of `Z ~ Normal(0, sigma^2)`.
///
/// Its expectation over `Z` is [`marginalised`] with `s2 = sigma^2`.
///
/// # Shapes
/// `X`, `Z`: N x D; `W1`: D x H; `W2`: H x D.
///
/// # Errors
/// Shapes that do not fit, no samples, `sigma` negative or not finite.
pub fn sampled(
    data: &Array2<f64>,
    [w1, w2]: [&Array2<f64>; 2],
    sigma: f64,
    rng: &mut Rng,
) -> Result<Gradient> {
    check(data, w1, w2)?;
    non_negative("sigma", sigma)?;
    let noisy = data + &normal_matrix(rng, data.nrows(), data.ncols(), sigma);
    let error = (noisy.dot(w1).dot(w2) - data) / data.nrows() as f64;
    Ok(Gradient {
        dW1: noisy.t().dot(&error.dot(&w2.t())),
        dW2: noisy.dot(w1).t().dot(&error),
    })
}

/// Gradient of `1/(2N) ||X W - X||_F^2 + s2/2 tr(W^T W)`, `W = W1 W2`: the exact expectation of [`sampled`].
///
/// # Shapes
/// As [`sampled`].
///
/// # Errors
/// As [`sampled`].
pub fn marginalised(data: &Array2<f64>, [w1, w2]: [&Array2<f64>; 2], s2: f64) -> Result<Gradient> {
    check(data, w1, w2)?;
    non_negative("s2", s2)?;
    let product = w1.dot(w2);
    let error = (data.dot(&product) - data) / data.nrows() as f64;
    let slope = data.t().dot(&error) + product * s2;
    Ok(Gradient {
        dW1: slope.dot(&w2.t()),
        dW2: w1.t().dot(&slope),
    })
}

fn check(data: &Array2<f64>, w1: &Array2<f64>, w2: &Array2<f64>) -> Result<()> {
    let (samples, pixels) = data.dim();
    if samples == 0 {
        return Err(Error::out_of_range("samples", 0, "1 or more"));
    }
    let hidden = w1.ncols();
    shape("W1", (pixels, hidden), w1.dim())?;
    shape("W2", (hidden, pixels), w2.dim())
}
