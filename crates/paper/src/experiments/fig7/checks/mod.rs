//! What Figure 7 should show.

mod networks;
mod noise;

use super::run::Run;
use super::settings::Settings;
use crate::Result;
use crate::tables::Check;

/// All checks, panel by panel.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn checks(settings: &Settings, run: &Run) -> Result<Vec<Check>> {
    let mut all = noise::denoising(settings, run)?;
    all.extend(noise::price(settings, run)?);
    all.extend(noise::samples(settings, run)?);
    all.extend(networks::width(settings, run));
    all.extend(networks::seeds(run));
    all.extend(networks::depth(settings, run)?);
    all.extend(networks::mask(run)?);
    Ok(all)
}

/// The reason for the tolerance of a number that does not follow from the theory.
const OTHER_PROGRAM: &str =
    "seeds; expected is what an independent program in NumPy found with other random numbers";

/// Whether the network is the full-width MNIST one, of which an independent program found some numbers.
fn full(settings: &Settings) -> bool {
    (settings.hidden, settings.directions) == (256, 784)
        && (settings.init_std, settings.alpha) == (1e-4, 0.01)
        && (settings.s2, settings.gamma, settings.epsilon) == (0.5, 0.195, 0.5)
}
