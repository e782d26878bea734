//! The tables of Figure 1 against the theory.

use dae::theory::{Mode, dynamics, scalar};

use super::Settings;
use super::rows::{Dynamics, Paths};
use crate::experiments::common::descent::descent;
use crate::experiments::starts;
use crate::tables::{At, Judge};
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let (dynamics, paths) = (judge.rows::<Dynamics>()?, judge.rows::<Paths>()?);
    let mut curves = Vec::new();
    for &epsilon in &settings.epsilon {
        curves.extend(settings.trials.iter().map(|&trial| (epsilon, trial)));
    }
    let epochs = settings.epochs;
    let keys = || {
        let each = curves.iter();
        each.flat_map(|&(epsilon, trial)| (0..=epochs).map(move |epoch| (epsilon, trial, epoch)))
    };
    if !judge.keys(&dynamics, |r| (r.epsilon, r.trial, r.epoch), keys())
        || !judge.keys(&paths, |r| (r.epsilon, r.trial, r.epoch), keys())
    {
        return Ok(());
    }
    let mut rows = dynamics.iter().zip(&paths).enumerate();
    for (epsilon, trial) in curves {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let start = starts::published(trial)?;
        let mut last = None;
        for (row, (mapping, path)) in rows.by_ref().take(epochs as usize + 1) {
            let (w1, w2) = (path.w1, path.w2);
            let s = settings.alpha * path.epoch as f64;
            let [a, b] = dynamics::unbalanced(&mode, start, s)?;
            let at = at!(Dynamics, row, theory);
            judge.exact(at, [a * b, mapping.theory], "unbalanced closed form");
            let at = at!(Dynamics, row, simulation);
            judge.exact(at, [w1 * w2, mapping.simulation], "w1 w2 of fig1_paths.csv");
            let at = at!(Paths, row, loss);
            judge.exact(at, [mode.loss(w1, w2), path.loss], "loss of w1 and w2");
            let places = [at!(Paths, row, w1), at!(Paths, row, w2)];
            if let Some((_, before)) = last {
                step(judge, places, (&mode, settings.alpha, 1), before, [w1, w2])?;
            } else {
                judge.exact(places[0], [start[0], w1], "published start");
                judge.exact(places[1], [start[1], w2], "published start");
            }
            last = Some((row, [w1, w2]));
        }
        if let Some((row, end)) = last {
            let [a, b] = dynamics::unbalanced(&mode, end, 1e6)?;
            let why = "fixed point that the flow from here tends to";
            judge.exact(at!(Paths, row, w1), [mode.fixed_point(), a * b], why);
        }
    }
    Ok(())
}

/// Judges a row of a path, `w1` and `w2` at two places, by steps of descent from the row before, and by what a step does
/// to `w2^2 - w1^2`.
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
        // A step multiplies w2 + w1 by 1 - alpha (gamma - p), w2 - w1 by 1 - alpha (gamma + p), p the pull of the error:
        // their product w2^2 - w1^2 by (1 - alpha gamma)^2 - (alpha p)^2. Without decay it changes in second order only.
        let pull = mode.lambda() - state.w1 * state.w2 * mode.input_variance();
        kept *= (1.0 - alpha * mode.gamma()).powi(2) - (alpha * pull).powi(2);
    }
    if let Some(after) = states.last() {
        let why = "gradient descent from the row before";
        judge.exact(places[0], [after.w1, found[0]], why);
        judge.exact(places[1], [after.w2, found[1]], why);
    }
    let difference = |[w1, w2]: [f64; 2]| scalar::imbalance(w1, w2);
    let why = "w2^2 - w1^2, conserved but for decay and second order";
    judge.exact(
        places[1],
        [kept * difference(before), difference(found)],
        why,
    );
    Ok(())
}
