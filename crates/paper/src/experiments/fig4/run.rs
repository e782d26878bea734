//! What Figure 4 computes.

use crate::experiments::Model;

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
