//! What Figure 3 computes.

use dae::Checked;
use dae::data::{DataSet, Spectrum};
use dae::theory::dynamics::balanced;
use dae::theory::{Mode, rates};
use serde::{Deserialize, Serialize};

use super::Settings;
use super::rows::{self, Rates};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::descent::matched;
use crate::experiments::common::epochs;

/// Everything that Figure 3 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// Dynamics, for both variants of the WDAE's learning rate.
    pub curves: Vec<Curve>,
    /// Optimal learning rates over a fine grid of epsilon.
    pub rates: Vec<Rates>,
    /// Learning times on the spectra of real data under one global rate.
    pub spectrum: Vec<rows::Spectrum>,
}

/// Which learning rate the WDAE is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// `1 / (2 lambda + 2 gamma)`, as in the published left and right panels.
    Published,
    /// `1 / (2 lambda + gamma)`, the rate that goes with the DAE's.
    Consistent,
}

impl Variant {
    /// Both, in the order of the rows.
    pub const ALL: [Self; 2] = [Self::Published, Self::Consistent];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Consistent => "consistent",
        }
    }
}

/// One theory curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Which WDAE rate.
    pub variant: Variant,
    /// DAE or WDAE.
    pub model: Model,
    /// Noise variance.
    pub epsilon: f64,
    /// Matched weight decay.
    pub gamma: f64,
    /// Learning rate that the curve was computed with.
    pub alpha: f64,
    /// Epochs.
    pub epochs: Vec<u64>,
    /// Mapping, one for each epoch.
    pub w: Vec<f64>,
}

/// Evaluates the closed form at a fraction of each model's optimal rate, the rates themselves, and the learning
/// times that one global rate gives the modes of real spectra.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn run(settings: &Checked<Settings>, spectra: &[(DataSet, Spectrum)]) -> Result<Run> {
    let mut curves = Vec::new();
    for variant in Variant::ALL {
        for model in [Model::Dae, Model::Wdae] {
            for &epsilon in &settings.epsilon {
                curves.push(curve(settings, variant, model, epsilon)?);
            }
        }
    }
    let grid = (0..).map(|i| f64::from(i) * settings.rates_epsilon_step);
    let rates = grid
        .take_while(|&epsilon| epsilon < settings.rates_epsilon_end)
        .map(|epsilon| rates_at(settings.lambda, epsilon))
        .collect::<Result<_>>()?;
    let mut spectrum = Vec::new();
    for (dataset, data) in spectra {
        spectrum.extend(learning_times(settings, *dataset, &data.lambda)?);
    }
    Ok(Run {
        curves,
        rates,
        spectrum,
    })
}

fn curve(settings: &Settings, variant: Variant, model: Model, epsilon: f64) -> Result<Curve> {
    let [dae, wdae] = matched(settings.lambda, epsilon)?;
    let mode = if model == Model::Dae { dae } else { wdae };
    let optimal = match (model, variant) {
        (Model::Wdae, Variant::Published) => rates::published_wdae(&mode)?,
        _ => rates::optimal(&mode)?,
    };
    let alpha = settings.rate_fraction * optimal;
    let epochs = epochs(settings.epochs, settings.record_every);
    let at = |&epoch: &u64| balanced(&mode, settings.w0, alpha * epoch as f64);
    let w = epochs.iter().map(at).collect::<dae::Result<_>>()?;
    Ok(Curve {
        variant,
        model,
        epsilon,
        gamma: wdae.gamma(),
        alpha,
        epochs,
        w,
    })
}

fn rates_at(lambda: f64, epsilon: f64) -> Result<Rates> {
    let [dae, wdae] = matched(lambda, epsilon)?;
    Ok(Rates {
        epsilon,
        gamma: wdae.gamma(),
        dae: rates::optimal(&dae)?,
        wdae: rates::optimal(&wdae)?,
        ratio: rates::ratio(lambda, epsilon)?,
    })
}

/// Learning time of every mode of a spectrum in epochs, at the optimal rate of its largest eigenvalue.
///
/// The decay is matched mode by mode, so that both models head for the same mapping. Modes that are at their
/// target from the start have nothing to learn and are left out.
fn learning_times(
    settings: &Settings,
    dataset: DataSet,
    lambda: &[f64],
) -> Result<Vec<rows::Spectrum>> {
    let epsilon = settings.spectrum_epsilon;
    let Some(&largest) = lambda.first() else {
        return Ok(Vec::new());
    };
    let [dae, wdae] = matched(largest, epsilon)?;
    let (dae_alpha, wdae_alpha) = (rates::optimal(&dae)?, rates::optimal(&wdae)?);
    let mut rows = Vec::new();
    for (mode, &lambda) in lambda.iter().enumerate() {
        let [dae, wdae] = matched(lambda, epsilon)?;
        let target = settings.spectrum_fraction * dae.fixed_point().min(wdae.fixed_point());
        if target <= settings.w0 {
            continue;
        }
        let time =
            |mode: &Mode| rates::learning_time(mode, settings.w0, settings.spectrum_fraction);
        rows.push(rows::Spectrum {
            dataset,
            mode,
            lambda,
            epsilon,
            gamma: wdae.gamma(),
            dae_epochs: time(&dae)? / dae_alpha,
            wdae_epochs: time(&wdae)? / wdae_alpha,
        });
    }
    Ok(rows)
}
