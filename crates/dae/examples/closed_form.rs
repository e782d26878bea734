//! The closed form of one mode beside gradient descent on the same loss, as in Figure 1 of the paper.
//!
//!     cargo run --release -p dae --example closed_form

use dae::theory::{Mode, dynamics};
use dae::train::scalar::{ScalarSettings, descend};
use dae::{Result, Settings as _};

const LAMBDA: f64 = 1.0;
const EPSILON: f64 = 0.25;
const ALPHA: f64 = 0.01;
/// Both weights at the start.
const START: [f64; 2] = [0.02, 0.05];

/// Epoch, mapping by the closed form, mapping by gradient descent.
pub fn rows() -> Result<Vec<(u64, f64, f64)>> {
    let mode = Mode::denoising(LAMBDA, EPSILON)?;
    let settings = ScalarSettings {
        lambda: LAMBDA,
        epsilon: EPSILON,
        gamma: 0.0,
        alpha: ALPHA,
        epochs: 800,
    };
    let mut rows = Vec::new();
    for state in descend(&settings.check()?, START)?.iter().step_by(100) {
        // Continuous time is the learning rate times the epoch.
        let [w1, w2] = dynamics::unbalanced(&mode, START, ALPHA * state.epoch as f64)?;
        rows.push((state.epoch, w1 * w2, state.w1 * state.w2));
    }
    Ok(rows)
}

fn main() -> Result<()> {
    println!("epoch  closed form  gradient descent");
    for (epoch, theory, descent) in rows()? {
        println!("{epoch:5}  {theory:11.6}  {descent:16.6}");
    }
    let end = Mode::denoising(LAMBDA, EPSILON)?.fixed_point();
    println!("both tend to lambda / (lambda + epsilon) = {end}");
    Ok(())
}
