//! Denoising, few images and masks: reference values and invariants.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]
// Matrices are capital letters, as in the equations.
#![allow(non_snake_case)]

use dae::data::{DataSet, Spectrum};
use dae::theory::filters::{self, Regulariser};
use dae::theory::spectrum::Theory;
use dae::theory::{Mode, dynamics, masking, samples};
use ndarray::{Array1, Array2, array};
use ndarray_linalg::{Eigh, UPLO};
use proptest::prelude::*;

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found:?} is not {expected:?}"
    );
}

fn mnist() -> Vec<f64> {
    Spectrum::committed(DataSet::Mnist).unwrap().lambda
}

fn cifar10() -> Vec<f64> {
    Spectrum::committed(DataSet::Cifar10).unwrap().lambda
}

const BAD: [f64; 4] = [-1.0, f64::NAN, f64::INFINITY, 1e51];

// Does it denoise?

/// Prices on test images that are like the training images, `mu = lambda`, by another program.
#[test]
fn only_noise_is_the_right_filter() {
    for (lambda, hidden, epsilon, expected) in [
        (mnist(), 256, 0.5, [1.00058, 1.09353, 1.02449, 1.28698]),
        (mnist(), 256, 0.1, [1.0057, 1.09214, 1.03702, 1.28446]),
        (cifar10(), 512, 0.5, [1.00067, 1.09332, 1.02301, 1.2544]),
        (cifar10(), 512, 0.1, [1.00628, 1.09217, 1.03229, 1.28566]),
    ] {
        let w0 = hidden as f64 * 1e-8 / 2.0;
        let regularisers = [
            Regulariser::Noise,
            Regulariser::Decay,
            Regulariser::StoppingOneLayer,
            Regulariser::Stopping { w0 },
        ];
        for (regulariser, expected) in regularisers.iter().zip(expected) {
            let best = regulariser.best(&lambda, &lambda, hidden, epsilon).unwrap();
            assert!(
                (best.price - expected).abs() < 1e-5,
                "{regulariser:?}: {best:?}"
            );
            let mappings = regulariser.mappings(&lambda, hidden, best.setting).unwrap();
            close(
                filters::error(&lambda, epsilon, &mappings).unwrap(),
                best.error,
                1e-12,
            );
            close(
                best.error / filters::floor(&lambda, epsilon).unwrap(),
                best.price,
                1e-12,
            );
        }
        let noise = Regulariser::Noise
            .best(&lambda, &lambda, hidden, epsilon)
            .unwrap();
        close(noise.setting, epsilon, 1e-4);
    }
    close(
        filters::floor(&mnist(), 0.5).unwrap(),
        10.584049615833061,
        1e-12,
    );
}

/// For `lambda_i` like `i^-2` and little noise: decay at 0.4 epsilon costs 7.37%, a step 27.3%.
#[test]
fn a_power_law_has_the_prices_of_calculus() {
    let lambda: Vec<f64> = (1..=1_000_000u32).map(|i| f64::from(i).powi(-2)).collect();
    let epsilon = 1e-6;
    let error = |setting: f64| {
        let w = Regulariser::Decay
            .mappings(&lambda, lambda.len(), setting)
            .unwrap();
        filters::error(&lambda, epsilon, &w).unwrap()
    };
    let floor = filters::floor(&lambda, epsilon).unwrap();
    let best = error(0.4 * epsilon);
    assert!((best / floor - 1.0737).abs() < 3e-4, "{}", best / floor);
    assert!(error(0.3 * epsilon) > best && error(0.5 * epsilon) > best);
    let step: Vec<f64> = lambda
        .iter()
        .map(|&l| f64::from(u8::from(l > epsilon)))
        .collect();
    let step = filters::error(&lambda, epsilon, &step).unwrap();
    assert!(
        (step / floor - 4.0 / std::f64::consts::PI).abs() < 1e-3,
        "{}",
        step / floor
    );
}

#[test]
fn stopping_two_layers_is_the_balanced_form() {
    let w0 = 1.28e-6;
    let stopping = Regulariser::Stopping { w0 };
    for lambda in [0.0, 1e-3, 0.5, 38.0] {
        for s in [0.0, 1.0, 14.0, 1e6] {
            let mode = Mode::denoising(lambda, 0.0).unwrap();
            let expected = dynamics::balanced(&mode, w0, s).unwrap();
            close(stopping.mapping(lambda, s).unwrap(), expected, 1e-12);
        }
    }
    // Half of the step lies where it is said to.
    let s = 3.0;
    let lambda = (1.0 / w0 - 1.0).ln() / (2.0 * s);
    close(stopping.mapping(lambda, s).unwrap(), 0.5, 1e-12);
    close(
        filters::stopping_epoch(w0, 0.01, 0.5).unwrap(),
        1356.865,
        1e-6,
    );
}

