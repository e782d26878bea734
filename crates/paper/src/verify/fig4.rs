//! The table of Figure 4 against the theory.

use dae::theory::{Mode, dynamics};

use super::fig1::step;
use super::judge::{Judge, Keys};
use crate::experiments::Model;
use crate::experiments::fig4::Settings;
use crate::{Result, starts};

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig4_paths.csv")?;
    let mut trials = vec![(0, settings.small_start)];
    for &trial in &settings.trials {
        trials.push((trial, starts::published(trial)?));
    }
    let models = [
        (Model::Dae, settings.epsilon, 0.0),
        (Model::Wdae, 0.0, settings.gamma),
    ];
    let curves = || {
        models
            .iter()
            .flat_map(|model| trials.iter().map(move |trial| (model, trial)))
    };
    let recorded: Vec<u64> = (0..=settings.epochs)
        .filter(|epoch| epoch.is_multiple_of(settings.table_every))
        .collect();
    let names = curves().flat_map(|(model, _)| recorded.iter().map(|_| model.0.name()));
    let numbers = curves().flat_map(|(_, trial)| recorded.iter().map(|_| trial.0 as f64));
    let epochs = curves().flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        ("model", Keys::Words(names.collect())),
        ("trial", Keys::Numbers(numbers.collect())),
        ("epoch", Keys::Numbers(epochs.collect())),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let points = sheet.numbers_by_row(["w1", "w2", "w", "norm"])?;
    let mut rows = points.into_iter().enumerate();
    for (&(_, epsilon, gamma), &(_, start)) in curves() {
        let mode = Mode::new(settings.lambda, epsilon, gamma)?;
        let mut last = None;
        for (row, [w1, w2, w, norm]) in rows.by_ref().take(recorded.len()) {
            judge.exact(&sheet, (row, "w"), [w1 * w2, w], "w1 w2");
            judge.exact(
                &sheet,
                (row, "norm"),
                [w1.hypot(w2), norm],
                "sqrt(w1^2 + w2^2)",
            );
            if let Some((_, before)) = last {
                step(
                    judge,
                    &sheet,
                    &mode,
                    settings.alpha,
                    settings.table_every,
                    before,
                    (row, [w1, w2]),
                )?;
            } else {
                judge.exact(&sheet, (row, "w1"), [start[0], w1], "start");
                judge.exact(&sheet, (row, "w2"), [start[1], w2], "start");
            }
            last = Some((row, [w1, w2]));
        }
        if let Some((row, end)) = last {
            // Far enough for what is left of w2^2 - w1^2, which slows the weights down, to be gone.
            let far = 40.0 / mode.growth() + if gamma > 0.0 { 40.0 / gamma } else { 0.0 };
            let end = dynamics::trajectory(&mode, end, &[far])?;
            let found = end.first().map_or(f64::NAN, |[a, b]| a * b);
            judge.value(
                &sheet,
                (row, "w"),
                [mode.fixed_point(), found],
                1e-8,
                "fixed point that the flow from here tends to",
            );
        }
    }
    Ok(())
}
