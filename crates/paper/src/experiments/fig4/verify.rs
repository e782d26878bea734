//! The table of Figure 4 against the theory.

use dae::theory::{Mode, dynamics};

use super::rows::Paths;
use super::run::{models, starts};
use super::settings::Settings;
use crate::experiments::common::verify::{pairs, step};
use crate::tables::Judge;
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Paths>()?;
    let starts = starts(settings)?;
    let curves = pairs(&models(settings), &starts);
    let mut recorded: Vec<u64> = (0..=settings.epochs).collect();
    recorded.retain(|epoch| epoch.is_multiple_of(settings.table_every));
    let keys = pairs(&curves, &recorded).into_iter();
    let keys = keys.map(|(((model, ..), (trial, _)), epoch)| (model, trial, epoch));
    if !judge.keys(&rows, |r| (r.model, r.trial, r.epoch), keys) {
        return Ok(());
    }
    let mut found = rows.iter().enumerate();
    for ((_, epsilon, gamma), (_, start)) in curves {
        let mode = Mode::new(settings.lambda, epsilon, gamma)?;
        let mut last = None;
        for (row, found) in found.by_ref().take(recorded.len()) {
            let (w1, w2) = (found.w1, found.w2);
            judge.exact(at!(Paths, row, w), [w1 * w2, found.w], "w1 w2");
            let at = at!(Paths, row, norm);
            judge.exact(at, [w1.hypot(w2), found.norm], "sqrt(w1^2 + w2^2)");
            let places = [at!(Paths, row, w1), at!(Paths, row, w2)];
            if let Some((_, before)) = last {
                let steps = (&mode, settings.alpha, settings.table_every);
                step(judge, places, steps, before, [w1, w2])?;
            } else {
                judge.exact(places[0], [start[0], w1], "start");
                judge.exact(places[1], [start[1], w2], "start");
            }
            last = Some((row, [w1, w2]));
        }
        if let Some((row, end)) = last {
            // Long enough for the rest of w2^2 - w1^2, which slows the weights down, to vanish.
            let far = 40.0 / mode.growth() + if gamma > 0.0 { 40.0 / gamma } else { 0.0 };
            let end = dynamics::trajectory(&mode, end, &[far])?;
            let found = end.first().map_or(f64::NAN, |[a, b]| a * b);
            let why = "fixed point that the flow from here tends to";
            judge.value(at!(Paths, row, w), [mode.fixed_point(), found], 1e-8, why);
        }
    }
    Ok(())
}
