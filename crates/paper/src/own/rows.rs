//! Tables of a prediction.

use crate::experiments::Model;

crate::rows! {
    /// A direction of the data, by descending variance.
    Direction in "directions.csv" {
        /// Its place, from 1.
        direction: usize,
        /// Its variance: eigenvalue of `X^T X / N`.
        lambda: f64,
        /// Share of all variance.
        share: f64,
        /// Share of all variance in this direction and those before.
        cumulative: f64,
        /// Where the mapping of a DAE ends, `lambda/(lambda + epsilon)`.
        fixed_point: f64,
        /// The weight decay that ends there, too, `lambda epsilon/(lambda + epsilon)`.
        matched_decay: f64,
        /// Epochs until the mapping of an autoencoder is at 95% of 1; empty for what it does not learn.
        epochs_ae: Option<f64>,
        /// The same for a WDAE with the matched decay and its fixed point.
        epochs_wdae: Option<f64>,
        /// The same for a DAE.
        epochs_dae: Option<f64>,
    }
}

crate::rows! {
    /// The mapping of a direction that is drawn, at one epoch.
    Curve in "curves.csv" {
        /// The model.
        model: Model,
        /// The direction, from 1.
        direction: usize,
        /// Updates done so far.
        epoch: u64,
        /// Closed form, from the start of this direction: the network's if one was trained, else the one to expect.
        theory: f64,
        /// What was trained, if anything was.
        mapping: Option<f64>,
    }
}

crate::rows! {
    /// How far the theory is from training, root mean square over the recorded epochs.
    Rms in "rms.csv" {
        /// The model.
        model: Model,
        /// The direction, from 1.
        direction: usize,
        /// Its variance.
        lambda: f64,
        /// Closed form against mapping.
        deviation: f64,
    }
}
