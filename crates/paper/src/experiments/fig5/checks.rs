//! What Figure 5 should show.

use dae::theory::Mode;

use super::rows::rms_deviation;
use super::run::{ModeSeries, Run, Training};
use super::settings::Settings;
use crate::Result;
use crate::experiments::common::networks::settled;
use crate::tables::Check;
use crate::tables::check::largest;

/// Modes learned according to the theory have the predicted mapping; the loss never rises.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn checks(run: &Run) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for training in &run.trainings {
        let name = training.name();
        let mut distances = Vec::new();
        for series in &training.modes {
            let target = Mode::new(series.lambda, training.s2, training.gamma)?.fixed_point();
            if target > 0.0 && settled(series.theory.iter().copied(), target) {
                distances.extend(series.mapping.last().map(|mapping| mapping - target));
            }
        }
        let learned = distances.len();
        checks.push(Check::theory(
            format!(
                "{name}: mapping of {learned} learned modes at the end minus fixed point, largest"
            ),
            0.0,
            largest(distances),
            0.01,
            "competition between modes, which the theory neglects, dies out slowly",
        ));
        let pairs = training.loss.windows(2);
        let rises = pairs.map(|pair| ((pair[1] - pair[0]) / pair[0]).max(0.0));
        checks.push(Check::theory(
            format!("{name}: largest rise of the loss between recorded epochs, relative"),
            0.0,
            largest(rises),
            1e-6,
            "gradient descent below the stability limit; single precision",
        ));
    }
    Ok(checks)
}

/// Compares training with the closed form of each mode from its own random start: the claim of the figure.
pub fn agreement(settings: &Settings, run: &Run) -> Vec<Check> {
    let check = |training: &Training| {
        let (name, modes) = (training.name(), &training.modes);
        let deviation = |series: &ModeSeries| rms_deviation(&series.theory, &series.mapping);
        let count = modes.len();
        Check::theory(
            format!(
                "{name}: theory minus training, RMS over the recorded epochs, largest of {count} modes"
            ),
            0.0,
            largest(modes.iter().map(deviation)),
            100.0 * settings.init_std,
            "theory is that of a vanishing start; competition between modes grows with the start",
        )
    };
    run.trainings.iter().map(check).collect()
}
