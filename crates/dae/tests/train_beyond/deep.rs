//! Deep linear networks: gradients, starts, ends.

use dae::train::deep::{DeepSettings, DeepTrainer, DeepWeights};
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::{Error, Settings};
use ndarray::Array2;

use super::{largest, rng};

const GOOD: DeepSettings = DeepSettings {
    layers: 3,
    hidden: 3,
    alpha: 0.02,
    s2: 0.3,
    gamma: 0.1,
};

const LAMBDA: [f64; 5] = [3.0, 1.5, 0.7, 0.2, 0.0];

fn balanced(name: &str, layers: usize, [directions, hidden]: [usize; 2], a0: f64) -> DeepWeights {
    let stream = |layer: usize| rng(&format!("{name} {layer}"));
    let mut streams: Vec<_> = (0..layers).map(stream).collect();
    DeepWeights::balanced(&mut streams, directions, hidden, a0).unwrap()
}

fn train(settings: DeepSettings, lambda: &[f64], start: &DeepWeights, epochs: u64) -> DeepTrainer {
    let mut trainer = DeepTrainer::new(&settings.check().unwrap(), lambda, start).unwrap();
    trainer.advance(epochs);
    trainer
}

#[test]
fn a_step_follows_the_gradient_of_the_loss_in_every_layer() {
    for layers in 2..=5 {
        for (s2, gamma) in [(0.0, 0.0), (0.4, 0.0), (0.0, 0.3), (0.4, 0.3)] {
            for hidden in [3, 5] {
                let settings = DeepSettings {
                    layers,
                    hidden,
                    s2,
                    gamma,
                    ..GOOD
                };
                let mut start = balanced("gradient", layers, [5, hidden], 0.9);
                // No longer balanced, and nothing zero by symmetry.
                for W in &mut start.layers {
                    let moved = |((i, j), w): ((usize, usize), &mut f64)| {
                        *w += 0.1 * (1.0 + (3 * i + 5 * j) as f64).sin();
                    };
                    W.indexed_iter_mut().for_each(moved);
                }
                let loss = |weights: &DeepWeights| {
                    let trainer = train(settings, &LAMBDA, weights, 0);
                    trainer.observe(&[]).unwrap().loss
                };
                let after = train(settings, &LAMBDA, &start, 1).weights().clone();
                for layer in 0..layers {
                    let (rows, columns) = start.layers[layer].dim();
                    for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                        let h = 1e-5;
                        let moved = |by: f64| {
                            let mut weights = start.clone();
                            weights.layers[layer][[i, j]] += by;
                            loss(&weights)
                        };
                        let slope = (moved(h) - moved(-h)) / (2.0 * h);
                        let at = |weights: &DeepWeights| weights.layers[layer][[i, j]];
                        let step = (at(&start) - at(&after)) / settings.alpha;
                        let apart = (step - slope).abs();
                        assert!(apart < 1e-7, "L = {layers}, layer {layer}: {step}, {slope}");
                    }
                }
            }
        }
    }
}

#[test]
fn two_layers_are_the_linear_trainer() {
    let start = balanced("two", 2, [5, 3], 0.3);
    let weights = Weights {
        encoder: start.layers[0].clone(),
        decoder: start.layers[1].t().to_owned(),
    };
    let DeepSettings {
        hidden,
        alpha,
        s2,
        gamma,
        ..
    } = GOOD;
    let settings = LinearSettings {
        hidden,
        alpha,
        s2,
        gamma,
        precision: Precision::F64,
    };
    let mut linear = LinearTrainer::new(&settings.check().unwrap(), &LAMBDA, &weights).unwrap();
    linear.advance(300);
    let deep = train(DeepSettings { layers: 2, ..GOOD }, &LAMBDA, &start, 300);
    let modes = [0, 1, 2, 3, 4];
    let (found, expected) = (
        deep.observe(&modes).unwrap(),
        linear.observe(&modes).unwrap(),
    );
    assert!((found.loss - expected.loss).abs() < 1e-13);
    for (found, expected) in found.mappings.iter().zip(expected.mappings) {
        assert!((found - expected).abs() < 1e-13);
    }
    assert!(found.mappings[0] > 0.8, "{:?}", found.mappings);
}

