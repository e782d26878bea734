//! Few images: reference values and invariants.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]
// Matrices are capital letters, as in the equations.
#![allow(non_snake_case)]

use dae::data::{DataSet, Spectrum};
use dae::theory::{filters, samples};
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

/// Noise that is drawn anew wants to be the noise of the test, but for very few images.
#[test]
fn redrawn_noise_is_best_as_it_is_expected() {
    for (lambda, few) in [(mnist(), 0.3459), (cifar10(), 1.4078)] {
        let gain = |n| {
            let found = samples::redrawn(&lambda, n, 0.5, 0.5).unwrap().error;
            100.0 * (found / samples::best_redrawn(&lambda, n, 0.5).unwrap().error - 1.0)
        };
        assert!((gain(100) - few).abs() < 1e-4, "{} per cent", gain(100));
        assert!(gain(1000) < 0.05, "{} per cent", gain(1000));
    }
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
}
