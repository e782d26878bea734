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

/// Steps after which the integrator gives up. What stiffness the resting mapping leaves takes some ten thousand.
const MAX_STEPS: u32 = 100_000;

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
    Ok(balanced_at(mode, w0, s))
}

/// [`balanced`] without its checks.
fn balanced_at(mode: &Mode, w0: f64, s: f64) -> f64 {
    let xi = if w0 < 0.0 {
        -(mode.lambda() + mode.gamma())
    } else {
        mode.growth()
    };
    w0.signum() * logistic(w0.abs(), xi, mode.input_variance(), s)
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
/// Without decay this is [`unbalanced`], and from a balanced start [`balanced`]. Otherwise `c = |w2^2 - w1^2|` decays as
/// `e^{-2 gamma s}`, and with `w2 w1 = (c/2) sinh(theta)`, `w1^2 + w2^2 = p = c cosh(theta)` one equation is left:
///
/// ```text
/// dtheta/ds = 2 (lambda - k w),   k = lambda + epsilon
/// ```
///
/// It is integrated (Dormand-Prince 8(5,3), tolerance 1e-13) until one of two things is true, whichever comes first.
///
/// * `c` no longer matters and never will: [`balanced`] takes over.
/// * The mapping has come to rest but for the slow change of `c`, on which it relaxes thousands of times faster than `c`
///   changes. No explicit integrator gets far there, and none is needed:
///
/// ```text
/// dw/ds = f(w, c) = p (lambda - k w) - 2 gamma w
/// w = h + 4 gamma^2 c^2 h / (p f_w)^2 + O((gamma / (k p))^3),   f(h, c) = 0,   f_w = df/dw at h
/// ```
///
/// # Errors
/// Weights or times out of range, times that decrease, or the integrator giving up.
///
/// # Numerical notes
/// `theta` and the logarithm of `c` neither overflow nor underflow.
pub fn trajectory(mode: &Mode, start: [f64; 2], times: &[f64]) -> Result<Vec<[f64; 2]>> {
    let [w1, w2] = weights(start[0], start[1])?;
    let mut last = 0.0;
    for &s in times {
        non_negative("s", s)?;
        non_negative("s - previous s", s - last)?;
        last = s;
    }
    if mode.gamma() == 0.0 {
        return times.iter().map(|&s| unbalanced(mode, start, s)).collect();
    }
    if w1.abs() == w2.abs() {
        let at = |s| {
            let root = balanced_at(mode, w1 * w2, s).abs().sqrt();
            [root.copysign(w1), root.copysign(w2)]
        };
        return Ok(times.iter().map(|&s| at(s)).collect());
    }
    let mut state = Decaying::new(mode, [w1, w2]);
    times.iter().map(|&s| state.advance(s)).collect()
}

/// An unbalanced pair of weights under decay.
struct Decaying<'a> {
    mode: &'a Mode,
    s: f64,
    theta: f64,
    /// Logarithm of `c` at time 0.
    ln_c0: f64,
    /// When `c` ceased to matter, and the mapping then.
    settled: Option<(f64, f64)>,
    /// Half the sum and half the difference of the first weights: their signs never change.
    signs: [f64; 2],
}

impl<'a> Decaying<'a> {
    fn new(mode: &'a Mode, [w1, w2]: [f64; 2]) -> Self {
        let signs = [0.5 * (w1 + w2), 0.5 * (w1 - w2)];
        // w2 w1 and |w2^2 - w1^2| are q - r and 4 sqrt(q r), for the squares q and r of these.
        let [q, r] = signs.map(|x| 2.0 * x.abs().ln());
        Self {
            mode,
            s: 0.0,
            theta: 0.5 * (q - r),
            ln_c0: 0.5 * (q + r) + 4f64.ln(),
            settled: None,
            signs,
        }
    }

    fn ln_c(&self, s: f64) -> f64 {
        self.ln_c0 - 2.0 * self.mode.gamma() * s
    }

    fn advance(&mut self, to: f64) -> Result<[f64; 2]> {
        while self.s < to && self.settled.is_none() {
            let ln_c = self.ln_c(self.s);
            if is_balanced(self.mode, self.theta, ln_c) {
                self.settled = Some((self.s, mapping(self.theta, ln_c)));
            } else if Resting::reached(self.mode, self.theta, ln_c) {
                self.rest(to);
            } else {
                self.integrate(to)?;
            }
        }
        let ln_c = self.ln_c(to);
        let (sum, difference) = match self.settled {
            Some((s, w)) => {
                let sum = balanced_at(self.mode, w, to - s).sqrt();
                // Beside a sum that underflows the difference has long done so.
                let difference = if sum > 0.0 {
                    0.25 * ln_c.exp() / sum
                } else {
                    0.0
                };
                (sum, difference)
            }
            None => {
                let half = |theta: f64| 0.5 * (0.5 * (ln_c + theta)).exp();
                (half(self.theta), half(-self.theta))
            }
        };
        let [sum, difference] = [
            sum.copysign(self.signs[0]),
            difference.copysign(self.signs[1]),
        ];
        Ok([sum + difference, sum - difference])
    }

