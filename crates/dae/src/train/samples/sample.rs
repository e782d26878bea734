//! Images in their own eigenbasis, and the error of any filter in it.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, ArrayView2, s};

use crate::Result;
use crate::data::Eigen;
use crate::error::{Error, non_negative, shape};
use crate::numerics::products::set_product;
use crate::numerics::{Weights, blas};

/// The directions of images, and the second moment of other images in them.
///
/// # Shapes
/// `r` directions: all D of them, or those that the images span where there are fewer images than pixels.
///
/// # Example
/// ```
/// use dae::train::samples::Sample;
/// use ndarray::array;
/// let images = array![[1.0, 0.0, 0.0], [0.0, 0.5, 0.0]];
/// let test = array![[0.5, 0.0, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.1]];
/// let sample = Sample::of(images.view(), &test)?;
/// assert!((sample.lambda[0] - 0.5).abs() < 1e-15);
/// // One unit: 0.5 is restored with the noise of one direction, the rest is lost.
/// assert!((sample.autoencoder(1, 0.4)? - 0.5 * (0.3 + 0.4)).abs() < 1e-15);
/// # Ok::<(), dae::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Eigenvalues of `S_N` in descending order: r of them.
    pub lambda: Array1<f64>,
    /// Their eigenvectors `V` as columns, D x r.
    pub vectors: Array2<f64>,
    /// `V^T T V`, r x r. Its diagonal says how much of the test images each direction has.
    pub test: Array2<f64>,
    /// `tr T`: the whole second moment of the test images, inside the span of the sample or not.
    pub trace: f64,
}

impl Sample {
    /// Decomposes images.
    ///
    /// With fewer images than pixels the N x N matrix `X X^T / N` is decomposed. With many more,
    /// [`second_moment`](crate::data::second_moment) of the bytes and [`Sample::in_basis`] take less memory.
    ///
    /// # Shapes
    /// `images`: N x D, pixels divided by 255; `test`: D x D, as from [`second_moment`](crate::data::second_moment).
    ///
    /// # Errors
    /// No images, shapes that do not fit, LAPACK failing.
    pub fn of(images: ArrayView2<f64>, test: &Array2<f64>) -> Result<Self> {
        let (samples, pixels) = images.dim();
        if samples == 0 {
            return Err(Error::out_of_range("samples", 0, "1 or more"));
        }
        shape("test moment", (pixels, pixels), test.dim())?;
        blas::use_one_thread();
        let few = samples < pixels;
        let side = samples.min(pixels);
        let mut gram = Array2::zeros((side, side));
        match few {
            true => set_product(images, images.t(), &mut gram),
            false => set_product(images.t(), images, &mut gram),
        }
        let Eigen { lambda, u } = Eigen::of(&(gram / samples as f64))?;
        if !few {
            return Self::in_basis(&Eigen { lambda, u }, test);
        }
        let rank = rank(&lambda, pixels);
        let mut vectors = Array2::zeros((pixels, rank));
        set_product(images.t(), u.slice(s![.., ..rank]), &mut vectors);
        for mut column in vectors.columns_mut() {
            let length = column.dot(&column).sqrt();
            column /= length;
        }
        let lambda = lambda.slice(s![..rank]).to_owned();
        Self::new(lambda, vectors, test)
    }

    /// As [`Sample::of`], from an existing decomposition.
    ///
    /// # Shapes
    /// `eigen`: D x k vectors, with k eigenvalues or more; `test`: D x D.
    ///
    /// # Errors
    /// Shapes that do not fit.
    pub fn in_basis(Eigen { lambda, u }: &Eigen, test: &Array2<f64>) -> Result<Self> {
        let (pixels, columns) = u.dim();
        shape("test moment", (pixels, pixels), test.dim())?;
        if lambda.len() < columns {
            shape("lambda", (columns, 1), (lambda.len(), 1))?;
        }
        blas::use_one_thread();
        Self::new(lambda.slice(s![..columns]).to_owned(), u.clone(), test)
    }

