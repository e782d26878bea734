//! What Figure 5 computes.

use crate::experiments::Model;

/// Everything that Figure 5 shows: one training run for each data set and model.
#[derive(Debug, Clone)]
pub struct Run {
    /// The training runs, data sets in order, models in order within.
    pub trainings: Vec<Training>,
}

/// One data set, one model.
#[derive(Debug, Clone)]
pub struct Training {
    /// `mnist` or `cifar10`.
    pub dataset: &'static str,
    /// Which model.
    pub model: Model,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Number of pixels D of the data.
    pub pixels: usize,
    /// Leading eigen-directions that were trained (equal to `pixels` when nothing was dropped).
    pub directions: usize,
    /// Epochs at which everything below was measured; 0 is the state before the first update.
    pub epochs: Vec<u64>,
    /// Training loss.
    pub loss: Vec<f64>,
    /// One series for each mode that is drawn.
    pub modes: Vec<ModeSeries>,
}

/// One mode; all vectors have one entry for each recorded epoch.
#[derive(Debug, Clone)]
pub struct ModeSeries {
    /// Index by descending eigenvalue, from 0.
    pub mode: usize,
    /// Eigenvalue.
    pub lambda: f64,
    /// Mapping `(A B)_ii`.
    pub mapping: Vec<f64>,
    /// Singular value of `W1 W2` of the same rank.
    pub singular_value: Vec<f64>,
    /// Balanced closed form from the growing part of this mode's own start.
    pub theory: Vec<f64>,
    /// Balanced closed form from the published start value.
    pub theory_published_start: Vec<f64>,
}
