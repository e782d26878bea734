//! Invariants of the theory over random parameters.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use dae::theory::{Mode, dynamics, rates, scalar};
use ode_solvers::dop_shared::{OutputType, System};
use ode_solvers::{Dop853, Vector2};
use proptest::prelude::*;

/// An integration of the two differential equations as they stand, written for this test alone.
fn integrate([lambda, epsilon, gamma]: [f64; 3], start: [f64; 2], s: f64) -> [f64; 2] {
    struct Flow([f64; 3]);
    impl System<f64, Vector2<f64>> for Flow {
        fn system(&self, _: f64, w: &Vector2<f64>, dw: &mut Vector2<f64>) {
            let [lambda, epsilon, gamma] = self.0;
            let pull = lambda - w[0] * w[1] * (lambda + epsilon);
            *dw = Vector2::new(w[1] * pull - gamma * w[0], w[0] * pull - gamma * w[1]);
        }
    }
    if s == 0.0 {
        return start;
    }
    let mut solver = Dop853::from_param(
        Flow([lambda, epsilon, gamma]),
        0.0,
        s,
        0.0,
        Vector2::new(start[0], start[1]),
        1e-13,
        1e-14,
        0.9,
        0.0,
        0.333,
        6.0,
        s,
        0.0,
        10_000_000,
        u32::MAX,
        OutputType::Sparse,
    );
    solver.integrate().unwrap();
    let end = solver.y_out().last().unwrap();
    [end[0], end[1]]
}

