//! The order in which pixels are kept, so that those that are 0 in every sample take part in no product with data.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{ArcArray2, Array2, ArrayView2, Axis};

use crate::numerics::Real;

/// The order in which the engine keeps pixels: those that are 0 in every sample come last.
///
/// Those are left out of the data, and so of its products: a twelfth of MNIST.
pub(crate) struct Order(Vec<usize>);

impl Order {
    /// The order for `X`, and the data in it without pixels that are always 0. If all are, none is left out.
    pub(crate) fn of<F: Real>(X: ArcArray2<F>) -> (Self, ArcArray2<F>) {
        let is_used = |&pixel: &usize| X.column(pixel).iter().any(|&x| x != F::zero());
        let (mut order, unused): (Vec<usize>, Vec<usize>) = (0..X.ncols()).partition(is_used);
        if order.is_empty() || unused.is_empty() {
            return (Self((0..X.ncols()).collect()), X);
        }
        let mut kept = Array2::zeros((X.nrows(), order.len()));
        for (mut kept, row) in kept.rows_mut().into_iter().zip(X.rows()) {
            kept.assign(&row.select(Axis(0), &order));
        }
        order.extend(unused);
        (Self(order), kept.into())
    }

    /// Puts rows or columns that stand for pixels in this order.
    pub(crate) fn arrange<F: Real>(&self, pixels: &Array2<F>, axis: Axis) -> Array2<F> {
        pixels.select(axis, &self.0)
    }

    /// Undoes [`Order::arrange`] for rows.
    pub(crate) fn restore<F: Real>(&self, rows: ArrayView2<F>) -> Array2<F> {
        let mut pixels = Array2::zeros(rows.dim());
        for (row, &pixel) in rows.rows().into_iter().zip(&self.0) {
            pixels.row_mut(pixel).assign(&row);
        }
        pixels
    }
}
