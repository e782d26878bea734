//! Claims about the scalar network, Figures 1 to 4.

use dae::Settings as _;
use dae::random::stream;
use dae::theory::scalar::imbalance;
use dae::theory::{Mode, dynamics, rates};
use dae::train::sampled::{marginalised, sampled};
use dae::train::scalar::{ScalarSettings, ScalarState, descend};
use ndarray::Array2;

use super::curves::{exponent, passes, slope};
use super::{Measured, not_made};
use crate::check::largest;
use crate::experiments::fig3::run::Variant;
use crate::experiments::{Model, fig1, fig2, fig3, fig4};
use crate::recorded::Recorded;
use crate::regenerate::Figure;
use crate::{Error, Result, starts};

/// Shares of a learning rate at which errors of first order are seen to shrink.
const SHARES: [u32; 4] = [8, 16, 32, 64];

fn train(mode: &Mode, alpha: f64, epochs: u64, start: [f64; 2]) -> Result<Vec<ScalarState>> {
    let settings = ScalarSettings {
        lambda: mode.lambda(),
        epsilon: mode.epsilon(),
        gamma: mode.gamma(),
        alpha,
        epochs,
    };
    Ok(descend(&settings.check()?, start)?)
}

/// A DAE and the WDAE with the same fixed point.
fn pair(lambda: f64, epsilon: f64) -> Result<[Mode; 2]> {
    let dae = Mode::denoising(lambda, epsilon)?;
    Ok([dae, Mode::decaying(lambda, dae.matched_gamma())?])
}

fn product(state: &ScalarState) -> f64 {
    state.w1 * state.w2
}

pub(super) fn closed_forms_are_exact(recorded: &Recorded) -> Result<Vec<Measured>> {
    let Some(settings) = recorded.settings::<fig1::Settings>(Figure::Fig1)? else {
        return Ok(vec![not_made(
            Figure::Fig1,
            "exponent of |theory - simulation| in alpha",
            1.0,
            0.05,
        )]);
    };
    let sheet = recorded.table("fig1_dynamics.csv")?;
    let rows = sheet.numbers_by_row(["epsilon", "theory", "simulation"])?;
    let mut all = Vec::new();
    for &epsilon in &settings.epsilon {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let mut errors = Vec::new();
        for share in SHARES {
            let (alpha, every) = (settings.alpha / f64::from(share), share as usize);
            let mut worst: f64 = 0.0;
            for &trial in &settings.trials {
                let start = starts::published(trial)?;
                let path = train(&mode, alpha, settings.epochs * u64::from(share), start)?;
                for state in path.iter().step_by(every) {
                    let [a, b] = dynamics::unbalanced(&mode, start, alpha * state.epoch as f64)?;
                    worst = worst.max((a * b - product(state)).abs());
                }
            }
            errors.push((alpha, worst));
        }
        let own = rows.iter().filter(|row| row[0] == epsilon);
        let recorded = largest(own.map(|[_, theory, simulation]| theory - simulation));
        all.push(Measured {
            quantity: format!("exponent of the largest |theory - simulation| in alpha, epsilon = {epsilon}"),
            expected: 1.0,
            found: Ok(exponent(&errors)),
            tolerance: 0.05,
            note: format!("Euler's method is of first order, with terms of second order in alpha left at these rates; the difference is {recorded:.4} at alpha = {}", settings.alpha),
        });
    }
    Ok(all)
}

