//! What Figure 1 computes.

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
