//! What Figure 1 computes.

use dae::Checked;
use dae::theory::{Mode, dynamics};

use super::Settings;
use crate::Result;
use crate::experiments::common::descent::descent;
use crate::experiments::starts;

/// Everything that Figure 1 shows: one panel for each noise variance.
#[derive(Debug, Clone)]
pub struct Run {
    /// Eigenvalue of the mode.
    pub lambda: f64,
    /// One panel for each epsilon.
    pub panels: Vec<Panel>,
}

/// One noise variance.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Noise variance.
    pub epsilon: f64,
    /// `lambda / (lambda + epsilon)`.
    pub fixed_point: f64,
    /// One gradient-descent run for each start.
    pub trials: Vec<Trial>,
}

/// One start; all vectors have one entry for each recorded epoch.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number of the start in the published list.
    pub trial: usize,
    /// Epochs recorded; 0 is the state before the first update.
    pub epochs: Vec<u64>,
    /// `w2 w1` from the unbalanced closed form.
    pub theory: Vec<f64>,
    /// `w2 w1` by gradient descent.
    pub simulation: Vec<f64>,
    /// `(w1, w2)` by gradient descent.
    pub path: Vec<[f64; 2]>,
    /// Loss by gradient descent.
    pub loss: Vec<f64>,
}

/// Runs gradient descent from every start, and the unbalanced closed form beside it.
///
/// # Errors
/// Divergence, or a trial that was not published.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let panels = settings
        .epsilon
        .iter()
        .map(|&epsilon| panel(settings, epsilon));
    Ok(Run {
        lambda: settings.lambda,
        panels: panels.collect::<Result<_>>()?,
    })
}

fn panel(settings: &Settings, epsilon: f64) -> Result<Panel> {
    let mode = Mode::denoising(settings.lambda, epsilon)?;
    let trials = settings.trials.iter().map(|&number| {
        trial(
            &mode,
            settings.alpha,
            settings.epochs,
            number,
            starts::published(number)?,
        )
    });
    Ok(Panel {
        epsilon,
        fixed_point: mode.fixed_point(),
        trials: trials.collect::<Result<_>>()?,
    })
}

/// One start, by descent and by theory.
///
/// # Errors
/// Divergence.
pub(super) fn trial(
    mode: &Mode,
    alpha: f64,
    epochs: u64,
    number: usize,
    start: [f64; 2],
) -> Result<Trial> {
    let states = descent(mode, alpha, epochs, start)?;
    let theory = states.iter().map(|state| {
        let [w1, w2] = dynamics::unbalanced(mode, start, alpha * state.epoch as f64)?;
        Ok(w1 * w2)
    });
    Ok(Trial {
        trial: number,
        epochs: states.iter().map(|state| state.epoch).collect(),
        theory: theory.collect::<Result<_>>()?,
        simulation: states.iter().map(|state| state.w1 * state.w2).collect(),
        path: states.iter().map(|state| [state.w1, state.w2]).collect(),
        loss: states.iter().map(|state| state.loss).collect(),
    })
}
