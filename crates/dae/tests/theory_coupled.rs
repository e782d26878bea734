//! Modes that share hidden units: reference values and invariants.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]
// Matrices are capital letters, as in the equations.
#![allow(non_snake_case)]

use dae::theory::coupled::{self, Coupled};
use dae::theory::spectrum::Theory;
use dae::theory::{Mode, dynamics};
use ndarray::{Array1, Array2, array};
use ndarray_linalg::{Inverse, QR};
use proptest::prelude::*;

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found:?} is not {expected:?}"
    );
}

#[track_caller]
fn all_close(found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (&found, &expected) in found.iter().zip(expected) {
        close(found, expected, relative);
    }
}

const LAMBDA: [f64; 5] = [3.0, 1.2, 0.7, 0.3, 0.1];

fn few_units() -> Array2<f64> {
    array![
        [0.01, -0.02, 0.03],
        [0.02, 0.01, -0.01],
        [-0.03, 0.02, 0.01],
        [0.01, 0.03, 0.02],
        [0.02, -0.01, 0.02]
    ]
}

fn few_modes() -> Coupled {
    let modes = LAMBDA.map(|lambda| Mode::new(lambda, 0.4, 0.15).unwrap());
    Coupled::new(modes.to_vec(), few_units()).unwrap()
}

/// Computed from `K^-1` as it stands, with 2,400 digits.
#[test]
fn five_modes_in_three_units_have_the_mappings_of_exact_arithmetic() {
    let theory = few_modes();
    for (s, expected) in [
        (0.0, [1.4e-3, 6e-4, 1.4e-3, 1.4e-3, 9e-4]),
        (
            1.0,
            [
                2.790_654_746_960_612e-1,
                4.685_180_913_103_969e-3,
                4.058_563_772_464_08e-3,
                1.879_430_604_770_276e-3,
                5.979_446_307_972_371e-4,
            ],
        ),
        (
            4.0,
            [
                8.382_352_223_879_753e-1,
                5.040_376_151_167_617e-1,
                5.623_807_451_211_842e-2,
                3.768_752_588_493_912e-3,
                2.734_166_699_062_155e-5,
            ],
        ),
        (
            40.0,
            [
                8.382_352_941_176_471e-1,
                0.656_25,
                4.999_999_999_999_725e-1,
                1.177_453_408_490_096e-14,
                1.472_276_944_980_225e-24,
            ],
        ),
        // Saturated modes stay where they are, whatever large numbers they are the ratio of.
        (1e15, [8.382_352_941_176_471e-1, 0.656_25, 0.5, 0.0, 0.0]),
        // The first mode has grown by e^3990, more than twice what a number can hold.
        (
            700.0,
            [
                8.382_352_941_176_471e-1,
                0.656_25,
                0.5,
                5.800_391_217_640_02e-244,
                0.0,
            ],
        ),
    ] {
        let precision = if s == 700.0 { 1e-11 } else { 1e-13 };
        all_close(&theory.mappings(s).unwrap(), &expected, precision);
    }
    let by_clock = theory.mappings_by_clock(0.05, 100.0).unwrap();
    let expected = [
        0.838235292,
        0.622495386,
        0.115531435,
        0.00416339613,
        5.45666525e-6,
    ];
    all_close(&by_clock, &expected, 1e-8);
}

#[test]
fn free_starts_are_what_stronger_modes_left() {
    let found = coupled::free_start(few_units().view()).unwrap();
    all_close(&found[..3], &[0.0014, 0.00053571, 0.00064533], 1e-5);
    assert_eq!(found[3..], [0.0, 0.0]);
    // A unit is left for each mode where there are as many as modes.
    let square = array![[2.0, 0.0, 0.0], [1.0, -3.0, 0.0], [5.0, 7.0, 0.5]];
    all_close(
        &coupled::free_start(square.view()).unwrap(),
        &[4.0, 9.0, 0.25],
        1e-13,
    );
    assert!(coupled::free_start(array![[f64::NAN]].view()).is_err());
    assert!(
        coupled::free_start(Array2::zeros((0, 3)).view())
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        coupled::free_start(Array2::zeros((2, 0)).view()).unwrap(),
        [0.0, 0.0]
    );
}

