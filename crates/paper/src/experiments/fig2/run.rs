//! What Figure 2 computes.

use dae::Checked;

use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::descent::{balanced, matched};
use crate::experiments::common::epochs;

/// Everything that Figure 2 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// One curve for each (model, lambda, epsilon).
    pub curves: Vec<Curve>,
}

/// One theory curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// [`Model::Dae`] (noise `epsilon`) or [`Model::Wdae`] (decay `gamma`).
    pub model: Model,
    /// Eigenvalue.
    pub lambda: f64,
    /// Noise variance of the DAE; for the WDAE the one its decay is matched to.
    pub epsilon: f64,
    /// The matched weight decay `lambda epsilon / (lambda + epsilon)`.
    pub gamma: f64,
    /// Epochs.
    pub epochs: Vec<u64>,
    /// Mapping `w2 w1`, one for each epoch.
    pub w: Vec<f64>,
}

/// Evaluates the balanced closed form for the DAE and for the WDAE with the matched decay.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let epochs = epochs(settings.epochs, settings.record_every);
    let mut curves = Vec::new();
    for (model, lambda, epsilon) in keys(settings) {
        let [dae, wdae] = matched(lambda, epsilon)?;
        let mode = if model == Model::Dae { dae } else { wdae };
        curves.push(Curve {
            model,
            lambda,
            epsilon,
            gamma: wdae.gamma(),
            w: balanced(&mode, settings.w0, settings.alpha, &epochs)?,
            epochs: epochs.clone(),
        });
    }
    Ok(Run { curves })
}

/// Model, lambda and epsilon of each curve, in order.
pub(super) fn keys(settings: &Settings) -> Vec<(Model, f64, f64)> {
    let mut keys = Vec::new();
    for model in [Model::Dae, Model::Wdae] {
        for &lambda in &settings.lambda {
            keys.extend(
                settings
                    .epsilon
                    .iter()
                    .map(|&epsilon| (model, lambda, epsilon)),
            );
        }
    }
    keys
}
