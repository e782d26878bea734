//! Filters, masks and random starts: reference values and invariants.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]
// Matrices are capital letters, as in the equations.
#![allow(non_snake_case)]

use dae::data::{DataSet, Directions, Spectrum};
use dae::theory::filters::{self, Regulariser};
use dae::theory::spectrum::Theory;
use dae::theory::{Mode, coupled, dynamics, masking, rates};
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

/// All, for the start of the paper.
fn regularisers(hidden: usize) -> [Regulariser; 4] {
    let w0 = hidden as f64 * 1e-8 / 2.0;
    [
        Regulariser::Noise,
        Regulariser::Decay,
        Regulariser::StoppingOneLayer,
        Regulariser::Stopping { w0 },
    ]
}

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
        for (regulariser, expected) in regularisers(hidden).iter().zip(expected) {
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

/// Prices on the test images, by another program: noise, decay, one layer, two layers.
#[test]
fn what_regularisers_cost_on_test_images() {
    for (dataset, hidden, epsilon, expected) in [
        (DataSet::Mnist, 256, 0.5, [1.0007, 1.0910, 1.0235, 1.2839]),
        (DataSet::Mnist, 256, 0.1, [1.0059, 1.0906, 1.0359, 1.2818]),
        (DataSet::Cifar10, 512, 0.5, [1.0008, 1.0925, 1.0229, 1.2525]),
        (DataSet::Cifar10, 512, 0.1, [1.0068, 1.0928, 1.0326, 1.2836]),
    ] {
        let lambda = Spectrum::committed(dataset).unwrap().lambda;
        let mu = Directions::committed(dataset).unwrap().test_moment;
        let best = regularisers(hidden)
            .map(|regulariser| regulariser.best(&lambda, &mu, hidden, epsilon).unwrap());
        for (best, expected) in best.iter().zip(expected) {
            assert!((best.price - expected).abs() < 5e-4, "{dataset}: {best:?}");
        }
        if epsilon == 0.5 {
            let [floor, decay] = match dataset {
                DataSet::Mnist => [10.4663, 0.391],
                DataSet::Cifar10 => [20.6637, 0.363],
            };
            close(filters::floor(&mu, epsilon).unwrap(), floor, 1e-5);
            // A flat minimum.
            assert!(
                (best[1].setting / epsilon - decay).abs() < 0.005,
                "{:?}",
                best[1]
            );
        }
        if (dataset, epsilon) == (DataSet::Mnist, 0.5) {
            let epoch = best[3].setting / 0.01;
            assert!((epoch - 1416.0).abs() < 5.0, "{epoch}");
        }
    }
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

// When is a mode learned?

#[test]
fn half_rise_epochs_have_their_law() {
    let lambda = Spectrum::committed(DataSet::Mnist).unwrap().lambda;
    for (mode, mean, standard_deviation) in [(3, 233.7, 2.9), (15, 936.4, 13.0), (31, 2170.8, 36.8)]
    {
        let dae = Mode::denoising(lambda[mode], 0.5).unwrap();
        let law = coupled::half_rise(&dae, mode, 64, 1e-4, 0.01).unwrap();
        assert!((law.mean - mean).abs() < 0.05, "{law:?}");
        assert!(
            (law.standard_deviation - standard_deviation).abs() < 0.05,
            "{law:?}"
        );
    }
    let mode = Mode::denoising(1.0, 0.5).unwrap();
    for (index, std, alpha) in [
        (64, 1e-4, 0.01),
        (0, 0.0, 0.01),
        (0, 1.0, 0.01),
        (0, 1e-4, 0.0),
        (0, f64::NAN, 0.1),
    ] {
        assert!(coupled::half_rise(&mode, index, 64, std, alpha).is_err());
    }
    assert!(coupled::half_rise(&Mode::decaying(1.0, 1.0).unwrap(), 0, 64, 1e-4, 0.01).is_err());
}

/// By the free start, over 400 draws of the weights, within four standard errors.
#[test]
fn half_rise_epochs_of_random_starts_follow_their_law() {
    let (D, H, alpha, init_std) = (10, 12, 0.01, 1e-6);
    let mode = Mode::denoising(1.0, 0.5).unwrap();
    let mut rng = dae::random::stream(1, &["half-rise"]);
    let mut epochs = vec![Vec::new(); D];
    for _ in 0..400 {
        let [A0, B0] =
            [(D, H), (H, D)].map(|(n, m)| dae::random::normal_matrix(&mut rng, n, m, init_std));
        let U0 = coupled::growing_part(A0.view(), B0.view()).unwrap();
        for (epochs, w0) in epochs
            .iter_mut()
            .zip(coupled::free_start(U0.view()).unwrap())
        {
            let s = rates::learning_time(&mode, w0, 0.5).unwrap();
            epochs.push(s / coupled::clock(&mode, alpha, 1.0).unwrap());
        }
    }
    for (i, epochs) in epochs.iter().enumerate() {
        let law = coupled::half_rise(&mode, i, H, init_std, alpha).unwrap();
        let mean = epochs.iter().sum::<f64>() / 400.0;
        let variance = epochs.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / 399.0;
        assert!(
            (mean - law.mean).abs() < 4.0 * law.standard_deviation / 20.0,
            "{i}: {mean}, {law:?}"
        );
        // The logarithm of chi^2 has heavier tails than a normal, most of all with few degrees of freedom.
        assert!(
            (variance.sqrt() / law.standard_deviation - 1.0).abs() < 0.25,
            "{i}: {variance}, {law:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

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

    #[test]
    fn no_regulariser_is_below_the_floor(
        modes in prop::collection::vec((variance(), variance()), 1..6), epsilon in -49.0..49.0f64, hidden in 0..7usize, w0 in 1e-12..0.99f64,
    ) {
        let (mut lambda, mu): (Vec<f64>, Vec<f64>) = modes.into_iter().unzip();
        lambda.sort_by(|a, b| b.total_cmp(a));
        prop_assume!(lambda[0] > 0.0 && mu.iter().any(|&mu| mu > 0.0));
        let regularisers = [Regulariser::Noise, Regulariser::Decay, Regulariser::StoppingOneLayer, Regulariser::Stopping { w0 }];
        for regulariser in regularisers {
            let best = regulariser.best(&lambda, &mu, hidden, 10f64.powf(epsilon)).unwrap();
            prop_assert!(best.price >= 1.0 - 1e-12 && best.price.is_finite() && best.setting.is_finite(), "{best:?}");
        }
    }
}

fn variance() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), (-49.0..49.0f64).prop_map(|x| 10f64.powf(x))]
}
