//! One mode in continuous time: where gradient flow has taken the weights at `s = alpha * epoch`.
//!
//! ```text
//! dw1/ds = w2 (lambda - w1 w2 (lambda + epsilon)) - gamma w1
//! dw2/ds = w1 (lambda - w1 w2 (lambda + epsilon)) - gamma w2
//! ```
//!
//! [`balanced`] covers every noise and decay for `|w1| = |w2|`, [`unbalanced`] every start without decay; the rest has
//! no known closed form and is integrated ([`trajectory`]).

use std::cell::Cell;

use ode_solvers::dop_shared::{OutputType, System};
use ode_solvers::{Dop853, Vector2};

use super::Mode;
use super::scalar::{imbalance, weights};
use crate::Result;
use crate::error::{Error, non_negative, within};

/// Relative and absolute tolerance of the integrator.
const TOLERANCE: f64 = 1e-13;

/// Steps after which the integrator gives up: some seconds.
const MAX_STEPS: u32 = 2_000_000;

/// Mapping `w = w2 w1` at time `s` from a balanced start: `w1 = w2` if `w0 >= 0`, `w1 = -w2` if `w0 < 0`.
///
/// ```text
/// w(s) = w0 / ( e^{-2 xi s} + w0 (lambda + epsilon) (1 - e^{-2 xi s}) / xi ),   xi = lambda - gamma
/// xi -> 0:  w(s) = w0 / (1 + 2 (lambda + epsilon) w0 s)
/// ```
///
/// A negative start obeys the same equation for `-w` with `xi = -(lambda + gamma)`: it only ever shrinks.
///
/// # Errors
/// `w0` beyond 1e100, `s` negative, either not finite.
///
/// # Numerical notes
/// This is the published form divided by `e^{2 xi s}`, which would overflow for large `xi s`; `expm1` keeps small
/// `xi s` exact. Underflow ends in the limit, 0.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018), averaged convention.
///
/// # Example
/// ```
/// use dae::theory::{Mode, dynamics};
/// let mode = Mode::denoising(38.3, 0.5)?;
/// let end = dynamics::balanced(&mode, 1e-6, 1e6)?;
/// assert!((end - mode.fixed_point()).abs() < 1e-15);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn balanced(mode: &Mode, w0: f64, s: f64) -> Result<f64> {
    within("w0", w0, -1e100..=1e100, "a number from -1e100 to 1e100")?;
    non_negative("s", s)?;
    let xi = if w0 < 0.0 {
        -(mode.lambda() + mode.gamma())
    } else {
        mode.growth()
    };
    Ok(w0.signum() * logistic(w0.abs(), xi, mode.input_variance(), s))
}

/// Solves `dv/ds = 2 v (xi - k v)` from `v0 >= 0`.
fn logistic(v0: f64, xi: f64, k: f64, s: f64) -> f64 {
    let decay = (-2.0 * xi * s).exp();
    if v0 == 0.0 || decay.is_infinite() {
        return 0.0;
    }
    v0 / (decay + v0 * k * relaxed(xi, s))
}

/// `(1 - e^{-2 r s}) / r`, which is `2 s` for `r = 0`.
fn relaxed(r: f64, s: f64) -> f64 {
    if r == 0.0 {
        2.0 * s
    } else {
        -(-2.0 * r * s).exp_m1() / r
    }
}

