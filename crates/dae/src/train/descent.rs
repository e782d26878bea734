//! What an experiment needs of a trainer, so that it need not know which device trains.

use super::linear::{self, LinearTrainer, Weights};
use super::nonlinear::{self, NonlinearTrainer, Sampler, State};
use crate::Result;

/// Full-batch gradient descent on a linear autoencoder.
///
/// The CPU trainer is [`LinearTrainer`]. A run may continue on another device from its weights: the numbers are the
/// same up to the rounding of products.
///
/// # Errors
/// Besides what each function names: a device that fails, as [`Error::Device`](crate::Error::Device). The CPU does not.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::stream;
/// use dae::train::LinearDescent;
/// use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
///
/// let settings = LinearSettings {
///     hidden: 3, alpha: 0.05, s2: 0.5, gamma: 0.0, precision: Precision::F32,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = Weights::normal([&mut a, &mut b], 4, 3, 0.01)?;
/// let trainer = LinearTrainer::new(&settings.check()?, &[2.0, 1.0, 0.5, 0.1], &start)?;
/// let mut trainer: Box<dyn LinearDescent> = Box::new(trainer);
/// trainer.advance(2000)?;
/// assert!((trainer.observe(&[0])?.mappings[0] - 2.0 / 2.5).abs() < 1e-3);
/// # Ok::<(), dae::Error>(())
/// ```
pub trait LinearDescent: Send {
    /// Updates done so far.
    fn epoch(&self) -> u64;

    /// Does `epochs` more updates. A device may return before they are done; the next call waits for them.
    ///
    /// # Errors
    /// None of its own: [`LinearDescent::observe`] detects divergence.
    fn advance(&mut self, epochs: u64) -> Result<()>;

    /// Measures the loss, and the mapping and singular value of each given mode.
    ///
    /// # Errors
    /// A mode that does not exist; divergence, with the epoch.
    fn observe(&mut self, modes: &[usize]) -> Result<linear::Observation>;

    /// The weights as they are now, D x H twice, as stored in a checkpoint.
    ///
    /// # Errors
    /// None of its own.
    fn weights(&self) -> Result<Weights>;
}

/// Full-batch gradient descent on a nonlinear autoencoder.
///
/// The CPU trainer is [`NonlinearTrainer`]. A run may continue on another device from its [`State`]: the noise has the
/// same bits on each, and the numbers are the same up to the rounding of products.
///
/// # Errors
/// Besides what each function names: a device that fails, as [`Error::Device`](crate::Error::Device). The CPU does not.
pub trait NonlinearDescent: Send {
    /// Updates done so far.
    fn epoch(&self) -> u64;

    /// The sampler in use: direct or law-equal, or none if there is no noise.
    fn sampler(&self) -> Option<Sampler>;

    /// Does one epoch. If `observe` is set, returns what its forward pass saw (before the update, with its noise).
    ///
    /// A device may return before the epoch is done; the next call waits for it.
    ///
    /// # Errors
    /// Divergence, with the epoch at which it was found, as [`NonlinearTrainer::step`]: the trainer is then back in the
    /// state of the last finite observation.
    fn step(&mut self, observe: bool) -> Result<Option<nonlinear::Observation>>;

    /// The state as it is now, D x H twice, as stored in a checkpoint.
    ///
    /// # Errors
    /// None of its own.
    fn state(&self) -> Result<State>;

    /// Resumes from a saved state.
    ///
    /// # Errors
    /// Shapes that do not fit.
    fn restore(&mut self, state: &State) -> Result<()>;
}

impl LinearDescent for LinearTrainer {
    fn epoch(&self) -> u64 {
        self.epoch()
    }

    fn advance(&mut self, epochs: u64) -> Result<()> {
        self.advance(epochs);
        Ok(())
    }

    fn observe(&mut self, modes: &[usize]) -> Result<linear::Observation> {
        LinearTrainer::observe(self, modes)
    }

    fn weights(&self) -> Result<Weights> {
        Ok(self.weights())
    }
}

impl NonlinearDescent for NonlinearTrainer {
    fn epoch(&self) -> u64 {
        self.epoch()
    }

    fn sampler(&self) -> Option<Sampler> {
        self.sampler()
    }

    fn step(&mut self, observe: bool) -> Result<Option<nonlinear::Observation>> {
        self.step(observe)
    }

    fn state(&self) -> Result<State> {
        Ok(self.state())
    }

    fn restore(&mut self, state: &State) -> Result<()> {
        self.restore(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings as _;
    use crate::random::{Key, normal_matrix, stream};
    use crate::train::linear::{LinearSettings, Precision};
    use crate::train::nonlinear::{Activation, Modes, NonlinearSettings};

    fn start() -> Weights {
        let mut sides = ["encoder", "decoder"].map(|side| stream(1, &["descent", side]));
        Weights::normal(sides.each_mut(), 4, 3, 0.1).unwrap()
    }

    #[test]
    fn a_linear_trainer_behind_its_trait_is_itself() {
        let settings = LinearSettings {
            hidden: 3,
            alpha: 0.05,
            s2: 0.5,
            gamma: 0.01,
            precision: Precision::F32,
        };
        let checked = settings.check().unwrap();
        let new = || LinearTrainer::new(&checked, &[2.0, 1.0, 0.5, 0.1], &start()).unwrap();
        let (mut plain, mut hidden): (_, Box<dyn LinearDescent>) = (new(), Box::new(new()));
        plain.advance(20);
        hidden.advance(20).unwrap();
        assert_eq!(hidden.epoch(), 20);
        assert_eq!(hidden.weights().unwrap(), plain.weights());
        assert_eq!(
            hidden.observe(&[0, 3]).unwrap(),
            plain.observe(&[0, 3]).unwrap()
        );
    }

    #[test]
    fn a_nonlinear_trainer_behind_its_trait_is_itself() {
        let settings = NonlinearSettings {
            hidden: 3,
            activation: Activation::Relu,
            alpha: 0.2,
            weight_decay: 0.0,
            sigma: 0.5,
            sampler: Sampler::Direct,
        };
        let (checked, state) = (settings.check().unwrap(), State::start(&start()));
        let data = normal_matrix(&mut stream(1, &["data"]), 9, 4, 1.0).mapv(|x| x.abs() as f32);
        let new = || {
            let (data, key) = (data.to_shared(), Key::new(1, &["noise"]));
            NonlinearTrainer::new(&checked, data, Modes::none(4), key, &state).unwrap()
        };
        let (mut plain, mut hidden): (_, Box<dyn NonlinearDescent>) = (new(), Box::new(new()));
        assert_eq!(hidden.sampler(), Some(Sampler::Direct));
        for observe in [true, false, true] {
            assert_eq!(hidden.step(observe).unwrap(), plain.step(observe).unwrap());
        }
        assert_eq!(hidden.epoch(), 3);
        assert_eq!(hidden.state().unwrap(), plain.state());
        hidden.restore(&state).unwrap();
        assert_eq!(hidden.state().unwrap(), state);
    }
}
