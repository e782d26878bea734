//! Balanced weights, `|w1| = |w2|`, with any noise and decay: a logistic curve.

use crate::Result;
use crate::error::{non_negative, within};
use crate::theory::scalar::Mode;

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
/// `xi s` exact. Underflow gives the limit, 0.
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
pub(super) fn balanced_at(mode: &Mode, w0: f64, s: f64) -> f64 {
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
pub(super) fn relaxed(r: f64, s: f64) -> f64 {
    if r == 0.0 {
        2.0 * s
    } else {
        -(-2.0 * r * s).exp_m1() / r
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
}
