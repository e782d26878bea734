//! More than two layers: reference values and invariants.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]
// Matrices are capital letters, as in the equations.
#![allow(non_snake_case)]

use dae::data::{DataSet, Spectrum};
use dae::theory::Mode;
use dae::theory::deep::{self, Deep, Start};
use proptest::prelude::*;

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found:?} is not {expected:?}"
    );
}

const BAD: [f64; 4] = [-1.0, f64::NAN, f64::INFINITY, 1e51];

#[test]
fn decay_has_a_deadline() {
    let start = Start::orthonormal(0.3, 96, 96).unwrap();
    // With c = u0^2 = 0.045.
    for (layers, expected) in [(2, 0.195), (3, 0.810_192_8), (4, 3.003_637_8)] {
        close(
            deep::critical_eigenvalue(layers, 0.195, &start).unwrap(),
            expected,
            1e-6,
        );
    }
    // The closed forms, for more and for less in the inner layers than in the outer ones.
    for (u, m) in [
        (0.1, 0.3),
        (1e-6, 0.4),
        (0.3, 0.3),
        (0.3, 0.1),
        (2.0, 1.9999),
        (1e-12, 5.0),
    ] {
        let start = Start::new(u, m).unwrap();
        assert_eq!((start.outer(), start.inner()), (u, m));
        let c: f64 = (m - u) * (m + u);
        let three = match c {
            c if c > 0.0 => (c.sqrt() / u).asinh() / c.sqrt(),
            c if c < 0.0 => ((-c).sqrt() / u).asin() / (-c).sqrt(),
            _ => 1.0 / u,
        };
        let four = if c == 0.0 {
            1.0 / (u * u)
        } else {
            (c / (u * u)).ln_1p() / c
        };
        close(
            deep::critical_eigenvalue(3, 0.2, &start).unwrap(),
            0.2 * three,
            1e-12,
        );
        close(
            deep::critical_eigenvalue(4, 0.2, &start).unwrap(),
            0.2 * four,
            1e-12,
        );
        // c J_(n + 2) = J_n - m0^-n / n, with n = L - 2.
        for layers in 5..12 {
            let J = |layers: usize| {
                deep::critical_eigenvalue(layers, 1.0, &start).unwrap() / (layers as f64 - 2.0)
            };
            let n = layers as i32 - 4;
            let terms = [J(layers - 2), m.powi(-n) / f64::from(n)];
            let error = c * J(layers) - (terms[0] - terms[1]);
            assert!(
                error.abs() < 1e-12 * (terms[0] + terms[1]),
                "{layers}, {u}, {m}"
            );
        }
        assert_eq!(deep::critical_eigenvalue(5, 0.0, &start).unwrap(), 0.0);
    }
}

#[test]
fn the_deadline_counts_the_modes_of_mnist() {
    let lambda = Spectrum::committed(DataSet::Mnist).unwrap().lambda;
    let start = Start::orthonormal(0.3, 96, 96).unwrap();
    for (layers, expected) in [(3, 15), (4, 4)] {
        let critical = deep::critical_eigenvalue(layers, 0.195, &start).unwrap();
        assert_eq!(lambda.iter().filter(|&&l| l > critical).count(), expected);
    }
}

/// Just above the critical eigenvalue a mode is learned, just below it is not.
#[test]
fn the_flow_knows_the_critical_eigenvalue() {
    // Small, so that the mode is far from its end when the deadline comes.
    let start = Start::new(0.02, 0.04).unwrap();
    for layers in [3, 4] {
        let gamma = 0.2 * 0.04f64.powi(layers as i32 - 2);
        let critical = deep::critical_eigenvalue(layers, gamma, &start).unwrap();
        for (factor, learned) in [(0.97, false), (1.03, true)] {
            let mode = Mode::decaying(factor * critical, gamma).unwrap();
            let network = Deep::new(layers, mode).unwrap();
            let end = network.mappings(&start, &[60.0 / gamma]).unwrap()[0];
            let expected = if learned { network.fixed_point() } else { 0.0 };
            assert!((end - expected).abs() < 1e-8, "{layers}, {factor}: {end}");
            assert!(network.fixed_point() > 0.9);
        }
    }
}

