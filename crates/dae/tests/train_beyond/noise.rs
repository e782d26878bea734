//! Noise that is not the same in every direction.

use dae::random::normal_matrix;
use dae::train::linear::{LinearSettings, LinearTrainer, Noise, Precision, Weights, pixel_moments};
use dae::{Error, Settings};
use ndarray::{Array1, Array2};

use super::{eigenbasis, largest, rng, start};

const LINEAR: LinearSettings = LinearSettings {
    hidden: 3,
    alpha: 0.02,
    s2: 0.0,
    gamma: 0.1,
    precision: Precision::F64,
};

const LAMBDA: [f64; 5] = [3.0, 1.5, 0.7, 0.2, 0.0];

/// Some covariance with nothing zero in it.
fn covariance(size: usize) -> Array2<f64> {
    let K = normal_matrix(&mut rng("covariance"), size, size, 0.4);
    K.dot(&K.t())
}

fn with_noise(settings: LinearSettings, noise: &Noise, weights: &Weights) -> LinearTrainer {
    let settings = settings.check().unwrap();
    let lambda = &LAMBDA[..weights.encoder.nrows()];
    LinearTrainer::with_noise(&settings, lambda, noise, weights, 0).unwrap()
}

#[test]
fn a_step_follows_the_gradient_of_the_loss_whatever_the_shape_of_the_noise() {
    let weights = start("gradient", 5, 3, 0.5);
    for noise in [
        Noise::Isotropic(0.4),
        Noise::PerDirection(vec![0.1, 0.9, 0.0, 0.4, 0.2]),
        Noise::Dense(covariance(5)),
    ] {
        for s2 in [0.0, 0.3] {
            let settings = LinearSettings { s2, ..LINEAR };
            let loss = |weights: &Weights| {
                let trainer = with_noise(settings, &noise, weights);
                trainer.observe(&[]).unwrap().loss
            };
            let mut trainer = with_noise(settings, &noise, &weights);
            trainer.advance(1);
            let after = trainer.weights();
            let h = 1e-5;
            for (i, j) in (0..5).flat_map(|i| (0..3).map(move |j| (i, j))) {
                let side: [fn(&mut Weights) -> &mut Array2<f64>; 2] =
                    [|w| &mut w.encoder, |w| &mut w.decoder];
                for side in side {
                    let moved = |by: f64| {
                        let mut weights = weights.clone();
                        side(&mut weights)[[i, j]] += by;
                        loss(&weights)
                    };
                    let slope = (moved(h) - moved(-h)) / (2.0 * h);
                    let at = |weights: &Weights| side(&mut weights.clone())[[i, j]];
                    let step = (at(&weights) - at(&after)) / settings.alpha;
                    assert!((step - slope).abs() < 1e-7, "step {step}, slope {slope}");
                }
            }
        }
    }
}

#[test]
fn shapes_that_say_the_same_train_the_same() {
    let weights = start("same", 5, 3, 0.1);
    for precision in [Precision::F32, Precision::F64] {
        let settings = LinearSettings {
            precision,
            ..LINEAR
        };
        let end = |s2, noise| {
            let mut trainer = with_noise(LinearSettings { s2, ..settings }, &noise, &weights);
            trainer.advance(201);
            (trainer.weights(), trainer.observe(&[0, 4]).unwrap())
        };
        // Isotropic noise by settings, by shape, and by equal entries: the same bits.
        let isotropic = {
            let checked = LinearSettings {
                s2: 0.375,
                ..settings
            }
            .check()
            .unwrap();
            let mut trainer = LinearTrainer::new(&checked, &LAMBDA, &weights).unwrap();
            trainer.advance(201);
            (trainer.weights(), trainer.observe(&[0, 4]).unwrap())
        };
        assert_eq!(end(0.0, Noise::Isotropic(0.375)), isotropic);
        assert_eq!(end(0.25, Noise::Isotropic(0.125)), isotropic);
        assert_eq!(end(0.0, Noise::PerDirection(vec![0.375; 5])), isotropic);
        // A diagonal matrix is another way to the same numbers, but for rounding.
        let epsilon = vec![0.1, 0.9, 0.0, 0.4, 0.2];
        let diagonal = Array2::from_diag(&Array1::from(epsilon.clone()));
        let (one, seen) = end(0.25, Noise::PerDirection(epsilon));
        let (other, also_seen) = end(0.25, Noise::Dense(diagonal));
        let rounding = match precision {
            Precision::F32 => 1e-5,
            Precision::F64 => 1e-13,
        };
        assert!(largest(&(&one.encoder - &other.encoder)) < rounding);
        assert!(largest(&(&one.decoder - &other.decoder)) < rounding);
        assert!((seen.loss - also_seen.loss).abs() < rounding);
        assert!((seen.mappings[0] - also_seen.mappings[0]).abs() < rounding);
        let moved = (seen.mappings[0] - isotropic.1.mappings[0]).abs();
        assert!(
            moved > 1e-3,
            "the shape of the noise makes a difference: {moved}"
        );
    }
}

