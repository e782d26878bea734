//! How much of the test images, and of the pixels' own second moments, lies in each eigenvector of the training images.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, Axis};

use super::images::Images;
use super::spectrum::{Eigen, Spectrum, second_moment};
use crate::error::shape;
use crate::numerics::blas;
use crate::numerics::products::set_product;
use crate::{Error, Result};

/// Two numbers for each eigenvector `u_i` of the training images' `S = X^T X / N` (averaged, uncentred):
///
/// ```text
/// test_moment   mu_i = u_i^T T u_i           T: second moment of all test images
/// pixel_moment  k_i  = sum_p u_pi^2 S_pp     the diagonal of U^T diag(S_pp) U
/// ```
///
/// With `mu`, the denoising error on test images follows from the mappings alone. With `k`, masking is noise of
/// variance `q/(1-q) k_i` in direction `i`, up to off-diagonal terms. Both follow the order of the training images'
/// eigenvectors, so neither is sorted.
///
/// Eigenvectors within a null space are arbitrary; means over it are not. So where `lambda_i < 1e-9 lambda_0`, each
/// number is the mean over all such directions.
///
/// # Shapes
/// D numbers each, in the order of the [`Spectrum`].
#[derive(Debug, Clone, PartialEq)]
pub struct Directions {
    /// The name of the data set, in lower-case letters, digits, `-` and `_`.
    pub dataset: String,
    /// The number of training images, `N`, from the beginning.
    pub samples: usize,
    /// [`Images::fingerprint`] of the whole data set.
    pub fingerprint: String,
    /// `mu_i`.
    pub test_moment: Vec<f64>,
    /// `k_i`.
    pub pixel_moment: Vec<f64>,
}

impl Directions {
    /// How well recomputed directions agree with stored ones, each number relative to itself.
    ///
    /// Rounding rotates eigenvectors by about `EPSILON lambda_0 / gap`, and the gaps between the smallest eigenvalues
    /// are small. OpenBLAS kernels for two generations of processors differed by `1.5e-8`, in a mode of CIFAR-10 whose
    /// eigenvalue is close to its neighbour's. Other data differ by far more.
    pub const TOLERANCE: f64 = 1e-6;

    /// An eigenvalue below this part of the largest belongs to the null space.
    pub const NULL: f64 = 1e-9;

    /// Computes them from the first `samples` training images and all test images.
    ///
    /// Takes a minute for CIFAR-10, whose second moment has 3,072 eigenvectors.
    ///
    /// # Errors
    /// As [`second_moment`] and [`Eigen::of`]; no test images.
    pub fn of_images(images: &Images, samples: usize) -> Result<Self> {
        let S = second_moment(&images.train, samples)?;
        let eigen = Eigen::of(&S)?;
        Self::in_basis(images, samples, &S, &eigen)
    }

    /// As [`Directions::of_images`], from the second moment `S` of those images and its decomposition.
    ///
    /// # Errors
    /// Shapes that do not fit, no test images.
    pub fn in_basis(
        images: &Images,
        samples: usize,
        S: &Array2<f64>,
        Eigen { lambda, u: U }: &Eigen,
    ) -> Result<Self> {
        let pixels = images.dataset.pixels();
        shape("second moment", (pixels, pixels), S.dim())?;
        shape("eigenvectors", (pixels, pixels), U.dim())?;
        shape("lambda", (pixels, 1), (lambda.len(), 1))?;
        let T = second_moment(&images.test, images.test.len())?;
        blas::use_one_thread();
        let mut TU = Array2::zeros(U.dim());
        set_product(T.view(), U.view(), &mut TU);
        let test_moment = (TU * U).sum_axis(Axis(0));
        let pixel_moment = (U * U).t().dot(&S.diag());
        Ok(Self {
            dataset: images.dataset.name().to_owned(),
            samples,
            fingerprint: images.fingerprint(),
            test_moment: levelled(test_moment, lambda),
            pixel_moment: levelled(pixel_moment, lambda),
        })
    }

    /// Checks that the directions belong to a spectrum: the same images, and as many modes.
    ///
    /// # Errors
    /// [`Error::Disagreement`], naming what differs.
    pub fn belong_to(&self, spectrum: &Spectrum) -> Result<()> {
        let modes = spectrum.lambda.len();
        let expected = origin(
            &spectrum.dataset,
            spectrum.samples,
            &spectrum.fingerprint,
            modes,
        );
        if self.origin() != expected {
            return Err(Error::Disagreement {
                what: "the origin of directions and spectrum".to_owned(),
                expected,
                found: self.origin(),
            });
        }
        Ok(())
    }

    /// Checks that `other` holds the same directions. Each number may differ by `tolerance` times itself, plus the
    /// rounding error `D EPSILON` times the largest number in its column.
    ///
    /// # Errors
    /// [`Error::Disagreement`], naming what differs; among numbers, the worst.
    pub fn agrees_with(&self, other: &Self, tolerance: f64) -> Result<()> {
        if self.origin() != other.origin() {
            return Err(Error::Disagreement {
                what: "the origin of the directions".to_owned(),
                expected: other.origin(),
                found: self.origin(),
            });
        }
        let columns = [
            ("test moment", &self.test_moment, &other.test_moment),
            ("pixel moment", &self.pixel_moment, &other.pixel_moment),
        ];
        for (what, found, expected) in columns {
            let largest = expected.iter().fold(0.0, |a: f64, &b| a.max(b));
            let rounding = largest * expected.len() as f64 * f64::EPSILON;
            let excess = |(mode, (&found, &expected)): (usize, (&f64, &f64))| {
                let allowed = tolerance * expected + rounding;
                (
                    mode,
                    (found - expected).abs() - allowed,
                    found,
                    expected,
                    allowed,
                )
            };
            // NaN sorts above every number here, so it is found.
            let worst = (found.iter().zip(expected).enumerate().map(excess))
                .max_by(|(_, a, ..), (_, b, ..)| a.total_cmp(b));
            match worst {
                Some((mode, excess, found, expected, allowed))
                    if excess.is_nan() || excess > 0.0 =>
                {
                    return Err(Error::Disagreement {
                        what: format!("{what} of mode {mode}"),
                        expected: format!("{expected:?} within {allowed:e}"),
                        found: format!("{found:?}"),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn origin(&self) -> String {
        let modes = self.test_moment.len();
        origin(&self.dataset, self.samples, &self.fingerprint, modes)
    }
}

fn origin(dataset: &str, samples: usize, fingerprint: &str, modes: usize) -> String {
    format!("{modes} modes of {samples} images of {dataset} {fingerprint}")
}

/// Replaces the numbers that belong to the null space by their mean.
fn levelled(mut values: Array1<f64>, lambda: &Array1<f64>) -> Vec<f64> {
    let limit = Directions::NULL * lambda.first().copied().unwrap_or_default();
    let kept = lambda.iter().take_while(|&&l| l >= limit).count();
    let mut null = values.slice_mut(ndarray::s![kept..]);
    if let Some(mean) = null.mean() {
        null.fill(mean);
    }
    // Rounding may make a zero sum of squares negative.
    values.mapv(|x| x.max(0.0)).to_vec()
}
