//! The theory and gradient descent of one mode as series over epochs, ready to be drawn.

use dae::Result;
use dae::theory::{Mode, dynamics, rates};

use crate::experiments::common::descent;
pub use crate::experiments::common::descent::balanced;

/// Mapping `w2 w1` at each epoch from the closed form for any start `(w1, w2)`, without decay.
///
/// # Errors
/// As [`dynamics::unbalanced`].
pub fn unbalanced(mode: &Mode, start: [f64; 2], alpha: f64, epochs: &[u64]) -> Result<Vec<f64>> {
    let at = |&epoch: &u64| {
        let [w1, w2] = dynamics::unbalanced(mode, start, alpha * epoch as f64)?;
        Ok(w1 * w2)
    };
    epochs.iter().map(at).collect()
}

/// Mapping `w2 w1` at each epoch by gradient descent from `(w1, w2)`.
///
/// # Errors
/// Divergence.
#[expect(
    clippy::indexing_slicing,
    reason = "descent gives the state of every epoch up to the last one asked for"
)]
pub fn descent(mode: &Mode, start: [f64; 2], alpha: f64, epochs: &[u64]) -> Result<Vec<f64>> {
    let last = epochs.iter().copied().max().unwrap_or(0);
    let states = descent::descent(mode, alpha, last, start)?;
    // State number t is that of epoch t.
    let at = |&epoch: &u64| states[epoch as usize].w1 * states[epoch as usize].w2;
    Ok(epochs.iter().map(at).collect())
}

/// The mapping that training tends to, for each eigenvalue.
///
/// # Errors
/// As [`Mode::new`].
pub fn fixed_points(lambda: &[f64], epsilon: f64, gamma: f64) -> Result<Vec<f64>> {
    let of = |&lambda: &f64| Ok(Mode::new(lambda, epsilon, gamma)?.fixed_point());
    lambda.iter().map(of).collect()
}

/// Epochs that the balanced closed form needs from `w0` to a fraction of its fixed point.
///
/// # Errors
/// As [`rates::learning_time`].
pub fn epochs_to(fraction: f64, mode: &Mode, w0: f64, alpha: f64) -> Result<f64> {
    Ok(rates::learning_time(mode, w0, fraction)? / alpha)
}