fn product([w1, w2]: [f64; 2]) -> f64 {
    w1 * w2
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn balanced_form_solves_the_equations(
        lambda in 0.0..5.0f64, epsilon in 0.0..5.0, gamma in 0.0..6.0,
        w in -2.0..2.0f64, opposite: bool, s in 0.0..5.0,
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let start = [w, if opposite { -w } else { w }];
        let expected = product(integrate([lambda, epsilon, gamma], start, s));
        let found = dynamics::balanced(&mode, product(start), s).unwrap();
        prop_assert!((found - expected).abs() < 1e-9, "{found} against {expected}");
    }

    #[test]
    fn unbalanced_form_solves_the_equations(
        lambda in 0.0..5.0f64, epsilon in 0.0..5.0, w1 in -2.0..2.0, w2 in -2.0..2.0, s in 0.0..5.0,
    ) {
        let mode = Mode::denoising(lambda, epsilon).unwrap();
        let expected = integrate([lambda, epsilon, 0.0], [w1, w2], s);
        let found = dynamics::unbalanced(&mode, [w1, w2], s).unwrap();
        for i in 0..2 {
            prop_assert!((found[i] - expected[i]).abs() < 1e-9, "{found:?} against {expected:?}");
        }
    }

    #[test]
    fn trajectory_solves_the_equations_with_decay(
        lambda in 0.0..5.0f64, epsilon in 0.0..5.0, gamma in 0.0..6.0,
        w1 in -2.0..2.0, w2 in -2.0..2.0, s in 0.0..8.0,
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let found = dynamics::trajectory(&mode, [w1, w2], &[0.3 * s, s]).unwrap();
        for (time, weights) in [(0.3 * s, found[0]), (s, found[1])] {
            let expected = integrate([lambda, epsilon, gamma], [w1, w2], time);
            prop_assert!((product(weights) - product(expected)).abs() < 1e-9, "{weights:?} against {expected:?}");
            let imbalance = dynamics::imbalance_at(&mode, [w1, w2], time).unwrap();
            prop_assert!((scalar::imbalance(weights[0], weights[1]) - imbalance).abs() < 1e-8);
        }
    }

    #[test]
    fn trajectory_from_balanced_weights_solves_the_equations(
        lambda in 0.0..5.0f64, epsilon in 0.0..5.0, gamma in 0.01..6.0,
        w in -2.0..2.0f64, opposite in any::<bool>(), s in 0.0..5.0,
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let start = [w, if opposite { -w } else { w }];
        let found = dynamics::trajectory(&mode, start, &[0.3 * s, s]).unwrap();
        for (time, weights) in [(0.3 * s, found[0]), (s, found[1])] {
            let expected = integrate([lambda, epsilon, gamma], start, time);
            for i in 0..2 {
                prop_assert!((weights[i] - expected[i]).abs() < 1e-8, "{weights:?} against {expected:?}");
            }
        }
    }

    #[test]
    fn trajectory_holds_where_the_mapping_rests_on_a_slow_imbalance(
        lambda in (-1.0..3.0f64).prop_map(|x| 10f64.powf(x)), noise in 0.0..3.0, slowness in -7.0..-2.0f64,
        w1 in -2.0..2.0f64, w2 in -2.0..2.0f64, units in 10.0..3e4,
    ) {
        let (epsilon, gamma) = (noise * lambda, lambda * 10f64.powf(slowness));
        let s = units / (lambda + epsilon);
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let found = dynamics::trajectory(&mode, [w1, w2], &[0.01 * s, s]).unwrap();
        for (time, weights) in [(0.01 * s, found[0]), (s, found[1])] {
            let expected = integrate([lambda, epsilon, gamma], [w1, w2], time);
            for i in 0..2 {
                prop_assert!((weights[i] - expected[i]).abs() < 1e-9, "{weights:?} against {expected:?}");
            }
        }
    }

    #[test]
    fn trajectory_reaches_any_time(
        lambda in magnitude(), epsilon in magnitude(), gamma in magnitude(), w1 in signed(), w2 in signed(), s in time(),
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let [a, b] = dynamics::trajectory(&mode, [w1, w2], &[s]).map_err(|e| TestCaseError::fail(e.to_string()))?[0];
        prop_assert!(a.is_finite() && b.is_finite());
        let drift = scalar::imbalance(a, b) - dynamics::imbalance_at(&mode, [w1, w2], s).unwrap();
        let scale = w1 * w1 + w2 * w2 + a * a + b * b;
        prop_assert!(drift.abs() <= 1e-11 * scale, "w2^2 - w1^2 is off by {drift}");
    }

    #[test]
    fn nothing_in_the_domain_gives_nan(
        lambda in magnitude(), epsilon in magnitude(), gamma in magnitude(),
        w1 in signed(), w2 in signed(), s in time(),
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let w = dynamics::balanced(&mode, w1, s).unwrap();
        prop_assert!(w.is_finite());
        prop_assert!(w * w1 >= 0.0, "the sign of a balanced mapping never changes");
        let noisy = Mode::denoising(lambda, epsilon).unwrap();
        let [a, b] = dynamics::unbalanced(&noisy, [w1, w2], s).unwrap();
        prop_assert!(a.is_finite() && b.is_finite());
        let scale = w1 * w1 + w2 * w2 + a * a + b * b;
        let drift = scalar::imbalance(a, b) - scalar::imbalance(w1, w2);
        prop_assert!(drift.abs() <= 64.0 * f64::EPSILON * scale, "w2^2 - w1^2 drifts by {drift}");
    }

    #[test]
    fn nearly_balanced_joins_balanced(lambda in 0.0..5.0f64, epsilon in 0.0..5.0, w in -2.0..2.0f64, opposite: bool, s in 0.0..20.0) {
        let mode = Mode::denoising(lambda, epsilon).unwrap();
        let partner = if opposite { -w } else { w };
        let limit = dynamics::balanced(&mode, w * partner, s).unwrap();
        let exact = product(dynamics::unbalanced(&mode, [w, partner], s).unwrap());
        prop_assert!((exact - limit).abs() < 1e-13);
        // From w1 = -w2 the smallest imbalance grows as e^{2 lambda s}: only there is the limit not uniform in s.
        if !opposite {
            let near = product(dynamics::unbalanced(&mode, [w, partner * (1.0 + 1e-10)], s).unwrap());
            prop_assert!((near - limit).abs() < 1e-8);
        }
    }

    #[test]
    fn gradient_and_hessian_agree_with_finite_differences(
        lambda in 0.0..5.0f64, epsilon in 0.0..5.0, gamma in 0.0..6.0, w1 in -2.0..2.0, w2 in -2.0..2.0,
    ) {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        let h = 1e-5;
        let gradient = mode.gradient(w1, w2);
        let hessian = mode.hessian(w1, w2);
        for (i, [d1, d2]) in [[h, 0.0], [0.0, h]].into_iter().enumerate() {
            let slope = (mode.loss(w1 + d1, w2 + d2) - mode.loss(w1 - d1, w2 - d2)) / (2.0 * h);
            prop_assert!((slope - gradient[i]).abs() < 1e-7);
            let (up, down) = (mode.gradient(w1 + d1, w2 + d2), mode.gradient(w1 - d1, w2 - d2));
            for j in 0..2 {
                prop_assert!(((up[j] - down[j]) / (2.0 * h) - hessian[i][j]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn every_start_reaches_the_fixed_point(
        lambda in 0.2..5.0f64, epsilon in 0.0..5.0, gamma in 0.05..6.0f64, w1 in 0.1..2.0, w2 in 0.1..2.0,
    ) {
        prop_assume!((lambda - gamma).abs() > 0.05);
        for mode in [Mode::denoising(lambda, epsilon), Mode::decaying(lambda, gamma), Mode::new(lambda, epsilon, gamma)] {
            let mode = mode.unwrap();
            let end = dynamics::trajectory(&mode, [w1, w2], &[1e3]).unwrap()[0];
            prop_assert!((product(end) - mode.fixed_point()).abs() < 1e-9, "{mode:?}: {end:?}");
        }
    }

    #[test]
    fn learning_time_inverts_the_balanced_form(
        lambda in 0.1..5.0f64, epsilon in 0.0..5.0, share in 0.0..0.9, f in 0.05..0.99,
    ) {
        let mode = Mode::new(lambda, epsilon, share * lambda).unwrap();
        let s = rates::learning_time(&mode, 1e-6, f).unwrap();
        let reached = dynamics::balanced(&mode, 1e-6, s).unwrap();
        prop_assert!((reached / mode.fixed_point() - f).abs() < 1e-9);
    }

    #[test]
    fn the_dae_is_faster_by_one_plus_epsilon_over_lambda(lambda in 0.1..5.0f64, epsilon in 0.0..5.0) {
        let dae = Mode::denoising(lambda, epsilon).unwrap();
        let wdae = Mode::decaying(lambda, dae.matched_gamma()).unwrap();
        let ratio = rates::learning_time(&wdae, 1e-6, 0.95).unwrap() / rates::learning_time(&dae, 1e-6, 0.95).unwrap();
        prop_assert!((ratio / (1.0 + epsilon / lambda) - 1.0).abs() < 1e-8);
    }
}

/// Zero, tiny, ordinary and huge parameters.
fn magnitude() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        Just(1e-50),
        Just(1e50),
        -30.0..30.0f64,
        (-12.0..12.0f64)
    ]
    .prop_map(|x| {
        if x == 0.0 || x == 1.0 || x.abs() > 1e40 || (x > 0.0 && x < 1e-40) {
            x
        } else {
            10f64.powf(x)
        }
    })
}

fn signed() -> impl Strategy<Value = f64> {
    (magnitude(), any::<bool>()).prop_map(|(x, negative)| if negative { -x } else { x })
}

fn time() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1e6),
        0.0..1e6,
        (-12.0..6.0f64).prop_map(|x| 10f64.powf(x))
    ]
}

