//! What Figure 3 computes.

use dae::Checked;
use dae::data::{self, DataSet};
use dae::theory::rates;

use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::descent::{balanced, matched};
use crate::experiments::common::epochs;
use crate::tables::rows::cell;

/// Everything that Figure 3 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// Dynamics, for both variants of the WDAE's learning rate.
    pub curves: Vec<Curve>,
    /// Optimal learning rates over a fine grid of epsilon.
    pub rates: Vec<Rates>,
    /// Learning times on the spectra of real data under one global rate.
    pub spectrum: Vec<Spectrum>,
}

dae::named! {
    /// Which learning rate the WDAE is given.
    pub enum Variant as "variant" {
        /// `1 / (2 lambda + 2 gamma)`, as in the published left and right panels.
        Published = "published",
        /// `1 / (2 lambda + gamma)`, the rate consistent with the DAE's.
        Consistent = "consistent",
    }
}

cell!(Variant: |variant| variant.name());

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
    /// Learning rate of the curve.
    pub alpha: f64,
    /// Epochs.
    pub epochs: Vec<u64>,
    /// Mapping, one for each epoch.
    pub w: Vec<f64>,
}

crate::rows! {
    /// Optimal rates at one epsilon.
    Rates in "fig3_rates.csv" {
        /// Noise variance.
        epsilon: f64,
        /// Matched weight decay.
        gamma: f64,
        /// `1 / (2 lambda + 3 epsilon)`.
        dae: f64,
        /// `1 / (2 lambda + gamma)`.
        wdae: f64,
        /// `dae / wdae`.
        ratio: f64,
    }
}

crate::rows! {
    /// Time to a fraction of the fixed point of one mode of a real spectrum.
    Spectrum in "fig3_spectrum.csv" {
        /// Data set.
        dataset: DataSet,
        /// Index by descending eigenvalue, from 0.
        mode: usize,
        /// Eigenvalue.
        lambda: f64,
        /// Noise variance of the DAE.
        epsilon: f64,
        /// Weight decay matched at this mode.
        gamma: f64,
        /// Epochs the DAE needs.
        dae_epochs: f64,
        /// Epochs the WDAE needs.
        wdae_epochs: f64,
    }
}

/// Evaluates the closed form at a fraction of each model's optimal rate, the rates themselves, and the learning times
/// of the modes of real spectra under one global rate.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn run(settings: &Checked<Settings>, spectra: &[(DataSet, data::Spectrum)]) -> Result<Run> {
    let curves = keys(settings).into_iter().map(|key| curve(settings, key));
    let rates = grid(settings).map(|epsilon| rates_at(settings.lambda, epsilon));
    let mut spectrum = Vec::new();
    for (dataset, data) in spectra {
        spectrum.extend(learning_times(settings, *dataset, &data.lambda)?);
    }
    Ok(Run {
        curves: curves.collect::<Result<_>>()?,
        rates: rates.collect::<Result<_>>()?,
        spectrum,
    })
}

/// Variant, model and epsilon of each curve, in order.
pub(super) fn keys(settings: &Settings) -> Vec<(Variant, Model, f64)> {
    let mut keys = Vec::new();
    for variant in [Variant::Published, Variant::Consistent] {
        for model in [Model::Dae, Model::Wdae] {
            keys.extend(
                settings
                    .epsilon
                    .iter()
                    .map(|&epsilon| (variant, model, epsilon)),
            );
        }
    }
    keys
}

/// The noise variances of the middle panel.
pub(super) fn grid(settings: &Settings) -> impl Iterator<Item = f64> {
    let (step, end) = (settings.rates_epsilon_step, settings.rates_epsilon_end);
    let grid = (0..).map(move |i| f64::from(i) * step);
    grid.take_while(move |&epsilon| epsilon < end)
}

fn curve(settings: &Settings, (variant, model, epsilon): (Variant, Model, f64)) -> Result<Curve> {
    let [dae, wdae] = matched(settings.lambda, epsilon)?;
    let mode = if model == Model::Dae { dae } else { wdae };
    let optimal = match (model, variant) {
        (Model::Wdae, Variant::Published) => rates::published_wdae(&mode)?,
        _ => rates::optimal(&mode)?,
    };
    let alpha = settings.rate_fraction * optimal;
    let epochs = epochs(settings.epochs, settings.record_every);
    Ok(Curve {
        variant,
        model,
        epsilon,
        gamma: wdae.gamma(),
        alpha,
        w: balanced(&mode, settings.w0, alpha, &epochs)?,
        epochs,
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
/// The decay is matched mode by mode, so both models have the same fixed point. Modes that start at their target are
/// omitted.
fn learning_times(settings: &Settings, dataset: DataSet, lambda: &[f64]) -> Result<Vec<Spectrum>> {
    let (w0, share) = (settings.w0, settings.spectrum_fraction);
    let epsilon = settings.spectrum_epsilon;
    let Some(&largest) = lambda.first() else {
        return Ok(Vec::new());
    };
    let [dae, wdae] = matched(largest, epsilon)?;
    let (dae_alpha, wdae_alpha) = (rates::optimal(&dae)?, rates::optimal(&wdae)?);
    let mut rows = Vec::new();
    for (mode, &lambda) in lambda.iter().enumerate() {
        let [dae, wdae] = matched(lambda, epsilon)?;
        if share * dae.fixed_point().min(wdae.fixed_point()) <= w0 {
            continue;
        }
        rows.push(Spectrum {
            dataset,
            mode,
            lambda,
            epsilon,
            gamma: wdae.gamma(),
            dae_epochs: rates::learning_time(&dae, w0, share)? / dae_alpha,
            wdae_epochs: rates::learning_time(&wdae, w0, share)? / wdae_alpha,
        });
    }
    Ok(rows)
}
