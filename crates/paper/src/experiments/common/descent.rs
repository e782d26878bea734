//! Gradient descent of the scalar network beside its theory.

use dae::theory::Mode;
use dae::train::scalar::{ScalarSettings, ScalarState, descend};
use dae::{Result, Settings as _};

/// Descends from `(w1, w2)` with the noise and the decay of a mode; one state an epoch, the start first.
///
/// # Errors
/// A learning rate out of range, or divergence.
pub fn descent(mode: &Mode, alpha: f64, epochs: u64, start: [f64; 2]) -> Result<Vec<ScalarState>> {
    let settings = ScalarSettings {
        lambda: mode.lambda(),
        epsilon: mode.epsilon(),
        gamma: mode.gamma(),
        alpha,
        epochs,
    };
    descend(&settings.check()?, start)
}

/// A DAE and the WDAE with the same fixed point.
///
/// # Errors
/// As [`Mode::denoising`].
pub fn matched(lambda: f64, epsilon: f64) -> Result<[Mode; 2]> {
    let dae = Mode::denoising(lambda, epsilon)?;
    Ok([dae, Mode::decaying(lambda, dae.matched_gamma())?])
}

/// The largest eigenvalue of the Hessian on the balanced path from the origin to `w2 w1 = 1`.
pub fn steepest(mode: &Mode) -> f64 {
    /// Points at which it is looked at.
    const PATH: u32 = 200;
    let points = (0..=PATH).map(|i| (f64::from(i) / f64::from(PATH)).sqrt());
    points.map(|r| mode.curvatures(r, r)[0]).fold(0.0, f64::max)
}
