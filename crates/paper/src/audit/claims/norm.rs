//! Claims about the norm of the weights, Figure 4.

use dae::theory::scalar::imbalance;
use dae::theory::{Mode, dynamics};

use super::curves::{exponent, slope};
use super::scalar::SHARES;
use super::{claim, furthest, not_made};
use crate::Result;
use crate::experiments::common::descent::descent;
use crate::experiments::fig4::{self, rows::Paths};
use crate::experiments::{Figure, Model};
use crate::results::Recorded;
use crate::tables::Check;
use crate::tables::check::largest;

/// The paths of a model, one for each start.
fn paths(rows: &[Paths], model: Model) -> Vec<&[Paths]> {
    let paths = rows.chunk_by(|a, b| (a.model, a.trial) == (b.model, b.trial));
    let own = paths.filter(|path| path.first().is_some_and(|row| row.model == model));
    own.collect()
}

/// The fixed points of Figure 4, of one model.
pub(super) fn end_of_fig4(model: Model, recorded: &Recorded) -> Result<Vec<Check>> {
    let name = model.name();
    let quantity = format!(
        "Figure 4, {name}: w2 w1 at the end minus the fixed point, largest over the starts"
    );
    let Some(settings) = recorded.settings::<fig4::Settings>(Figure::Fig4)? else {
        return Ok(vec![not_made(Figure::Fig4, &quantity, 0.0, 1e-3)]);
    };
    let fixed_point = match model {
        Model::Dae => settings.lambda / (settings.lambda + settings.epsilon),
        _ => (1.0 - settings.gamma / settings.lambda).max(0.0),
    };
    let rows = recorded.tables().rows::<Paths>()?;
    let paths = paths(&rows, model);
    let ends = paths.iter().filter_map(|path| path.last());
    let distances = ends.map(|end| end.w1 * end.w2 - fixed_point);
    // Under decay the fixed point of w moves until w2^2 - w1^2 has vanished.
    let tolerance = if model == Model::Dae { 1e-3 } else { 0.02 };
    let s = settings.alpha * settings.epochs as f64;
    let note = format!(
        "fixed point {fixed_point:.6}; s = {s} is enough for the slowest start to come this near"
    );
    let pair = [0.0, largest(distances)];
    Ok(vec![claim(quantity, pair, tolerance, note)])
}

pub(super) fn noise_leaves_the_norm(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity =
        "Figure 4, DAE: change of w2^2 - w1^2 over the run, relative, largest over the starts";
    let Some(settings) = recorded.settings::<fig4::Settings>(Figure::Fig4)? else {
        return Ok(vec![not_made(Figure::Fig4, quantity, 0.0, 5.0 * 0.01)]);
    };
    let change = |start: [f64; 2], end: [f64; 2]| {
        let (before, after) = (imbalance(start[0], start[1]), imbalance(end[0], end[1]));
        (before != 0.0).then(|| (after / before - 1.0).abs())
    };
    let rows = recorded.tables().rows::<Paths>()?;
    let paths = paths(&rows, Model::Dae);
    let ends = |path: &&[Paths]| {
        let (first, last) = (path.first()?, path.last()?);
        Some(([first.w1, first.w2], [last.w1, last.w2]))
    };
    let ends: Vec<_> = paths.iter().filter_map(ends).collect();
    let changes = ends.iter().filter_map(|&(start, end)| change(start, end));
    let mode = Mode::denoising(settings.lambda, settings.epsilon)?;
    let mut errors = Vec::new();
    for share in SHARES {
        let alpha = settings.alpha / f64::from(share);
        let mut worst: f64 = 0.0;
        for &(start, _) in &ends {
            let trained = descent(&mode, alpha, settings.epochs * u64::from(share), start)?;
            let last = trained.last().map_or(start, |state| [state.w1, state.w2]);
            worst = worst.max(change(start, last).unwrap_or(0.0));
        }
        errors.push((alpha, worst));
    }
    let first_order = "first order in alpha; the factor is the integral of (lambda - (lambda + epsilon) w)^2 over time, \
                       a few units for the farthest starts";
    let tolerance = 5.0 * settings.alpha;
    let exponents = "exponent of that change in alpha";
    let conserved = "the flow conserves it; terms of second order are left at these rates";
    Ok(vec![
        claim(quantity, [0.0, largest(changes)], tolerance, first_order),
        claim(exponents, [1.0, exponent(&errors)], 0.05, conserved),
    ])
}

pub(super) fn decay_shrinks_the_norm(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "Figure 4, WDAE: rate at which |w2^2 - w1^2| falls over 2 gamma, furthest from 1 over the starts";
    let Some(settings) = recorded.settings::<fig4::Settings>(Figure::Fig4)? else {
        return Ok(vec![not_made(Figure::Fig4, quantity, 1.0, 0.05)]);
    };
    let rows = recorded.tables().rows::<Paths>()?;
    let [wdae, dae] = [Model::Wdae, Model::Dae].map(|model| paths(&rows, model));
    let unbalanced = |path: &&&[Paths]| {
        let start = path.first();
        start.is_some_and(|start| imbalance(start.w1, start.w2) != 0.0)
    };
    let rate = |path: &&[Paths]| {
        let points = path.iter().map(|row| {
            let imbalance = imbalance(row.w1, row.w2);
            (settings.alpha * row.epoch as f64, imbalance.abs().ln())
        });
        slope(points) / (-2.0 * settings.gamma)
    };
    let rates: Vec<f64> = wdae.iter().filter(unbalanced).map(rate).collect();
    let norms = |paths: &[&[Paths]]| -> Vec<f64> {
        let own = paths.iter().filter(unbalanced);
        let ends = own.filter_map(|path| path.last());
        ends.map(|end| end.w1.hypot(end.w2)).collect()
    };
    let (under_decay, under_noise) = (norms(&wdae), norms(&dae));
    let pairs = under_decay.iter().zip(&under_noise);
    let larger = pairs.filter(|(w, d)| w >= d).count();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    // The flow from the end of the table, until w2^2 - w1^2 has vanished.
    let mode = Mode::decaying(settings.lambda, settings.gamma)?;
    let far = 40.0 / settings.gamma + 40.0 / mode.growth();
    let least = (2.0 * mode.fixed_point()).sqrt();
    let mut excess = Vec::new();
    for end in wdae.iter().filter_map(|path| path.last()) {
        let ends = dynamics::trajectory(&mode, [end.w1, end.w2], &[far])?;
        excess.extend(ends.iter().map(|[w1, w2]| w1.hypot(*w2) - least));
    }
    let fit = "the fit takes in the first steps, where descent drifts by first order in alpha times the squared pull of \
               the error";
    let smaller =
        "Figure 4: unbalanced starts from which decay does not end with a smaller norm than noise";
    let (count, decay, noise) = (under_decay.len(), mean(&under_decay), mean(&under_noise));
    let note =
        format!("of {count}; mean norm at the end {decay:.4} under decay, {noise:.4} under noise");
    let excesses = "WDAE: norm that the flow tends to minus the least norm sqrt(2 w*), largest over the starts";
    let integrated = "integrated from where the table ends";
    Ok(vec![
        claim(quantity, [1.0, furthest(&rates, 1.0)], 0.05, fit),
        claim(smaller, [0.0, larger as f64], 0.0, note),
        claim(excesses, [0.0, largest(excess)], 1e-8, integrated),
    ])
}
