//! What Figure 4 computes.

use dae::Checked;
use dae::theory::Mode;

use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::descent::{descent, mappings};
use crate::experiments::starts;

/// Everything that Figure 4 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// A row for the DAE, a row for the WDAE.
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

/// One start.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number of the start.
    pub trial: usize,
    /// `(w1, w2)` at each epoch, the start first.
    pub path: Vec<[f64; 2]>,
}

impl Trial {
    /// `w2 w1` at each epoch.
    pub(super) fn mappings(&self) -> Vec<f64> {
        mappings(&self.path)
    }

    /// `sqrt(w1^2 + w2^2)` at each epoch.
    pub(super) fn norms(&self) -> Vec<f64> {
        self.path.iter().map(|[w1, w2]| w1.hypot(*w2)).collect()
    }
}

/// Runs gradient descent with noise and with decay from every start.
///
/// # Errors
/// Divergence, or a trial that was not published.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let starts = starts(settings)?;
    let rows = models(settings).into_iter().map(|(model, epsilon, gamma)| {
        let mode = Mode::new(settings.lambda, epsilon, gamma)?;
        let trials = starts.iter().map(|&(trial, start)| {
            let states = descent(&mode, settings.alpha, settings.epochs, start)?;
            let path = states.iter().map(|state| [state.w1, state.w2]).collect();
            Ok(Trial { trial, path })
        });
        Ok(Row {
            model,
            lambda: settings.lambda,
            epsilon,
            gamma,
            fixed_point: mode.fixed_point(),
            trials: trials.collect::<Result<_>>()?,
        })
    });
    let rows = rows.collect::<Result<_>>()?;
    Ok(Run { rows })
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
