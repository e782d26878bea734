//! The tables of Figure 1 against the theory.

use dae::theory::{Mode, dynamics};

use super::rows::{Dynamics, Paths};
use super::settings::Settings;
use crate::experiments::common::verify::{pairs, step};
use crate::experiments::starts;
use crate::tables::Judge;
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let (dynamics, paths) = (judge.rows::<Dynamics>()?, judge.rows::<Paths>()?);
    let curves = pairs(&settings.epsilon, &settings.trials);
    let epochs: Vec<u64> = (0..=settings.epochs).collect();
    let keys = pairs(&curves, &epochs).into_iter();
    let keys = keys.map(|((epsilon, trial), epoch)| (epsilon, trial, epoch));
    if !judge.keys(&dynamics, |r| (r.epsilon, r.trial, r.epoch), keys.clone())
        || !judge.keys(&paths, |r| (r.epsilon, r.trial, r.epoch), keys)
    {
        return Ok(());
    }
    let mut rows = dynamics.iter().zip(&paths).enumerate();
    for (epsilon, trial) in curves {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let start = starts::published(trial)?;
        let mut last = None;
        for (row, (mapping, path)) in rows.by_ref().take(epochs.len()) {
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
