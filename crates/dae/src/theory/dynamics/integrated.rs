//! Any start with any noise and decay: what has no closed form is integrated.

use std::cell::Cell;

use ode_solvers::dop_shared::{OutputType, System};
use ode_solvers::{Dop853, Vector2};

use super::balanced::balanced_at;
use super::unbalanced::unbalanced;
use crate::Result;
use crate::error::{Error, non_negative};
use crate::theory::scalar::{Mode, weights};

/// Relative and absolute tolerance of the integrator.
const TOLERANCE: f64 = 1e-13;

/// Steps after which the integrator gives up. The stiffness that the resting mapping leaves takes some ten thousand.
const MAX_STEPS: u32 = 100_000;

/// Both weights at each of the given times, for any start, noise and decay.
///
/// Without decay this is [`unbalanced`], and from a balanced start [`balanced`](super::balanced()). Otherwise
/// `c = |w2^2 - w1^2|` decays as `e^{-2 gamma s}`, and with `w2 w1 = (c/2) sinh(theta)`,
/// `w1^2 + w2^2 = p = c cosh(theta)` one equation is left:
///
/// ```text
/// dtheta/ds = 2 (lambda - k w),   k = lambda + epsilon
/// ```
///
/// It is integrated (Dormand-Prince 8(5,3), tolerance 1e-13) until one of two things is true, whichever comes first.
///
/// * `c` no longer matters and never will: [`balanced`](super::balanced()) takes over.
/// * The mapping rests but for the slow change of `c`: it relaxes thousands of times faster than `c` changes. No
///   explicit integrator gets far there, and none is needed:
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
    /// Half the sum and half the difference of the initial weights: their signs never change.
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
                // If the sum underflows, the difference did so long before.
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

    /// Follows the resting mapping up to `to`, or until `c` is too small for that.
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
        // The integrator's default first step is a guess that overflows where rates are extreme.
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

/// The integrator's state: `theta` and the logarithm of `c`, so that time does not appear on the right-hand side. (The
/// integrator's coefficient of time in the twelfth stage is 0, not 1.)
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

/// Whether `p = 2 w` up to rounding, now and for ever (`theta` only grows from here), or the weights are gone for good.
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
    /// Slowness up to which the mapping starts to rest, and up to which it continues to. The gap keeps a run from
    /// stopping and starting at the same place.
    const ENTER: f64 = 1e-4;
    const LEAVE: f64 = 2e-4;

    fn at(mode: &Mode, ln_c: f64) -> Self {
        let (lambda, k, gamma) = (mode.lambda(), mode.input_variance(), mode.gamma());
        let c = ln_c.exp();
        let size = |w: f64| c.hypot(2.0 * w);
        // Each round contracts by twice the slowness: five are two more than needed.
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
