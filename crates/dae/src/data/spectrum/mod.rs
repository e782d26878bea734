//! Second moments of images, and their eigenvalues.
//!
//! The numbers of a spectrum depend on this folder, on that of the images and on `numerics`; reading and writing files
//! of them, in `csv.rs`, affects none.

mod eigen;
mod moment;
mod sums;

use eigen::eigenvalues;
pub use eigen::{Eigen, rounding};
pub use moment::second_moment;
pub use sums::Sums;

use super::images::Images;
use crate::{Error, Result};

/// The eigenvalues of `X^T X / N` (averaged, uncentred) and what they were computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// The name of the data set, in lower-case letters, digits, `-` and `_`.
    pub dataset: String,
    /// The number of images, `N`, from the beginning of the training images.
    pub samples: usize,
    /// [`Images::fingerprint`] of the whole data set.
    pub fingerprint: String,
    /// The eigenvalues in descending order, none negative.
    pub lambda: Vec<f64>,
}

impl Spectrum {
    /// How well a recomputed spectrum agrees with a stored one, relative to the largest eigenvalue.
    ///
    /// Other versions of LAPACK round differently, by about `D EPSILON`; other data differ by far more.
    pub const TOLERANCE: f64 = 1e-10;

    /// Computes the spectrum of the first `samples` training images.
    ///
    /// # Errors
    /// As [`second_moment`] and [`Eigen::of`].
    pub fn of_images(images: &Images, samples: usize) -> Result<Self> {
        let moment = second_moment(&images.train, samples)?;
        let spectrum = Self {
            dataset: images.dataset.name().to_owned(),
            samples,
            fingerprint: images.fingerprint(),
            lambda: eigenvalues(moment)?,
        };
        Ok(spectrum)
    }

    /// Half the sum of the eigenvalues: `1/(2N) ||X||_F^2`, the loss of a network that outputs zeros.
    pub fn half_trace(&self) -> f64 {
        self.lambda.iter().sum::<f64>() / 2.0
    }

    /// Checks that `other` is the same spectrum, up to `tolerance` times the largest eigenvalue.
    ///
    /// # Errors
    /// [`Error::Disagreement`], naming what differs; among eigenvalues, the worst.
    pub fn agrees_with(&self, other: &Self, tolerance: f64) -> Result<()> {
        let differ = |what: String, expected: String, found: String| {
            Err(Error::Disagreement {
                what,
                expected,
                found,
            })
        };
        let origin = |spectrum: &Self| {
            let Self {
                dataset,
                samples,
                fingerprint,
                lambda,
            } = spectrum;
            format!(
                "{} modes of {samples} images of {dataset} {fingerprint}",
                lambda.len()
            )
        };
        if origin(self) != origin(other) {
            return differ(
                "the origin of the spectrum".into(),
                origin(other),
                origin(self),
            );
        }
        // NaN sorts above every number here, so it is found.
        let pairs = self.lambda.iter().zip(&other.lambda).enumerate();
        let worst = pairs
            .map(|(mode, (found, expected))| (mode, (found - expected).abs(), found, expected))
            .max_by(|(_, a, ..), (_, b, ..)| a.total_cmp(b));
        let allowed = tolerance * other.lambda.first().copied().unwrap_or_default();
        match worst {
            Some((mode, difference, found, expected))
                if difference.is_nan() || difference > allowed =>
            {
                differ(
                    format!("eigenvalue of mode {mode}"),
                    format!("{expected:?} within {allowed:e}"),
                    format!("{found:?}"),
                )
            }
            _ => Ok(()),
        }
    }
}
