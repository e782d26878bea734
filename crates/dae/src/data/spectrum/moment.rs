//! The averaged second moment of images.

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, Axis, s};

use crate::data::images::Split;
use crate::numerics::blas;
use crate::{Error, Result};

/// Rows that are converted from bytes at a time: 49 MB of numbers for CIFAR-10.
const ROWS: usize = 2_000;

/// Rows in one block of the product. Each block begins at the diagonal and ends at the last column.
const BLOCK: usize = 256;

/// The averaged, uncentred second moment of the first `samples` images.
///
/// `S = X^T X / N`, pixels divided by 255. The paper sums instead of averaging.
///
/// # Shapes
/// `D x D`, symmetric.
///
/// # Errors
/// [`Error::TooManyImages`] if there are fewer images; [`Error::OutOfRange`] if `samples` is zero.
///
/// # Numerical notes
/// The products are summed over the bytes, before division by 255. A sum of 60,000 products of two bytes is an integer
/// below 2^32, hence exact in `f64` whatever BLAS's order of summation. Only the one division at the end rounds. So the
/// result is bit-identical with any number of threads.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018), where `Sigma_xx` is `N` times this.
#[expect(
    clippy::indexing_slicing,
    reason = "indices of an array of the same size"
)]
pub fn second_moment(split: &Split, samples: usize) -> Result<Array2<f64>> {
    split.check(samples)?;
    if samples == 0 {
        return Err(Error::out_of_range("samples", 0, "at least 1"));
    }
    let images = split.pixels.slice(s![..samples, ..]);
    let columns = images.ncols();
    let mut sums = Array2::<f64>::zeros((columns, columns));
    blas::use_one_thread();
    for rows in images.axis_chunks_iter(Axis(0), ROWS) {
        let rows = rows.mapv(f64::from);
        let blocks = sums.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter();
        blocks.enumerate().for_each(|(i, mut sums)| {
            let from = i * BLOCK;
            let left = rows.slice(s![.., from..from + sums.nrows()]);
            let right = rows.slice(s![.., from..]);
            general_mat_mul(
                1.0,
                &left.t(),
                &right,
                1.0,
                &mut sums.slice_mut(s![.., from..]),
            );
        });
    }
    let scale = 255.0 * 255.0 * samples as f64;
    Ok(Array2::from_shape_fn((columns, columns), |(i, j)| {
        sums[[i.min(j), i.max(j)]] / scale
    }))
}
