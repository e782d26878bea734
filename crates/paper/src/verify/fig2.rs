//! The table of Figure 2 against the theory.

use dae::theory::{Mode, dynamics, rates};

use super::judge::{Judge, Keys};
use crate::Result;
use crate::experiments::fig2::Settings;
use crate::experiments::{Model, epochs};
use crate::sheet::Sheet;

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig2_dynamics.csv")?;
    let mut curves = Vec::new();
    for model in [Model::Dae, Model::Wdae] {
        for &lambda in &settings.lambda {
            curves.extend(
                settings
                    .epsilon
                    .iter()
                    .map(|&epsilon| (model, lambda, epsilon)),
            );
        }
    }
    let recorded = recorded(settings.epochs, settings.record_every, settings.table_every);
    let each = |value: fn(f64, f64, u64) -> f64| {
        let rows = curves.iter().flat_map(|&(_, lambda, epsilon)| {
            recorded
                .iter()
                .map(move |&epoch| value(lambda, epsilon, epoch))
        });
        Keys::Numbers(rows.collect())
    };
    let models = curves
        .iter()
        .flat_map(|curve| recorded.iter().map(|_| curve.0.name()));
    let keys = [
        ("model", Keys::Words(models.collect())),
        ("lambda", each(|lambda, _, _| lambda)),
        ("epsilon", each(|_, epsilon, _| epsilon)),
        ("epoch", each(|_, _, epoch| epoch as f64)),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let gamma = sheet.numbers("gamma")?;
    for (i, &(model, lambda, epsilon)) in curves.iter().enumerate() {
        let dae = Mode::denoising(lambda, epsilon)?;
        let matched = dae.matched_gamma();
        let mode = match model {
            Model::Dae => dae,
            _ => Mode::decaying(lambda, matched)?,
        };
        let first = i * recorded.len();
        for (row, found) in gamma.iter().enumerate().skip(first).take(recorded.len()) {
            judge.exact(&sheet, (row, "gamma"), [matched, *found], "matched decay");
        }
        curve(
            judge,
            &sheet,
            &mode,
            (settings.w0, settings.alpha),
            (first, &recorded),
        )?;
    }
    Ok(())
}

/// Epochs in a table that is thinned.
pub fn recorded(last: u64, record_every: u64, table_every: u64) -> Vec<u64> {
    let all = epochs(last, record_every).into_iter();
    all.filter(|epoch| epoch.is_multiple_of(table_every))
        .collect()
}

/// Judges a balanced curve, column `w` from row `first` on: against the closed form, against the time that it should
/// have taken to get there, and against the fixed point `lambda/(lambda + epsilon)` or `1 - gamma/lambda`.
pub fn curve(
    judge: &mut Judge,
    sheet: &Sheet,
    mode: &Mode,
    (w0, alpha): (f64, f64),
    (first, epochs): (usize, &[u64]),
) -> Result<()> {
    let w = sheet.numbers("w")?;
    let target = mode.fixed_point();
    let mut rows = epochs.iter().zip(w.iter().enumerate().skip(first));
    for (&epoch, (row, &found)) in rows.clone() {
        let s = alpha * epoch as f64;
        let expected = dynamics::balanced(mode, w0, s)?;
        judge.exact(sheet, (row, "w"), [expected, found], "balanced closed form");
        // The inverse has lost its digits where the curve is flat.
        if w0 < found && found < 0.99 * target {
            let took = rates::learning_time(mode, w0, found / target)?;
            judge.value(
                sheet,
                (row, "w"),
                [s, took],
                1e-8 * s.max(1.0),
                "time that the learning time says it takes to get here",
            );
        }
    }
    if let (Some((last, (row, &end))), true) = (rows.next_back(), w0 < target) {
        let further = dynamics::balanced(mode, end, 1e4 / mode.growth())?;
        let (lambda, epsilon, gamma) = (mode.lambda(), mode.epsilon(), mode.gamma());
        let expected = if epsilon > 0.0 {
            lambda / (lambda + epsilon)
        } else {
            1.0 - gamma / lambda
        };
        judge.exact(
            sheet,
            (row, "w"),
            [expected, further],
            &format!("fixed point that the flow tends to from epoch {last}"),
        );
    }
    Ok(())
}
