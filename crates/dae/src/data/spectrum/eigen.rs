//! Eigenvalues and eigenvectors of a second moment.

use ndarray::{Array1, Array2, s};
use ndarray_linalg::error::LinalgError;
use ndarray_linalg::{AllocatedArray, AllocatedArrayMut, Eigh, Lapack, UPLO};

use super::moment::second_moment;
use crate::data::images::Split;
use crate::numerics::blas;
use crate::{Error, Result};

/// Eigenvalues and eigenvectors of a second moment, `S = U diag(lambda) U^T`.
///
/// # Shapes
/// `lambda` has length `D`, in descending order; `u` is `D x D`, with one eigenvector a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues.
    pub lambda: Array1<f64>,
    /// The eigenvectors. In each, the component of largest magnitude is positive (the first of several).
    pub u: Array2<f64>,
}

impl Eigen {
    /// Decomposes a symmetric matrix without negative eigenvalues, such as [`second_moment`] returns.
    ///
    /// # Errors
    /// [`Error::LinearAlgebra`] if LAPACK fails; [`Error::OutOfRange`] if the matrix is empty or an eigenvalue is
    /// negative by more than rounding; [`Error::Disagreement`] if the eigenvalues do not add up to the trace.
    ///
    /// # Numerical notes
    /// Negative eigenvalues down to `-lambda_0 D EPSILON` are rounding errors of zeros, and become zero.
    ///
    /// # Example
    /// ```
    /// use ndarray::array;
    /// let eigen = dae::data::Eigen::of(&array![[2.0, -1.0], [-1.0, 2.0]])?;
    /// assert!((eigen.lambda[0] - 3.0).abs() < 1e-15);
    /// assert!(eigen.u[[0, 0]] > 0.0 && eigen.u[[1, 0]] < 0.0);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn of(moment: &Array2<f64>) -> Result<Self> {
        if moment.is_empty() {
            return Err(Error::out_of_range("pixels", 0, "at least 1"));
        }
        blas::use_one_thread();
        let (ascending, vectors) = moment.eigh(UPLO::Lower)?;
        let lambda = descending(&ascending.to_vec(), moment.diag().sum())?;
        let lambda = Array1::from(lambda);
        let u = with_fixed_signs(vectors.slice(s![.., ..;-1]).to_owned());
        Ok(Self { lambda, u })
    }

    /// All eigenvalues of the second moment of the first `samples` images, and the leading `count` eigenvectors.
    ///
    /// With fewer images than pixels the `N x N` matrix `X X^T / N` is decomposed instead, which has the same
    /// eigenvalues above zero: an eigenvector `v` of it gives `u = X^T v / ||X^T v||`.
    ///
    /// # Shapes
    /// `lambda` has length `D`; `u` is `D x count`, with at most `D` columns.
    ///
    /// # Errors
    /// As [`second_moment`] and [`Eigen::of`]. With fewer images than pixels: no directions, or more than the images
    /// span.
    pub fn leading(split: &Split, samples: usize, count: usize) -> Result<Self> {
        if samples == 0 {
            return Err(Error::out_of_range("samples", 0, "at least 1"));
        }
        let columns = split.pixels.ncols();
        if samples >= columns {
            let Self { lambda, u } = Self::of(&second_moment(split, samples)?)?;
            let count = count.min(columns);
            return Ok(Self {
                lambda,
                u: u.slice(s![.., ..count]).to_owned(),
            });
        }
        blas::use_one_thread();
        let images = split.first(samples)?;
        let gram = images.dot(&images.t()) / samples as f64;
        let Self { lambda: few, u: v } = Self::of(&gram)?;
        let smallest = few.get(count.wrapping_sub(1)).copied().unwrap_or_default();
        let largest = few.first().copied().unwrap_or_default();
        if smallest <= largest * columns as f64 * f64::EPSILON {
            let allowed = "1 to the number of directions that the images span";
            return Err(Error::out_of_range("directions", count, allowed));
        }
        let mut u = images.t().dot(&v.slice(s![.., ..count]));
        for mut column in u.columns_mut() {
            let length = column.dot(&column).sqrt();
            column /= length;
        }
        let mut lambda = Array1::zeros(columns);
        lambda.slice_mut(s![..samples]).assign(&few);
        Ok(Self {
            lambda,
            u: with_fixed_signs(u),
        })
    }
}

/// Flips the sign of columns so that their component of largest magnitude is positive.
fn with_fixed_signs(mut u: Array2<f64>) -> Array2<f64> {
    for mut column in u.columns_mut() {
        let largest = column
            .iter()
            .fold(0.0, |a: f64, &b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            column.mapv_inplace(|component| -component);
        }
    }
    u
}

/// Eigenvalues of a symmetric matrix, in descending order. Needs the memory of one such matrix only.
pub fn eigenvalues(mut moment: Array2<f64>) -> Result<Vec<f64>> {
    let trace = moment.diag().sum();
    // `eigvalsh` of ndarray-linalg 0.18 has LAPACK compute the eigenvectors, too, which takes ten times as long.
    let layout = moment.square_layout()?;
    let ascending = f64::eigh(false, layout, UPLO::Lower, moment.as_allocated_mut()?);
    descending(&ascending.map_err(LinalgError::from)?, trace)
}

/// How far from zero an eigenvalue of a second moment may be by rounding alone: `lambda_0 D EPSILON`.
pub fn rounding(lambda: &[f64]) -> f64 {
    let largest = lambda.first().copied().unwrap_or_default();
    largest.abs() * lambda.len() as f64 * f64::EPSILON
}

/// Sorts eigenvalues in descending order, and refuses those that a second moment cannot have.
fn descending(ascending: &[f64], trace: f64) -> Result<Vec<f64>> {
    let mut lambda: Vec<_> = ascending.iter().rev().copied().collect();
    let rounding = rounding(&lambda);
    for value in &mut lambda {
        if value.is_nan() || *value < -rounding {
            let allowed = "zero or more, but for rounding";
            return Err(Error::out_of_range("lambda", *value, allowed));
        }
        // Adding zero turns -0.0 into 0.0.
        *value = value.max(0.0) + 0.0;
    }
    let sum = lambda.iter().sum::<f64>();
    if (sum - trace).abs() > rounding * lambda.len() as f64 {
        return Err(Error::Disagreement {
            what: "the sum of the eigenvalues and the trace".to_owned(),
            expected: trace.to_string(),
            found: sum.to_string(),
        });
    }
    Ok(lambda)
}