pub(super) fn noise_is_a_penalty() -> Result<Vec<Measured>> {
    const DRAWS: usize = 4000;
    let (samples, pixels, hidden, sigma) = (8, 5, 3, 0.7);
    let mut rng = stream(1, &["claims", "noise-is-a-penalty"]);
    let mut matrix = |rows, columns| dae::random::normal_matrix(&mut rng, rows, columns, 0.5);
    let (data, encoder, decoder) = (
        matrix(samples, pixels),
        matrix(pixels, hidden),
        matrix(hidden, pixels),
    );
    let exact = marginalised(&data, [&encoder, &decoder], sigma * sigma)?;
    let mut draws = stream(1, &["claims", "noise-is-a-penalty", "draws"]);
    let zero = |like: &Array2<f64>| Array2::<f64>::zeros(like.dim());
    let mut sums = [
        (zero(&exact.dW1), zero(&exact.dW1)),
        (zero(&exact.dW2), zero(&exact.dW2)),
    ];
    for _ in 0..DRAWS {
        let drawn = sampled(&data, [&encoder, &decoder], sigma, &mut draws)?;
        for ((sum, squares), drawn) in sums.iter_mut().zip([drawn.dW1, drawn.dW2]) {
            *squares += &(&drawn * &drawn);
            *sum += &drawn;
        }
    }
    let count = DRAWS as f64;
    let mut worst: f64 = 0.0;
    for ((sum, squares), exact) in sums.iter().zip([&exact.dW1, &exact.dW2]) {
        for ((sum, squares), exact) in sum.iter().zip(squares).zip(exact) {
            let mean = sum / count;
            let error = ((squares / count - mean * mean) / (count - 1.0)).sqrt();
            worst = worst.max(((mean - exact) / error).abs());
        }
    }
    Ok(vec![Measured {
        quantity: format!(
            "mean gradient of {DRAWS} draws of the noise minus the exact one, largest of 30 entries, in standard errors"
        ),
        expected: 0.0,
        found: Ok(worst),
        tolerance: 4.0,
        note: "of 30 normal deviates one is beyond 4 in one case of 500".to_owned(),
    }])
}

pub(super) fn origin_is_a_saddle(recorded: &Recorded) -> Result<Vec<Measured>> {
    let Some(settings) = recorded.settings::<fig1::Settings>(Figure::Fig1)? else {
        return Ok(vec![not_made(
            Figure::Fig1,
            "growth of a small mapping over 2 lambda",
            1.0,
            0.0,
        )]);
    };
    let (mut rates, mut curvatures) = (Vec::new(), Vec::new());
    for &epsilon in &settings.epsilon {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let [high, low] = mode.curvatures(0.0, 0.0);
        curvatures.extend([high - settings.lambda, low + settings.lambda]);
        let path = train(&mode, settings.alpha, 100, [1e-4, 1e-4])?;
        if let (Some(first), Some(last)) = (path.first(), path.last()) {
            let s = settings.alpha * last.epoch as f64;
            rates.push((product(last) / product(first)).ln() / s / (2.0 * settings.lambda));
        }
    }
    let each: Vec<String> = rates.iter().map(|rate| format!("{rate:.6}")).collect();
    Ok(vec![
        Measured {
            quantity: "curvatures at the origin minus lambda and -lambda, largest over epsilon"
                .to_owned(),
            expected: 0.0,
            found: Ok(largest(curvatures)),
            tolerance: 1e-12,
            note: "rounding".to_owned(),
        },
        Measured {
            quantity: "growth of a small mapping over 2 lambda, furthest from 1 over epsilon"
                .to_owned(),
            expected: 1.0,
            found: Ok(furthest(&rates, 1.0)),
            tolerance: settings.alpha * settings.lambda,
            note: format!("first order in alpha; by epsilon: {}", each.join(", ")),
        },
    ])
}

fn furthest(values: &[f64], from: f64) -> f64 {
    let by_distance = |a: &&f64, b: &&f64| (*a - from).abs().total_cmp(&(*b - from).abs());
    values
        .iter()
        .max_by(by_distance)
        .copied()
        .unwrap_or(f64::NAN)
}