/// Both weights at time `s` from any start, without weight decay.
///
/// The sum and the difference of the weights decouple. With `q = (w1 + w2)^2 / 4`, `r = (w1 - w2)^2 / 4`, so that
/// `w2 w1 = q - r` and `q r = kappa` is conserved (it is `(w2^2 - w1^2)^2 / 16`),
///
/// ```text
/// dq/ds = 2 (lambda q - k q^2 + k kappa),   k = lambda + epsilon
/// q+ = (lambda + d)/(2k),  q- = (d - lambda)/(2k),  d = sqrt(lambda^2 + 4 k^2 kappa)
/// q(s) = [ q0 (e + q+ phi) + kappa phi ] / [ e + (q0 + q-) phi ]
/// e = e^{-2 d s},  phi = (1 - e) k / d
/// ```
///
/// and `r` obeys the same with `lambda -> -lambda`, which swaps `q+` and `q-`. This is the published solution in other
/// variables: `theta = ln(q/r)/2`, `zeta lambda = 2 d`.
///
/// # Errors
/// A mode with `gamma > 0` (use [`trajectory`]), weights or `s` out of range.
///
/// # Numerical notes
/// Every term is non-negative, so nothing cancels and nothing overflows; `|w1| = |w2|` (`kappa = 0`) is not a special
/// case, and the balanced form is met there exactly.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018), after Saxe, McClelland and Ganguli (2014); averaged convention.
///
/// # Example
/// ```
/// use dae::theory::{Mode, dynamics};
/// let mode = Mode::denoising(1.0, 1.0)?;
/// let [w1, w2] = dynamics::unbalanced(&mode, [-1.9, 0.3], 50.0)?;
/// assert!((w1 * w2 - 0.5).abs() < 1e-12);
/// assert!((w2 * w2 - w1 * w1 - (0.09 - 3.61)).abs() < 1e-12);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn unbalanced(mode: &Mode, [w1, w2]: [f64; 2], s: f64) -> Result<[f64; 2]> {
    if mode.gamma() > 0.0 {
        return Err(Error::out_of_range(
            "gamma",
            mode.gamma(),
            "0 for the unbalanced closed form; integrate with `trajectory` instead",
        ));
    }
    let [w1, w2] = weights(w1, w2)?;
    non_negative("s", s)?;
    let k = mode.input_variance();
    if k == 0.0 {
        return Ok([w1, w2]);
    }
    let (sum, difference) = (0.5 * (w1 + w2), 0.5 * (w1 - w2));
    let (q0, r0) = (sum * sum, difference * difference);
    let flow = Flow::new(mode.lambda(), k, q0 * r0, s);
    let q = flow.at(q0, flow.q_plus, flow.q_minus);
    let r = flow.at(r0, flow.q_minus, flow.q_plus);
    let (sum, difference) = (q.sqrt().copysign(sum), r.sqrt().copysign(difference));
    Ok([sum + difference, sum - difference])
}

/// The quantities that the sum and the difference of the weights share at one time.
struct Flow {
    kappa: f64,
    q_plus: f64,
    q_minus: f64,
    decayed: f64,
    phi: f64,
}

impl Flow {
    fn new(lambda: f64, k: f64, kappa: f64, s: f64) -> Self {
        let d = lambda.hypot(2.0 * k * kappa.sqrt());
        let q_plus = (lambda + d) / (2.0 * k);
        let q_minus = if q_plus > 0.0 { kappa / q_plus } else { 0.0 };
        Self {
            kappa,
            q_plus,
            q_minus,
            decayed: (-2.0 * d * s).exp(),
            phi: k * relaxed(d, s),
        }
    }

    /// One of the two squares, from its start, its limit and the other one's limit.
    fn at(&self, start: f64, limit: f64, other: f64) -> f64 {
        if start == 0.0 {
            return 0.0;
        }
        (start * (self.decayed + limit * self.phi) + self.kappa * self.phi)
            / (self.decayed + (start + other) * self.phi)
    }
}

/// `w2^2 - w1^2` at time `s`: `c e^{-2 gamma s}`, so conserved without decay.
///
/// # Errors
/// Weights or `s` out of range.
pub fn imbalance_at(mode: &Mode, [w1, w2]: [f64; 2], s: f64) -> Result<f64> {
    let [w1, w2] = weights(w1, w2)?;
    Ok(imbalance(w1, w2) * (-2.0 * mode.gamma() * non_negative("s", s)?).exp())
}

