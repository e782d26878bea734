//! Training against finite differences, against theory, and one trainer against the other.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use dae::random::{Rng, normal_matrix, stream};
use dae::theory::{Mode, dynamics, scalar::imbalance};
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::reference::ReferenceTrainer;
use dae::train::sampled::{marginalised, sampled};
use dae::train::scalar::{ScalarSettings, descend};
use dae::{Error, Settings};
use ndarray::{Array1, Array2, Axis};
use ndarray_linalg::{Eigh, SVD, UPLO};
use proptest::prelude::*;

const GOOD: LinearSettings = LinearSettings {
    hidden: 4,
    alpha: 0.02,
    s2: 0.3,
    gamma: 0.1,
    precision: Precision::F64,
};

fn rng(name: &str) -> Rng {
    stream(20_180_710, &["tests/training", name])
}

fn start(name: &str, directions: usize, hidden: usize, std: f64) -> Weights {
    let mut streams = [
        rng(&format!("{name} encoder")),
        rng(&format!("{name} decoder")),
    ];
    let [a, b] = &mut streams;
    Weights::normal([a, b], directions, hidden, std).unwrap()
}

/// Eigenvalues in descending order and their vectors as columns, of `X^T X / N`.
fn eigenbasis(data: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let second_moment = data.t().dot(data) / data.nrows() as f64;
    let (mut lambda, mut u) = second_moment.eigh(UPLO::Lower).unwrap();
    lambda.invert_axis(Axis(0));
    u.invert_axis(Axis(1));
    (lambda.mapv(|l| l.max(0.0)), u)
}

fn largest_difference(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    (a - b).iter().fold(0.0, |worst: f64, x| worst.max(x.abs()))
}

#[test]
fn scalar_descent_tends_to_the_gradient_flow_linearly_in_alpha() {
    for (mode, start) in [
        (Mode::new(1.0, 0.0, 0.0), [0.2, 0.86]),
        (Mode::new(1.0, 1.0, 0.0), [1.87, 0.19]),
        (Mode::new(1.0, 5.0, 0.0), [-1.1, 0.09]),
        (Mode::new(1.0, 0.0, 0.3), [1.1, -1.9]),
        (Mode::new(2.0, 0.4, 2.5), [0.5, 0.7]),
    ] {
        let mode = mode.unwrap();
        let error_at = |alpha: f64| {
            let settings = ScalarSettings {
                lambda: mode.lambda(),
                epsilon: mode.epsilon(),
                gamma: mode.gamma(),
                alpha,
                epochs: (1.0 / alpha).round() as u64,
            };
            let path = descend(&settings.check().unwrap(), start).unwrap();
            let times: Vec<f64> = path
                .iter()
                .map(|state| alpha * state.epoch as f64)
                .collect();
            let flow = dynamics::trajectory(&mode, start, &times).unwrap();
            let errors = path
                .iter()
                .zip(flow)
                .map(|(p, [w1, w2])| (p.w1 * p.w2 - w1 * w2).abs());
            errors.fold(0.0, f64::max)
        };
        let [coarse, fine] = [2e-4, 1e-4].map(error_at);
        let order = (coarse / fine).log2();
        assert!(
            (order - 1.0).abs() < 0.02,
            "{mode:?}: error falls with exponent {order}"
        );
    }
}

#[test]
fn imbalance_is_conserved_under_noise_and_decays_under_weight_decay() {
    for (epsilon, gamma) in [(1.0, 0.0), (0.0, 0.2), (0.5, 0.2)] {
        let drift = |alpha: f64| {
            let epochs = (2.0 / alpha).round() as u64;
            let settings = ScalarSettings {
                lambda: 1.0,
                epsilon,
                gamma,
                alpha,
                epochs,
            };
            let path = descend(&settings.check().unwrap(), [0.3, 1.2]).unwrap();
            let last = path.last().unwrap();
            let expected = imbalance(0.3, 1.2) * (-2.0 * gamma * alpha * epochs as f64).exp();
            (imbalance(last.w1, last.w2) - expected).abs()
        };
        // Discrete steps conserve it to first order in alpha: a hundredth of the step, a hundredth of the drift.
        assert!(drift(1e-4) < 0.011 * drift(1e-2) && drift(1e-4) < 1e-3);
    }
}