/// The fixed points of Figure 4, of one model.
pub(super) fn end_of_fig4(model: Model, recorded: &Recorded) -> Result<Vec<Measured>> {
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
    let paths = paths(recorded, model)?;
    let ends = paths.iter().filter_map(|path| path.last());
    Ok(vec![Measured {
        quantity,
        expected: 0.0,
        found: Ok(largest(ends.map(|(_, [w1, w2])| w1 * w2 - fixed_point))),
        // Under decay the fixed point of w moves as long as w2^2 - w1^2 is there.
        tolerance: if model == Model::Dae { 1e-3 } else { 0.02 },
        note: format!(
            "fixed point {fixed_point:.6}; s = {} is enough for the slowest start to come this near",
            settings.alpha * settings.epochs as f64
        ),
    }])
}

/// Epochs and weights.
type Path = Vec<(u64, [f64; 2])>;

/// The paths of a model in Figure 4, one for each start.
fn paths(recorded: &Recorded, model: Model) -> Result<Vec<Path>> {
    let sheet = recorded.table("fig4_paths.csv")?;
    let models = sheet.words("model")?.into_iter();
    let times = sheet.counts_by_row(["trial", "epoch"])?;
    let rows = models.zip(times).zip(sheet.numbers_by_row(["w1", "w2"])?);
    let mut paths: Vec<(u64, Path)> = Vec::new();
    for ((_, [trial, epoch]), point) in rows.filter(|((name, _), _)| *name == model.name()) {
        match paths.last_mut() {
            Some((last, path)) if *last == trial => path.push((epoch, point)),
            _ => paths.push((trial, vec![(epoch, point)])),
        }
    }
    Ok(paths.into_iter().map(|(_, path)| path).collect())
}

pub(super) fn matched_decay(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity = "mapping of DAE minus WDAE after 5,000 epochs at their optimal rates, largest over lambda and epsilon";
    let Some(settings) = recorded.settings::<fig2::Settings>(Figure::Fig2)? else {
        return Ok(vec![not_made(Figure::Fig2, quantity, 0.0, 1e-9)]);
    };
    let end = |mode: &Mode| {
        let path = train(mode, rates::optimal(mode)?, 5000, [settings.w0.sqrt(); 2])?;
        Ok::<_, Error>(path.last().map_or(f64::NAN, product))
    };
    let mut differences = Vec::new();
    for &lambda in &settings.lambda {
        for &epsilon in &settings.epsilon {
            let [dae, wdae] = pair(lambda, epsilon)?;
            differences.push(end(&dae)? - end(&wdae)?);
        }
    }
    Ok(vec![Measured {
        quantity: quantity.to_owned(),
        expected: 0.0,
        found: Ok(largest(differences.iter().copied())),
        tolerance: 1e-9,
        note: format!(
            "{} pairs; rounding, and lambda - gamma has lost digits",
            differences.len()
        ),
    }])
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

fn curves(recorded: &Recorded, table: &str, lambda: Option<f64>) -> Result<Vec<Curve>> {
    let sheet = recorded.table(table)?;
    let (models, epsilons) = (sheet.words("model")?, sheet.numbers("epsilon")?);
    let (epochs, w) = (sheet.counts("epoch")?, sheet.numbers("w")?);
    let lambdas = match lambda {
        Some(lambda) => vec![lambda; sheet.len()],
        None => sheet.numbers("lambda")?,
    };
    let variants = match lambda {
        Some(_) => sheet.words("variant")?,
        None => vec![""; sheet.len()],
    };
    let mut curves: Vec<Curve> = Vec::new();
    let kinds = models.into_iter().zip(variants);
    let values = lambdas.into_iter().zip(epsilons);
    let points = epochs.into_iter().zip(w);
    for (((model, variant), (lambda, epsilon)), (epoch, w)) in kinds.zip(values).zip(points) {
        if epoch == 0 {
            curves.push(Curve {
                model: if model == Model::Dae.name() {
                    Model::Dae
                } else {
                    Model::Wdae
                },
                lambda,
                epsilon,
                variant: Variant::ALL
                    .into_iter()
                    .find(|known| known.name() == variant),
                epochs: Vec::new(),
                w: Vec::new(),
            });
        }
        if let Some(curve) = curves.last_mut() {
            curve.epochs.push(epoch);
            curve.w.push(w);
        }
    }
    Ok(curves)
}

/// Pairs of a DAE and the WDAE that belongs to it.
fn pairs<'a>(
    curves: &'a [Curve],
    variant: Option<Variant>,
) -> impl Iterator<Item = (&'a Curve, &'a Curve)> {
    let of = move |model| move |curve: &&'a Curve| curve.model == model && curve.variant == variant;
    let wdae = curves.iter().filter(of(Model::Wdae));
    curves.iter().filter(of(Model::Dae)).zip(wdae)
}

