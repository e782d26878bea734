//! What Figure 4 computes.

use dae::Checked;
use dae::theory::Mode;

use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::descent::descent;
use crate::experiments::starts;

/// Everything that Figure 4 shows: a row for the DAE, a row for the WDAE.
#[derive(Debug, Clone)]
pub struct Run {
    /// The rows.
    pub rows: Vec<Row>,
}

/// One model.
#[derive(Debug, Clone)]
pub struct Row {
    /// DAE or WDAE.
    pub model: Model,
    /// Eigenvalue.
    pub lambda: f64,
    /// Noise variance (0 for the WDAE).
    pub epsilon: f64,
    /// Weight decay (0 for the DAE).
    pub gamma: f64,
    /// Fixed point of `w2 w1`.
    pub fixed_point: f64,
    /// Trial 0 is the small start, trials 1-10 those of the published list.
    pub trials: Vec<Trial>,
}

/// One start; all vectors have one entry for each epoch.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number of the start.
    pub trial: usize,
    /// Epochs; 0 is the state before the first update.
    pub epochs: Vec<u64>,
    /// `(w1, w2)`.
    pub path: Vec<[f64; 2]>,
    /// `w2 w1`.
    pub w: Vec<f64>,
    /// `sqrt(w1^2 + w2^2)`.
    pub norm: Vec<f64>,
}

/// Runs gradient descent with noise and with decay from every start.
///
/// # Errors
/// Divergence, or a trial that was not published.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let starts = starts(settings)?;
    let rows = models(settings).into_iter().map(|(model, epsilon, gamma)| {
        let mode = Mode::new(settings.lambda, epsilon, gamma)?;
        let trials = starts.iter().map(|&start| trial(settings, &mode, start));
        Ok(Row {
            model,
            lambda: settings.lambda,
            epsilon,
            gamma,
            fixed_point: mode.fixed_point(),
            trials: trials.collect::<Result<_>>()?,
        })
    });
    Ok(Run {
        rows: rows.collect::<Result<_>>()?,
    })
}

/// The starts by their numbers: the small one, then the published ones.
pub(super) fn starts(settings: &Settings) -> Result<Vec<(usize, [f64; 2])>> {
    let mut starts = vec![(0, settings.small_start)];
    for &trial in &settings.trials {
        starts.push((trial, starts::published(trial)?));
    }
    Ok(starts)
}

/// The models with their noise and decay.
pub(super) fn models(settings: &Settings) -> [(Model, f64, f64); 2] {
    [
        (Model::Dae, settings.epsilon, 0.0),
        (Model::Wdae, 0.0, settings.gamma),
    ]
}

fn trial(settings: &Settings, mode: &Mode, (trial, start): (usize, [f64; 2])) -> Result<Trial> {
    let states = descent(mode, settings.alpha, settings.epochs, start)?;
    Ok(Trial {
        trial,
        epochs: states.iter().map(|state| state.epoch).collect(),
        path: states.iter().map(|state| [state.w1, state.w2]).collect(),
        w: states.iter().map(|state| state.w1 * state.w2).collect(),
        norm: states
            .iter()
            .map(|state| state.w1.hypot(state.w2))
            .collect(),
    })
}
