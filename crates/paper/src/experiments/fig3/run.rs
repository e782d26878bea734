//! What Figure 3 computes.

use serde::{Deserialize, Serialize};

use crate::experiments::Model;

/// Everything that Figure 3 shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// Dynamics, for both variants of the WDAE's learning rate.
    pub curves: Vec<Curve>,
    /// Optimal learning rates over a fine grid of epsilon.
    pub rates: Vec<Rates>,
    /// Learning times on the spectra of real data under one global rate.
    pub spectrum: Vec<SpectrumRow>,
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

/// Optimal rates at one epsilon.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Noise variance.
    pub epsilon: f64,
    /// Matched weight decay.
    pub gamma: f64,
    /// `1 / (2 lambda + 3 epsilon)`.
    pub dae: f64,
    /// `1 / (2 lambda + gamma)`.
    pub wdae: f64,
    /// `dae / wdae`.
    pub ratio: f64,
}

/// Time to 95% of the fixed point of one mode of a real spectrum.
#[derive(Debug, Clone)]
pub struct SpectrumRow {
    /// `mnist` or `cifar10`.
    pub dataset: &'static str,
    /// Index by descending eigenvalue, from 0.
    pub mode: usize,
    /// Eigenvalue.
    pub lambda: f64,
    /// Noise variance of the DAE.
    pub epsilon: f64,
    /// Weight decay matched at this mode.
    pub gamma: f64,
    /// Epochs that the DAE needs.
    pub dae_epochs: f64,
    /// Epochs that the WDAE needs.
    pub wdae_epochs: f64,
}