#[test]
fn a_linear_step_follows_the_gradient_of_the_recorded_loss() {
    let lambda = [3.0, 1.5, 0.7, 0.2, 0.0];
    for (s2, gamma) in [(0.0, 0.0), (0.4, 0.0), (0.0, 0.3), (0.4, 0.3)] {
        let settings = LinearSettings {
            s2,
            gamma,
            hidden: 3,
            ..GOOD
        }
        .check()
        .unwrap();
        let start = start("gradient", 5, 3, 0.5);
        let loss = |weights: &Weights| {
            LinearTrainer::new(&settings, &lambda, weights)
                .unwrap()
                .observe(&[])
                .unwrap()
                .loss
        };
        let mut trainer = LinearTrainer::new(&settings, &lambda, &start).unwrap();
        trainer.advance(1);
        let after = trainer.weights();
        let h = 1e-5;
        for i in 0..5 {
            for j in 0..3 {
                for encoder in [true, false] {
                    let moved = |by: f64| {
                        let mut weights = start.clone();
                        let side = if encoder {
                            &mut weights.encoder
                        } else {
                            &mut weights.decoder
                        };
                        side[[i, j]] += by;
                        loss(&weights)
                    };
                    let slope = (moved(h) - moved(-h)) / (2.0 * h);
                    let (from, to) = if encoder {
                        (start.encoder[[i, j]], after.encoder[[i, j]])
                    } else {
                        (start.decoder[[i, j]], after.decoder[[i, j]])
                    };
                    let step = (from - to) / settings.alpha;
                    assert!((step - slope).abs() < 1e-7, "step {step}, slope {slope}");
                }
            }
        }
    }
}

#[test]
fn both_trainers_give_the_same_weights_from_rotated_starts() {
    let data = normal_matrix(&mut rng("data"), 40, 12, 1.0).dot(&normal_matrix(
        &mut rng("mixing"),
        12,
        12,
        0.4,
    ));
    let (lambda, u) = eigenbasis(&data);
    for hidden in [4, 12, 15] {
        for (s2, gamma) in [(0.0, 0.0), (0.5, 0.0), (0.0, 0.2), (0.5, 0.2)] {
            let settings = LinearSettings {
                hidden,
                s2,
                gamma,
                ..GOOD
            }
            .check()
            .unwrap();
            let eigen_start = start("rotated", 12, hidden, 0.1);
            let pixel_start = Weights {
                encoder: u.dot(&eigen_start.encoder),
                decoder: u.dot(&eigen_start.decoder),
            };
            let mut eigen = LinearTrainer::new(&settings, &lambda.to_vec(), &eigen_start).unwrap();
            let mut pixel = ReferenceTrainer::new(&settings, &data, &pixel_start).unwrap();
            assert!((eigen.observe(&[]).unwrap().loss - pixel.loss()).abs() < 1e-12);
            eigen.advance(300);
            pixel.advance(300);
            let (eigen_end, pixel_end) = (eigen.weights(), pixel.weights());
            assert!(largest_difference(&u.dot(&eigen_end.encoder), &pixel_end.encoder) < 1e-11);
            assert!(largest_difference(&u.dot(&eigen_end.decoder), &pixel_end.decoder) < 1e-11);
            assert!((eigen.observe(&[]).unwrap().loss - pixel.loss()).abs() < 1e-12);
        }
    }
}

#[test]
fn single_and_double_precision_follow_the_same_curve() {
    let lambda: Vec<f64> = (0..60).map(|i| 20.0 / f64::from(i + 1).powi(2)).collect();
    let start = start("precision", 60, 30, 1e-2);
    let run = |precision| {
        let settings = LinearSettings {
            hidden: 30,
            alpha: 0.01,
            precision,
            ..GOOD
        };
        let mut trainer = LinearTrainer::new(&settings.check().unwrap(), &lambda, &start).unwrap();
        trainer.advance(500);
        trainer.observe(&[0, 1, 2, 3]).unwrap()
    };
    let (single, double) = (run(Precision::F32), run(Precision::F64));
    assert!((single.loss / double.loss - 1.0).abs() < 1e-5);
    for (s, d) in single.mappings.iter().zip(double.mappings) {
        assert!((s - d).abs() < 1e-4);
    }
}

#[test]
fn a_resumed_run_is_the_same_to_the_last_bit() {
    let lambda: Vec<f64> = (0..60).map(|i| 20.0 / f64::from(i + 1)).collect();
    for precision in [Precision::F32, Precision::F64] {
        let settings = LinearSettings {
            hidden: 30,
            alpha: 0.01,
            precision,
            ..GOOD
        };
        let settings = settings.check().unwrap();
        let start = start("resume", 60, 30, 1e-2);
        let mut whole = LinearTrainer::new(&settings, &lambda, &start).unwrap();
        whole.advance(70);
        let mut halves = LinearTrainer::new(&settings, &lambda, &start).unwrap();
        halves.advance(30);
        let weights = halves.weights();
        let mut halves = LinearTrainer::resume(&settings, &lambda, &weights, 30).unwrap();
        halves.advance(40);
        assert_eq!(whole.weights(), halves.weights());
        assert_eq!(
            whole.observe(&[0, 5]).unwrap(),
            halves.observe(&[0, 5]).unwrap()
        );
    }
}

