//! What Figure 1 should show.

use dae::Checked;
use dae::theory::{Mode, dynamics};

use super::run::{Run, Trial, trial};
use super::settings::Settings;
use crate::Result;
use crate::tables::Check;
use crate::tables::check::largest;

/// Steps are this many times smaller to see the simulation converge to the theory.
const REFINEMENT: u64 = 100;

/// The theory starts where the simulation starts and ends at the fixed point. Their distance vanishes linearly with the
/// step.
///
/// # Errors
/// Divergence.
pub fn checks(settings: &Checked<Settings>, run: &Run) -> Result<Vec<Check>> {
    let times = REFINEMENT as f64;
    let (alpha, epochs) = (settings.alpha / times, settings.epochs * REFINEMENT);
    let mut checks = Vec::new();
    for panel in &run.panels {
        let mode = Mode::denoising(run.lambda, panel.epsilon)?;
        let name = format!("epsilon = {}", panel.epsilon);
        let (mut ends, mut fine) = (Vec::new(), Vec::new());
        for t in &panel.trials {
            let [w1, w2] = dynamics::unbalanced(&mode, t.path[0], 1e6)?;
            ends.push(w1 * w2 - panel.fixed_point);
            fine.push(trial(&mode, t.trial, alpha, epochs)?);
        }
        let off = |trials: &[Trial]| largest(trials.iter().flat_map(Trial::differences));
        let share = off(&fine) / off(&panel.trials);
        let what = format!("{name}: theory at s = 1e6 minus fixed point, largest");
        checks.push(Check::theory(what, 0.0, largest(ends), 1e-12, "rounding"));
        let what =
            format!("{name}: |theory - simulation| at alpha/{REFINEMENT} over the same at alpha");
        let why = "descent is first order in alpha, once alpha times the curvature is small";
        checks.push(Check::theory(what, 1.0 / times, share, 0.01, why));
    }
    Ok(checks)
}
