//! The images of MNIST and CIFAR-10, where they lie in the cache: nothing is fetched for this figure.

// Matrices are capital letters.
#![allow(non_snake_case)]

use std::sync::OnceLock;

use dae::data::{DataSet, Eigen, Images, SourceOptions, second_moment};
use dae::train::linear::pixel_moments;
use dae::train::samples::Sample;
use ndarray::Array2;

use crate::Result;
use crate::experiments::spectra;
use crate::system::progress::Progress;

/// Whether the images of a data set lie in the cache.
pub(crate) fn there(dataset: DataSet) -> bool {
    let options = SourceOptions::from_env();
    options.is_ok_and(|options| options.cache.join(dataset.name()).exists())
}

/// Images, and the second moment of those to test with.
#[derive(Debug)]
pub(super) struct Loaded {
    pub images: Images,
    /// `T`, D x D.
    pub test: Array2<f64>,
}

/// All training images by their own directions.
#[derive(Debug)]
pub(super) struct Basis {
    /// The second moment of the test images in those that have any variance.
    pub sample: Sample,
    /// `U^T diag(S_pp) U`, D x D.
    pub pixel_moments: Array2<f64>,
}

/// What several runs need, made when the first of them needs it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    loaded: [OnceLock<Loaded>; 2],
    basis: OnceLock<Basis>,
}

impl Shared {
    /// The images of a data set.
    ///
    /// # Errors
    /// They are not in the cache, or damaged.
    pub(super) fn images(&self, dataset: DataSet, progress: &Progress) -> Result<&Loaded> {
        let cell = &self.loaded[dataset as usize];
        if let Some(loaded) = cell.get() {
            return Ok(loaded);
        }
        let options = SourceOptions {
            offline: true,
            ..SourceOptions::from_env()?
        };
        let images = spectra::images(dataset, &options, progress)?;
        let test = second_moment(&images.test, images.test.len())?;
        Ok(cell.get_or_init(|| Loaded { images, test }))
    }

    /// The directions of so many leading images of MNIST.
    ///
    /// # Errors
    /// As [`Shared::images`]; LAPACK giving up.
    pub(super) fn basis(&self, samples: usize, progress: &Progress) -> Result<&Basis> {
        if let Some(basis) = self.basis.get() {
            return Ok(basis);
        }
        let Loaded { images, test } = self.images(DataSet::Mnist, progress)?;
        let S = second_moment(&images.train, samples)?;
        let eigen = Eigen::of(&S)?;
        let basis = Basis {
            sample: Sample::in_basis(&eigen, test)?,
            pixel_moments: pixel_moments(&S, &eigen.u)?,
        };
        Ok(self.basis.get_or_init(|| basis))
    }
}
