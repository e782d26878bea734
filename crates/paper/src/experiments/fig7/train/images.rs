//! The images of MNIST and CIFAR-10, if cached: nothing is fetched for this figure.

// Matrices are capital letters.
#![allow(non_snake_case)]

use std::sync::{Mutex, OnceLock, PoisonError};

use dae::data::{DataSet, Eigen, Images, SourceOptions, second_moment};
use dae::train::linear::pixel_moments;
use dae::train::samples::Sample;
use ndarray::Array2;

use crate::experiments::fig7::settings::Settings;
use crate::experiments::spectra;
use crate::system::progress::Progress;
use crate::{Error, Result};

/// Which data sets have cached images, valid or not, that these settings need.
pub(crate) fn there(settings: &Settings) -> [bool; 2] {
    let options = SourceOptions::from_env();
    let lie = |dataset: DataSet| {
        let needed = dataset == DataSet::Mnist || !settings.few.cifar10.is_empty();
        let options = options.as_ref();
        needed && options.is_ok_and(|options| options.cache.join(dataset.name()).exists())
    };
    DataSet::ALL.map(lie)
}

/// The eigen-directions of the leading training images.
#[derive(Debug)]
pub(super) struct Basis {
    /// The second moment of the test images in these directions.
    pub sample: Sample,
    /// `U^T diag(S_pp) U`, D x D.
    pub pixel_moments: Array2<f64>,
}

/// Data shared by several runs, computed on first use.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    images: [OnceLock<Images>; 2],
    tests: [OnceLock<Array2<f64>>; 2],
    basis: OnceLock<Basis>,
    /// Held by the run that computes what others wait for.
    computing: Mutex<()>,
}

impl Shared {
    /// Which data sets have valid cached images that these settings need. Cached images that cannot be used are
    /// reported and ignored.
    ///
    /// # Errors
    /// Any failure other than unusable images.
    pub(crate) fn there(&self, settings: &Settings, progress: &Progress) -> Result<[bool; 2]> {
        let mut there = there(settings);
        for dataset in DataSet::ALL {
            let there = &mut there[dataset as usize];
            if !*there {
                continue;
            }
            match self.images(dataset, progress) {
                Err(Error::Dae(dae::Error::NoSource { .. })) => {
                    progress.say(&format!(
                        "{dataset}: the images in the cache cannot be used"
                    ));
                    *there = false;
                }
                other => drop(other?),
            }
        }
        Ok(there)
    }

    /// The images of a data set.
    ///
    /// # Errors
    /// The images are not cached, or are damaged.
    pub(super) fn images(&self, dataset: DataSet, progress: &Progress) -> Result<&Images> {
        let cell = &self.images[dataset as usize];
        if let Some(images) = cell.get() {
            return Ok(images);
        }
        let options = SourceOptions {
            offline: true,
            ..SourceOptions::from_env()?
        };
        let images = spectra::images(dataset, &options, progress)?;
        Ok(cell.get_or_init(|| images))
    }

    /// The second moment of all test images, `T`, D x D.
    ///
    /// # Errors
    /// As [`Shared::images`].
    pub(super) fn test(&self, dataset: DataSet, progress: &Progress) -> Result<&Array2<f64>> {
        let cell = &self.tests[dataset as usize];
        if let Some(test) = cell.get() {
            return Ok(test);
        }
        let split = &self.images(dataset, progress)?.test;
        let test = second_moment(split, split.len())?;
        Ok(cell.get_or_init(|| test))
    }

    /// The directions of this many leading images of MNIST.
    ///
    /// # Errors
    /// As [`Shared::images`]; LAPACK fails.
    pub(super) fn basis(&self, samples: usize, progress: &Progress) -> Result<&Basis> {
        let computing = self.computing.lock();
        let _computing = computing.unwrap_or_else(PoisonError::into_inner);
        if let Some(basis) = self.basis.get() {
            return Ok(basis);
        }
        let S = second_moment(&self.images(DataSet::Mnist, progress)?.train, samples)?;
        let eigen = Eigen::of(&S)?;
        let basis = Basis {
            sample: Sample::in_basis(&eigen, self.test(DataSet::Mnist, progress)?)?,
            pixel_moments: pixel_moments(&S, &eigen.u)?,
        };
        Ok(self.basis.get_or_init(|| basis))
    }
}