pub(super) fn more_noise_learns_sooner(recorded: &Recorded) -> Result<Vec<Measured>> {
    let words = |model: &str, how: &str| {
        format!(
            "Figure 2: neighbouring values of epsilon at which the {model} with the larger one is {how} at half its fixed point"
        )
    };
    let kinds = [
        (Model::Dae, words("DAE", "later"), 1.0),
        (Model::Wdae, words("WDAE", "sooner"), -1.0),
    ];
    if !recorded.records.contains_key(&Figure::Fig2) {
        return Ok(kinds
            .map(|(_, quantity, _)| not_made(Figure::Fig2, &quantity, 0.0, 0.0))
            .into());
    }
    let curves = curves(recorded, "fig2_dynamics.csv", None)?;
    Ok(kinds
        .map(|(model, quantity, sign)| {
            let own: Vec<&Curve> = curves.iter().filter(|curve| curve.model == model).collect();
            let (mut wrong, mut compared) = (0, 0);
            let neighbours = own.iter().zip(own.iter().skip(1));
            for (less, more) in neighbours.filter(|(a, b)| a.lambda == b.lambda) {
                if let (Some(less), Some(more)) = (less.half_rise(), more.half_rise()) {
                    compared += 1;
                    wrong += usize::from(sign * (more - less) > 0.0);
                }
            }
            Measured {
                quantity,
                expected: 0.0,
                found: Ok(wrong as f64),
                tolerance: 0.0,
                note: format!("of {compared} neighbours that rise within the epochs drawn"),
            }
        })
        .into())
}

pub(super) fn noise_is_faster_than_decay(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity = "Figure 2: half-rise time of WDAE over DAE, over 1 + epsilon/lambda";
    let Some(settings) = recorded.settings::<fig2::Settings>(Figure::Fig2)? else {
        return Ok(vec![not_made(Figure::Fig2, quantity, 1.0, 1e-6)]);
    };
    let curves = curves(recorded, "fig2_dynamics.csv", None)?;
    let mut all = Vec::new();
    for &lambda in &settings.lambda {
        let own = pairs(&curves, None).filter(|(dae, _)| dae.lambda == lambda && dae.epsilon > 0.0);
        let ratios =
            own.filter_map(|(dae, wdae)| Some((dae.epsilon, wdae.half_rise()? / dae.half_rise()?)));
        let ratios: Vec<(f64, f64)> = ratios.collect();
        let relative: Vec<f64> = ratios
            .iter()
            .map(|(epsilon, ratio)| ratio / (1.0 + epsilon / lambda))
            .collect();
        let each: Vec<String> = ratios
            .iter()
            .map(|(epsilon, ratio)| format!("{ratio:.4} at {epsilon}"))
            .collect();
        all.push(Measured {
            quantity: format!("{quantity}, lambda = {lambda}, furthest from 1 over epsilon"),
            expected: 1.0,
            found: Ok(furthest(&relative, 1.0)),
            tolerance: 1e-6,
            note: format!(
                "closed forms, interpolated between recorded epochs; ratio by epsilon: {}",
                each.join(", ")
            ),
        });
    }
    // The same by gradient descent, which knows no closed form.
    let lambda = 1.0;
    let mut relative = Vec::new();
    for &epsilon in settings.epsilon.iter().filter(|&&epsilon| epsilon > 0.0) {
        let mut times = Vec::new();
        for mode in pair(lambda, epsilon)? {
            let path = train(
                &mode,
                settings.alpha,
                settings.epochs,
                [settings.w0.sqrt(); 2],
            )?;
            let w: Vec<f64> = path.iter().map(product).collect();
            let epochs: Vec<u64> = path.iter().map(|state| state.epoch).collect();
            let target = mode.fixed_point();
            times.extend(passes(&epochs, &w, (0.5 * target, target)));
        }
        if let [dae, wdae] = times[..] {
            relative.push(wdae / dae / (1.0 + epsilon / lambda));
        }
    }
    all.push(Measured {
        quantity: "gradient descent, lambda = 1: half-rise time of WDAE over DAE, over 1 + epsilon, furthest from 1".to_owned(),
        expected: 1.0,
        found: Ok(furthest(&relative, 1.0)),
        tolerance: settings.alpha,
        note: format!("first order in alpha; {} values of epsilon", relative.len()),
    });
    Ok(all)
}

