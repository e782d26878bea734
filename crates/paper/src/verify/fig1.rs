//! The tables of Figure 1 against the theory.

use dae::Settings as _;
use dae::theory::{Mode, dynamics};
use dae::train::scalar::ScalarSettings;

use super::judge::{Judge, Keys};
use crate::experiments::fig1::Settings;
use crate::{Result, starts};

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let (dynamics, paths) = (
        judge.table("fig1_dynamics.csv")?,
        judge.table("fig1_paths.csv")?,
    );
    let curves = || {
        let trials = &settings.trials;
        let panels = settings.epsilon.iter();
        panels.flat_map(move |&epsilon| trials.iter().map(move |&trial| (epsilon, trial)))
    };
    let epochs = settings.epochs;
    let each = |value: fn(f64, usize, u64) -> f64| {
        let rows = curves().flat_map(|(epsilon, trial)| {
            (0..=epochs).map(move |epoch| value(epsilon, trial, epoch))
        });
        Keys::Numbers(rows.collect())
    };
    let keys = || {
        [
            ("epsilon", each(|epsilon, _, _| epsilon)),
            ("trial", each(|_, trial, _| trial as f64)),
            ("epoch", each(|_, _, epoch| epoch as f64)),
        ]
    };
    if !judge.rows(&dynamics, &keys())? || !judge.rows(&paths, &keys())? {
        return Ok(());
    }
    let mappings = dynamics.numbers_by_row(["theory", "simulation"])?;
    let points = paths.numbers_by_row(["w1", "w2", "loss"])?;
    let mut rows = mappings.into_iter().zip(points).enumerate();
    for (epsilon, trial) in curves() {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let start = starts::published(trial)?;
        let mut last = None;
        for (epoch, (row, ([theory, simulation], [w1, w2, loss]))) in
            (0..=epochs).zip(rows.by_ref())
        {
            let s = settings.alpha * epoch as f64;
            let [a, b] = dynamics::unbalanced(&mode, start, s)?;
            judge.exact(
                &dynamics,
                (row, "theory"),
                [a * b, theory],
                "unbalanced closed form",
            );
            judge.exact(
                &dynamics,
                (row, "simulation"),
                [w1 * w2, simulation],
                "w1 w2 of fig1_paths.csv",
            );
            judge.exact(
                &paths,
                (row, "loss"),
                [mode.loss(w1, w2), loss],
                "loss of w1 and w2",
            );
            if let Some((_, before)) = last {
                step(
                    judge,
                    &paths,
                    &mode,
                    settings.alpha,
                    1,
                    before,
                    (row, [w1, w2]),
                )?;
            } else {
                judge.exact(&paths, (row, "w1"), [start[0], w1], "published start");
                judge.exact(&paths, (row, "w2"), [start[1], w2], "published start");
            }
            last = Some((row, [w1, w2]));
        }
        if let Some((row, end)) = last {
            let [a, b] = dynamics::unbalanced(&mode, end, 1e6)?;
            judge.exact(
                &paths,
                (row, "w1"),
                [mode.fixed_point(), a * b],
                "fixed point that the flow from here tends to",
            );
        }
    }
    Ok(())
}

/// Judges a row of a path by steps of descent from the row before, and by what a step does to `w2^2 - w1^2`.
pub fn step(
    judge: &mut Judge,
    paths: &crate::sheet::Sheet,
    mode: &Mode,
    alpha: f64,
    steps: u64,
    before: [f64; 2],
    (row, found): (usize, [f64; 2]),
) -> Result<()> {
    let descent = ScalarSettings {
        lambda: mode.lambda(),
        epsilon: mode.epsilon(),
        gamma: mode.gamma(),
        alpha,
        epochs: steps,
    };
    let states = dae::train::scalar::descend(&descent.check()?, before)?;
    let mut kept = 1.0;
    for state in states.iter().take(steps as usize) {
        // A step multiplies w2 + w1 by 1 - alpha (gamma - p), w2 - w1 by 1 - alpha (gamma + p), p the pull of the error:
        // their product w2^2 - w1^2 by (1 - alpha gamma)^2 - (alpha p)^2. Without decay it changes in second order only.
        let pull = mode.lambda() - state.w1 * state.w2 * mode.input_variance();
        kept *= (1.0 - alpha * mode.gamma()).powi(2) - (alpha * pull).powi(2);
    }
    if let Some(after) = states.last() {
        judge.exact(
            paths,
            (row, "w1"),
            [after.w1, found[0]],
            "gradient descent from the row before",
        );
        judge.exact(
            paths,
            (row, "w2"),
            [after.w2, found[1]],
            "gradient descent from the row before",
        );
    }
    let difference = |[w1, w2]: [f64; 2]| dae::theory::scalar::imbalance(w1, w2);
    judge.exact(
        paths,
        (row, "w2"),
        [kept * difference(before), difference(found)],
        "w2^2 - w1^2, conserved but for decay and second order",
    );
    Ok(())
}
