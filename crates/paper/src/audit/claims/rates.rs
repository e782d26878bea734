//! Claims about how fast the scalar network learns, Figures 2 and 3.

use dae::theory::{Mode, rates};

use super::curves::passes;
use super::scalar::product;
use super::{furthest, not_made};
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
    Ok(vec![Check::claim(
        quantity,
        0.0,
        largest(differences),
        1e-9,
        format!("{count} pairs; rounding, and lambda - gamma has lost digits"),
    )])
}

/// A curve of Figures 2 and 3.
struct Curve {
    model: Model,
    lambda: f64,
    epsilon: f64,
    variant: Option<Variant>,
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

/// The curves that rows make up: a curve without points and a point for each; epoch 0 begins a curve.
fn curves(rows: impl IntoIterator<Item = (Curve, u64, f64)>) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for (curve, epoch, w) in rows {
        if epoch == 0 {
            curves.push(curve);
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
    Ok(curves(rows.into_iter().map(|row| {
        let curve = Curve {
            model: row.model,
            lambda: row.lambda,
            epsilon: row.epsilon,
            variant: None,
            epochs: Vec::new(),
            w: Vec::new(),
        };
        (curve, row.epoch, row.w)
    })))
}

fn of_fig3(recorded: &Recorded, lambda: f64) -> Result<Vec<Curve>> {
    let rows = recorded.tables().rows::<fig3::rows::Dynamics>()?;
    Ok(curves(rows.into_iter().map(|row| {
        let curve = Curve {
            model: row.model,
            lambda,
            epsilon: row.epsilon,
            variant: Some(row.variant),
            epochs: Vec::new(),
            w: Vec::new(),
        };
        (curve, row.epoch, row.w)
    })))
}

/// Pairs of a DAE and the WDAE that belongs to it.
fn pairs(
    curves: &[Curve],
    variant: Option<Variant>,
) -> impl Iterator<Item = (&Curve, &Curve)> + Clone {
    let of = move |model| move |curve: &&Curve| curve.model == model && curve.variant == variant;
    let wdae = curves.iter().filter(of(Model::Wdae));
    curves.iter().filter(of(Model::Dae)).zip(wdae)
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
        let rising = neighbours.filter_map(|(less, more)| {
            (less.lambda == more.lambda).then_some((less.half_rise()?, more.half_rise()?))
        });
        let rising: Vec<(f64, f64)> = rising.collect();
        let wrong = rising
            .iter()
            .filter(|(less, more)| sign * (more - less) > 0.0);
        let note = format!(
            "of {} neighbours that rise within the epochs drawn",
            rising.len()
        );
        Check::claim(quantity, 0.0, wrong.count() as f64, 0.0, note)
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
        let own = pairs(&curves, None).filter(|(dae, _)| dae.lambda == lambda && dae.epsilon > 0.0);
        let ratio = |(dae, wdae): (&Curve, &Curve)| {
            Some((dae.epsilon, wdae.half_rise()? / dae.half_rise()?))
        };
        let ratios: Vec<(f64, f64)> = own.filter_map(ratio).collect();
        let relative = ratios.iter();
        let relative = relative.map(|(epsilon, ratio)| ratio / (1.0 + epsilon / lambda));
        let relative: Vec<f64> = relative.collect();
        let each = ratios.iter();
        let each = each.map(|(epsilon, ratio)| format!("{ratio:.4} at {epsilon}"));
        let each: Vec<String> = each.collect();
        all.push(Check::claim(
            format!("{quantity}, lambda = {lambda}, furthest from 1 over epsilon"),
            1.0,
            furthest(&relative, 1.0),
            1e-6,
            format!(
                "closed forms, interpolated between recorded epochs; ratio by epsilon: {}",
                each.join(", ")
            ),
        ));
    }
    // The same by gradient descent, which knows no closed form.
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
    all.push(Check::claim(
        "gradient descent, lambda = 1: half-rise time of WDAE over DAE, over 1 + epsilon, furthest from 1",
        1.0,
        furthest(&relative, 1.0),
        settings.alpha,
        format!("first order in alpha; {} values of epsilon", relative.len()),
    ));
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
    let (end, last) = rows
        .last()
        .map_or((f64::NAN, f64::NAN), |row| (row.epsilon, row.ratio));
    Ok(vec![
        Check::claim(quantity, 1.0, furthest(&products, 1.0), 1e-12, "rounding"),
        Check::claim(
            "Figure 3: neighbouring values of epsilon between which the ratio of the rates does not fall",
            0.0,
            rises.count() as f64,
            0.0,
            format!("the ratio is 1 at epsilon = 0 and {last:.4} at {end:.2}"),
        ),
    ])
}

pub(super) fn faster_at_optimal_rates(recorded: &Recorded) -> Result<Vec<Check>> {
    let quantity = "Figure 3, consistent rates: DAE minus WDAE at any epoch, largest over epsilon";
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(Figure::Fig3, quantity, 0.0, 1e-12)]);
    };
    let curves = of_fig3(recorded, settings.lambda)?;
    let differences = |variant| {
        let pairs = pairs(&curves, Some(variant));
        largest(pairs.flat_map(|(dae, wdae)| dae.w.iter().zip(&wdae.w).map(|(d, w)| d - w)))
    };
    let lead = differences(Variant::Published);
    // Gradient descent at the optimal rates themselves, not at a share of them.
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
    for (dae, wdae) in pairs(&curves, Some(Variant::Published)) {
        let [_, decay] = matched(settings.lambda, dae.epsilon)?;
        let slower = rates::optimal(&decay)? / rates::published_wdae(&decay)?;
        let times = wdae.half_rise().zip(dae.half_rise());
        explained.extend(times.map(|(wdae, dae)| wdae / dae / slower));
    }
    Ok(vec![
        Check::claim(
            quantity,
            0.0,
            differences(Variant::Consistent),
            1e-12,
            "the two exponents are the same number; rounding",
        ),
        Check::claim(
            "gradient descent at the whole optimal rates: DAE minus WDAE at any of 500 epochs, largest over epsilon",
            0.0,
            largest(descended),
            1e-12,
            "the tie is one of gradient descent too, step by step; rounding",
        ),
        Check::claim(
            "Figure 3, published rates: half-rise time of WDAE over DAE, over the ratio of the two WDAE rates, \
             furthest from 1",
            1.0,
            furthest(&explained, 1.0),
            1e-6,
            format!(
                "the lower rate explains the whole lead of the DAE, which is at most {lead:.4} of mapping; \
                 interpolated between recorded epochs"
            ),
        ),
    ])
}