/// Enough directions for four parts, and odd numbers of steps, after which the parts' sums have changed places.
#[test]
fn any_number_of_threads_gives_the_same_bytes_and_the_steps_written_down() {
    let lambda: Vec<f64> = (0..1556).map(|i| 3.0 / f64::from(i + 1)).collect();
    let settings = LinearSettings { hidden: 5, ..GOOD };
    let checked = settings.check().unwrap();
    let start = start("threads", lambda.len(), 5, 0.1);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mut trainer = LinearTrainer::new(&checked, &lambda, &start).unwrap();
            for epochs in [3, 0, 4, 1, 1] {
                trainer.advance(epochs);
            }
            (trainer.weights(), trainer.observe(&[0, 9]).unwrap())
        })
    };
    let one = run(1);
    for threads in 2..=6 {
        assert_eq!(run(threads), one, "{threads}");
    }

    let column = |values: Vec<f64>| Array1::from(values).insert_axis(Axis(1));
    let noisy = column(lambda.iter().map(|l| l + settings.s2).collect());
    let lambda = column(lambda);
    let Weights {
        encoder: mut a,
        decoder: mut b,
    } = start;
    for _ in 0..9 {
        let (g, m) = (b.t().dot(&b), a.t().dot(&(&noisy * &a)));
        let for_a = &noisy * &a.dot(&g) - &lambda * &b + &a * settings.gamma;
        let for_b = b.dot(&m) - &lambda * &a + &b * settings.gamma;
        a = a - for_a * settings.alpha;
        b = b - for_b * settings.alpha;
    }
    assert!(largest_difference(&one.0.encoder, &a) < 1e-13);
    assert!(largest_difference(&one.0.decoder, &b) < 1e-13);
}

#[test]
fn singular_values_are_those_of_the_full_product() {
    // 7 hidden units for 5 pixels, and dependent hidden units: both make the Gram matrices singular.
    for (directions, hidden, dependent) in
        [(6, 4, false), (5, 7, false), (6, 4, true), (4, 1, false)]
    {
        let mut weights = start("svd", directions, hidden, 1.0);
        if dependent {
            let copy = weights.decoder.column(0).to_owned();
            weights.decoder.column_mut(1).assign(&copy);
        }
        let product = weights.encoder.dot(&weights.decoder.t());
        let (_, expected, _) = product.svd(false, false).unwrap();
        let found = weights.singular_values().unwrap();
        assert_eq!(found.len(), hidden);
        for (rank, value) in found.iter().enumerate() {
            let expected = expected.get(rank).copied().unwrap_or(0.0);
            assert!(
                (value - expected).abs() < 1e-6,
                "{value} against {expected}"
            );
        }
    }
}

#[test]
fn averaged_over_the_noise_the_sampled_gradient_is_the_marginalised_one() {
    let draws = 20_000;
    let data = normal_matrix(&mut rng("noise data"), 3, 4, 1.0);
    let w1 = normal_matrix(&mut rng("noise w1"), 4, 2, 0.7);
    let w2 = normal_matrix(&mut rng("noise w2"), 2, 4, 0.7);
    let sigma = 0.8;
    let expected = marginalised(&data, [&w1, &w2], sigma * sigma).unwrap();
    let mut noise = rng("noise");
    let (mut sum, mut squares) = (Array2::zeros((2, 8)), Array2::zeros((2, 8)));
    for _ in 0..draws {
        let draw = sampled(&data, [&w1, &w2], sigma, &mut noise).unwrap();
        let flat: Vec<f64> = draw.dW1.iter().chain(draw.dW2.iter()).copied().collect();
        let flat = Array2::from_shape_vec((2, 8), flat).unwrap();
        squares += &flat.mapv(|x| x * x);
        sum += &flat;
    }
    let mean = &sum / f64::from(draws);
    let variance = squares / f64::from(draws) - mean.mapv(|x| x * x);
    let standard_error = (variance / f64::from(draws)).mapv(f64::sqrt);
    // 16 entries, 99.9% confidence for all together (Bonferroni): |z| < 4.0.
    for ((mean, error), expected) in mean
        .iter()
        .zip(&standard_error)
        .zip(expected.dW1.iter().chain(expected.dW2.iter()))
    {
        let z = (mean - expected) / error;
        assert!(z.abs() < 4.0, "mean {mean}, expected {expected}, z {z}");
        // Without the noise term the means would differ by far more than chance explains.
        assert!(*error < 0.05);
    }
    let plain = marginalised(&data, [&w1, &w2], 0.0).unwrap();
    assert!(largest_difference(&plain.dW1, &expected.dW1) > 0.3);
}