#[test]
fn a_minimum_exists_up_to_the_largest_decay() {
    for (layers, share) in [(2, 1.0), (3, 0.47247), (4, 0.38490)] {
        let largest = Deep::new(layers, Mode::denoising(2.0, 0.0).unwrap())
            .unwrap()
            .largest_decay();
        assert!((largest / 2.0 - share).abs() < 5e-6);
    }
    for layers in [3, 4, 7, 1000] {
        for (lambda, epsilon) in [(1.0, 0.0), (0.3, 0.5), (38.0, 0.1)] {
            let network =
                |gamma| Deep::new(layers, Mode::new(lambda, epsilon, gamma).unwrap()).unwrap();
            let largest = network(0.0).largest_decay();
            let (before, after) = (
                network(largest * (1.0 - 1e-9)),
                network(largest * (1.0 + 1e-9)),
            );
            assert!(before.has_minimum() && !after.has_minimum());
            let n = layers as f64 - 2.0;
            let edge = lambda / (lambda + epsilon) * n / (2.0 * n + 2.0);
            assert!(
                (before.fixed_point() / edge - 1.0).abs() < 1e-3,
                "a jump, not a threshold"
            );
            assert_eq!(network(0.0).fixed_point(), lambda / (lambda + epsilon));
            assert!(before.origin_attracts() && !network(0.0).origin_attracts());
        }
    }
    let two = |gamma| Deep::new(2, Mode::decaying(1.0, gamma).unwrap()).unwrap();
    assert!(two(1.0).origin_attracts() && !two(0.9).origin_attracts());
    assert!(!two(1.0).has_minimum() && two(0.9).has_minimum());
    let nothing = Deep::new(3, Mode::new(0.0, 0.5, 0.1).unwrap()).unwrap();
    assert_eq!((nothing.fixed_point(), nothing.largest_decay()), (0.0, 0.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn fixed_points_are_where_the_flow_rests(layers in 2..9usize, lambda in 0.1..5.0f64, epsilon in 0.0..2.0, share in 0.0..1.0f64) {
        let free = Deep::new(layers, Mode::denoising(lambda, epsilon).unwrap()).unwrap();
        let gamma = share * free.largest_decay();
        let network = Deep::new(layers, Mode::new(lambda, epsilon, gamma).unwrap()).unwrap();
        let w = network.fixed_point();
        prop_assert!(network.slope(w).unwrap().abs() < 1e-12 * layers as f64 * lambda);
        let weight = w.powf(1.0 / layers as f64);
        let [du, dm] = network.flow([weight, weight]);
        prop_assert!(du.abs() < 1e-12 * lambda, "{du}");
        prop_assert!(layers == 2 || dm.abs() < 1e-12 * lambda, "{dm}");
        // Stable: the flow leads there from both sides.
        if (0.01..0.99).contains(&share) {
            prop_assert!(network.slope(0.999 * w).unwrap() > 0.0 && network.slope(1.001 * w).unwrap() < 0.0);
        }
    }

    #[test]
    fn layers_that_carry_the_same_follow_one_equation(layers in 3..7usize, lambda in 0.1..3.0f64, epsilon in 0.0..2.0, gamma in 0.0..0.5, weight in 0.3..1.2f64) {
        let network = Deep::new(layers, Mode::new(lambda, epsilon, gamma).unwrap()).unwrap();
        let start = Start::new(weight, weight).unwrap();
        let h = 1e-4;
        let w = network.mappings(&start, &[0.5 - 2.0 * h, 0.5 - h, 0.5, 0.5 + h, 0.5 + 2.0 * h]).unwrap();
        let slope = (8.0 * (w[3] - w[1]) - (w[4] - w[0])) / (12.0 * h);
        prop_assert!((slope - network.slope(w[2]).unwrap()).abs() < 1e-7);
    }

    #[test]
    fn depth_is_finite_everywhere(layers in 2..1000usize, l in -49.0..49.0f64, e in -49.0..49.0f64, g in -49.0..49.0f64) {
        let mode = Mode::new(10f64.powf(l), 10f64.powf(e), 10f64.powf(g)).unwrap();
        let network = Deep::new(layers, mode).unwrap();
        prop_assert!(network.largest_decay().is_finite());
        prop_assert!((0.0..=1.0).contains(&network.fixed_point()));
    }
}

#[test]
fn depth_refuses_what_is_out_of_range() {
    let mode = Mode::denoising(1.0, 0.5).unwrap();
    let start = Start::new(0.1, 0.2).unwrap();
    for layers in [0, 1, 1001] {
        assert!(Deep::new(layers, mode).is_err());
        assert!(deep::critical_eigenvalue(layers, 0.1, &start).is_err());
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e51] {
        assert!(Start::new(bad, 0.1).is_err() && Start::new(0.1, bad).is_err());
        assert!(Start::orthonormal(bad, 4, 4).is_err());
    }
    assert!(Start::new(1e-20, 1.0).is_err());
    assert!(Start::orthonormal(0.3, 0, 4).is_err() && Start::orthonormal(0.3, 4, 0).is_err());
    close(
        Start::orthonormal(0.3, 8, 2).unwrap().outer(),
        0.3 * 0.125f64.sqrt(),
        1e-15,
    );
    close(
        Start::orthonormal(0.3, 8, 20).unwrap().outer(),
        0.3 * 0.5f64.sqrt(),
        1e-15,
    );
    // 1000 layers of weights of one millionth.
    assert!(deep::critical_eigenvalue(1000, 0.1, &Start::new(1e-6, 1e-6).unwrap()).is_err());
    let network = Deep::new(3, mode).unwrap();
    assert!(network.mappings(&start, &[1.0, 0.5]).is_err());
    for bad in BAD {
        assert!(deep::critical_eigenvalue(3, bad, &start).is_err());
        assert!(network.slope(bad).is_err());
        assert!(bad == 1e51 || network.mappings(&start, &[bad]).is_err());
    }
}