#[test]
fn filters_refuse_what_is_out_of_range() {
    for bad in BAD {
        assert!(filters::error(&[bad], 0.5, &[0.5]).is_err());
        assert!(filters::error(&[1.0], bad, &[0.5]).is_err());
        assert!(filters::floor(&[bad], 0.5).is_err());
        assert!(filters::floor(&[1.0], bad).is_err());
        assert!(Regulariser::Noise.mapping(bad, 1.0).is_err());
        assert!(Regulariser::Decay.mapping(1.0, bad).is_err());
        assert!(Regulariser::Decay.best(&[bad], &[1.0], 1, 1.0).is_err());
        assert!(Regulariser::Decay.best(&[1.0], &[bad], 1, 1.0).is_err());
        assert!(Regulariser::Decay.best(&[1.0], &[1.0], 1, bad).is_err());
        assert!(
            filters::exact_error(
                array![[1.0]].view(),
                bad,
                array![[1.0]].view(),
                array![[1.0]].view()
            )
            .is_err()
        );
    }
    for w0 in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(Regulariser::Stopping { w0 }.mapping(1.0, 1.0).is_err());
        assert!(filters::stopping_epoch(w0, 0.01, 0.5).is_err());
    }
    assert!(filters::error(&[1.0, 2.0], 0.5, &[0.5]).is_err());
    assert!(Regulariser::Noise.best(&[0.0], &[1.0], 1, 0.5).is_err());
    assert!(
        Regulariser::Noise
            .best(&[1.0], &[1.0, 1.0], 1, 0.5)
            .is_err()
    );
    assert!(filters::stopping_epoch(0.5, 0.01, 0.0).is_err());
    assert!(
        filters::exact_error(
            Array2::eye(3).view(),
            0.5,
            Array2::eye(2).view(),
            Array2::eye(2).view()
        )
        .is_err()
    );
}

// How many images?

#[test]
fn few_images_have_the_errors_of_the_deterministic_equivalents() {
    let lambda = mnist();
    for (n, kappa, redrawn, once, twice) in [
        (100, 0.747308, 13.16143, 19.35609, 21.43070),
        (300, 0.574558, 11.47229, 19.90621, 19.70730),
        (3000, 0.507096, 10.67343, 14.32859, 13.84361),
    ] {
        let found = samples::redrawn(&lambda, n, 0.5, 0.5).unwrap();
        close(found.kappa, kappa, 1e-6);
        close(found.error, redrawn, 1e-6);
        close(
            samples::once(&lambda, n, 0.5, 0.5).unwrap().error,
            once,
            1e-6,
        );
        close(
            samples::once(&lambda, n, 1.0, 0.5).unwrap().error,
            twice,
            1e-6,
        );
    }
    let ae = samples::autoencoder(&lambda, 100, 784, 0.5).unwrap();
    close(ae.error, 30.1910, 2e-6);
    let lambda = cifar10();
    for (n, redrawn, once) in [
        (300, 23.9484, 37.5140),
        (1000, 21.6623, 35.8530),
        (4000, 20.8853, 88.8886),
    ] {
        close(
            samples::redrawn(&lambda, n, 0.5, 0.5).unwrap().error,
            redrawn,
            3e-6,
        );
        close(
            samples::once(&lambda, n, 0.5, 0.5).unwrap().error,
            once,
            3e-6,
        );
    }
}

#[test]
fn kappa_is_the_root_to_the_last_bits() {
    let lambda = mnist();
    for n in [1, 30, 700, 784, 50_000] {
        for e in [1e-12, 1e-3, 0.5, 1e6] {
            let kappa = samples::redrawn(&lambda, n, e, 0.5).unwrap().kappa;
            let n = n as f64;
            // kappa (1 - seen) = e, whose relative error grows with 1/(1 - seen).
            let seen = lambda.iter().map(|t| t / (t + kappa)).sum::<f64>() / n;
            assert!(
                (kappa * (1.0 - seen) - e).abs() <= 1e-14 * (e + kappa * seen),
                "{n}, {e}"
            );
        }
    }
}

