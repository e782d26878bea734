//! Matrix products of which only a part is needed, cut into panels so that most of the rest is not computed.
//!
//! BLAS has routines for these two, but reaching them takes unsafe code; four panels leave out three eighths of the
//! multiply-adds of the general product against their half, and save about a quarter of its time.

// Matrices are capital letters, as in the equations of the callers.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use super::real::Real;

/// First and last column (exclusive) of each panel.
fn panels(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    let width = columns.div_ceil(4).max(1);
    let first = (0..columns).step_by(width);
    first.map(move |first| (first, columns.min(first + width)))
}

/// Adds `P^T P` to `C`, on and above the diagonal; what is below it is not defined until [`mirror`].
pub(super) fn add_gram<F: Real>(P: ArrayView2<F>, C: &mut Array2<F>) {
    for (first, last) in panels(P.ncols()) {
        let (left, right) = (P.slice(s![.., first..last]), P.slice(s![.., first..]));
        let mut part = C.slice_mut(s![first..last, first..]);
        general_mat_mul(F::one(), &left.t(), &right, F::one(), &mut part);
    }
}

/// Sets `C` to `P^T P`.
pub(super) fn set_gram<F: Real>(P: ArrayView2<F>, C: &mut Array2<F>) {
    C.fill(F::zero());
    add_gram(P, C);
    mirror(C);
}

/// Copies what is above the diagonal to below it.
pub(super) fn mirror<F: Real>(C: &mut Array2<F>) {
    for i in 0..C.nrows() {
        for j in 0..i {
            C[[i, j]] = C[[j, i]];
        }
    }
}

/// Adds `Y R` to `A`, for an upper triangular (or trapezoidal) `R`.
pub(super) fn add_triangular<F: Real>(Y: ArrayView2<F>, R: &Array2<F>, A: &mut ArrayViewMut2<F>) {
    for (first, last) in panels(R.ncols()) {
        let rows = last.min(R.nrows());
        let (Y, R) = (Y.slice(s![.., ..rows]), R.slice(s![..rows, first..last]));
        let mut part = A.slice_mut(s![.., first..last]);
        general_mat_mul(F::one(), &Y, &R, F::one(), &mut part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{normal_matrix, stream};

    #[test]
    fn parts_are_those_of_the_whole_product() {
        for (rows, inner, columns) in [(7, 1, 1), (5, 3, 3), (6, 10, 10), (9, 4, 11), (40, 33, 33)]
        {
            let mut rng = stream(1, &["products"]);
            let Y = normal_matrix(&mut rng, rows, inner, 1.0);
            let mut R = normal_matrix(&mut rng, inner, columns, 1.0);
            R.indexed_iter_mut()
                .filter(|((i, j), _)| i > j)
                .for_each(|(_, x)| *x = 0.0);
            let start = normal_matrix(&mut rng, rows, columns, 1.0);
            let mut A = start.clone();
            add_triangular(Y.view(), &R, &mut A.view_mut());
            let expected = &start + &Y.dot(&R);
            assert!((A - expected).iter().all(|x| x.abs() < 1e-12));

            let mut C = Array2::zeros((inner, inner));
            for _ in 0..2 {
                add_gram(Y.view(), &mut C);
            }
            mirror(&mut C);
            let once = Y.t().dot(&Y);
            assert!((&C - &(&once * 2.0)).iter().all(|x| x.abs() < 1e-12));
            set_gram(Y.view(), &mut C);
            assert!((C - once).iter().all(|x| x.abs() < 1e-12));
        }
    }
}