#[test]
fn starts_are_balanced_and_stay_so_to_first_order() {
    for hidden in [3, 5] {
        let start = balanced("start", 4, [5, hidden], 0.4);
        let imbalance = |weights: &DeepWeights| {
            let pairs = weights.layers.iter().zip(weights.layers.iter().skip(1));
            let apart = pairs.map(|(a, b)| largest(&(a.t().dot(a) - b.dot(&b.t()))));
            apart.fold(0.0, f64::max)
        };
        assert!(imbalance(&start) < 1e-15);
        let square = start.layers[1].dot(&start.layers[1].t());
        assert!(largest(&(square - Array2::<f64>::eye(hidden) * 0.16)) < 1e-15);
        let drift = |alpha: f64| {
            let settings = DeepSettings {
                layers: 4,
                hidden,
                alpha,
                ..GOOD
            };
            let trainer = train(settings, &LAMBDA, &start, (4.0 / alpha) as u64);
            imbalance(trainer.weights())
        };
        let (coarse, fine) = (drift(1e-2), drift(1e-3));
        assert!(coarse < 1e-2 && fine < 0.12 * coarse, "{coarse}, {fine}");
    }
}

#[test]
fn starts_are_uniform() {
    // Of a uniform orthogonal 2 x 2 matrix every entry has mean 0 and mean square 1/2, and half are reflections.
    let mut rng = rng("uniform");
    let (mut sum, mut square, mut reflections) = (0.0, 0.0, 0.0);
    let draws = 4000;
    for _ in 0..draws {
        let mut streams = [rng.clone(), rng.clone()];
        let W = DeepWeights::balanced(&mut streams, 2, 2, 1.0)
            .unwrap()
            .layers
            .remove(0);
        rng = streams[0].clone();
        sum += W[[0, 0]];
        square += W[[0, 0]].powi(2);
        reflections += f64::from(W[[0, 0]] * W[[1, 1]] < W[[0, 1]] * W[[1, 0]]);
    }
    let error = 4.0 / f64::from(draws).sqrt();
    let draws = f64::from(draws);
    assert!((sum / draws).abs() < error * 0.5_f64.sqrt());
    assert!((square / draws - 0.5).abs() < error * 0.125_f64.sqrt());
    assert!((reflections / draws - 0.5).abs() < error * 0.5);
}

#[test]
fn noise_has_the_same_fixed_point_at_every_depth() {
    let lambda = [3.0, 1.5, 0.7];
    for layers in 2..=4 {
        let settings = DeepSettings {
            layers,
            hidden: 3,
            gamma: 0.0,
            alpha: 0.05,
            ..GOOD
        };
        // The sign of det W is conserved, and that of the end is positive: other starts never learn one of the modes.
        let start = (0..).map(|number| balanced(&format!("noise {number}"), layers, [3, 3], 0.3));
        let start = start
            .into_iter()
            .find(|start| determinant(start) > 0.0)
            .unwrap();
        let end = train(settings, &lambda, &start, 20_000)
            .observe(&[0, 1, 2])
            .unwrap();
        for (w, l) in end.mappings.iter().zip(lambda) {
            assert!((w - l / (l + 0.3)).abs() < 1e-9, "L = {layers}: {w}");
        }
    }
}

/// Of the product of three layers or fewer of three units.
fn determinant(weights: &DeepWeights) -> f64 {
    let W = weights
        .layers
        .iter()
        .skip(1)
        .fold(weights.layers[0].clone(), |P, W| P.dot(W));
    (0..3)
        .map(|i| {
            let at = |row: usize, by: usize| W[[row, (i + by) % 3]];
            at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1))
        })
        .sum()
}