/// Closed forms for a flat spectrum, and limits.
#[test]
fn few_images_have_their_limits() {
    let (tau, D) = (vec![2.0; 60], 60.0);
    for n in [61, 100, 1000] {
        let once = samples::once(&tau, n, 0.5, 0.5).unwrap();
        close(
            once.error,
            0.5 * D * 2.0 * 0.5 / 2.5 / (1.0 - D / n as f64),
            1e-12,
        );
        assert_eq!(once.kappa, 0.0);
    }
    // kappa (1 - (D/N) tau/(tau + kappa)) = e is a quadratic equation.
    let (n, e) = (40.0, 0.3);
    let b = 2.0 - e - D * 2.0 / n;
    let kappa = 0.5 * (-b + (b * b + 8.0 * e).sqrt());
    close(
        samples::redrawn(&tau, 40, e, 0.5).unwrap().kappa,
        kappa,
        1e-13,
    );
    // Little noise in training is none.
    let lambda = mnist();
    let ae = samples::autoencoder(&lambda, 100, 784, 0.5).unwrap();
    let redrawn = samples::redrawn(&lambda, 100, 1e-9, 0.5).unwrap();
    close(redrawn.error, ae.error, 1e-7);
    close(redrawn.kappa, ae.kappa, 1e-7);
    close(
        samples::once(&lambda, 100, 1e-9, 0.5).unwrap().error,
        ae.error,
        1e-5,
    );
    // Very many images are the population.
    let floor = filters::floor(&lambda, 0.5).unwrap();
    close(
        samples::redrawn(&lambda, 1_000_000_000, 0.5, 0.5)
            .unwrap()
            .error,
        floor,
        1e-6,
    );
    close(
        samples::once(&lambda, 1_000_000_000, 0.5, 0.5)
            .unwrap()
            .error,
        floor,
        1e-6,
    );
    let leading: f64 = lambda.iter().skip(32).sum();
    close(
        samples::autoencoder(&lambda, 50_000, 32, 0.5)
            .unwrap()
            .error,
        0.5 * (16.0 + leading),
        1e-12,
    );
    // Black pixels are never learned.
    let full = samples::autoencoder(&lambda, 50_000, 784, 0.5).unwrap();
    close(full.error, 0.25 * 710.0, 1e-12);
    // No images of nothing.
    assert_eq!(samples::redrawn(&[0.0; 3], 5, 0.5, 0.5).unwrap().error, 0.0);
    assert_eq!(
        samples::autoencoder(&[0.0; 3], 5, 9, 0.5).unwrap().error,
        0.0
    );
}

#[test]
fn the_best_training_noise_beats_every_other() {
    let lambda = mnist();
    for n in [100, 700, 3000] {
        let once = samples::best_once(&lambda, n, 0.5).unwrap();
        let redrawn = samples::best_redrawn(&lambda, n, 0.5).unwrap();
        for i in -90..=50 {
            let e = (0.1 * f64::from(i)).exp();
            assert!(samples::once(&lambda, n, e, 0.5).unwrap().error >= once.error * (1.0 - 1e-12));
            assert!(
                samples::redrawn(&lambda, n, e, 0.5).unwrap().error
                    >= redrawn.error * (1.0 - 1e-12)
            );
        }
    }
    let ratio = samples::best_once(&lambda, 100, 0.5).unwrap().epsilon / 0.5;
    assert!((ratio - 0.29).abs() < 0.005, "{ratio}");
}

#[test]
fn few_images_refuse_what_is_out_of_range() {
    let tau = [2.0, 1.0];
    for bad in BAD {
        assert!(samples::redrawn(&[bad], 5, 0.5, 0.5).is_err());
        assert!(samples::redrawn(&tau, 5, bad, 0.5).is_err());
        assert!(samples::redrawn(&tau, 5, 0.5, bad).is_err());
        assert!(samples::once(&[bad], 5, 0.5, 0.5).is_err());
        assert!(samples::once(&tau, 5, bad, 0.5).is_err());
        assert!(samples::once(&tau, 5, 0.5, bad).is_err());
        assert!(samples::autoencoder(&[bad], 5, 2, 0.5).is_err());
        assert!(samples::autoencoder(&tau, 5, 2, bad).is_err());
    }
    assert!(samples::redrawn(&tau, 0, 0.5, 0.5).is_err());
    assert!(samples::redrawn(&tau, 5, 0.0, 0.5).is_err());
    assert!(samples::once(&tau, 0, 0.5, 0.5).is_err());
    assert!(samples::once(&tau, 2, 0.5, 0.5).is_err());
    assert!(samples::best_once(&tau, 2, 0.5).is_err());
    assert!(samples::autoencoder(&tau, 0, 2, 0.5).is_err());
    assert!(samples::autoencoder(&tau, 5, 0, 0.5).is_err());
}

// Is masking noise?

