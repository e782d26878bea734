//! The effect of dropped directions on the first epochs.

use dae::train::nonlinear::{State, Weights};
use serde::{Deserialize, Serialize};

use super::images::Images;
use super::job::Job;
use super::scale::Scale;
use crate::Result;
use crate::runs::Slot;
use crate::system::device::Device;
use crate::tables::check::largest;

/// The first epochs with and without dropped directions, from the same start.
///
/// While a mode switches on, a shift by a fraction of an epoch is a large difference. The difference at the last epoch
/// therefore says more than the largest one on the way. A DAE has different noise in the two runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Epochs compared.
    pub epochs: u64,
    /// Largest difference of a mapping at any of them.
    pub mapping: f64,
    /// Largest relative difference of the loss at any of them.
    pub loss: f64,
    /// Largest difference of a mapping at the last of them.
    pub final_mapping: f64,
    /// Relative difference of the loss at the last of them.
    pub final_loss: f64,
}

/// Trains the first epochs with and without dropped directions.
pub(super) fn measure(
    job: &Job,
    images: &Images,
    start: &Weights,
    slot: &Slot,
) -> Result<Projection> {
    let (settings, seed) = (&job.inputs.settings, job.inputs.seed);
    let directions = settings.of(job.dataset).directions;
    let scale = Scale::new(directions, images);
    let whole = Scale::new(job.dataset.pixels(), images);
    // Two short runs side by side, on the CPU: a GPU need not have memory for both.
    let processor = Device::processor();
    let mut without = scale.trainer(job, images, &State::start(start), &processor)?;
    let lifted = State::start(&images.lift(start, settings.init_std, seed));
    let mut with = whole.trainer(job, images, &lifted, &processor)?;
    let epochs = settings.projection_epochs;
    let mut effect = Projection {
        epochs,
        ..Projection::default()
    };
    for _ in 0..epochs {
        slot.stop_at_start(settings.epochs)?;
        if let (Some(a), Some(b)) = (without.step(true)?, with.step(true)?) {
            let (a, b) = (scale.observation(a), whole.observation(b));
            effect.final_mapping = largest(a.mappings.iter().zip(&b.mappings).map(|(a, b)| a - b));
            effect.final_loss = (a.loss / b.loss - 1.0).abs();
            effect.mapping = effect.mapping.max(effect.final_mapping);
            effect.loss = effect.loss.max(effect.final_loss);
        }
    }
    Ok(effect)
}