#[test]
fn what_three_layers_keep_under_decay_has_the_fixed_point_of_one_mode() {
    let lambda = [3.0, 1.5, 0.7, 0.05];
    let settings = DeepSettings {
        hidden: 4,
        s2: 0.0,
        gamma: 0.1,
        alpha: 0.05,
        ..GOOD
    };
    let start = balanced("decay", 3, [4, 4], 0.5);
    let end = train(settings, &lambda, &start, 20_000)
        .observe(&[0, 1, 2, 3])
        .unwrap();
    for (mode, (w, l)) in end.mappings.iter().zip(lambda).enumerate() {
        let fixed = (1.0 - w - 0.1 / l * w.abs().powf(-1.0 / 3.0)).abs() < 1e-9 && *w > 0.25;
        let gone = w.abs() < 1e-9;
        // Modes 0 and 1 are far above lambda_c, mode 3 far below it, mode 2 between, where the start decides.
        let expected = match mode {
            0 | 1 => fixed,
            2 => fixed || gone,
            _ => gone,
        };
        assert!(expected, "{mode}: {w}");
    }
}

#[test]
fn a_resumed_run_is_the_same_to_the_last_bit() {
    let start = balanced("resume", 4, [5, 3], 0.3);
    let settings = DeepSettings { layers: 4, ..GOOD };
    let whole = train(settings, &LAMBDA, &start, 50);
    let half = train(settings, &LAMBDA, &start, 20);
    let text = serde_json::to_string(half.weights()).unwrap();
    let weights: DeepWeights = serde_json::from_str(&text).unwrap();
    let checked = settings.check().unwrap();
    let mut other = DeepTrainer::resume(&checked, &LAMBDA, &weights, half.epoch()).unwrap();
    other.advance(30);
    assert_eq!(other.weights(), whole.weights());
    assert_eq!(
        other.observe(&[1, 4]).unwrap(),
        whole.observe(&[1, 4]).unwrap()
    );
    assert_eq!(other.epoch(), 50);
}

#[test]
fn divergence_is_an_error_with_its_epoch() {
    let settings = DeepSettings {
        alpha: 20.0,
        ..GOOD
    };
    let start = balanced("diverge", 3, [5, 3], 1.0);
    let error = train(settings, &LAMBDA, &start, 40)
        .observe(&[0])
        .unwrap_err();
    assert!(
        matches!(error, Error::Diverged { epoch: 40, .. }),
        "{error}"
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |settings: DeepSettings, name: &str| {
        let message = settings.check().unwrap_err().to_string();
        assert!(message.starts_with(name), "{message}");
    };
    refused(DeepSettings { layers: 1, ..GOOD }, "layers");
    refused(DeepSettings { hidden: 0, ..GOOD }, "hidden");
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        refused(DeepSettings { alpha: bad, ..GOOD }, "alpha");
        refused(DeepSettings { s2: bad, ..GOOD }, "s2");
        refused(DeepSettings { gamma: bad, ..GOOD }, "gamma");
    }
    refused(DeepSettings { alpha: 0.0, ..GOOD }, "alpha");

    let settings = GOOD.check().unwrap();
    let start = balanced("refused", 3, [5, 3], 0.3);
    assert!(DeepTrainer::new(&settings, &LAMBDA[..4], &start).is_err());
    assert!(DeepTrainer::new(&settings, &[1.0, 1.0, 1.0, 1.0, -0.1], &start).is_err());
    assert!(DeepTrainer::new(&settings, &[1.0, 1.0, 1.0, f64::NAN, 0.1], &start).is_err());
    for layers in [2, 4] {
        let other = balanced("refused", layers, [5, 3], 0.3);
        assert!(DeepTrainer::new(&settings, &LAMBDA, &other).is_err());
    }
    let mut turned = start.clone();
    turned.layers[2] = turned.layers[2].t().to_owned();
    assert!(DeepTrainer::new(&settings, &LAMBDA, &turned).is_err());
    let trainer = DeepTrainer::new(&settings, &LAMBDA, &start).unwrap();
    assert!(trainer.observe(&[5]).is_err());

    let of = |layers: usize, directions, hidden, a0| {
        let mut streams: Vec<_> = (0..layers).map(|_| rng("refused")).collect();
        DeepWeights::balanced(&mut streams, directions, hidden, a0)
    };
    assert!(of(2, 4, 4, 0.0).is_ok());
    for bad in [
        of(1, 4, 3, 0.1),
        of(0, 4, 3, 0.1),
        of(2, 4, 5, 0.1),
        of(2, 4, 0, 0.1),
    ] {
        assert!(matches!(bad, Err(Error::OutOfRange { .. })));
    }
    for a0 in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(of(2, 4, 3, a0).is_err());
    }
}