#[test]
fn vanishing_parameters_are_defined() {
    let still = Mode::new(0.0, 0.0, 0.0).unwrap();
    assert_eq!(dynamics::balanced(&still, 0.7, 1e6).unwrap(), 0.7);
    assert_eq!(
        dynamics::unbalanced(&still, [0.3, -0.2], 1e6).unwrap(),
        [0.3, -0.2]
    );
    let noise_only = Mode::denoising(0.0, 1.0).unwrap();
    let w = dynamics::balanced(&noise_only, 0.5, 10.0).unwrap();
    assert!((w - 0.5 / (1.0 + 2.0 * 0.5 * 10.0)).abs() < 1e-15);
    for start in [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, -1.0]] {
        let end = dynamics::unbalanced(&Mode::denoising(1.0, 0.0).unwrap(), start, 1e6).unwrap();
        assert!(end.iter().all(|w| w.is_finite()), "{start:?}");
    }
    // One weight at zero still learns; both at zero, or equal and opposite, never do.
    let mode = Mode::denoising(1.0, 1.0).unwrap();
    assert!((product(dynamics::unbalanced(&mode, [0.0, 0.1], 100.0).unwrap()) - 0.5).abs() < 1e-12);
    assert_eq!(
        product(dynamics::unbalanced(&mode, [0.0, 0.0], 100.0).unwrap()),
        0.0
    );
    assert!(product(dynamics::unbalanced(&mode, [0.5, -0.5], 100.0).unwrap()).abs() < 1e-80);
}