/// Both weights at each of the given times, for any start, noise and decay.
///
/// Without decay this is [`unbalanced`]. With decay the two equations are integrated (Dormand-Prince 8(5,3), tolerance
/// 1e-13) until `w2^2 - w1^2`, which decays as `e^{-2 gamma s}`, no longer matters; from there [`balanced`] takes over.
///
/// # Errors
/// Weights or times out of range, times that decrease, or an equation too stiff for an explicit integrator
/// (`lambda / gamma` beyond about 1e5 at large `s`).
pub fn trajectory(mode: &Mode, start: [f64; 2], times: &[f64]) -> Result<Vec<[f64; 2]>> {
    let mut state = Integrated::new(mode, start)?;
    times.iter().map(|&s| state.advance(s)).collect()
}

/// The state of an integration between two output times.
struct Integrated<'a> {
    mode: &'a Mode,
    s: f64,
    weights: [f64; 2],
}

/// The right-hand side that the integrator sees.
struct RightHandSide<'a> {
    mode: &'a Mode,
    /// Where and when the weights became balanced, if they did.
    settled: &'a Cell<Option<(f64, [f64; 2])>>,
}

impl System<f64, Vector2<f64>> for RightHandSide<'_> {
    fn system(&self, _: f64, w: &Vector2<f64>, dw: &mut Vector2<f64>) {
        let [g1, g2] = self.mode.gradient(w[0], w[1]);
        *dw = Vector2::new(-g1, -g2);
    }

    fn solout(&mut self, s: f64, w: &Vector2<f64>, _: &Vector2<f64>) -> bool {
        let done = is_balanced([w[0], w[1]]);
        if done {
            self.settled.set(Some((s, [w[0], w[1]])));
        }
        done
    }
}

/// Whether `(w1^2 + w2^2)^2 = c^2 + 4 w^2` no longer feels `c`, to rounding (or the weights are gone altogether).
fn is_balanced([w1, w2]: [f64; 2]) -> bool {
    imbalance(w1, w2).abs() <= 1e-8 * (w1 * w2).abs() || w1.hypot(w2) < 1e-30
}

impl<'a> Integrated<'a> {
    fn new(mode: &'a Mode, [w1, w2]: [f64; 2]) -> Result<Self> {
        Ok(Self {
            mode,
            s: 0.0,
            weights: weights(w1, w2)?,
        })
    }

    fn advance(&mut self, to: f64) -> Result<[f64; 2]> {
        let span = non_negative("s", to)? - self.s;
        non_negative("s - previous s", span)?;
        self.weights = if self.mode.gamma() == 0.0 {
            unbalanced(self.mode, self.weights, span)?
        } else if is_balanced(self.weights) {
            settle(self.mode, self.weights, span)?
        } else {
            self.integrate(to)?
        };
        self.s = to;
        Ok(self.weights)
    }

    fn integrate(&self, to: f64) -> Result<[f64; 2]> {
        if to == self.s {
            return Ok(self.weights);
        }
        let failed = |reason: String| Error::Integration { s: to, reason };
        let settled = Cell::new(None);
        let system = RightHandSide {
            mode: self.mode,
            settled: &settled,
        };
        let start = Vector2::new(self.weights[0], self.weights[1]);
        let mut solver = Dop853::from_param(
            system,
            self.s,
            to,
            0.0,
            start,
            TOLERANCE,
            TOLERANCE * start.norm().min(1.0),
            0.9,
            0.0,
            0.333,
            6.0,
            to - self.s,
            0.0,
            MAX_STEPS,
            u32::MAX,
            OutputType::Sparse,
        );
        solver
            .integrate()
            .map_err(|error| failed(error.to_string()))?;
        if let Some((s, weights)) = settled.get() {
            return settle(self.mode, weights, to - s);
        }
        let end = solver
            .y_out()
            .last()
            .ok_or_else(|| failed("no output".into()))?;
        weights(end[0], end[1]).map_err(|_| failed("the weights left the finite numbers".into()))
    }
}

