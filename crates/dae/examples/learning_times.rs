//! Predicts when each direction of MNIST is learned: without noise, with noise, and with the weight decay that has the
//! same fixed point.
//!
//!     cargo run --release -p dae --example learning_times

use dae::Result;
use dae::data::{DataSet, Spectrum};
use dae::theory::{Mode, rates};

/// Variance of the noise.
pub const EPSILON: f64 = 0.5;
/// Mapping of every direction at the start.
pub const START: f64 = 1e-4;
/// A direction counts as learned at this share of its fixed point.
pub const SHARE: f64 = 0.5;

/// Epochs that one direction takes.
pub struct Row {
    /// The direction, counted from 0.
    pub mode: usize,
    /// Its eigenvalue.
    pub lambda: f64,
    /// Autoencoder, weight-decay autoencoder, denoising autoencoder.
    pub epochs: [f64; 3],
}

/// A learning rate at which every direction is stable: the paper's optimum for the first direction, with noise.
pub fn rate(lambda: &[f64]) -> Result<f64> {
    let first = lambda.first().copied().unwrap_or(0.0);
    rates::optimal(&Mode::denoising(first, EPSILON)?)
}

/// A row for every tenth direction among the leading 100.
pub fn rows() -> Result<Vec<Row>> {
    let lambda = Spectrum::committed(DataSet::Mnist)?.lambda;
    let alpha = rate(&lambda)?;
    let leading = lambda.iter().enumerate().take(100).step_by(10);
    leading
        .map(|(mode, &lambda)| {
            let noisy = Mode::denoising(lambda, EPSILON)?;
            let plain = Mode::denoising(lambda, 0.0)?;
            let decaying = Mode::decaying(lambda, noisy.matched_gamma())?;
            let mut epochs = [0.0; 3];
            for (epochs, mode) in epochs.iter_mut().zip([plain, decaying, noisy]) {
                let s = rates::learning_time(&mode, START, SHARE)?;
                *epochs = s / alpha;
            }
            Ok(Row {
                mode,
                lambda,
                epochs,
            })
        })
        .collect()
}

fn main() -> Result<()> {
    println!("epochs to one half of the fixed point, noise of variance {EPSILON}");
    println!("mode   lambda        AE      WDAE       DAE");
    for Row {
        mode,
        lambda,
        epochs: [plain, decaying, noisy],
    } in rows()?
    {
        println!("{mode:4}  {lambda:7.4}  {plain:8.1}  {decaying:8.1}  {noisy:8.1}");
    }
    Ok(())
}
