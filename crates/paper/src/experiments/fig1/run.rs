//! What Figure 1 computes.

use dae::Checked;
use dae::theory::{Mode, dynamics};

use super::settings::Settings;
use crate::Result;
use crate::experiments::common::descent::{descent, mappings};
use crate::experiments::starts;

/// Everything that Figure 1 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// Eigenvalue of the mode.
    pub lambda: f64,
    /// One panel for each noise variance.
    pub panels: Vec<Panel>,
}

/// One noise variance.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Noise variance.
    pub epsilon: f64,
    /// `lambda / (lambda + epsilon)`.
    pub fixed_point: f64,
    /// Gradient descent from each start.
    pub trials: Vec<Trial>,
}

/// One start; all lists have one entry per epoch, the start first.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number of the start in the published list.
    pub trial: usize,
    /// `w2 w1` from the unbalanced closed form.
    pub theory: Vec<f64>,
    /// `(w1, w2)` by gradient descent.
    pub path: Vec<[f64; 2]>,
    /// Loss by gradient descent.
    pub loss: Vec<f64>,
}

impl Trial {
    /// `w2 w1` by gradient descent.
    pub(super) fn simulation(&self) -> Vec<f64> {
        mappings(&self.path)
    }

    /// Theory minus gradient descent.
    pub(super) fn differences(&self) -> impl Iterator<Item = f64> {
        self.theory
            .iter()
            .zip(self.simulation())
            .map(|(a, b)| a - b)
    }
}

/// Runs gradient descent from every start, and evaluates the unbalanced closed form.
///
/// # Errors
/// Divergence, or a trial that was not published.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let panel = |&epsilon: &f64| {
        let mode = Mode::denoising(settings.lambda, epsilon)?;
        let one = |&number: &usize| trial(&mode, number, settings.alpha, settings.epochs);
        Ok(Panel {
            epsilon,
            fixed_point: mode.fixed_point(),
            trials: settings.trials.iter().map(one).collect::<Result<_>>()?,
        })
    };
    Ok(Run {
        lambda: settings.lambda,
        panels: settings.epsilon.iter().map(panel).collect::<Result<_>>()?,
    })
}

pub(super) fn trial(mode: &Mode, number: usize, alpha: f64, epochs: u64) -> Result<Trial> {
    let start = starts::published(number)?;
    let states = descent(mode, alpha, epochs, start)?;
    let theory = states.iter().map(|state| {
        let [w1, w2] = dynamics::unbalanced(mode, start, alpha * state.epoch as f64)?;
        Ok(w1 * w2)
    });
    Ok(Trial {
        trial: number,
        theory: theory.collect::<Result<_>>()?,
        path: states.iter().map(|state| [state.w1, state.w2]).collect(),
        loss: states.iter().map(|state| state.loss).collect(),
    })
}
