//! The table of Figure 2 against the theory.

use dae::theory::{Mode, dynamics, rates};

use super::Settings;
use super::rows::Dynamics;
use crate::experiments::Model;
use crate::experiments::common::descent::matched;
use crate::experiments::common::epochs;
use crate::tables::{At, Judge};
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Dynamics>()?;
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
    let recorded = thinned(settings.epochs, settings.record_every, settings.table_every);
    let keys = curves.iter().flat_map(|&(model, lambda, epsilon)| {
        let each = recorded.iter();
        each.map(move |&epoch| (model, lambda, epsilon, epoch))
    });
    if !judge.keys(&rows, |r| (r.model, r.lambda, r.epsilon, r.epoch), keys) {
        return Ok(());
    }
    let found = rows.chunks(recorded.len().max(1));
    for (i, ((model, lambda, epsilon), own)) in curves.into_iter().zip(found).enumerate() {
        let [dae, wdae] = matched(lambda, epsilon)?;
        let mode = if model == Model::Dae { dae } else { wdae };
        let first = i * recorded.len();
        for (row, found) in (first..).zip(own) {
            let at = at!(Dynamics, row, gamma);
            judge.exact(at, [wdae.gamma(), found.gamma], "matched decay");
        }
        let points = own.iter().map(|row| (row.epoch, row.w));
        let start = (settings.w0, settings.alpha);
        curve(judge, at!(Dynamics, first, w), &mode, start, points)?;
    }
    Ok(())
}

/// Epochs in a table that is thinned.
pub fn thinned(last: u64, record_every: u64, table_every: u64) -> Vec<u64> {
    let all = epochs(last, record_every).into_iter();
    all.filter(|epoch| epoch.is_multiple_of(table_every))
        .collect()
}

/// Judges a balanced curve, whose first point is at a place: against the closed form, against the time that it should
/// have taken to get there, and against the fixed point `lambda/(lambda + epsilon)` or `1 - gamma/lambda`.
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
        // The inverse has lost its digits where the curve is flat.
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