pub(super) fn optimal_rates(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity = "Figure 3: optimal rate times the largest curvature on the way, furthest from 1";
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(Figure::Fig3, quantity, 1.0, 1e-12)]);
    };
    let sheet = recorded.table("fig3_rates.csv")?;
    let rows = sheet.numbers_by_row(["epsilon", "dae", "wdae", "ratio"])?;
    let mut products = Vec::new();
    for &[epsilon, dae, wdae, _] in &rows {
        let modes = pair(settings.lambda, epsilon)?;
        for (mode, rate) in modes.iter().zip([dae, wdae]) {
            products.push(rate * crate::verify::steepest(mode));
        }
    }
    let neighbours = rows.iter().zip(rows.iter().skip(1));
    let rises = neighbours.filter(|([.., ratio], [.., next])| next >= ratio);
    let rises = rises.count();
    let [end, .., last] = rows.last().copied().unwrap_or([f64::NAN; 4]);
    Ok(vec![
        Measured {
            quantity: quantity.to_owned(),
            expected: 1.0,
            found: Ok(furthest(&products, 1.0)),
            tolerance: 1e-12,
            note: "rounding".to_owned(),
        },
        Measured {
            quantity: "Figure 3: neighbouring values of epsilon between which the ratio of the rates does not fall".to_owned(),
            expected: 0.0,
            found: Ok(rises as f64),
            tolerance: 0.0,
            note: format!("the ratio is 1 at epsilon = 0 and {last:.4} at {end:.2}"),
        },
    ])
}

