//! Weights of any start without decay: the sum and the difference of the two decouple.

use super::balanced::relaxed;
use crate::Result;
use crate::error::{Error, non_negative};
use crate::theory::scalar::{Mode, imbalance, weights};

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
/// A mode with `gamma > 0` (use [`trajectory`](super::trajectory)), weights or `s` out of range.
///
/// # Numerical notes
/// Every term is non-negative, so nothing cancels and nothing overflows. `|w1| = |w2|` (`kappa = 0`) is not a special
/// case: it gives exactly the balanced form.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
