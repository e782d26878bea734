//! Claims about the scalar network: Figure 1, and what needs no figure.

use dae::random::{normal_matrix, stream};
use dae::theory::{Mode, dynamics, rates};
use dae::train::sampled::{marginalised, sampled};
use dae::train::scalar::ScalarState;
use ndarray::Array2;

use super::curves::exponent;
use super::{claim, furthest, list, not_made};
use crate::Result;
use crate::experiments::common::descent::descent;
use crate::experiments::fig1::{self, rows::Dynamics};
use crate::experiments::{Figure, starts};
use crate::results::Recorded;
use crate::tables::Check;
use crate::tables::check::largest;

/// Divisors of a learning rate at which errors of first order are seen to shrink.
pub(super) const SHARES: [u32; 4] = [8, 16, 32, 64];

/// The mapping `w2 w1`.
pub(super) fn product(state: &ScalarState) -> f64 {
    state.w1 * state.w2
}

pub(super) fn closed_forms_are_exact(recorded: &Recorded) -> Result<Vec<Check>> {
    let Some(settings) = recorded.settings::<fig1::Settings>(Figure::Fig1)? else {
        let quantity = "exponent of |theory - simulation| in alpha";
        return Ok(vec![not_made(Figure::Fig1, quantity, 1.0, 0.05)]);
    };
    let rows = recorded.tables().rows::<Dynamics>()?;
    let mut all = Vec::new();
    for &epsilon in &settings.epsilon {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let mut errors = Vec::new();
        for share in SHARES {
            let (alpha, every) = (settings.alpha / f64::from(share), share as usize);
            let mut worst: f64 = 0.0;
            for &trial in &settings.trials {
                let start = starts::published(trial)?;
                let path = descent(&mode, alpha, settings.epochs * u64::from(share), start)?;
                for state in path.iter().step_by(every) {
                    let [a, b] = dynamics::unbalanced(&mode, start, alpha * state.epoch as f64)?;
                    worst = worst.max((a * b - product(state)).abs());
                }
            }
            errors.push((alpha, worst));
        }
        let own = rows.iter().filter(|row| row.epsilon == epsilon);
        let recorded = largest(own.map(|row| row.theory - row.simulation));
        let quantity =
            format!("exponent of the largest |theory - simulation| in alpha, epsilon = {epsilon}");
        let note = format!(
            "Euler's method is of first order, with terms of second order in alpha left at these rates; \
             the difference is {recorded:.4} at alpha = {}",
            settings.alpha
        );
        all.push(claim(quantity, [1.0, exponent(&errors)], 0.05, note));
    }
    Ok(all)
}

pub(super) fn noise_is_a_penalty() -> Result<Vec<Check>> {
    const DRAWS: usize = 4000;
    let (samples, pixels, hidden, sigma) = (8, 5, 3, 0.7);
    let mut rng = stream(1, &["claims", "noise-is-a-penalty"]);
    let mut matrix = |rows, columns| normal_matrix(&mut rng, rows, columns, 0.5);
    let data = matrix(samples, pixels);
    let (encoder, decoder) = (matrix(pixels, hidden), matrix(hidden, pixels));
    let exact = marginalised(&data, [&encoder, &decoder], sigma * sigma)?;
    let mut draws = stream(1, &["claims", "noise-is-a-penalty", "draws"]);
    let zero = |like: &Array2<f64>| Array2::<f64>::zeros(like.dim());
    let mut sums = [&exact.dW1, &exact.dW2].map(|exact| (zero(exact), zero(exact)));
    for _ in 0..DRAWS {
        let drawn = sampled(&data, [&encoder, &decoder], sigma, &mut draws)?;
        for ((sum, squares), drawn) in sums.iter_mut().zip([drawn.dW1, drawn.dW2]) {
            *squares += &(&drawn * &drawn);
            *sum += &drawn;
        }
    }
    let count = DRAWS as f64;
    let mut errors = Vec::new();
    for ((sum, squares), exact) in sums.iter().zip([&exact.dW1, &exact.dW2]) {
        for ((sum, squares), exact) in sum.iter().zip(squares).zip(exact) {
            let mean = sum / count;
            let error = ((squares / count - mean * mean) / (count - 1.0)).sqrt();
            errors.push((mean - exact) / error);
        }
    }
    let quantity = format!(
        "mean gradient of {DRAWS} draws of the noise minus the exact one, largest of 30 entries, in standard errors"
    );
    let note = "of 30 normal deviates one is beyond 4 in one case of 500";
    Ok(vec![claim(quantity, [0.0, largest(errors)], 4.0, note)])
}

pub(super) fn origin_is_a_saddle(recorded: &Recorded) -> Result<Vec<Check>> {
    let Some(settings) = recorded.settings::<fig1::Settings>(Figure::Fig1)? else {
        let quantity = "growth of a small mapping over 2 lambda";
        return Ok(vec![not_made(Figure::Fig1, quantity, 1.0, 0.0)]);
    };
    let (mut rates, mut curvatures) = (Vec::new(), Vec::new());
    for &epsilon in &settings.epsilon {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let [high, low] = mode.curvatures(0.0, 0.0);
        curvatures.extend([high - settings.lambda, low + settings.lambda]);
        let path = descent(&mode, settings.alpha, 100, [1e-4, 1e-4])?;
        if let (Some(first), Some(last)) = (path.first(), path.last()) {
            let s = settings.alpha * last.epoch as f64;
            rates.push((product(last) / product(first)).ln() / s / (2.0 * settings.lambda));
        }
    }
    let each = list(rates.iter().map(|rate| format!("{rate:.6}")));
    let curvature = "curvatures at the origin minus lambda and -lambda, largest over epsilon";
    let growth = "growth of a small mapping over 2 lambda, furthest from 1 over epsilon";
    let note = format!("first order in alpha; by epsilon: {each}");
    let tolerance = settings.alpha * settings.lambda;
    Ok(vec![
        claim(curvature, [0.0, largest(curvatures)], 1e-12, "rounding"),
        claim(growth, [1.0, furthest(&rates, 1.0)], tolerance, note),
    ])
}

/// The part of `noise-ignores-small-variances` that needs no data.
pub(super) fn half_where_noise_is_equal() -> Result<Check> {
    let (mut differences, mut each) = (Vec::new(), Vec::new());
    for ratio in [100.0, 10.0, 1.0, 0.1, 0.01] {
        let mode = Mode::denoising(ratio, 1.0)?;
        let path = descent(&mode, rates::optimal(&mode)?, 10_000, [1e-2, 1e-2])?;
        let learned = path.last().map_or(f64::NAN, product);
        differences.push(learned - 1.0 / (1.0 + 1.0 / ratio));
        each.push(format!("{learned:.4} at {ratio}"));
    }
    let quantity = "mapping that gradient descent learns minus 1/(1 + epsilon/lambda), largest for lambda/epsilon from 0.01 to 100";
    let each = list(each);
    let note = format!("10,000 epochs at the optimal rate; mapping by lambda/epsilon: {each}");
    Ok(claim(quantity, [0.0, largest(differences)], 1e-9, note))
}