pub(super) fn faster_at_optimal_rates(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity = "Figure 3, consistent rates: DAE minus WDAE at any epoch, largest over epsilon";
    let Some(settings) = recorded.settings::<fig3::Settings>(Figure::Fig3)? else {
        return Ok(vec![not_made(Figure::Fig3, quantity, 0.0, 1e-12)]);
    };
    let curves = curves(recorded, "fig3_dynamics.csv", Some(settings.lambda))?;
    let differences = |variant| {
        pairs(&curves, Some(variant))
            .flat_map(|(dae, wdae)| dae.w.iter().zip(&wdae.w).map(|(d, w)| d - w))
    };
    let lead = largest(differences(Variant::Published));
    // Gradient descent at the optimal rates themselves, not at a share of them.
    let mut descended = Vec::new();
    let path = |mode: &Mode| train(mode, rates::optimal(mode)?, 500, [settings.w0.sqrt(); 2]);
    for &epsilon in &settings.epsilon {
        let [dae, wdae] = pair(settings.lambda, epsilon)?;
        let (dae, wdae) = (path(&dae)?, path(&wdae)?);
        let both = dae.iter().zip(&wdae);
        descended.extend(both.map(|(d, w)| product(d) - product(w)));
    }
    let mut explained = Vec::new();
    for (dae, wdae) in pairs(&curves, Some(Variant::Published)) {
        let [_, decay] = pair(settings.lambda, dae.epsilon)?;
        let slower = rates::optimal(&decay)? / rates::published_wdae(&decay)?;
        let times = wdae.half_rise().zip(dae.half_rise());
        explained.extend(times.map(|(wdae, dae)| wdae / dae / slower));
    }
    Ok(vec![
        Measured {
            quantity: quantity.to_owned(),
            expected: 0.0,
            found: Ok(largest(differences(Variant::Consistent))),
            tolerance: 1e-12,
            note: "the two exponents are the same number; rounding".to_owned(),
        },
        Measured {
            quantity: "gradient descent at the whole optimal rates: DAE minus WDAE at any of 500 epochs, largest over epsilon".to_owned(),
            expected: 0.0,
            found: Ok(largest(descended)),
            tolerance: 1e-12,
            note: "the tie is one of gradient descent too, step by step; rounding".to_owned(),
        },
        Measured {
            quantity: "Figure 3, published rates: half-rise time of WDAE over DAE, over the ratio of the two WDAE rates, furthest from 1".to_owned(),
            expected: 1.0,
            found: Ok(furthest(&explained, 1.0)),
            tolerance: 1e-6,
            note: format!("the lower rate explains the whole lead of the DAE, which is at most {lead:.4} of mapping; interpolated between recorded epochs"),
        },
    ])
}

pub(super) fn noise_leaves_the_norm(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity =
        "Figure 4, DAE: change of w2^2 - w1^2 over the run, relative, largest over the starts";
    let Some(settings) = recorded.settings::<fig4::Settings>(Figure::Fig4)? else {
        return Ok(vec![not_made(Figure::Fig4, quantity, 0.0, 5.0 * 0.01)]);
    };
    let change = |start: [f64; 2], end: [f64; 2]| {
        let (before, after) = (imbalance(start[0], start[1]), imbalance(end[0], end[1]));
        (before != 0.0).then(|| (after / before - 1.0).abs())
    };
    let paths = paths(recorded, Model::Dae)?;
    let changes = paths
        .iter()
        .filter_map(|path| change(path.first()?.1, path.last()?.1));
    let mode = Mode::denoising(settings.lambda, settings.epsilon)?;
    let mut errors = Vec::new();
    for share in SHARES {
        let alpha = settings.alpha / f64::from(share);
        let mut worst: f64 = 0.0;
        for path in &paths {
            let Some(&(_, start)) = path.first() else {
                continue;
            };
            let trained = train(&mode, alpha, settings.epochs * u64::from(share), start)?;
            let last = trained.last().map_or(start, |state| [state.w1, state.w2]);
            worst = worst.max(change(start, last).unwrap_or(0.0));
        }
        errors.push((alpha, worst));
    }
    Ok(vec![
        Measured {
            quantity: quantity.to_owned(),
            expected: 0.0,
            found: Ok(largest(changes)),
            tolerance: 5.0 * settings.alpha,
            note: "first order in alpha, times the time integral of the squared pull of the error, which is a few for the farthest starts".to_owned(),
        },
        Measured {
            quantity: "exponent of that change in alpha".to_owned(),
            expected: 1.0,
            found: Ok(exponent(&errors)),
            tolerance: 0.05,
            note: "the flow conserves it; terms of second order are left at these rates".to_owned(),
        },
    ])
}

