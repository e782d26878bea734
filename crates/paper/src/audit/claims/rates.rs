//! Claims about how fast the scalar network learns, Figures 2 and 3.

use dae::theory::{Mode, rates};

use super::curves::passes;
use super::scalar::product;
use super::{claim, furthest, list, not_made};
use crate::experiments::common::descent::{descent, matched, steepest};
use crate::experiments::fig3::run::Variant;
use crate::experiments::fig3::{self, rows::Rates};
use crate::experiments::{Figure, Model, fig2};
use crate::results::Recorded;
use crate::tables::Check;
use crate::tables::check::largest;
use crate::{Error, Result};

pub(super) fn matched_decay(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "mapping of DAE minus WDAE after 5,000 epochs at their optimal rates, largest over lambda and epsilon";
    let Some(settings) = recorded.settings::<fig2::Settings>(Figure::Fig2)? else {
        return Ok(vec![not_made(Figure::Fig2, quantity, 0.0, 1e-9)]);
    };
    let start = [settings.w0.sqrt(); 2];
    let end = |mode: &Mode| {
        let path = descent(mode, rates::optimal(mode)?, 5000, start)?;
        Ok::<_, Error>(path.last().map_or(f64::NAN, product))
    };
    let mut differences = Vec::new();
    for &lambda in &settings.lambda {
        for &epsilon in &settings.epsilon {
            let [dae, wdae] = matched(lambda, epsilon)?;
            differences.push(end(&dae)? - end(&wdae)?);
        }
    }
    let count = differences.len();
    let note = format!("{count} pairs; rounding, and lambda - gamma has lost digits");
    let pair = [0.0, largest(differences)];
    Ok(vec![claim(quantity, pair, 1e-9, note)])
}

/// A curve of Figures 2 and 3.
struct Curve {
    model: Model,
    lambda: f64,
    epsilon: f64,
    epochs: Vec<u64>,
    w: Vec<f64>,
}

impl Curve {
    /// Epoch at which half of the fixed point is passed.
    fn half_rise(&self) -> Option<f64> {
        let target = self.lambda / (self.lambda + self.epsilon);
        passes(&self.epochs, &self.w, (0.5 * target, target))
    }
}

/// Groups rows into curves. A row is the key of its curve, an epoch and a mapping; epoch 0 begins a curve.
fn curves(rows: impl Iterator<Item = ((Model, f64, f64), u64, f64)>) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for ((model, lambda, epsilon), epoch, w) in rows {
        if epoch == 0 {
            let (epochs, w) = (Vec::new(), Vec::new());
            curves.push(Curve {
                model,
                lambda,
                epsilon,
                epochs,
                w,
            });
        }
        if let Some(curve) = curves.last_mut() {
            curve.epochs.push(epoch);
            curve.w.push(w);
        }
    }
    curves
}

fn of_fig2(recorded: &Recorded) -> Result<Vec<Curve>> {
    let rows = recorded.tables().rows::<fig2::rows::Dynamics>()?;
    let rows = rows.into_iter();
    Ok(curves(rows.map(|row| {
        ((row.model, row.lambda, row.epsilon), row.epoch, row.w)
    })))
}

fn of_fig3(recorded: &Recorded, lambda: f64, variant: Variant) -> Result<Vec<Curve>> {
    let rows = recorded.tables().rows::<fig3::rows::Dynamics>()?;
    let own = rows.into_iter().filter(|row| row.variant == variant);
    Ok(curves(own.map(|row| {
        ((row.model, lambda, row.epsilon), row.epoch, row.w)
    })))
}

/// Pairs of a DAE and its WDAE.
fn pairs(curves: &[Curve]) -> impl Iterator<Item = (&Curve, &Curve)> {
    let of = |model| move |curve: &&Curve| curve.model == model;
    let wdae = curves.iter().filter(of(Model::Wdae));
    curves.iter().filter(of(Model::Dae)).zip(wdae)
}

