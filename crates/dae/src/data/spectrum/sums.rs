//! Second moments of samples that arrive in batches, and their eigenvalues, for data of any size and kind.

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, Axis, s};

use super::eigen::eigenvalues;
use crate::numerics::blas;
use crate::{Error, Result};

/// Rows in one block of the product. Each block begins at the diagonal and ends at the last column.
const BLOCK: usize = 256;

/// `X^T X`, summed over rows that arrive in batches.
///
/// # Numerical notes
/// Each block of the sum belongs to one thread, which adds rows in order: the result is bit-identical with any number
/// of threads. Its last bits depend on how the rows are cut into batches.
///
/// # Example
/// ```
/// use ndarray::array;
/// let mut sums = dae::data::Sums::new(2);
/// sums.add(array![[1.0, 0.0], [0.0, 2.0]].view())?;
/// sums.add(array![[1.0, 0.0]].view())?;
/// assert_eq!(sums.eigenvalues(3.0)?, vec![4.0 / 3.0, 2.0 / 3.0]);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct Sums {
    /// On and above the diagonal.
    sums: Array2<f64>,
}

impl Sums {
    /// The sum over no rows.
    ///
    /// # Shapes
    /// D x D, for rows of D numbers.
    pub fn new(columns: usize) -> Self {
        blas::use_one_thread();
        Self {
            sums: Array2::zeros((columns, columns)),
        }
    }

    /// Adds rows.
    ///
    /// # Shapes
    /// `rows`: any number x D.
    ///
    /// # Errors
    /// [`Error::Shape`] for rows of another length.
    pub fn add(&mut self, rows: ArrayView2<f64>) -> Result<()> {
        let columns = self.sums.ncols();
        crate::error::shape("rows", (rows.nrows(), columns), rows.dim())?;
        let blocks = self.sums.axis_chunks_iter_mut(Axis(0), BLOCK);
        blocks
            .into_par_iter()
            .enumerate()
            .for_each(|(i, mut sums)| {
                let from = i * BLOCK;
                let left = rows.slice(s![.., from..from + sums.nrows()]);
                let right = rows.slice(s![.., from..]);
                let mut sums = sums.slice_mut(s![.., from..]);
                general_mat_mul(1.0, &left.t(), &right, 1.0, &mut sums);
            });
        Ok(())
    }

    /// The sum divided by `divisor`: N for the averaged second moment `X^T X / N`.
    ///
    /// # Shapes
    /// D x D, symmetric.
    pub fn moment(self, divisor: f64) -> Array2<f64> {
        let mut moment = self.sums;
        moment /= divisor;
        for i in 0..moment.nrows() {
            let (row, mut column) = moment.multi_slice_mut((s![i, i + 1..], s![i + 1.., i]));
            column.assign(&row);
        }
        moment
    }

    /// Eigenvalues of [`Sums::moment`] in descending order, none negative.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if there are no columns, a sum is not finite, or an eigenvalue is negative by more than
    /// rounding; [`Error::LinearAlgebra`] if LAPACK fails; [`Error::Disagreement`] if the eigenvalues do not add up to
    /// the trace.
    ///
    /// # Numerical notes
    /// Works in place, in the memory of D x D numbers. An eigenvalue within [`rounding`](super::rounding) of zero is
    /// zero up to rounding.
    pub fn eigenvalues(self, divisor: f64) -> Result<Vec<f64>> {
        let moment = self.moment(divisor);
        if moment.is_empty() || !moment.iter().all(|x| x.is_finite()) {
            let allowed = "finite, of at least one column";
            return Err(Error::out_of_range("second moment", "it", allowed));
        }
        eigenvalues(moment)
    }
}

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use super::*;
    use crate::data::Eigen;
    use crate::numerics::random::{normal_matrix, stream};

    #[test]
    fn batches_give_the_eigenvalues_of_the_whole() {
        let mut rng = stream(1, &["sums"]);
        for (rows, columns) in [(1, 1), (40, 7), (300, 290), (5, 30)] {
            let X = normal_matrix(&mut rng, rows, columns, 1.0);
            let mut sums = Sums::new(columns);
            for batch in X.axis_chunks_iter(Axis(0), 17) {
                sums.add(batch).unwrap();
            }
            let found = sums.eigenvalues(rows as f64).unwrap();
            let whole = Eigen::of(&(X.t().dot(&X) / rows as f64)).unwrap();
            let pairs = found.iter().zip(&whole.lambda);
            assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
            // `X X^T / N` has the same nonzero eigenvalues.
            let mut other = Sums::new(rows);
            other.add(X.t()).unwrap();
            let other = other.eigenvalues(rows as f64).unwrap();
            let pairs = found.iter().zip(&other);
            assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }

    #[test]
    fn what_has_no_spectrum_is_refused() {
        assert!(Sums::new(0).eigenvalues(1.0).is_err());
        let mut sums = Sums::new(2);
        assert!(sums.add(Array2::zeros((3, 4)).view()).is_err());
        sums.add(Array2::from_elem((1, 2), 1e200).view()).unwrap();
        assert!(sums.eigenvalues(1.0).is_err());
    }
}