#[test]
fn a_mask_is_noise_with_the_shape_of_the_pixels() {
    let (lambda, k) = ([3.0, 1.0, 0.5], [0.7, 1.5, 2.3]);
    let modes = masking::shaped(&lambda, &k, 0.75, 0.1).unwrap();
    for ((mode, lambda), k) in modes.iter().zip(lambda).zip(k) {
        close(mode.epsilon(), 3.0 * k, 1e-15);
        assert_eq!((mode.lambda(), mode.gamma()), (lambda, 0.1));
    }
    // k sums up to the trace, so the isotropic noise has the mean of the others.
    let mean = modes.iter().map(Mode::epsilon).sum::<f64>() / 3.0;
    close(masking::isotropic(&lambda, 0.75).unwrap(), mean, 1e-15);
    assert_eq!(
        masking::shaped(&lambda, &k, 0.0, 0.0).unwrap()[1].epsilon(),
        0.0
    );
    for bad in [-0.1, 1.0, f64::NAN] {
        assert!(masking::shaped(&lambda, &k, bad, 0.0).is_err());
        assert!(masking::isotropic(&lambda, bad).is_err());
    }
    assert!(masking::shaped(&lambda, &k[..2], 0.5, 0.0).is_err());
    assert!(masking::shaped(&[-1.0], &[1.0], 0.5, 0.0).is_err());
    assert!(masking::isotropic(&[], 0.5).is_err());
    assert!(masking::isotropic(&[f64::NAN], 0.5).is_err());
}

#[test]
fn noise_dials_any_filter() {
    let lambda: Vec<f64> = mnist().into_iter().take(16).collect();
    let filter: Vec<f64> = (0..16)
        .map(|i| if i % 2 == 0 { 0.9 } else { 0.3 })
        .collect();
    let modes = masking::filtering(&lambda, &filter).unwrap();
    let end = Theory::new(modes, vec![1e-8; 16])
        .unwrap()
        .mappings(1e3)
        .unwrap();
    for (w, f) in end.iter().zip(&filter) {
        close(*w, *f, 1e-13);
    }
    for bad in [0.0, -0.5, 1.1, f64::NAN] {
        assert!(masking::filtering(&[1.0], &[bad]).is_err());
    }
    assert!(masking::filtering(&[1.0], &[0.5, 0.5]).is_err());
    assert!(masking::filtering(&[1e50], &[1e-10]).is_err());
    assert_eq!(
        masking::filtering(&[0.0], &[0.5]).unwrap()[0].epsilon(),
        0.0
    );
    assert_eq!(
        masking::filtering(&[2.0], &[1.0]).unwrap()[0].epsilon(),
        0.0
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn few_images_are_finite_everywhere(
        tau in prop::collection::vec(prop_oneof![Just(0.0), (-49.0..49.0f64).prop_map(|x| 10f64.powf(x))], 0..8),
        n in 1..20usize, e in -49.0..49.0f64, epsilon in -49.0..49.0f64, hidden in 1..9usize,
    ) {
        let (e, epsilon) = (10f64.powf(e), 10f64.powf(epsilon));
        let redrawn = samples::redrawn(&tau, n, e, epsilon).unwrap();
        prop_assert!(redrawn.kappa >= e * (1.0 - 1e-15));
        samples::autoencoder(&tau, n, hidden, epsilon).unwrap();
        prop_assert_eq!(samples::once(&tau, n, e, epsilon).is_ok(), n != tau.len());
    }

    #[test]
    fn the_exact_error_is_that_of_the_whole_map(entries in prop::collection::vec(-1.0..1.0f64, 36), epsilon in 0.0..2.0f64) {
        let part = |from: usize, shape| Array2::from_shape_vec(shape, entries[from..from + 12].to_vec()).unwrap();
        let (A, B, X) = (part(0, (4, 3)), part(12, (3, 4)), part(24, (3, 4)));
        let T = X.t().dot(&X) / 3.0;
        let W = A.dot(&B);
        let rest = Array2::<f64>::eye(4) - &W;
        let expected = 0.5 * (X.dot(&rest).mapv(|x| x * x).sum() / 3.0 + epsilon * W.mapv(|x| x * x).sum());
        let found = filters::exact_error(T.view(), epsilon, A.view(), B.view()).unwrap();
        prop_assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
        // Without off-diagonals it is the error of the mapping.
        let mu = T.diag().to_vec();
        let w = entries[..4].to_vec();
        let W = Array2::from_diag(&Array1::from(w.clone()));
        let diagonal = filters::exact_error(T.view(), epsilon, W.view(), Array2::eye(4).view()).unwrap();
        prop_assert!((diagonal - filters::error(&mu, epsilon, &w).unwrap()).abs() < 1e-12);
        // Nothing is below the floor.
        // No linear map is better than Wiener's.
        let (values, _) = T.eigh(UPLO::Lower).unwrap();
        let lambda: Vec<f64> = values.iter().map(|x| x.max(0.0)).collect();
        prop_assert!(found >= filters::floor(&lambda, epsilon).unwrap() - 1e-12);
    }
}
