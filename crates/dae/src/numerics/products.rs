//! Matrix products cut into parts: for threads, and where only a part of the result is needed.
//!
//! The parts of a sum cut for threads depend on the sizes alone and are added in order, so the number of threads
//! changes nothing, not even rounding.

// Matrices are capital letters, as in the equations of the callers.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

use super::real::Real;

/// Rows of a general product that are computed at a time.
const STRIP: usize = 128;

/// Side of the tiles in which a matrix is mirrored: two of them fit into the L1 cache.
const TILE: usize = 32;

/// Sets `C` to the sum of at least one symmetric matrix. Only entries on and above the diagonals are read.
pub(crate) fn sum_symmetric<'a, F: Real>(
    parts: impl Iterator<Item = &'a Array2<F>> + Clone,
    C: &mut Array2<F>,
) {
    let tiles = |from: usize, size: usize| (from..size).step_by(TILE);
    let size = C.nrows();
    for i in tiles(0, size) {
        for j in tiles(i, size) {
            let (rows, columns) = (i..size.min(i + TILE), j..size.min(j + TILE));
            let mut tile = C.slice_mut(s![rows.clone(), columns.clone()]);
            for (number, part) in parts.clone().enumerate() {
                let part = part.slice(s![rows.clone(), columns.clone()]);
                match number {
                    0 => tile.assign(&part),
                    _ => tile += &part,
                }
            }
            if i < j {
                let tile = tile.to_owned();
                C.slice_mut(s![columns, rows]).assign(&tile.t());
            } else {
                for (a, b) in rows.flat_map(|a| (i..a).map(move |b| (a, b))) {
                    C[[a, b]] = C[[b, a]];
                }
            }
        }
    }
}

/// Sets `total` to the sum of matrices, in strips of rows on all threads.
pub(crate) fn sum<F: Real>(parts: &[&Array2<F>], total: &mut Array2<F>) {
    let strips = total.axis_chunks_iter_mut(Axis(0), STRIP).into_par_iter();
    strips.enumerate().for_each(|(i, mut rows)| {
        let strip = s![i * STRIP..i * STRIP + rows.nrows(), ..];
        rows.fill(F::zero());
        for part in parts {
            rows += &part.slice(strip);
        }
    });
}

/// Sets `C` to `A B`, in strips of rows on all threads.
pub(crate) fn set_product<F: Real>(A: ArrayView2<F>, B: ArrayView2<F>, C: &mut Array2<F>) {
    let strips = C.axis_chunks_iter_mut(Axis(0), STRIP).into_par_iter();
    strips.enumerate().for_each(|(i, mut rows)| {
        let A = A.slice(s![i * STRIP..i * STRIP + rows.nrows(), ..]);
        general_mat_mul(F::one(), &A, &B, F::zero(), &mut rows);
    });
}

/// Adds `Y R` to `A`, for an upper triangular (or trapezoidal) `R`.
///
/// Four panels of columns save three eighths of the general product's multiply-adds. BLAS's triangular product saves
/// half, but overwrites `Y`, which is needed once more.
pub(crate) fn add_triangular<F: Real>(Y: ArrayView2<F>, R: &Array2<F>, A: &mut ArrayViewMut2<F>) {
    let width = R.ncols().div_ceil(4).max(1);
    for first in (0..R.ncols()).step_by(width) {
        let last = R.ncols().min(first + width);
        let rows = last.min(R.nrows());
        let (Y, R) = (Y.slice(s![.., ..rows]), R.slice(s![..rows, first..last]));
        let mut part = A.slice_mut(s![.., first..last]);
        general_mat_mul(F::one(), &Y, &R, F::one(), &mut part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::{normal_matrix, stream};

    fn close(A: &Array2<f64>, B: &Array2<f64>) -> bool {
        A.dim() == B.dim() && (A - B).iter().all(|x| x.abs() < 1e-12)
    }

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
            assert!(close(&A, &(&start + &Y.dot(&R))));

            let mut C = Array2::zeros((inner, inner));
            for _ in 0..2 {
                f64::gram(Y.view(), 1.0, &mut C);
            }
            let mut sum = Array2::zeros((inner, inner));
            sum_symmetric([&C, &C].into_iter(), &mut sum);
            assert!(close(&sum, &(Y.t().dot(&Y) * 4.0)));
        }
    }

    #[test]
    fn sums_and_products_by_strips_are_those_of_whole_matrices() {
        let mut rng = stream(2, &["products"]);
        for (rows, columns) in [(1, 1), (127, 3), (128, 65), (300, 70)] {
            let [A, B] = [0, 1].map(|_| normal_matrix(&mut rng, rows, columns, 1.0));
            let mut total = Array2::from_elem((rows, columns), f64::NAN);
            sum(&[&A, &B, &A], &mut total);
            assert!(close(&total, &(&A * 2.0 + &B)));

            let C = normal_matrix(&mut rng, columns, 5, 1.0);
            let mut product = Array2::from_elem((rows, 5), f64::NAN);
            set_product(A.view(), C.view(), &mut product);
            assert!(close(&product, &A.dot(&C)));

            // What is below the diagonal is ignored.
            let mut S = A.t().dot(&A);
            let expected = &S * 3.0;
            S.indexed_iter_mut()
                .filter(|((i, j), _)| i > j)
                .for_each(|(_, x)| *x = f64::NAN);
            let mut mirrored = Array2::zeros((columns, columns));
            sum_symmetric([&S, &S, &S].into_iter(), &mut mirrored);
            assert!((mirrored - expected).iter().all(|x| x.abs() < 1e-10));
        }
    }
}
