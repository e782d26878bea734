//! What Figure 4 should show.

use dae::theory::{Mode, dynamics, scalar::imbalance};

use super::run::{Row, Run};
use super::settings::Settings;
use crate::Result;
use crate::tables::Check;
use crate::tables::check::largest;

/// The weights follow the gradient flow. Noise conserves `w2^2 - w1^2`; decay shrinks it as `e^{-2 gamma s}`. In both
/// models the small start reaches the fixed point.
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
        for path in row.trials.iter().map(|trial| &trial.path) {
            let [w1, w2] = path[path.len() - 1];
            let [f1, f2] = dynamics::trajectory(&mode, path[0], &[s])?[0];
            ends.push((w1 - f1).hypot(w2 - f2));
            drifts.push(imbalance(w1, w2) - dynamics::imbalance_at(&mode, path[0], s)?);
        }
        // Euler's method is off by its step times the curvature along the path, which at |w| <= 2 is of order 10.
        let first_order = 10.0 * settings.alpha;
        let why = "first order in alpha";
        let what = format!("{model}: weights at the end, distance from the gradient flow, largest");
        checks.push(Check::theory(what, 0.0, largest(ends), first_order, why));
        let what =
            format!("{model}: w2^2 - w1^2 at the end, distance from c e^(-2 gamma s), largest");
        checks.push(Check::theory(what, 0.0, largest(drifts), first_order, why));
        checks.extend(small_start(row));
    }
    Ok(checks)
}

/// The small start is balanced, so it ends in the global minimum of least norm.
fn small_start(row: &Row) -> Option<Check> {
    let model = row.model.name();
    let [w1, w2] = row.trials.first()?.path.last()?;
    let (least, norm) = ((2.0 * row.fixed_point).sqrt(), w1.hypot(*w2));
    let what = format!("{model}: norm of the small start at the end against sqrt(2 w*)");
    let why = "1,000 epochs reach the fixed point to 1e-4";
    Some(Check::theory(what, least, norm, 1e-3, why))
}