pub(super) fn decay_shrinks_the_norm(recorded: &Recorded) -> Result<Vec<Measured>> {
    let quantity = "Figure 4, WDAE: rate at which |w2^2 - w1^2| falls over 2 gamma, furthest from 1 over the starts";
    let Some(settings) = recorded.settings::<fig4::Settings>(Figure::Fig4)? else {
        return Ok(vec![not_made(Figure::Fig4, quantity, 1.0, 0.05)]);
    };
    let (wdae, dae) = (paths(recorded, Model::Wdae)?, paths(recorded, Model::Dae)?);
    let unbalanced = |path: &&Path| {
        path.first()
            .is_some_and(|(_, [w1, w2])| imbalance(*w1, *w2) != 0.0)
    };
    let rates: Vec<f64> = wdae
        .iter()
        .filter(unbalanced)
        .map(|path| {
            let points = path.iter().map(|&(epoch, [w1, w2])| {
                (settings.alpha * epoch as f64, imbalance(w1, w2).abs().ln())
            });
            slope(points) / (-2.0 * settings.gamma)
        })
        .collect();
    let norms = |paths: &[Path]| -> Vec<f64> {
        let ends = paths
            .iter()
            .filter(unbalanced)
            .filter_map(|path| path.last());
        ends.map(|(_, [w1, w2])| w1.hypot(*w2)).collect()
    };
    let (under_decay, under_noise) = (norms(&wdae), norms(&dae));
    let larger = under_decay
        .iter()
        .zip(&under_noise)
        .filter(|(w, d)| w >= d)
        .count();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    // The flow from where the table ends, until nothing is left of w2^2 - w1^2.
    let mode = Mode::decaying(settings.lambda, settings.gamma)?;
    let far = 40.0 / settings.gamma + 40.0 / mode.growth();
    let least = (2.0 * mode.fixed_point()).sqrt();
    let mut excess = Vec::new();
    for path in &wdae {
        if let Some(&(_, end)) = path.last() {
            let ends = dynamics::trajectory(&mode, end, &[far])?;
            excess.extend(ends.iter().map(|[w1, w2]| w1.hypot(*w2) - least));
        }
    }
    Ok(vec![
        Measured {
            quantity: quantity.to_owned(),
            expected: 1.0,
            found: Ok(furthest(&rates, 1.0)),
            tolerance: 0.05,
            note: "the fit takes in the first steps, where descent drifts by first order in alpha times the squared pull of the error".to_owned(),
        },
        Measured {
            quantity: "Figure 4: unbalanced starts from which decay does not end with a smaller norm than noise".to_owned(),
            expected: 0.0,
            found: Ok(larger as f64),
            tolerance: 0.0,
            note: format!("of {}; mean norm at the end {:.4} under decay, {:.4} under noise", under_decay.len(), mean(&under_decay), mean(&under_noise)),
        },
        Measured {
            quantity: "WDAE: norm that the flow tends to minus the least norm sqrt(2 w*), largest over the starts".to_owned(),
            expected: 0.0,
            found: Ok(largest(excess)),
            tolerance: 1e-8,
            note: "integrated from where the table ends".to_owned(),
        },
    ])
}

/// The part of `noise-ignores-small-variances` that needs no data.
pub(super) fn half_where_noise_is_equal() -> Result<Measured> {
    let mut differences = Vec::new();
    let mut each = Vec::new();
    for ratio in [100.0, 10.0, 1.0, 0.1, 0.01] {
        let mode = Mode::denoising(ratio, 1.0)?;
        let path = train(&mode, rates::optimal(&mode)?, 10_000, [1e-2, 1e-2])?;
        let learned = path.last().map_or(f64::NAN, product);
        differences.push(learned - 1.0 / (1.0 + 1.0 / ratio));
        each.push(format!("{learned:.4} at {ratio}"));
    }
    Ok(Measured {
        quantity: "mapping that gradient descent learns minus 1/(1 + epsilon/lambda), largest for lambda/epsilon from 0.01 to 100".to_owned(),
        expected: 0.0,
        found: Ok(largest(differences)),
        tolerance: 1e-9,
        note: format!("10,000 epochs at the optimal rate; mapping by lambda/epsilon: {}", each.join(", ")),
    })
}
