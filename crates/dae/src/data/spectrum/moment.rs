//! The averaged second moment of images.

use ndarray::{Array2, Axis, s};

use super::sums::Sums;
use crate::data::images::Split;
use crate::{Error, Result};

/// Rows that are converted from bytes at a time: 49 MB of numbers for CIFAR-10.
const ROWS: usize = 2_000;

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
pub fn second_moment(split: &Split, samples: usize) -> Result<Array2<f64>> {
    split.check(samples)?;
    if samples == 0 {
        return Err(Error::out_of_range("samples", 0, "at least 1"));
    }
    let images = split.pixels.slice(s![..samples, ..]);
    let mut sums = Sums::new(images.ncols());
    for rows in images.axis_chunks_iter(Axis(0), ROWS) {
        sums.add(rows.mapv(f64::from).view())?;
    }
    Ok(sums.moment(255.0 * 255.0 * samples as f64))
}
