//! Noise that is drawn once for each image and kept.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{Array2, ArrayView2, Axis};
use ndarray_linalg::{Cholesky, Diag, SolveTriangular, UPLO};

use crate::Result;
use crate::error::{Error, non_negative, positive, shape};
use crate::numerics::blas;
use crate::numerics::products::set_product;
use crate::random::{Rng, normal_matrix};

/// Images that get their noise at a time, if there are more of them than pixels.
const ROWS: usize = 4096;

/// Denoising error after training to the end on images whose noise, of variance `e`, was drawn once: `W = (X + Z)^+ X`.
///
/// The noise is drawn row after row, so that the leading images have the same noise however many follow.
///
/// # Shapes
/// `images`: `X`, N x D; `test`: `T`, D x D.
///
/// # Errors
/// No images, shapes that do not fit, `e` not above zero, `epsilon` negative, either of them not finite; LAPACK
/// failing, as it may where N is D and the noise is small.
///
/// # Numerical notes
/// By the Cholesky factors of `Y Y^T` or `Y^T Y`, `Y = X + Z`, whichever is smaller. Their condition is worst near N =
/// D, where the error itself has a pole.
///
/// # Example
/// ```
/// use dae::random::stream;
/// use dae::train::samples::drawn_once;
/// use ndarray::array;
/// let test = array![[0.5, 0.0], [0.0, 0.1]];
/// let images = array![[1.0, 0.2]];
/// let error = drawn_once(images.view(), 0.3, &test, 0.3, &mut stream(1, &["noise"]))?;
/// assert!(error > 0.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn drawn_once(
    images: ArrayView2<f64>,
    e: f64,
    test: &Array2<f64>,
    epsilon: f64,
    rng: &mut Rng,
) -> Result<f64> {
    let (samples, pixels) = images.dim();
    if samples == 0 {
        return Err(Error::out_of_range("samples", 0, "1 or more"));
    }
    shape("test moment", (pixels, pixels), test.dim())?;
    positive("training noise", e)?;
    non_negative("epsilon", epsilon)?;
    blas::use_one_thread();
    let noisy =
        |X: ArrayView2<f64>, rng: &mut Rng| normal_matrix(rng, X.nrows(), X.ncols(), e.sqrt()) + X;
    let error = match samples <= pixels {
        true => few(images, noisy(images, rng), test, epsilon)?,
        false => {
            let mut sums = [(); 2].map(|()| Array2::<f64>::zeros((pixels, pixels)));
            let mut product = Array2::zeros((pixels, pixels));
            for X in images.axis_chunks_iter(Axis(0), ROWS) {
                let Y = noisy(X, rng);
                for (right, sum) in [Y.view(), X].into_iter().zip(&mut sums) {
                    set_product(Y.t(), right, &mut product);
                    *sum += &product;
                }
            }
            many(sums, test, epsilon)?
        }
    };
    Ok(0.5 * (test.diag().sum() + error))
}

/// N <= D: `W = Y^T R` with `R = (Y Y^T)^-1 X`. Returns `-2 tr(T W) + tr(W^T T W) + epsilon tr(W^T W)`.
fn few(X: ArrayView2<f64>, Y: Array2<f64>, T: &Array2<f64>, epsilon: f64) -> Result<f64> {
    let [mut K, mut RR, mut YTY] = [(); 3].map(|()| Array2::zeros((X.nrows(), X.nrows())));
    set_product(Y.view(), Y.t(), &mut K);
    let R = solve(&K, X.to_owned())?;
    let mut YT = Array2::zeros(Y.dim());
    set_product(Y.view(), T.view(), &mut YT);
    set_product(R.view(), R.t(), &mut RR);
    set_product(YT.view(), Y.t(), &mut YTY);
    // tr(W^T W) = tr(R^T Y Y^T R) = tr(R^T X).
    Ok((RR * YTY).sum() - 2.0 * (YT * &R).sum() + epsilon * (R * X).sum())
}

/// N > D: `W = (Y^T Y)^-1 Y^T X`, from the two products. Returns what [`few`] returns.
fn many([YtY, YtX]: [Array2<f64>; 2], T: &Array2<f64>, epsilon: f64) -> Result<f64> {
    let W = solve(&YtY, YtX)?;
    let mut TW = Array2::zeros(W.dim());
    set_product(T.view(), W.view(), &mut TW);
    let cross = TW.diag().sum();
    Ok((TW * &W).sum() - 2.0 * cross + epsilon * W.mapv(|w| w * w).sum())
}

/// `K^-1 B` for a symmetric positive definite `K`.
fn solve(K: &Array2<f64>, B: Array2<f64>) -> Result<Array2<f64>> {
    let L = K.cholesky(UPLO::Lower)?;
    let half = L.solve_triangular(UPLO::Lower, Diag::NonUnit, &B)?;
    let Lt = L.t().as_standard_layout().into_owned();
    Ok(Lt.solve_triangular(UPLO::Upper, Diag::NonUnit, &half)?)
}
