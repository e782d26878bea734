//! The images of Figure 6, in the basis they are trained in.

use dae::blas::use_one_thread;
use dae::data::{DataSet, Eigen, SourceOptions};
use dae::random::{normal_matrix, stream};
use dae::train::nonlinear::{Modes, Weights};
use ndarray::{ArcArray2, Array2, Axis};
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::Result;
use crate::experiments::spectra;
use crate::runs::cached;
use crate::system::progress::Progress;
use crate::system::sources;

/// The leading eigen-directions of some images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// All eigenvalues of `X^T X / N`, descending.
    pub lambda: Vec<f64>,
    /// The leading eigenvectors, D x k, one a column.
    pub vectors: Array2<f64>,
}

/// Training images of one data set and the directions in which their mapping is recorded.
#[derive(Debug, Clone)]
pub struct Images {
    /// `X` in pixels, N x D.
    pub pixels: ArcArray2<f32>,
    /// Their eigen-directions: as many as are trained in, or as the recorded modes need.
    pub basis: Basis,
}

impl Images {
    /// Loads the images, fetching them if need be, and finds their leading eigen-directions (once; they are kept in
    /// the cache).
    ///
    /// # Errors
    /// No source has the images.
    pub fn load(settings: &Settings, dataset: DataSet, progress: &Progress) -> Result<Self> {
        // The products here and in the trainer are the same bytes with any number of threads.
        use_one_thread();
        let data = settings.of(dataset);
        let images = spectra::images(dataset, &SourceOptions::from_env()?, progress)?;
        let recorded = settings.modes.iter().max().map_or(1, |mode| mode + 1);
        let projected = data.directions < dataset.pixels();
        let directions = if projected { data.directions } else { recorded };
        let name = format!("{}-{}-{directions}", dataset.name(), data.samples);
        let inputs = (
            data.samples,
            directions,
            dataset.expected().fingerprint,
            sources::SPECTRA,
        );
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

    /// The images and the recorded modes in pixels.
    ///
    /// # Errors
    /// A mode that has no eigen-direction here.
    pub fn in_pixels(&self, modes: &[usize]) -> Result<(ArcArray2<f32>, Modes)> {
        let lambda = self.eigenvalues(modes)?;
        let vectors = self.basis.vectors.select(Axis(1), modes);
        Ok((self.pixels.clone(), Modes { vectors, lambda }))
    }

    /// The images and the recorded modes in the leading eigen-directions alone.
    ///
    /// # Errors
    /// As [`Images::in_pixels`].
    pub fn projected(&self, modes: &[usize]) -> Result<(ArcArray2<f32>, Modes)> {
        let lambda = self.eigenvalues(modes)?;
        let units = Array2::eye(self.basis.vectors.ncols()).select(Axis(1), modes);
        let data = self.pixels.dot(&self.basis.vectors.mapv(|x| x as f32));
        Ok((
            data.into(),
            Modes {
                vectors: units,
                lambda,
            },
        ))
    }

    /// Extends a start in the leading eigen-directions to all pixels.
    ///
    /// What is added is normal noise projected onto the complement, so that the whole has the law of a start that was
    /// drawn in pixels.
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

    /// Eigenvalues of modes whose eigenvectors are here.
    pub(super) fn eigenvalues(&self, modes: &[usize]) -> Result<Vec<f64>> {
        let Basis { lambda, vectors } = &self.basis;
        let known = vectors.ncols();
        let value = |&mode: &usize| match lambda.get(mode).filter(|_| mode < known) {
            Some(&value) => Ok(value),
            None => {
                let allowed = "below the number of eigen-directions at hand";
                Err(dae::Error::out_of_range("modes", mode, allowed).into())
            }
        };
        modes.iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::s;

    #[test]
    fn a_lifted_start_keeps_its_leading_part_and_its_scale() {
        let mut rng = stream(3, &["images"]);
        let data = normal_matrix(&mut rng, 60, 30, 1.0);
        let eigen = Eigen::of(&(data.t().dot(&data) / 60.0)).unwrap();
        let vectors = eigen.u.slice(s![.., ..8]).to_owned();
        let basis = Basis {
            lambda: eigen.lambda.to_vec(),
            vectors,
        };
        let images = Images {
            pixels: data.mapv(|x| x as f32).into(),
            basis,
        };
        let start = Weights {
            encoder: normal_matrix(&mut rng, 8, 40, 0.5),
            decoder: normal_matrix(&mut rng, 8, 40, 0.5),
        };
        let lifted = images.lift(&start, 0.5, 1);
        let back = images.basis.vectors.t().dot(&lifted.encoder);
        assert!((&back - &start.encoder).iter().all(|x| x.abs() < 1e-12));
        let variance = lifted.encoder.mapv(|x| x * x).mean().unwrap();
        assert!((variance / 0.25 - 1.0).abs() < 0.15, "{variance}");
        // A mode seen in pixels and the same one seen in the projection have one mapping.
        let (projected, modes) = images.projected(&[2]).unwrap();
        assert!(images.projected(&[8]).is_err() && images.in_pixels(&[99]).is_err());
        assert_eq!(projected.dim(), (60, 8));
        let power = projected
            .column(2)
            .iter()
            .map(|&x| f64::from(x).powi(2))
            .sum::<f64>()
            / 60.0;
        assert!((power / modes.lambda[0] - 1.0).abs() < 1e-5);
    }
}