/// Values that were worked out by hand, for `lambda = 2, epsilon = 1, gamma = 1/2`, where `k = 3`.
#[test]
fn the_surface_is_the_one_on_paper() {
    let mode = Mode::new(2.0, 1.0, 0.5).unwrap();
    assert_eq!(mode.input_variance(), 3.0);
    assert_eq!(mode.growth(), 1.5);
    assert_eq!(mode.loss(3.0, -1.0), 23.0);
    assert_eq!(mode.gradient(3.0, -1.0), [12.5, -33.5]);
    assert_eq!(mode.hessian(3.0, -1.0), [[3.5, -20.0], [-20.0, 27.5]]);
    let [high, low] = mode.curvatures(3.0, -1.0);
    assert!((high + low - 31.0).abs() < 1e-13 && (high * low + 303.75).abs() < 1e-11);
    assert_eq!(mode.fixed_point(), 0.5);
    let minima = |gamma| Mode::new(2.0, 1.0, gamma).unwrap().global_minima();
    let weight = 0.5f64.sqrt();
    assert_eq!(minima(0.5), scalar::GlobalMinima::Points { weight });
    let product = 2.0 / 3.0;
    assert_eq!(minima(0.0), scalar::GlobalMinima::Curve { product });
    assert_eq!(minima(2.0), scalar::GlobalMinima::Origin);
    assert_eq!(
        Mode::new(0.0, 0.0, 0.0).unwrap().global_minima(),
        scalar::GlobalMinima::Everywhere
    );
    assert_eq!(mode.matched_gamma(), 2.0 / 3.0);
    assert_eq!(mode.matched_epsilon().unwrap(), 2.0 / 3.0);
    assert_eq!(
        Mode::denoising(2.0, 1.0)
            .unwrap()
            .matched_epsilon()
            .unwrap(),
        0.0
    );
    assert_eq!(scalar::imbalance(3.0, -1.0), -8.0);
}