#[test]
fn dropping_trailing_directions_keeps_the_leading_start() {
    let full = start("leading", 50, 6, 1.0);
    let shorter = start("leading", 20, 6, 1.0);
    assert_eq!(full.leading(20), shorter);
    assert_eq!(full.leading(80), full);
}

#[test]
fn bad_settings_shapes_and_modes_are_refused_by_name() {
    let refused = |settings: LinearSettings, name: &str| {
        let message = settings.check().unwrap_err().to_string();
        assert!(message.starts_with(name), "{message}");
    };
    refused(LinearSettings { hidden: 0, ..GOOD }, "hidden");
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        refused(LinearSettings { alpha: bad, ..GOOD }, "alpha");
        refused(LinearSettings { s2: bad, ..GOOD }, "s2");
        refused(LinearSettings { gamma: bad, ..GOOD }, "gamma");
    }
    let settings = GOOD.check().unwrap();
    let weights = start("shapes", 3, 4, 0.1);
    assert!(LinearTrainer::new(&settings, &[1.0, 0.5], &weights).is_err());
    assert!(LinearTrainer::new(&settings, &[1.0, 0.5, -0.1], &weights).is_err());
    assert!(LinearTrainer::new(&settings, &[1.0, 0.5, f64::NAN], &weights).is_err());
    let trainer = LinearTrainer::new(&settings, &[1.0, 0.5, 0.1], &weights).unwrap();
    assert!(trainer.observe(&[3]).is_err());
    assert!(ReferenceTrainer::new(&settings, &Array2::zeros((0, 3)), &weights).is_err());
    assert!(ReferenceTrainer::new(&settings, &Array2::zeros((5, 2)), &weights).is_err());
    let mut streams = [rng("a"), rng("b")];
    let [a, b] = &mut streams;
    assert!(Weights::normal([a, b], 3, 2, f64::NAN).is_err());
}

#[test]
fn divergence_is_an_error_with_its_epoch() {
    let settings = LinearSettings {
        alpha: 50.0,
        ..GOOD
    }
    .check()
    .unwrap();
    let mut trainer =
        LinearTrainer::new(&settings, &[1.0, 0.5, 0.1], &start("diverge", 3, 4, 1.0)).unwrap();
    trainer.advance(200);
    assert!(matches!(
        trainer.observe(&[0]),
        Err(Error::Diverged { epoch: 200, .. })
    ));
}

#[test]
fn degenerate_sizes_train() {
    for (lambda, hidden) in [(vec![1.0], 1), (vec![0.0, 0.0], 2), (vec![2.0], 5)] {
        let settings = LinearSettings {
            hidden,
            gamma: 0.0,
            ..GOOD
        }
        .check()
        .unwrap();
        let weights = start("degenerate", lambda.len(), hidden, 0.3);
        let mut trainer = LinearTrainer::new(&settings, &lambda, &weights).unwrap();
        trainer.advance(3000);
        let end = trainer.observe(&[0]).unwrap();
        let expected = lambda[0] / (lambda[0] + settings.s2);
        assert!((end.mappings[0] - expected).abs() < 0.01, "{end:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Balanced, aligned starts fall apart into scalar networks: the trainer must follow each of them exactly.
    #[test]
    fn aligned_starts_follow_the_scalar_network(
        lambda in prop::collection::vec(0.0..3.0f64, 3), w in prop::collection::vec(-1.0..1.0f64, 6),
        s2 in 0.0..1.0f64, gamma in 0.0..1.0f64,
    ) {
        let mut lambda = lambda;
        lambda.sort_by(|a, b| b.total_cmp(a));
        let settings = LinearSettings { hidden: 3, alpha: 0.05, s2, gamma, precision: Precision::F64 };
        let weights = Weights {
            encoder: Array2::from_diag(&Array1::from(w[..3].to_vec())),
            decoder: Array2::from_diag(&Array1::from(w[3..].to_vec())),
        };
        let mut trainer = LinearTrainer::new(&settings.check().unwrap(), &lambda, &weights).unwrap();
        trainer.advance(100);
        let found = trainer.observe(&[0, 1, 2]).unwrap();
        for i in 0..3 {
            let scalar = ScalarSettings { lambda: lambda[i], epsilon: s2, gamma, alpha: 0.05, epochs: 100 };
            let end = *descend(&scalar.check().unwrap(), [w[i], w[i + 3]]).unwrap().last().unwrap();
            prop_assert!((found.mappings[i] - end.w1 * end.w2).abs() < 1e-12);
        }
    }
}
