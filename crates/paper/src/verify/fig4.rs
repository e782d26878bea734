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
    let (w1, w2) = (sheet.numbers("w1")?, sheet.numbers("w2")?);
    let (w, norm) = (sheet.numbers("w")?, sheet.numbers("norm")?);
    let mut row = 0;
    for (&(_, epsilon, gamma), &(_, start)) in curves() {
        let mode = Mode::new(settings.lambda, epsilon, gamma)?;
        for &epoch in &recorded {
            let now = [w1[row], w2[row]];
            judge.exact(&sheet, (row, "w"), [now[0] * now[1], w[row]], "w1 w2");
            judge.exact(
                &sheet,
                (row, "norm"),
                [now[0].hypot(now[1]), norm[row]],
                "sqrt(w1^2 + w2^2)",
            );
            if epoch == 0 {
                judge.exact(&sheet, (row, "w1"), [start[0], now[0]], "start");
                judge.exact(&sheet, (row, "w2"), [start[1], now[1]], "start");
            } else {
                let before = [w1[row - 1], w2[row - 1]];
                step(
                    judge,
                    &sheet,
                    &mode,
                    settings.alpha,
                    settings.table_every,
                    before,
                    (row, now),
                )?;
            }
            row += 1;
        }
        // Far enough for what is left of w2^2 - w1^2, which slows the weights down, to be gone.
        let far = 40.0 / mode.growth() + if gamma > 0.0 { 40.0 / gamma } else { 0.0 };
        let end = dynamics::trajectory(&mode, [w1[row - 1], w2[row - 1]], &[far])?;
        let found = end.first().map_or(f64::NAN, |[a, b]| a * b);
        judge.value(
            &sheet,
            (row - 1, "w"),
            [mode.fixed_point(), found],
            1e-8,
            "fixed point that the flow from here tends to",
        );
    }
    Ok(())
}
