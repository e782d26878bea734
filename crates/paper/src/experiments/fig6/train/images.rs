//! The images of Figure 6, in the basis used for training.

use dae::blas::use_one_thread;
use dae::data::{DataSet, Eigen, SourceOptions};
use dae::random::{normal_matrix, stream};
use dae::train::nonlinear::{Modes, Weights};
use ndarray::{ArcArray2, Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::experiments::fig6::settings::Settings;
use crate::experiments::spectra;
use crate::runs::cached;
use crate::system::progress::Progress;
use crate::system::sources;

/// The leading eigen-directions of some images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// All eigenvalues of `X^T X / N`, descending.
    pub lambda: Vec<f64>,
    /// The leading eigenvectors as columns, D x k.
    pub vectors: Array2<f64>,
}

/// Training images of one data set and the directions in which their mapping is recorded.
#[derive(Debug, Clone)]
pub struct Images {
    /// `X` in pixels, N x D.
    pub pixels: ArcArray2<f32>,
    /// Their eigen-directions: as many as are trained, or, on all pixels, as the recorded modes need.
    pub basis: Basis,
}

impl Images {
    /// Loads the images, fetching them if needed, and finds their leading eigen-directions (once; they are cached).
    pub fn load(settings: &Settings, dataset: DataSet, progress: &Progress) -> Result<Self> {
        // Makes the products here and in the trainer bit-identical for any number of threads.
        use_one_thread();
        let data = settings.of(dataset);
        let images = spectra::images(dataset, &SourceOptions::from_env()?, progress)?;
        let recorded = settings.modes.iter().max().map_or(1, |mode| mode + 1);
        let projected = data.directions < dataset.pixels();
        let directions = if projected { data.directions } else { recorded };
        let name = format!("{}-{}-{directions}", dataset.name(), data.samples);
        let fingerprint = dataset.expected().fingerprint;
        let inputs = (data.samples, directions, fingerprint, sources::SPECTRA);
        let basis = cached("eigenvectors", &name, &inputs, progress, || {
            progress.say(&format!("{name}: computing eigen-directions"));
            let Eigen { lambda, u } = Eigen::leading(&images.train, data.samples, directions)?;
            Ok(Basis {
                lambda: lambda.to_vec(),
                vectors: u,
            })
        })?;
        Ok(Self {
            pixels: images.train.first_f32(data.samples)?.into(),
            basis,
        })
    }

    /// The images and the recorded modes in pixels; refuses a mode whose eigen-direction is missing.
    pub fn in_pixels(&self, modes: &[usize]) -> Result<(ArcArray2<f32>, Modes)> {
        let lambda = self.eigenvalues(modes)?;
        let vectors = self.basis.vectors.select(Axis(1), modes);
        Ok((self.pixels.clone(), Modes { vectors, lambda }))
    }

    /// The images and the recorded modes in the leading eigen-directions.
    pub fn projected(&self, modes: &[usize]) -> Result<(ArcArray2<f32>, Modes)> {
        let lambda = self.eigenvalues(modes)?;
        let vectors = Array2::eye(self.basis.vectors.ncols()).select(Axis(1), modes);
        let data = self.pixels.dot(&self.basis.vectors.mapv(|x| x as f32));
        Ok((data.into(), Modes { vectors, lambda }))
    }

    /// Extends a start in the leading eigen-directions to all pixels.
    ///
    /// Adds normal noise projected onto the complement, so the result is distributed like a start drawn in pixels.
    pub fn lift(&self, start: &Weights, std: f64, seed: u64) -> Weights {
        let basis = &self.basis.vectors;
        let lift = |leading: &Array2<f64>, side: &str| {
            let mut rng = stream(seed, &["fig6", "complement", side]);
            let all = normal_matrix(&mut rng, basis.nrows(), leading.ncols(), std);
            let inside = basis.t().dot(&all);
            all + basis.dot(&(leading - &inside))
        };
        Weights {
            encoder: lift(&start.encoder, "encoder"),
            decoder: lift(&start.decoder, "decoder"),
        }
    }

    /// Eigenvalues of modes; refuses those whose eigenvectors are missing.
    pub(super) fn eigenvalues(&self, modes: &[usize]) -> Result<Vec<f64>> {
        let Basis { lambda, vectors } = &self.basis;
        let known = vectors.ncols();
        let value = |&mode: &usize| {
            let value = lambda.get(mode).copied().filter(|_| mode < known);
            let allowed = "below the number of eigen-directions at hand";
            value.ok_or_else(|| dae::Error::out_of_range("modes", mode, allowed).into())
        };
        modes.iter().map(value).collect()
    }
}