#[test]
fn noise_in_each_direction_ends_at_its_own_fixed_point() {
    let epsilon = [0.1, 0.9, 0.05];
    let settings = LinearSettings {
        gamma: 0.0,
        alpha: 0.05,
        ..LINEAR
    };
    let noise = Noise::PerDirection(epsilon.to_vec());
    let mut trainer = with_noise(settings, &noise, &start("fixed", 3, 3, 0.1));
    trainer.advance(4000);
    let end = trainer.observe(&[0, 1, 2]).unwrap();
    for ((w, l), e) in end.mappings.iter().zip(LAMBDA).zip(epsilon) {
        assert!((w - l / (l + e)).abs() < 1e-9, "{w}");
    }
}

#[test]
fn dense_noise_is_plain_descent_on_the_data_with_that_covariance() {
    let (D, samples) = (7, 40);
    let X = normal_matrix(&mut rng("data"), samples, D, 0.7);
    let (lambda, U, S) = eigenbasis(&X);
    for hidden in [3, 7, 9] {
        let q = 0.4;
        let settings = LinearSettings {
            hidden,
            s2: 0.2,
            ..LINEAR
        };
        let masking = Array2::from_diag(&S.diag()) * (q / (1.0 - q)) + Array2::<f64>::eye(D) * 0.2;
        let noise = Noise::masking(q, &pixel_moments(&S, &U).unwrap()).unwrap();
        let begin = start("dense", D, hidden, 0.3);
        let checked = settings.check().unwrap();
        let mut trainer =
            LinearTrainer::with_noise(&checked, &lambda.to_vec(), &noise, &begin, 0).unwrap();
        let (mut W1, mut W2) = (U.dot(&begin.encoder), begin.decoder.t().dot(&U.t()));
        let loss = |W1: &Array2<f64>, W2: &Array2<f64>| {
            let W = W1.dot(W2);
            let square = |m: &Array2<f64>| m.iter().map(|x| x * x).sum::<f64>();
            let error = square(&(X.dot(&W) - &X)) / samples as f64;
            let noise = (W.t().dot(&masking).dot(&W)).diag().sum();
            0.5 * (error + noise + settings.gamma * (square(W1) + square(W2)))
        };
        for epochs in [0, 1, 299] {
            trainer.advance(epochs);
            for _ in 0..epochs {
                let W = W1.dot(&W2);
                let slope = X.t().dot(&(X.dot(&W) - &X)) / samples as f64 + masking.dot(&W);
                let dW1 = slope.dot(&W2.t()) + &W1 * settings.gamma;
                let dW2 = W1.t().dot(&slope) + &W2 * settings.gamma;
                W1.scaled_add(-settings.alpha, &dW1);
                W2.scaled_add(-settings.alpha, &dW2);
            }
            let found = trainer.weights();
            assert!(largest(&(U.dot(&found.encoder) - &W1)) < 1e-12);
            assert!(largest(&(U.dot(&found.decoder) - W2.t())) < 1e-12);
            let observed = trainer.observe(&[]).unwrap().loss;
            assert!((observed - loss(&W1, &W2)).abs() < 1e-12);
        }
    }
}

/// All masks there are, each with its probability, instead of some that are drawn.
#[test]
fn masking_is_the_expectation_over_all_masks() {
    let (D, samples, q) = (4, 6, 0.3);
    let X = normal_matrix(&mut rng("masks"), samples, D, 1.0);
    let (lambda, U, S) = eigenbasis(&X);
    let noise = Noise::masking(q, &pixel_moments(&S, &U).unwrap()).unwrap();
    let weights = start("masks", D, 3, 0.5);
    let settings = LinearSettings {
        gamma: 0.0,
        ..LINEAR
    }
    .check()
    .unwrap();
    let lambda = lambda.to_vec();
    let trainer = LinearTrainer::with_noise(&settings, &lambda, &noise, &weights, 0).unwrap();
    let W = U
        .dot(&weights.encoder)
        .dot(&weights.decoder.t())
        .dot(&U.t());
    let mut expected = 0.0;
    // Each image has a mask of its own, so that the mean over images is a sum of expectations.
    for mask in 0..1_u32 << D {
        let kept = Array1::from_shape_fn(D, |p| f64::from(mask >> p & 1));
        let count = kept.sum() as i32;
        let probability = (1.0 - q).powi(count) * q.powi(D as i32 - count);
        let error = (&X * &(kept / (1.0 - q))).dot(&W) - &X;
        expected += probability * 0.5 * error.mapv(|x| x * x).sum() / samples as f64;
    }
    let found = trainer.observe(&[]).unwrap().loss;
    assert!((found - expected).abs() < 1e-13, "{found}, {expected}");
}