/// Goes on with the balanced closed form; the sign of `w1` is kept, that of `w2` follows from the mapping.
fn settle(mode: &Mode, [w1, w2]: [f64; 2], span: f64) -> Result<[f64; 2]> {
    let w = balanced(mode, w1 * w2, span)?;
    let first = w.abs().sqrt().copysign(w1);
    Ok([first, first.copysign(w2)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_vanishing_growth_join() {
        let mode = |gamma| Mode::new(1.0, 0.5, gamma).unwrap();
        let at = |gamma| balanced(&mode(gamma), 0.3, 2.0).unwrap();
        assert_eq!(at(1.0), 0.3 / (1.0 + 2.0 * 1.5 * 0.3 * 2.0));
        for tiny in [1e-9, 1e-12, 1e-15] {
            assert!((at(1.0 - tiny) - at(1.0)).abs() < 10.0 * tiny);
            assert!((at(1.0 + tiny) - at(1.0)).abs() < 10.0 * tiny);
        }
    }

    #[test]
    fn the_published_unbalanced_form_is_the_same_where_it_does_not_overflow() {
        for epsilon in [0.0, 0.7, 5.0] {
            for (w1, w2) in [
                (0.2, 0.9),
                (-0.3, -1.9),
                (1.9, 0.2),
                (1.6, -0.7),
                (1.0, -1.9),
                (-1.4, 0.96),
                (0.6, 0.02),
            ] {
                for lambda in [0.3, 1.0, 4.0] {
                    for s in [0.01, 0.1, 0.5, 1.0, 2.0] {
                        let mode = Mode::denoising(lambda, epsilon).unwrap();
                        let [a, b] = unbalanced(&mode, [w1, w2], s).unwrap();
                        let published = published_unbalanced(&mode, [w1, w2], s);
                        assert!((a * b - published).abs() < 1e-11, "{a} {b} {published}");
                    }
                }
            }
        }
    }

    /// The formula as printed, for comparison only: it overflows and divides zero by zero.
    fn published_unbalanced(mode: &Mode, [w1, w2]: [f64; 2], s: f64) -> f64 {
        let c0 = imbalance(w1, w2).abs();
        let beta = c0 * (1.0 + mode.epsilon() / mode.lambda());
        let zeta = (beta * beta + 4.0).sqrt();
        let delta = (0.5 * (2.0 * w1 * w2 / c0).asinh()).tanh();
        let e = (zeta * mode.lambda() * s).exp();
        let over = (1.0 - e) * (zeta * zeta - beta * beta - 2.0 * beta * delta)
            - 2.0 * (1.0 + e) * zeta * delta;
        let under = (1.0 - e) * (2.0 * beta + 4.0 * delta) - 2.0 * (1.0 + e) * zeta;
        0.5 * c0 * (2.0 * (over / under).atanh()).sinh()
    }

    #[test]
    fn bad_input_is_an_error() {
        let mode = Mode::denoising(1.0, 1.0).unwrap();
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(balanced(&mode, 0.1, bad).is_err());
            assert!(unbalanced(&mode, [0.1, 0.2], bad).is_err());
            assert!(trajectory(&mode, [0.1, 0.2], &[bad]).is_err());
            assert!(imbalance_at(&mode, [0.1, 0.2], bad).is_err());
        }
        for bad in [f64::NAN, f64::NEG_INFINITY] {
            assert!(balanced(&mode, bad, 1.0).is_err());
            assert!(unbalanced(&mode, [bad, 0.2], 1.0).is_err());
            assert!(trajectory(&mode, [0.1, bad], &[1.0]).is_err());
        }
        assert!(unbalanced(&Mode::decaying(1.0, 0.1).unwrap(), [0.1, 0.2], 1.0).is_err());
        assert!(trajectory(&mode, [0.1, 0.2], &[1.0, 0.5]).is_err());
    }
}
