//! Judging rows of scalar networks, for any figure.

use dae::theory::{Mode, dynamics, rates, scalar};

use super::descent::descent;
use super::epochs;
use crate::Result;
use crate::tables::{At, Judge};

/// All pairs, the second varying fastest: the keys of most tables.
pub fn pairs<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    let all = first.iter().map(|&a| second.iter().map(move |&b| (a, b)));
    all.flatten().collect()
}

/// Epochs of a thinned table.
pub fn thinned(last: u64, record_every: u64, table_every: u64) -> Vec<u64> {
    let mut all = epochs(last, record_every);
    all.retain(|epoch| epoch.is_multiple_of(table_every));
    all
}

/// Judges a row of a path, `w1` and `w2` at two places, by steps of descent from the previous row and by the effect of
/// these steps on `w2^2 - w1^2`.
pub fn step(
    judge: &mut Judge,
    places: [At; 2],
    (mode, alpha, steps): (&Mode, f64, u64),
    before: [f64; 2],
    found: [f64; 2],
) -> Result<()> {
    let states = descent(mode, alpha, steps, before)?;
    let mut kept = 1.0;
    for state in states.iter().take(steps as usize) {
        // With p the pull of the error, a step multiplies w2 + w1 by 1 - alpha (gamma - p) and w2 - w1 by
        // 1 - alpha (gamma + p). Their product w2^2 - w1^2 is multiplied by (1 - alpha gamma)^2 - (alpha p)^2. Without
        // decay it changes only in second order.
        let pull = mode.lambda() - state.w1 * state.w2 * mode.input_variance();
        kept *= (1.0 - alpha * mode.gamma()).powi(2) - (alpha * pull).powi(2);
    }
    if let Some(after) = states.last() {
        let why = "gradient descent from the row before";
        judge.exact(places[0], [after.w1, found[0]], why);
        judge.exact(places[1], [after.w2, found[1]], why);
    }
    let [before, found] = [before, found].map(|[w1, w2]| scalar::imbalance(w1, w2));
    let why = "w2^2 - w1^2, conserved but for decay and second order";
    judge.exact(places[1], [kept * before, found], why);
    Ok(())
}

/// Judges a balanced curve whose first point is at `first`: against the closed form, against the time it should take
/// to reach each point, and against the fixed point `lambda/(lambda + epsilon)` or `1 - gamma/lambda`.
pub fn curve(
    judge: &mut Judge,
    first: At,
    mode: &Mode,
    (w0, alpha): (f64, f64),
    points: impl Iterator<Item = (u64, f64)>,
) -> Result<()> {
    let target = mode.fixed_point();
    let mut last = None;
    for (row, (epoch, found)) in (first.row..).zip(points) {
        let at = At { row, ..first };
        let s = alpha * epoch as f64;
        let expected = dynamics::balanced(mode, w0, s)?;
        judge.exact(at, [expected, found], "balanced closed form");
        // Where the curve is flat, the inverse loses its digits.
        if w0 < found && found < 0.99 * target {
            let took = rates::learning_time(mode, w0, found / target)?;
            let why = "time that the learning time says it takes to get here";
            judge.value(at, [s, took], 1e-8 * s.max(1.0), why);
        }
        last = Some((at, epoch, found));
    }
    if let (Some((at, epoch, end)), true) = (last, w0 < target) {
        let further = dynamics::balanced(mode, end, 1e4 / mode.growth())?;
        let (lambda, epsilon, gamma) = (mode.lambda(), mode.epsilon(), mode.gamma());
        let expected = if epsilon > 0.0 {
            lambda / (lambda + epsilon)
        } else {
            1.0 - gamma / lambda
        };
        let why = format!("fixed point that the flow tends to from epoch {epoch}");
        judge.exact(at, [expected, further], &why);
    }
    Ok(())
}
