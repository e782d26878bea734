//! The trainer, and the state from which it can resume.

use ndarray::{ArcArray2, Array2};
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::modes::{Modes, Observation};
use super::noise::{LawEqual, Noise, Source};
use super::settings::{NonlinearSettings, Sampler, choose};
use crate::error::shape;
use crate::numerics::random::Key;
use crate::numerics::{Real, Weights};
use crate::{Checked, Result};

/// Everything that a training run needs to resume.
///
/// The noise is a function of key and epoch, so no generator has to be saved.
///
/// # Shapes
/// Both D x H, as in [`Weights`]: `encoder` is `W1`, `decoder` is the transpose of `W2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Updates done so far.
    pub epoch: u64,
    /// `W1`.
    pub encoder: Array2<f32>,
    /// `W2^T`.
    pub decoder: Array2<f32>,
}

impl State {
    /// The state before the first update.
    pub fn start(weights: &Weights) -> Self {
        Self {
            epoch: 0,
            encoder: weights.encoder.mapv(f32::narrow),
            decoder: weights.decoder.mapv(f32::narrow),
        }
    }
}

/// Full-batch gradient descent on a nonlinear autoencoder.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018); the published code uses PyTorch's `MSELoss` and `SGD`.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::{Key, normal_matrix, stream};
/// use dae::train::linear::Weights;
/// use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, NonlinearTrainer, Sampler, State};
///
/// let data = normal_matrix(&mut stream(1, &["data"]), 50, 4, 1.0).mapv(|x| x.abs() as f32);
/// let settings = NonlinearSettings {
///     hidden: 3, activation: Activation::Relu, alpha: 0.2, weight_decay: 0.0, sigma: 0.5, sampler: Sampler::Auto,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = State::start(&Weights::normal([&mut a, &mut b], 4, 3, 0.1)?);
/// let key = Key::new(1, &["noise"]);
/// let mut trainer = NonlinearTrainer::new(&settings.check()?, data.into(), Modes::none(4), key, &start)?;
/// let before = trainer.step(true)?.map(|seen| seen.loss);
/// for _ in 0..200 {
///     trainer.step(false)?;
/// }
/// let after = trainer.step(true)?.map(|seen| seen.loss);
/// assert!(after < before);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct NonlinearTrainer {
    engine: Engine<f32>,
    epoch: u64,
    sampler: Option<Sampler>,
    /// The state at the last observation that was finite, or the one training started from.
    good: State,
}

impl NonlinearTrainer {
    /// Prepares training on `X` from a given state.
    ///
    /// # Shapes
    /// `data`: N x D; `modes`: D x k; `state`: D x H twice.
    ///
    /// # Errors
    /// No samples, values that are not finite, shapes that do not fit, a mode whose eigenvalue is not above 0.
    pub fn new(
        settings: &Checked<NonlinearSettings>,
        data: ArcArray2<f32>,
        modes: Modes,
        noise: Key,
        state: &State,
    ) -> Result<Self> {
        let (key, sigma, epoch) = (noise, settings.sigma, state.epoch);
        let sampler = choose(settings, data.dim());
        let noise = match sampler {
            None | Some(Sampler::Auto) => Noise::Off,
            Some(Sampler::Direct) => Noise::Direct(Source::Drawn { key, sigma, epoch }),
            Some(Sampler::LawEqual) => {
                let sizes = [data.ncols(), settings.hidden];
                Noise::LawEqual(Box::new(LawEqual::new(key, sigma, sizes)))
            }
        };
        let engine = Engine::new(settings, data, modes, noise)?;
        let good = state.clone();
        let mut trainer = Self {
            engine,
            epoch,
            sampler,
            good,
        };
        trainer.restore(state)?;
        Ok(trainer)
    }

    /// Updates done so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The sampler in use: direct or law-equal, or none if there is no noise.
    pub fn sampler(&self) -> Option<Sampler> {
        self.sampler
    }

    /// Does one epoch. If `observe` is set, returns what its forward pass saw (before the update, with its noise).
    ///
    /// # Errors
    /// Divergence, with the epoch at which it was found: at the next observation, or earlier with the law-equal
    /// sampler. The trainer is then back in the state of the last finite observation.
    ///
    /// # Numerical notes
    /// Training runs in `f32`; loss and mappings are computed in `f64` from `f32` products.
    pub fn step(&mut self, observe: bool) -> Result<Option<Observation>> {
        let seen = self.engine.pass(self.epoch).and_then(|()| {
            if !observe {
                return Ok(None);
            }
            self.engine.observe(self.epoch).map(Some)
        });
        match &seen {
            Ok(None) => {}
            Ok(Some(_)) => self.good = self.state(),
            Err(_) => {
                self.engine.set([&self.good.encoder, &self.good.decoder]);
                self.epoch = self.good.epoch;
                return seen;
            }
        }
        self.engine.update();
        self.epoch += 1;
        seen
    }

    /// The state as it is now.
    pub fn state(&self) -> State {
        let [encoder, decoder] = self.engine.weights();
        State {
            epoch: self.epoch,
            encoder,
            decoder,
        }
    }

    /// Resumes from a saved state. The result is byte-identical to that of a run that never stopped.
    ///
    /// # Errors
    /// Shapes that do not fit.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        let expected = self.engine.dim();
        shape("encoder", expected, state.encoder.dim())?;
        shape("decoder", expected, state.decoder.dim())?;
        self.engine.set([&state.encoder, &state.decoder]);
        self.epoch = state.epoch;
        self.good = state.clone();
        Ok(())
    }
}
