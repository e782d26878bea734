//! What Figure 2 computes.

use crate::experiments::Model;

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