/// Where eigenvalues are far apart the free start is all there is to competition.
#[test]
fn the_free_start_is_the_limit_of_well_separated_modes() {
    let modes: Vec<Mode> = (0..6)
        .map(|i| Mode::denoising(10f64.powi(-i), 0.1 * 10f64.powi(-i)).unwrap())
        .collect();
    let U0 = 1e-4 * test_matrix(6, 4);
    let free = Theory::new(modes.clone(), coupled::free_start(U0.view()).unwrap()).unwrap();
    let own: Vec<f64> = U0.rows().into_iter().map(|u| u.dot(&u)).collect();
    let own = Theory::new(modes.clone(), own).unwrap();
    let together = Coupled::new(modes, U0).unwrap();
    let mut paper: f64 = 0.0;
    for i in 0..120 {
        let s = 10f64.powf(f64::from(i) / 20.0);
        let expected = together.mappings(s).unwrap();
        for ((w, free), own) in expected
            .iter()
            .zip(free.mappings(s).unwrap())
            .zip(own.mappings(s).unwrap())
        {
            assert!((w - free).abs() < 2e-3, "{w} against {free} at {s}");
            paper = paper.max((w - own).abs());
        }
    }
    assert!(paper > 0.5);
}

/// Numbers without a pattern, between -1 and 1.
fn test_matrix(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        let x = (12.9898 * (i as f64 + 1.3) + 78.233 * (j as f64 + 0.7)).sin() * 43758.5453;
        2.0 * (x - x.floor()) - 1.0
    })
}

#[test]
fn every_unit_learns_one_mode() {
    let modes: Vec<Mode> = (1..=40)
        .map(|i| Mode::denoising(3.0 / f64::from(i), 0.5).unwrap())
        .collect();
    for hidden in [1, 7, 24, 40, 50] {
        let theory = Coupled::new(modes.clone(), 1e-4 * test_matrix(40, hidden)).unwrap();
        let end = theory.mappings(2e4).unwrap();
        let budget: f64 = end
            .iter()
            .zip(&modes)
            .map(|(w, mode)| w / mode.fixed_point())
            .sum();
        close(budget, hidden.min(40) as f64, 1e-9);
        let leverages = theory.leverages(&[2e4; 40]).unwrap();
        close(leverages.iter().sum(), hidden.min(40) as f64, 1e-9);
    }
}

/// Rounding must not make a second unit out of modes that are parallel at the start.
#[test]
fn parallel_modes_share_one_unit_for_ever() {
    let modes = [3.0, 2.9, 0.4].map(|lambda| Mode::denoising(lambda, 0.5).unwrap());
    let u: Array2<f64> = array![[0.3, -0.7, 0.123]];
    let U0 = ndarray::concatenate![ndarray::Axis(0), 1e-3 * &u, 2e-3 * &u, 1.7e-3 * &u];
    let length = u.mapv(|x| x * x).sum().sqrt();
    let alone = array![[1e-3], [2e-3], [1.7e-3]] * length;
    let alone = Coupled::new(modes.to_vec(), alone).unwrap();
    let theory = Coupled::new(modes.to_vec(), U0).unwrap();
    for s in [0.1, 3.0, 10.0, 1e3, 1e5] {
        all_close(
            &theory.mappings(s).unwrap(),
            &alone.mappings(s).unwrap(),
            1e-9,
        );
    }
}

#[test]
fn the_clock_joins_continuous_time() {
    let at = |gamma, alpha| coupled::clock(&Mode::decaying(1.0, gamma).unwrap(), alpha, 100.0);
    assert_eq!(at(1.0, 0.01).unwrap(), 1.0);
    close(at(1.0 + 1e-9, 0.01).unwrap(), 1.0, 1e-10);
    close(at(0.0, 0.01).unwrap(), 100.0 * 1.01f64.ln(), 1e-14);
    close(at(3.0, 0.1).unwrap(), 100.0 * 0.8f64.ln() / -2.0, 1e-14);
    assert!(at(101.0, 0.01).is_err());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(at(0.0, bad).is_err());
        assert!(coupled::clock(&Mode::denoising(1.0, 0.0).unwrap(), 0.1, bad).is_err());
    }
    // Gradient descent on a mode that has hardly begun grows by exactly that.
    let mode = Mode::denoising(2.0, 0.3).unwrap();
    let (mut w, alpha) = (1e-9, 0.07);
    for _ in 0..50 {
        let [d, _] = mode.gradient(w, w);
        w -= alpha * d;
    }
    let theory = Theory::new(vec![mode], vec![1e-18]).unwrap();
    close(
        theory.mappings_by_clock(alpha, 50.0).unwrap()[0],
        w * w,
        1e-12,
    );
}