#[test]
fn rates_are_the_ones_on_paper() {
    let mode = Mode::new(2.0, 1.0, 0.5).unwrap();
    assert_eq!(rates::largest_curvature(&mode), 7.5);
    assert_eq!(rates::optimal(&mode).unwrap(), 1.0 / 7.5);
    assert_eq!(rates::published_wdae(&mode).unwrap(), 0.2);
    assert!((rates::ratio(1.0, 2.0).unwrap() - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(rates::fixed_point_curvature(&mode), 3.0);
    for (gamma, curvature) in [(1.0, 2.0), (3.0, 4.0)] {
        let forgetful = Mode::decaying(1.0, gamma).unwrap();
        assert_eq!(rates::fixed_point_curvature(&forgetful), curvature);
    }
    // From 1e-6 to 95% of 1/2 with xi = 3/2.
    let s = rates::learning_time(&mode, 1e-6, 0.95).unwrap();
    assert!((s - (19.0 * (0.5 - 1e-6) / 1e-6f64).ln() / 3.0).abs() < 1e-13);
}

/// What a critical point is does not depend on the unit of the data, and an eigenvalue that is small but not rounding
/// is seen.
#[test]
fn kinds_of_points_are_told_at_every_scale() {
    use scalar::Curvature::{Degenerate, Minimum, Saddle};
    for scale in [1e-30, 1.0, 1e30] {
        let mode = |gamma: f64| Mode::new(scale, 0.5 * scale, gamma * scale).unwrap();
        let kind = |gamma: f64, [w1, w2]: [f64; 2]| mode(gamma).classify(w1, w2);
        for gamma in [0.3, 1e-12] {
            let weight = mode(gamma).fixed_point().sqrt();
            assert_eq!(kind(gamma, [weight, weight]), Minimum, "{scale}, {gamma}");
            assert_eq!(kind(gamma, [-weight, -weight]), Minimum, "{scale}, {gamma}");
        }
        for [w1, w2] in [[0.5, 4.0 / 3.0], [-1e3, -1.0 / 1.5e3], [1e-3, 1.0 / 1.5e-3]] {
            assert_eq!(kind(0.0, [w1, w2]), Degenerate, "{scale}, {w1}, {w2}");
        }
        assert_eq!(kind(1.0 - 1e-13, [0.0, 0.0]), Saddle, "{scale}");
        // Nor can what is within rounding of it be told from it.
        for gamma in [1.0, 1.0 + 4.0 * f64::EPSILON, 1.0 - 4.0 * f64::EPSILON] {
            assert_eq!(kind(gamma, [0.0, 0.0]), Degenerate, "{scale}, {gamma}");
        }
        assert_eq!(kind(1.0 + 1e-13, [0.0, 0.0]), Minimum, "{scale}");
    }
}

#[test]
fn a_spectrum_adds_up_its_modes() {
    use dae::theory::spectrum::Theory;
    let mode = Mode::new(2.0, 1.0, 0.5).unwrap();
    let other = Mode::denoising(1.0, 1.0).unwrap();
    let theory = Theory::new(vec![mode, other], vec![-0.25, 0.04]).unwrap();
    assert_eq!(theory.modes(), [mode, other]);
    // w1^2 + w2^2 is 2 |w| from a balanced start.
    let first = 0.5 * (2.0 * 1.25 * 1.25 + 0.0625 + 0.5 * 0.5);
    let second = 0.5 * (0.96 * 0.96 + 0.0016);
    assert!((theory.loss(0.0).unwrap() - first - second).abs() < 1e-15);
    // At w = 1/2 both: (2/4 + 1/4 + 1/2)/2 and (1/4 + 1/4)/2.
    assert!((theory.final_loss() - 0.875).abs() < 1e-15);
}

#[test]
fn the_imbalance_decays_at_twice_the_decay() {
    let mode = Mode::new(2.0, 1.0, 0.25).unwrap();
    let found = dynamics::imbalance_at(&mode, [1.0, 2.0], 2.0).unwrap();
    assert!((found - 3.0 * (-1f64).exp()).abs() < 1e-15);
}

/// The mapping rests on a slowly changing imbalance until that is small, and then goes on by itself; asked for one time
/// or for many, the answer is the same.
#[test]
fn an_imbalance_that_no_longer_matters_is_kept() {
    let mode = Mode::new(1.0, 0.5, 0.3).unwrap();
    for start in [[0.1 + 1e-10, 0.1 - 1e-10], [1e-10 - 0.1, -0.1 - 1e-10]] {
        for s in [0.5, 1.0, 1.5] {
            let [a, b] = dynamics::trajectory(&mode, start, &[s]).unwrap()[0];
            let expected = dynamics::imbalance_at(&mode, start, s).unwrap();
            // A difference of 1e-10 between weights of one tenth to one has six to seven digits.
            assert!((scalar::imbalance(a, b) / expected - 1.0).abs() < 1e-5);
        }
    }
}

/// The mapping lags behind where it would rest by up to 9e-8 here, which is of second order in the slowness. What is of
/// third order is left.
#[test]
fn a_resting_mapping_lags_behind_the_imbalance() {
    for (lambda, epsilon, gamma) in [(1.0, 0.0, 1.5e-3), (0.5, 0.3, 1.2e-3)] {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        for start in [[0.2, 4.5], [-4.5, -0.3]] {
            for s in [150.0, 190.0, 230.0] {
                let found = dynamics::trajectory(&mode, start, &[s]).unwrap()[0];
                let expected = integrate([lambda, epsilon, gamma], start, s);
                for i in 0..2 {
                    assert!(
                        (found[i] - expected[i]).abs() < 3e-11,
                        "{mode:?} {s}: {found:?} {expected:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn trajectory_holds_before_and_after_the_mapping_ceases_to_rest() {
    for (lambda, epsilon, gamma) in [(1e-2, 1.0, 2e-5), (1e-2, 0.3, 1e-5), (3e-2, 2.0, 5e-5)] {
        let mode = Mode::new(lambda, epsilon, gamma).unwrap();
        for start in [[1.2, 0.3], [-0.3, 1.1], [0.9, -0.4]] {
            let times: Vec<f64> = (0..12).map(|i| 10.0 * 2.3f64.powi(i)).collect();
            let found = dynamics::trajectory(&mode, start, &times).unwrap();
            for (&s, found) in times.iter().zip(found) {
                let alone = dynamics::trajectory(&mode, start, &[s]).unwrap()[0];
                let expected = integrate([lambda, epsilon, gamma], start, s);
                for i in 0..2 {
                    assert!(
                        (found[i] - alone[i]).abs() < 1e-11,
                        "{mode:?} from {start:?} at {s}"
                    );
                    assert!(
                        (found[i] - expected[i]).abs() < 1e-9,
                        "{mode:?} from {start:?} at {s}: {found:?} against {expected:?}"
                    );
                }
            }
        }
    }
}
