//! NVIDIA cards, with the trainers of `dae-cuda`.

use std::fmt;

use dae::Checked;
use dae::random::Key;
use dae::train::linear::{LinearSettings, Weights};
use dae::train::nonlinear::{Modes, NonlinearSettings, State};
use dae::train::{LinearDescent, NonlinearDescent};
use dae_cuda::{LinearTrainer, NonlinearTrainer, Which};
use ndarray::ArcArray2;

use crate::Result;

/// A card that can train.
#[derive(Clone)]
pub(super) struct Card(dae_cuda::Card);

impl Card {
    /// The card with this number, or the one with the most free memory.
    pub(super) fn open(number: Option<usize>) -> Result<Self, String> {
        let card = dae_cuda::Card::find(number.map_or(Which::Auto, Which::Index));
        card.map(Self).map_err(|why| why.to_string())
    }

    pub(super) fn name(&self) -> String {
        let card = self.0.description();
        let (name, driver, cublas) = (&card.name, &card.driver, &card.cublas);
        format!("{name}, driver {driver}, cuBLAS {cublas}")
    }

    pub(super) fn memory(&self) -> Option<u64> {
        Some(self.0.peak())
    }

    pub(super) fn linear(
        &self,
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        weights: &Weights,
        epoch: u64,
    ) -> Result<Box<dyn LinearDescent>> {
        let operations = self.0.operations()?;
        let trainer = LinearTrainer::resume(operations, settings, lambda, weights, epoch)?;
        Ok(Box::new(trainer))
    }

    pub(super) fn nonlinear(
        &self,
        settings: &Checked<NonlinearSettings>,
        data: ArcArray2<f32>,
        modes: Modes,
        key: Key,
        state: &State,
    ) -> Result<Box<dyn NonlinearDescent>> {
        let operations = self.0.operations()?;
        let trainer = NonlinearTrainer::new(operations, settings, data, modes, key, state)?;
        Ok(Box::new(trainer))
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Card").field(self.0.description()).finish()
    }
}
