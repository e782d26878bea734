//! What Figure 4 should show.

use dae::theory::{Mode, dynamics, scalar::imbalance};

use super::run::{Row, Run, Trial};
use super::settings::Settings;
use crate::Result;
use crate::tables::Check;
use crate::tables::check::largest;

/// Both models reach their fixed point; noise conserves `w2^2 - w1^2` and decay shrinks it as `e^{-2 gamma s}`; the
/// weights follow the gradient flow.
///
/// # Errors
/// The integrator failing.
pub fn checks(settings: &Settings, run: &Run) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for row in &run.rows {
        let model = row.model.name();
        let mode = Mode::new(row.lambda, row.epsilon, row.gamma)?;
        let s = settings.alpha * settings.epochs as f64;
        let (mut ends, mut drifts) = (Vec::new(), Vec::new());
        for trial in &row.trials {
            let [w1, w2] = last(trial);
            let [f1, f2] = dynamics::trajectory(&mode, trial.path[0], &[s])?[0];
            ends.push((w1 - f1).hypot(w2 - f2));
            drifts.push(imbalance(w1, w2) - dynamics::imbalance_at(&mode, trial.path[0], s)?);
        }
        // Euler's method is off by its step times the curvature it has passed, which at |w| <= 2 is of order 10.
        let first_order = 10.0 * settings.alpha;
        checks.push(Check::theory(
            format!("{model}: weights at the end, distance from the gradient flow, largest"),
            0.0,
            largest(ends),
            first_order,
            "first order in alpha",
        ));
        checks.push(Check::theory(
            format!("{model}: w2^2 - w1^2 at the end, distance from c e^(-2 gamma s), largest"),
            0.0,
            largest(drifts),
            first_order,
            "first order in alpha",
        ));
        checks.extend(small_start(row));
    }
    Ok(checks)
}

/// The small start is balanced, so it ends in the global minimum of least norm.
fn small_start(row: &Row) -> Option<Check> {
    let trial = row.trials.first()?;
    Some(Check::theory(
        format!(
            "{}: norm of the small start at the end against sqrt(2 w*)",
            row.model.name()
        ),
        (2.0 * row.fixed_point).sqrt(),
        *trial.norm.last()?,
        1e-3,
        "1,000 epochs reach the fixed point to 1e-4",
    ))
}

fn last(trial: &Trial) -> [f64; 2] {
    trial.path.last().copied().unwrap_or([f64::NAN; 2])
}
