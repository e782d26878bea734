//! Gradient descent of the scalar network, and its theory.

use dae::theory::{Mode, dynamics};
use dae::train::scalar::{ScalarSettings, ScalarState, descend};
use dae::{Result, Settings as _};

/// Descends from `(w1, w2)` with the noise and the decay of a mode; one state per epoch, the start first.
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

/// `w2 w1` along a path of `(w1, w2)`.
pub fn mappings(path: &[[f64; 2]]) -> Vec<f64> {
    path.iter().map(|[w1, w2]| w1 * w2).collect()
}

/// Mapping `w2 w1` at each epoch from the balanced closed form, at `s = alpha * epoch`.
///
/// # Errors
/// As [`dynamics::balanced`].
pub fn balanced(mode: &Mode, w0: f64, alpha: f64, epochs: &[u64]) -> Result<Vec<f64>> {
    let at = |&epoch: &u64| dynamics::balanced(mode, w0, alpha * epoch as f64);
    epochs.iter().map(at).collect()
}

/// A DAE and the WDAE with the same fixed point.
pub fn matched(lambda: f64, epsilon: f64) -> Result<[Mode; 2]> {
    let dae = Mode::denoising(lambda, epsilon)?;
    Ok([dae, Mode::decaying(lambda, dae.matched_gamma())?])
}

/// The largest eigenvalue of the Hessian on the balanced path from the origin to `w2 w1 = 1`.
pub fn steepest(mode: &Mode) -> f64 {
    /// Steps along the path.
    const PATH: u32 = 200;
    let points = (0..=PATH).map(|i| (f64::from(i) / f64::from(PATH)).sqrt());
    points.map(|r| mode.curvatures(r, r)[0]).fold(0.0, f64::max)
}