/// Time of the WDAE to half of its fixed point, over that of the DAE.
fn ratio((dae, wdae): (&Curve, &Curve)) -> Option<f64> {
    Some(wdae.half_rise()? / dae.half_rise()?)
}

pub(super) fn more_noise_learns_sooner(recorded: &Recorded) -> Result<Vec<Check>> {
    let words = |model: &str, how: &str| {
        format!(
            "Figure 2: neighbouring values of epsilon at which the {model} with the larger one is {how} at half its \
             fixed point"
        )
    };
    let kinds = [
        (Model::Dae, words("DAE", "later"), 1.0),
        (Model::Wdae, words("WDAE", "sooner"), -1.0),
    ];
    if !recorded.records.contains_key(&Figure::Fig2) {
        let open = kinds.map(|(_, quantity, _)| not_made(Figure::Fig2, &quantity, 0.0, 0.0));
        return Ok(open.into());
    }
    let curves = of_fig2(recorded)?;
    let measured = kinds.map(|(model, quantity, sign)| {
        let own: Vec<&Curve> = curves.iter().filter(|curve| curve.model == model).collect();
        let neighbours = own.iter().zip(own.iter().skip(1));
        let alike = neighbours.filter(|(less, more)| less.lambda == more.lambda);
        // What does not rise within the epochs drawn rises later; of two that do not, nothing is known.
        let rises = |curve: &Curve| curve.half_rise().unwrap_or(f64::INFINITY);
        let later = alike.map(|(less, more)| sign * (rises(more) - rises(less)));
        let later: Vec<f64> = later.filter(|later| !later.is_nan()).collect();
        let wrong = later.iter().filter(|&&later| later > 0.0).count();
        let all = later.len();
        let note = format!("of {all} neighbours of which one or both rise within the epochs drawn");
        claim(quantity, [0.0, wrong as f64], 0.0, note)
    });
    Ok(measured.into())
}

pub(super) fn noise_is_faster_than_decay(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "Figure 2: half-rise time of WDAE over DAE, over 1 + epsilon/lambda";
    let Some(settings) = recorded.settings::<fig2::Settings>(Figure::Fig2)? else {
        return Ok(vec![not_made(Figure::Fig2, quantity, 1.0, 1e-6)]);
    };
    let curves = of_fig2(recorded)?;
    let mut all = Vec::new();
    for &lambda in &settings.lambda {
        let own = pairs(&curves).filter(|(dae, _)| dae.lambda == lambda && dae.epsilon > 0.0);
        let ratios = own.filter_map(|pair| Some((pair.0.epsilon, ratio(pair)?)));
        let ratios: Vec<(f64, f64)> = ratios.collect();
        let relative = |(epsilon, ratio): &(f64, f64)| ratio / (1.0 + epsilon / lambda);
        let relative: Vec<f64> = ratios.iter().map(relative).collect();
        let each = ratios.iter();
        let each = list(each.map(|(epsilon, ratio)| format!("{ratio:.4} at {epsilon}")));
        let quantity = format!("{quantity}, lambda = {lambda}, furthest from 1 over epsilon");
        let note =
            format!("closed forms, interpolated between recorded epochs; ratio by epsilon: {each}");
        all.push(claim(quantity, [1.0, furthest(&relative, 1.0)], 1e-6, note));
    }
    // The same by gradient descent, which uses no closed form.
    let (lambda, start) = (1.0, [settings.w0.sqrt(); 2]);
    let mut relative = Vec::new();
    for &epsilon in settings.epsilon.iter().filter(|&&epsilon| epsilon > 0.0) {
        let mut times = Vec::new();
        for mode in matched(lambda, epsilon)? {
            let path = descent(&mode, settings.alpha, settings.epochs, start)?;
            let w: Vec<f64> = path.iter().map(product).collect();
            let epochs: Vec<u64> = path.iter().map(|state| state.epoch).collect();
            let target = mode.fixed_point();
            times.extend(passes(&epochs, &w, (0.5 * target, target)));
        }
        if let [dae, wdae] = times[..] {
            relative.push(wdae / dae / (1.0 + epsilon / lambda));
        }
    }
    let quantity = "gradient descent, lambda = 1: half-rise time of WDAE over DAE, over 1 + epsilon, furthest from 1";
    let pair = [1.0, furthest(&relative, 1.0)];
    let note = format!("first order in alpha; {} values of epsilon", relative.len());
    all.push(claim(quantity, pair, settings.alpha, note));
    Ok(all)
}