#[test]
fn a_resumed_run_with_dense_noise_is_the_same_to_the_last_bit_with_any_number_of_threads() {
    let size = 300;
    let lambda: Vec<f64> = (0..size).map(|i| 3.0 / f64::from(i + 1)).collect();
    let noise = Noise::Dense(covariance(size as usize) / f64::from(size));
    let begin = start("dense resume", size as usize, 3, 0.1);
    for precision in [Precision::F32, Precision::F64] {
        let settings = LinearSettings {
            precision,
            ..LINEAR
        }
        .check()
        .unwrap();
        let go_on = |weights: &Weights, from, epochs| {
            let mut trainer =
                LinearTrainer::with_noise(&settings, &lambda, &noise, weights, from).unwrap();
            trainer.advance(epochs);
            assert_eq!(trainer.epoch(), from + epochs);
            trainer.weights()
        };
        let whole = go_on(&begin, 0, 21);
        assert_eq!(go_on(&go_on(&begin, 0, 8), 8, 13), whole);
        for threads in 1..=3 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let found = pool.build().unwrap().install(|| go_on(&begin, 0, 21));
            assert_eq!(found, whole, "{threads} threads");
        }
    }
}

#[test]
fn noise_that_is_none_is_refused() {
    let settings = LINEAR.check().unwrap();
    let weights = start("refused", 5, 3, 0.1);
    let refused = |noise: Noise| {
        let trainer = LinearTrainer::with_noise(&settings, &LAMBDA, &noise, &weights, 0);
        trainer.err().unwrap_or_else(|| panic!("{noise:?}"))
    };
    let named = |noise: Noise, name: &str| {
        let message = refused(noise).to_string();
        assert!(message.starts_with(name), "{message}");
    };
    for bad in [-1e-9, f64::NAN, f64::INFINITY] {
        named(Noise::Isotropic(bad), "epsilon = ");
        let mut epsilon = vec![0.1; 5];
        epsilon[3] = bad;
        named(Noise::PerDirection(epsilon), "epsilon = ");
        let mut dense = covariance(5);
        dense[[2, 2]] = bad;
        named(Noise::Dense(dense), "covariance = ");
    }
    let wrong_shape = |noise| matches!(refused(noise), Error::Shape { .. });
    assert!(wrong_shape(Noise::PerDirection(vec![0.1; 4])));
    assert!(wrong_shape(Noise::Dense(covariance(4))));
    assert!(wrong_shape(Noise::Dense(Array2::zeros((5, 4)))));
    let off_diagonal = |by: f64| {
        let mut dense = covariance(5);
        dense[[1, 3]] += by;
        dense
    };
    named(Noise::Dense(off_diagonal(1e-3)), "covariance = ");
    named(Noise::Dense(off_diagonal(f64::NAN)), "covariance = ");
    // Rounding is no reason to refuse.
    with_noise(LINEAR, &Noise::Dense(off_diagonal(1e-16)), &weights);
    // Zeros are the end of what is allowed; a negative eigenvalue is beyond it, whatever the diagonal.
    with_noise(LINEAR, &Noise::Dense(Array2::zeros((5, 5))), &weights);
    with_noise(LINEAR, &Noise::Dense(Array2::ones((5, 5))), &weights);
    let indefinite = Array2::ones((5, 5)) - Array2::<f64>::eye(5) * 0.5;
    named(Noise::Dense(indefinite), "covariance = ");

    let moments = covariance(3);
    for bad in [-0.1, 1.0, f64::NAN] {
        Noise::masking(bad, &moments).unwrap_err();
    }
    assert_eq!(
        Noise::masking(0.5, &moments).unwrap(),
        Noise::Dense(moments)
    );
    let wide = Array2::<f64>::zeros((3, 2));
    assert!(pixel_moments(&covariance(3), &wide).is_ok());
    assert!(pixel_moments(&covariance(4), &wide).is_err());
}
