//! Factorisations with a fast method, and a robust one where that fails.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2};
use ndarray_linalg::{Cholesky, Diag, Eigh, QR, SVD, SolveTriangular, UPLO};
use rayon::join;

use crate::Result;

/// How far `Q^T Q` may be from the identity: the resolution of single precision.
const ORTHONORMAL: f64 = 1e-7;

/// Some `K` with `K K^T = gram`, for a symmetric positive semi-definite matrix.
pub(crate) fn factor(gram: &Array2<f64>) -> Result<Array2<f64>> {
    // Cholesky fails where hidden units are linearly dependent; the eigen-decomposition never does.
    if let Ok(lower) = gram.cholesky(UPLO::Lower) {
        return Ok(lower);
    }
    let (values, vectors) = gram.eigh(UPLO::Lower)?;
    Ok(vectors * values.mapv(|x| x.max(0.0).sqrt()))
}

/// The singular values of `W1 W2` in descending order, from `W1^T W1 = K1 K1^T` and `W2 W2^T = K2 K2^T`.
///
/// They are those of the H x H matrix `K1^T K2`; D x D is never built.
pub(crate) fn singular_values([encoder, decoder]: [&Array2<f64>; 2]) -> Result<Array1<f64>> {
    let (encoder, decoder) = join(|| factor(encoder), || factor(decoder));
    let (_, values, _) = encoder?.t().dot(&decoder?).svd(false, false)?;
    Ok(values)
}

/// Thin factorisation `W1 = Q R`, `Q` with orthonormal columns and `R` upper triangular.
///
/// By Cholesky, `R^T R = W1^T W1` and `Q = W1 R^{-1}`. At the sizes of the paper this is several times faster than
/// Householder's method, but it loses orthogonality with the square of the condition number, or fails. `Q^T Q` tells
/// whether it did. Householder's `Q` is orthonormal whatever the rank (dependent units, zero weights, H > D): its
/// columns outside the range of `W1` meet zeros in `R`, and leave the law unchanged.
pub(crate) fn orthonormal(W1: &Array2<f64>) -> Result<(Array2<f64>, Array2<f64>)> {
    if let Ok(L) = W1.t().dot(W1).cholesky(UPLO::Lower) {
        let Qt = L.solve_triangular(UPLO::Lower, Diag::NonUnit, &W1.t().to_owned())?;
        let deviation = Qt.dot(&Qt.t()) - Array2::<f64>::eye(L.nrows());
        if deviation.iter().all(|x| x.abs() < ORTHONORMAL) {
            return Ok((Qt.reversed_axes(), L.reversed_axes()));
        }
    }
    Ok(W1.qr()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{normal_matrix, stream};

    #[test]
    fn the_factorisation_is_orthonormal_whatever_the_condition_and_the_rank() {
        let mut rng = stream(1, &["factorisation"]);
        for (rows, columns) in [(1, 1), (9, 4), (6, 6), (3, 5)] {
            let full = normal_matrix(&mut rng, rows, columns, 1.0);
            let mut nearly = full.clone();
            let first = nearly.column(0).to_owned();
            nearly
                .column_mut(columns - 1)
                .zip_mut_with(&first, |x, &y| {
                    *x = y + 1e-7 * *x;
                });
            let mut dependent = full.clone();
            dependent.column_mut(columns - 1).assign(&first);
            let zero = Array2::zeros((rows, columns));
            for W1 in [full.clone(), &full * 1e-150, nearly, dependent, zero] {
                let (Q, R) = orthonormal(&W1).unwrap();
                assert_eq!(Q.ncols(), rows.min(columns));
                let error = Q.t().dot(&Q) - Array2::<f64>::eye(Q.ncols());
                assert!(error.iter().all(|x| x.abs() < ORTHONORMAL), "{W1}");
                let size = W1.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                assert!((Q.dot(&R) - &W1).iter().all(|x| x.abs() <= 1e-12 * size));
                assert!(R.indexed_iter().all(|((i, j), &x)| i <= j || x == 0.0));
            }
        }
    }
}