pub(super) fn optimal_rates(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "Figure 3: optimal rate times the largest curvature on the way, furthest from 1";
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(Figure::Fig3, quantity, 1.0, 1e-12)]);
    };
    let rows = recorded.tables().rows::<Rates>()?;
    let mut products = Vec::new();
    for row in &rows {
        let [dae, wdae] = matched(settings.lambda, row.epsilon)?;
        products.extend([row.dae * steepest(&dae), row.wdae * steepest(&wdae)]);
    }
    let neighbours = rows.iter().zip(rows.iter().skip(1));
    let rises = neighbours.filter(|(row, next)| next.ratio >= row.ratio);
    let last = rows.last();
    let (end, last) = last.map_or((f64::NAN, f64::NAN), |row| (row.epsilon, row.ratio));
    let rising = "Figure 3: neighbouring values of epsilon between which the ratio of the rates does not fall";
    let note = format!("the ratio is 1 at epsilon = 0 and {last:.4} at {end:.2}");
    Ok(vec![
        claim(quantity, [1.0, furthest(&products, 1.0)], 1e-12, "rounding"),
        claim(rising, [0.0, rises.count() as f64], 0.0, note),
    ])
}

pub(super) fn faster_at_optimal_rates(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "Figure 3, consistent rates: DAE minus WDAE at any epoch, largest over epsilon";
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(Figure::Fig3, quantity, 0.0, 1e-12)]);
    };
    let of = |variant| of_fig3(recorded, settings.lambda, variant);
    let (consistent, published) = (of(Variant::Consistent)?, of(Variant::Published)?);
    let difference = |curves: &[Curve]| {
        largest(pairs(curves).flat_map(|(dae, wdae)| dae.w.iter().zip(&wdae.w).map(|(d, w)| d - w)))
    };
    let lead = difference(&published);
    // Gradient descent at the optimal rates themselves, not at a fraction of them.
    let mut descended = Vec::new();
    let start = [settings.w0.sqrt(); 2];
    let path = |mode: &Mode| descent(mode, rates::optimal(mode)?, 500, start);
    for &epsilon in &settings.epsilon {
        let [dae, wdae] = matched(settings.lambda, epsilon)?;
        let (dae, wdae) = (path(&dae)?, path(&wdae)?);
        let both = dae.iter().zip(&wdae);
        descended.extend(both.map(|(d, w)| product(d) - product(w)));
    }
    let mut explained = Vec::new();
    for pair in pairs(&published) {
        let [_, decay] = matched(settings.lambda, pair.0.epsilon)?;
        let slower = rates::optimal(&decay)? / rates::published_wdae(&decay)?;
        explained.extend(ratio(pair).map(|ratio| ratio / slower));
    }
    let pair = [0.0, difference(&consistent)];
    let same = "the two exponents are the same number; rounding";
    let descent = "gradient descent at the whole optimal rates: DAE minus WDAE at any of 500 epochs, largest over epsilon";
    let tie = "the tie is one of gradient descent too, step by step; rounding";
    let published = "Figure 3, published rates: half-rise time of WDAE over DAE, over the ratio of the two WDAE rates, \
                     furthest from 1";
    let note = format!(
        "the lower rate explains the whole lead of the DAE, which is at most {lead:.4} of mapping; \
         interpolated between recorded epochs"
    );
    Ok(vec![
        claim(quantity, pair, 1e-12, same),
        claim(descent, [0.0, largest(descended)], 1e-12, tie),
        claim(published, [1.0, furthest(&explained, 1.0)], 1e-6, note),
    ])
}
