//! The trainer in either precision, and what it records.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, Axis};
use rayon::join;
use serde::{Deserialize, Serialize};

use super::dense::Dense;
use super::eigenbasis::{Eigenbasis, Engine};
use super::noise::{Covariance, Noise};
use super::settings::LinearSettings;
use crate::error::{Error, non_negative};
use crate::numerics::{Precision, Real, Weights};
use crate::{Checked, Result};

/// What is recorded of a training run at one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Updates done so far.
    pub epoch: u64,
    /// Loss, decay included.
    pub loss: f64,
    /// Mapping `(A B)_ii` of each requested mode.
    pub mappings: Vec<f64>,
    /// For each mode, the singular value of `W1 W2` with the same index.
    pub singular_values: Vec<f64>,
}

/// Full-batch gradient descent on a linear autoencoder, in the eigenbasis of its data.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::stream;
/// use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
///
/// let settings = LinearSettings {
///     hidden: 3, alpha: 0.05, s2: 0.5, gamma: 0.0, precision: Precision::F64,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = Weights::normal([&mut a, &mut b], 4, 3, 0.01)?;
/// let mut trainer = LinearTrainer::new(&settings.check()?, &[2.0, 1.0, 0.5, 0.1], &start)?;
/// trainer.advance(2000);
/// let end = trainer.observe(&[0])?;
/// assert!((end.mappings[0] - 2.0 / 2.5).abs() < 1e-6);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct LinearTrainer {
    lambda: Array1<f64>,
    noise: Covariance,
    gamma: f64,
    epoch: u64,
    engine: Box<dyn Engine>,
}

impl LinearTrainer {
    /// Prepares training on a spectrum from given weights.
    ///
    /// # Shapes
    /// `lambda`: D eigenvalues; `start`: D x H twice.
    ///
    /// # Errors
    /// Shapes that do not fit, eigenvalues that are negative or not finite.
    pub fn new(
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        start: &Weights,
    ) -> Result<Self> {
        Self::with_noise(settings, lambda, &Noise::Isotropic(0.0), start, 0)
    }

    /// Resumes from the weights of an earlier trainer at some epoch.
    ///
    /// The result is bit-identical to that of a run that never stopped: `f32` weights survive the conversion to `f64`
    /// and back.
    ///
    /// # Errors
    /// As [`LinearTrainer::new`].
    pub fn resume(
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        weights: &Weights,
        epoch: u64,
    ) -> Result<Self> {
        Self::with_noise(settings, lambda, &Noise::Isotropic(0.0), weights, epoch)
    }

    /// As [`LinearTrainer::resume`] (or, at epoch 0, [`LinearTrainer::new`]), with noise on top of the settings' `s2`.
    ///
    /// # Errors
    /// As [`LinearTrainer::new`]; noise for another number of directions; variances that are negative or not finite; a
    /// dense covariance that is not finite, not symmetric, or has negative eigenvalues.
    ///
    /// # Numerical notes
    /// Noise in each direction is as fast as isotropic noise. Isotropic noise gives the same bits from here and from
    /// `s2`. A dense covariance may be wrong by rounding, `1e-10` of its largest entry; its symmetric part is used.
    pub fn with_noise(
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        noise: &Noise,
        weights: &Weights,
        epoch: u64,
    ) -> Result<Self> {
        weights.check((lambda.len(), settings.hidden))?;
        for &value in lambda {
            non_negative("lambda", value)?;
        }
        let noise = noise.covariance(settings.s2, lambda.len())?;
        let lambda = Array1::from(lambda.to_vec());
        let engine: Box<dyn Engine> = match settings.precision {
            Precision::F32 => engine::<f32>(settings, &lambda, &noise, weights),
            Precision::F64 => engine::<f64>(settings, &lambda, &noise, weights),
        };
        Ok(Self {
            lambda,
            noise,
            gamma: settings.gamma,
            epoch,
            engine,
        })
    }

    /// Updates done so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Does `epochs` more updates.
    pub fn advance(&mut self, epochs: u64) {
        self.engine.advance(epochs);
        self.epoch += epochs;
    }

    /// The weights as they are now.
    pub fn weights(&self) -> Weights {
        self.engine.weights()
    }

    /// Measures the loss, and the mapping and singular value of each given mode.
    ///
    /// # Errors
    /// A mode that does not exist; divergence, with the epoch.
    ///
    /// # Numerical notes
    /// Computed in `f64` from the current weights, whatever the precision of training.
    pub fn observe(&self, modes: &[usize]) -> Result<Observation> {
        let weights = self.weights();
        let loss = self.loss(&weights);
        if !loss.is_finite() {
            return Err(Error::Diverged {
                what: "the loss",
                epoch: self.epoch,
            });
        }
        let mappings = weights.mappings();
        let singular_values = weights.singular_values()?;
        let pick = |values: &Array1<f64>, padded: bool| -> Result<Vec<f64>> {
            let value = |&mode: &usize| match values.get(mode) {
                Some(&value) => Ok(value),
                None if padded && mode < self.lambda.len() => Ok(0.0),
                None => Err(Error::out_of_range(
                    "mode",
                    mode,
                    "below the number of directions",
                )),
            };
            modes.iter().map(value).collect()
        };
        Ok(Observation {
            epoch: self.epoch,
            loss,
            mappings: pick(&mappings, false)?,
            singular_values: pick(&singular_values, true)?,
        })
    }

    fn loss(&self, Weights { encoder, decoder }: &Weights) -> f64 {
        let gram = |W: &Array2<f64>| W.t().dot(W);
        let noisy = || match &self.noise {
            Covariance::Diagonal(noise) => {
                let roots = (&self.lambda + noise).mapv(f64::sqrt);
                gram(&(roots.insert_axis(Axis(1)) * encoder))
            }
            Covariance::Dense(noise) => {
                let P = noise + &Array2::from_diag(&self.lambda);
                encoder.t().dot(&P.dot(encoder))
            }
        };
        let (G, M) = join(|| gram(decoder), noisy);
        let cross = (encoder * decoder).sum_axis(Axis(1)).dot(&self.lambda);
        let decay = encoder.mapv(|x| x * x).sum() + decoder.mapv(|x| x * x).sum();
        0.5 * (self.lambda.sum() - 2.0 * cross + (M * G).sum() + self.gamma * decay)
    }
}

/// The engine for this kind of noise.
fn engine<F: Real>(
    settings: &LinearSettings,
    lambda: &Array1<f64>,
    noise: &Covariance,
    weights: &Weights,
) -> Box<dyn Engine> {
    match noise {
        Covariance::Diagonal(noise) => {
            Box::new(Eigenbasis::<F>::new(settings, lambda, noise, weights))
        }
        Covariance::Dense(noise) => Box::new(Dense::<F>::new(settings, lambda, noise, weights)),
    }
}