    /// Goes on with the resting mapping, up to `to` or until `c` has become too small for that.
    fn rest(&mut self, to: f64) {
        let at = |s: f64| Resting::at(self.mode, self.ln_c(s));
        let mut end = to;
        if at(to).slowness >= Resting::LEAVE {
            let mut first = self.s;
            loop {
                let middle = 0.5 * (first + end);
                if middle <= first || middle >= end {
                    break;
                }
                if at(middle).slowness < Resting::LEAVE {
                    first = middle;
                } else {
                    end = middle;
                }
            }
        }
        self.theta = at(end).theta;
        self.s = end;
    }

    /// Integrates up to `to`, or until that is no longer needed.
    fn integrate(&mut self, to: f64) -> Result<()> {
        let failed = |reason: String| Error::Integration { s: to, reason };
        let stopped = Cell::new(None);
        let system = RightHandSide {
            mode: self.mode,
            stopped: &stopped,
        };
        // The crate's own first step is a guess that overflows where rates are extreme.
        let (mode, span) = (self.mode, to - self.s);
        let p = (self.ln_c(self.s) + self.theta.abs()).exp();
        let fastest = mode.lambda() + mode.gamma() + mode.input_variance() * p;
        let mut solver = Dop853::from_param(
            system,
            self.s,
            to,
            0.0,
            Vector2::new(self.theta, self.ln_c(self.s)),
            0.1 * TOLERANCE,
            TOLERANCE,
            0.9,
            0.0,
            0.333,
            6.0,
            span,
            span.min(0.01 / fastest),
            MAX_STEPS,
            u32::MAX,
            OutputType::Sparse,
        );
        solver
            .integrate()
            .map_err(|error| failed(error.to_string()))?;
        let end = solver.y_out().last().map(|theta| (to, theta[0]));
        let (s, theta) = stopped
            .get()
            .or(end)
            .filter(|(_, theta)| theta.is_finite())
            .ok_or_else(|| failed("no finite end".into()))?;
        (self.s, self.theta) = (s, theta);
        Ok(())
    }
}

/// What the integrator sees: `theta` and the logarithm of `c`, so that time does not appear on the right-hand side (the
/// crate's coefficient of time in the twelfth stage is 0, not 1).
struct RightHandSide<'a> {
    mode: &'a Mode,
    /// Where and when the integrator was no longer needed, if that happened.
    stopped: &'a Cell<Option<(f64, f64)>>,
}

impl System<f64, Vector2<f64>> for RightHandSide<'_> {
    fn system(&self, _: f64, state: &Vector2<f64>, slope: &mut Vector2<f64>) {
        let mode = self.mode;
        let w = mapping(state[0], state[1]);
        slope[0] = 2.0 * (mode.lambda() - mode.input_variance() * w);
        slope[1] = -2.0 * mode.gamma();
    }

    fn solout(&mut self, s: f64, state: &Vector2<f64>, _: &Vector2<f64>) -> bool {
        let (mode, theta, ln_c) = (self.mode, state[0], state[1]);
        let done = is_balanced(mode, theta, ln_c) || Resting::reached(mode, theta, ln_c);
        if done {
            self.stopped.set(Some((s, theta)));
        }
        done
    }
}

/// `w2 w1 = (c/2) sinh(theta)`.
fn mapping(theta: f64, ln_c: f64) -> f64 {
    let far = (ln_c + theta.abs()).exp() * -(-2.0 * theta.abs()).exp_m1();
    (0.25 * far).copysign(theta)
}

/// Whether `p = 2 w` to rounding, now and, because `theta` only grows from here, for ever; or the weights are gone for
/// good.
fn is_balanced(mode: &Mode, theta: f64, ln_c: f64) -> bool {
    let joined = theta > 20.0 && mode.input_variance() * mapping(theta, ln_c) <= mode.lambda();
    let gone = mode.growth() <= 0.0 && ln_c + theta.abs() < -1500.0;
    joined || gone
}

/// The mapping that belongs to a slowly changing `c`; see [`trajectory`].
struct Resting {
    w: f64,
    p: f64,
    theta: f64,
    /// `gamma / (k p)`, how much slower `c` changes than the mapping relaxes.
    slowness: f64,
}

impl Resting {
    /// Slowness up to which the mapping counts as resting, and up to which it goes on to: the gap keeps a run from
    /// stopping and going on at the same place.
    const ENTER: f64 = 1e-4;
    const LEAVE: f64 = 2e-4;

    fn at(mode: &Mode, ln_c: f64) -> Self {
        let (lambda, k, gamma) = (mode.lambda(), mode.input_variance(), mode.gamma());
        let c = ln_c.exp();
        let size = |w: f64| c.hypot(2.0 * w);
        // A contraction by twice the slowness: five rounds are two more than it takes.
        let mut h = lambda / k;
        for _ in 0..5 {
            h = lambda / (k + 2.0 * gamma / size(h));
        }
        let p = size(h);
        let slope = 4.0 * (h / p) * (lambda - k * h) - k * p - 2.0 * gamma;
        let lag = 2.0 * (gamma / slope) * (c / p);
        let w = h + h * lag * lag;
        Self {
            w,
            p,
            theta: (2.0 * w + size(w)).ln() - ln_c,
            slowness: gamma / (k * p),
        }
    }

    /// Whether a mapping has come to rest. Without any variance it never does: every comparison with NaN is false.
    fn reached(mode: &Mode, theta: f64, ln_c: f64) -> bool {
        let rest = Self::at(mode, ln_c);
        rest.slowness < Self::ENTER
            && (mapping(theta, ln_c) - rest.w).abs() <= 1e-12 * rest.w + 1e-14 * rest.p
    }
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