fn modes(count: usize) -> impl Strategy<Value = Vec<Mode>> {
    let mode = (0.0..3.0f64, 0.0..2.0, 0.0..3.0).prop_map(|(l, e, g)| Mode::new(l, e, g).unwrap());
    prop::collection::vec(mode, count)
}

fn starts(rows: usize, columns: usize) -> impl Strategy<Value = Array2<f64>> {
    prop::collection::vec(-1.0..1.0f64, rows * columns)
        .prop_map(move |x| Array2::from_shape_vec((rows, columns), x).unwrap())
}

fn any_size() -> impl Strategy<Value = (Vec<Mode>, Array2<f64>)> {
    (1..6usize, 1..6usize).prop_flat_map(|(D, H)| (modes(D), starts(D, H)))
}

fn magnitude() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => Just(0.0),
        1 => Just(1e50),
        1 => Just(1e-50),
        6 => (-12.0..12.0f64).prop_map(|x| 10f64.powf(x)),
        2 => (-49.0..49.0f64).prop_map(|x| 10f64.powf(x)),
    ]
}

fn wild() -> impl Strategy<Value = (Vec<Mode>, Array2<f64>, Vec<f64>)> {
    (1..6usize, 1..5usize).prop_flat_map(|(D, H)| {
        let mode = (magnitude(), magnitude(), magnitude());
        let mode = mode.prop_map(|(l, e, g)| Mode::new(l, e, g).unwrap());
        let entry =
            (magnitude(), prop_oneof![Just(1.0), Just(-1.0)]).prop_map(|(x, sign)| sign * x);
        let U0 = prop::collection::vec(entry, D * H);
        (
            prop::collection::vec(mode, D),
            U0.prop_map(move |x| Array2::from_shape_vec((D, H), x).unwrap()),
            prop::collection::vec(prop_oneof![magnitude(), Just(1e200)], D),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_coupled_form_solves_the_riccati_equation((modes, U0) in any_size(), s in 0.1..3.0f64) {
        let theory = Coupled::new(modes.clone(), 0.5 * U0).unwrap();
        let P = |s: f64| {
            let Y = theory.factor(&vec![s; modes.len()]).unwrap();
            Y.dot(&Y.t())
        };
        let xi = Array2::from_diag(&modes.iter().map(Mode::growth).collect::<Array1<f64>>());
        let k = Array2::from_diag(&modes.iter().map(Mode::input_variance).collect::<Array1<f64>>());
        let now = P(s);
        let expected = xi.dot(&now) + now.dot(&xi) - 2.0 * now.dot(&k).dot(&now);
        // Differences of sixth order.
        let h = 0.003;
        let difference = |i: f64| P(s + i * h) - P(s - i * h);
        let slope = (45.0 * difference(1.0) - 9.0 * difference(2.0) + difference(3.0)) / (60.0 * h);
        for (a, b) in slope.iter().zip(&expected) {
            prop_assert!((a - b).abs() < 1e-8, "{a} against {b}");
        }
    }

    #[test]
    fn leverages_sum_up_to_the_units_in_use((modes, U0) in any_size(), s in 0.0..2.0f64) {
        let H = U0.ncols();
        let mut K = Array2::<f64>::eye(H);
        for (mode, u) in modes.iter().zip(U0.rows()) {
            let xi = mode.growth();
            let z = mode.input_variance() * if xi == 0.0 { 2.0 * s } else { (2.0 * xi * s).exp_m1() / xi };
            for a in 0..H {
                for b in 0..H {
                    K[[a, b]] += z * u[a] * u[b];
                }
            }
        }
        let inverse = K.inv().unwrap();
        let expected = H as f64 - inverse.diag().sum();
        let count = modes.len();
        let theory = Coupled::new(modes, U0).unwrap();
        let leverages = theory.leverages(&vec![s; count]).unwrap();
        prop_assert!((leverages.iter().sum::<f64>() - expected).abs() < 1e-9);
        prop_assert!(leverages.iter().all(|h| (0.0..=1.0).contains(h)));
    }

    #[test]
    fn one_mode_is_the_balanced_form(modes in modes(1), U0 in starts(1, 4), s in 0.0..50.0f64) {
        let expected = dynamics::balanced(&modes[0], U0.row(0).dot(&U0.row(0)), s).unwrap();
        let found = Coupled::new(modes, U0).unwrap().mappings(s).unwrap()[0];
        prop_assert!((found - expected).abs() <= 1e-12 * expected, "{found} against {expected}");
    }

    #[test]
    fn orthogonal_modes_are_the_balanced_form(modes in modes(4), U0 in starts(4, 4), sizes in prop::collection::vec(1e-6..1.0f64, 4), s in 0.0..50.0f64) {
        let (Q, _) = (U0 + 4.0 * Array2::<f64>::eye(4)).qr().unwrap();
        let U0 = Array2::from_diag(&Array1::from(sizes.clone())).dot(&Q);
        let found = Coupled::new(modes.clone(), U0).unwrap().mappings(s).unwrap();
        for ((mode, size), w) in modes.iter().zip(sizes).zip(found) {
            let expected = dynamics::balanced(mode, size * size, s).unwrap();
            // Q is orthogonal to rounding only, and a mode that saturates has what a strong one lost by that.
            prop_assert!((w - expected).abs() <= 1e-9, "{w} against {expected}");
        }
    }

    #[test]
    fn neither_the_order_of_modes_nor_a_rotation_of_units_matters(
        (modes, U0) in (modes(4), starts(4, 3)), turn in starts(3, 3), s in 0.0..5.0f64,
    ) {
        let expected = Coupled::new(modes.clone(), U0.clone()).unwrap().mappings(s).unwrap();
        let reversed = U0.slice(ndarray::s![..;-1, ..]).to_owned();
        let mut found = Coupled::new(modes.iter().rev().copied().collect(), reversed).unwrap().mappings(s).unwrap();
        found.reverse();
        let (Q, _) = (turn + 3.0 * Array2::<f64>::eye(3)).qr().unwrap();
        let turned = Coupled::new(modes, U0.dot(&Q)).unwrap().mappings(s).unwrap();
        for ((a, b), c) in expected.iter().zip(found).zip(turned) {
            prop_assert!((a - b).abs() < 1e-9 && (a - c).abs() < 1e-9, "{a}, {b}, {c}");
        }
    }

    #[test]
    fn modes_that_share_units_are_finite_everywhere((modes, U0, times) in wild()) {
        let theory = Coupled::new(modes, U0).unwrap();
        let mappings = theory.mappings_at(&times).unwrap();
        prop_assert!(mappings.iter().all(|w| w.is_finite() && *w >= 0.0), "{mappings:?}");
        let leverages = theory.leverages(&times).unwrap();
        prop_assert!(leverages.iter().all(|h| (0.0..=1.0).contains(h)), "{leverages:?}");
    }
}

#[test]
fn a_coupled_theory_checks_what_it_is_given() {
    let modes = vec![Mode::denoising(1.0, 0.5).unwrap(); 2];
    assert!(Coupled::new(modes.clone(), Array2::zeros((3, 2))).is_err());
    assert!(Coupled::new(modes.clone(), array![[1.0], [f64::INFINITY]]).is_err());
    let theory = Coupled::new(modes.clone(), array![[1e-3], [2e-3]]).unwrap();
    assert_eq!(theory.modes(), modes);
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1e201] {
        assert!(theory.mappings(bad).is_err());
    }
    assert!(theory.mappings_at(&[1.0]).is_err());
    assert!(theory.mappings_by_clock(-1.0, 1.0).is_err());
    // Nothing begins from zero weights, or without units, and no modes have no mappings.
    let still = Coupled::new(modes.clone(), Array2::zeros((2, 3))).unwrap();
    assert_eq!(still.mappings(1e3).unwrap(), [0.0, 0.0]);
    assert_eq!(
        Coupled::new(modes, Array2::zeros((2, 0)))
            .unwrap()
            .mappings(1.0)
            .unwrap(),
        [0.0, 0.0]
    );
    assert!(
        Coupled::new(Vec::new(), Array2::zeros((0, 2)))
            .unwrap()
            .mappings(1.0)
            .unwrap()
            .is_empty()
    );
    assert!(
        coupled::growing_part(Array2::zeros((3, 2)).view(), Array2::zeros((3, 2)).view()).is_err()
    );
    let U0 =
        coupled::growing_part(array![[1.0, 2.0]].view(), array![[3.0], [-2.0]].view()).unwrap();
    assert_eq!(U0, array![[2.0, 0.0]]);
}