    fn new(lambda: Array1<f64>, vectors: Array2<f64>, T: &Array2<f64>) -> Result<Self> {
        let mut TV = Array2::zeros(vectors.dim());
        set_product(T.view(), vectors.view(), &mut TV);
        let mut test = Array2::zeros((lambda.len(), lambda.len()));
        set_product(vectors.t(), TV.view(), &mut test);
        Ok(Self {
            lambda,
            vectors,
            test,
            trace: T.diag().sum(),
        })
    }

    /// How many directions the images span: eigenvalues that are more than rounding.
    pub fn rank(&self) -> usize {
        rank(&self.lambda, self.vectors.nrows())
    }

    /// Denoising error after training with noise of variance `e`, drawn afresh each epoch: `W = S_N (S_N + e)^-1`.
    ///
    /// # Errors
    /// Variances that are negative or not finite.
    pub fn redrawn(&self, e: f64, epsilon: f64) -> Result<f64> {
        non_negative("training noise", e)?;
        let spanned = self.lambda.iter().take(self.rank());
        self.filtered(spanned.map(|l| l / (l + e)), epsilon)
    }

    /// Denoising error of an autoencoder trained without noise to the end, with `hidden` units:
    /// `W` is the projection on the leading `hidden` directions, or on all that the images span.
    ///
    /// # Errors
    /// A variance that is negative or not finite.
    pub fn autoencoder(&self, hidden: usize, epsilon: f64) -> Result<f64> {
        let count = hidden.min(self.rank());
        self.filtered(std::iter::repeat_n(1.0, count), epsilon)
    }

    /// Denoising error of `W = V diag(f) V^T`; directions beyond the end of `f` are blocked.
    ///
    /// # Errors
    /// A variance that is negative or not finite.
    pub fn filtered(&self, f: impl IntoIterator<Item = f64>, epsilon: f64) -> Result<f64> {
        non_negative("epsilon", epsilon)?;
        let error = |(f, mu): (f64, &f64)| f * ((f - 2.0) * mu + f * epsilon);
        let sum: f64 = f.into_iter().zip(self.test.diag()).map(error).sum();
        Ok(0.5 * (self.trace + sum))
    }

    /// Denoising error of trained weights, whose row `i` belongs to direction `i`:
    ///
    /// ```text
    /// E = 1/2 [ tr T - 2 tr(B T A) + tr((A^T T A)(B B^T)) ] + epsilon/2 tr((A^T A)(B B^T))
    /// ```
    ///
    /// # Shapes
    /// `weights`: k x H twice, for the k leading directions; the others are blocked.
    ///
    /// # Errors
    /// More directions than there are, a variance that is negative or not finite.
    ///
    /// # Numerical notes
    /// Exact for any weights: what lies off the diagonals of `T` and of `A B` counts.
    pub fn trained(&self, weights: &Weights, epsilon: f64) -> Result<f64> {
        non_negative("epsilon", epsilon)?;
        let Weights {
            encoder: A,
            decoder: Bt,
        } = weights;
        shape("decoder", A.dim(), Bt.dim())?;
        let count = A.nrows();
        if count > self.lambda.len() {
            let allowed = "the number of directions or fewer";
            return Err(Error::out_of_range("rows of weights", count, allowed));
        }
        blas::use_one_thread();
        let T = self.test.slice(s![..count, ..count]);
        let TA = T.dot(A);
        let G = Bt.t().dot(Bt);
        let cross = (&TA * Bt).sum();
        let square = ((A.t().dot(&TA) + A.t().dot(A) * epsilon) * G).sum();
        Ok(0.5 * (self.trace - 2.0 * cross + square))
    }
}

/// How many eigenvalues are more than rounding.
fn rank(lambda: &Array1<f64>, pixels: usize) -> usize {
    let largest = lambda.first().copied().unwrap_or_default();
    let rounding = largest * pixels as f64 * f64::EPSILON;
    lambda.iter().take_while(|&&l| l > rounding).count()
}
