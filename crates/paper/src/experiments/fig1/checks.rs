//! What Figure 1 should show.

use dae::Checked;
use dae::theory::{Mode, dynamics};

use super::Settings;
use super::run::{Run, trial};
use crate::Result;
use crate::experiments::starts;
use crate::tables::Check;
use crate::tables::check::largest;

/// Steps are made this much smaller to see the simulation tend to the theory.
const REFINEMENT: u64 = 100;

/// The theory starts where the simulation starts and ends at the fixed point, and the distance of the two vanishes
/// linearly with the step.
///
/// # Errors
/// Divergence.
pub fn checks(settings: &Checked<Settings>, run: &Run) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for panel in &run.panels {
        let mode = Mode::denoising(run.lambda, panel.epsilon)?;
        let name = format!("epsilon = {}", panel.epsilon);
        let mut ends = Vec::new();
        let mut fine = Vec::new();
        for t in &panel.trials {
            let start = starts::published(t.trial)?;
            let [w1, w2] = dynamics::unbalanced(&mode, start, 1e6)?;
            ends.push(w1 * w2 - panel.fixed_point);
            let epochs = settings.epochs * REFINEMENT;
            let t = trial(
                &mode,
                settings.alpha / REFINEMENT as f64,
                epochs,
                t.trial,
                start,
            )?;
            fine.extend(differences(&t.theory, &t.simulation));
        }
        let coarse = panel
            .trials
            .iter()
            .flat_map(|t| differences(&t.theory, &t.simulation));
        checks.push(Check::theory(
            format!("{name}: theory at s = 1e6 minus fixed point, largest"),
            0.0,
            largest(ends),
            1e-12,
            "rounding",
        ));
        checks.push(Check::theory(
            format!("{name}: |theory - simulation| at alpha/{REFINEMENT} over the same at alpha"),
            1.0 / REFINEMENT as f64,
            largest(fine) / largest(coarse),
            0.01,
            "descent is first order in alpha, once alpha times the curvature is small",
        ));
    }
    Ok(checks)
}

fn differences<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    a.iter().zip(b).map(|(a, b)| a - b)
}
