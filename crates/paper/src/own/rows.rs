//! Tables of a prediction.

use crate::experiments::Model;

crate::rows! {
    /// A direction of the data, by descending variance.
    Direction in "directions.csv" {
        /// Its number, from 1.
        direction: usize,
        /// Its variance: eigenvalue of `X^T X / N`.
        lambda: f64,
        /// Share of the total variance.
        share: f64,
        /// Share of the total variance in this and all stronger directions.
        cumulative: f64,
        /// Fixed point of a DAE's mapping, `lambda/(lambda + epsilon)`.
        fixed_point: f64,
        /// The weight decay with the same fixed point, `lambda epsilon/(lambda + epsilon)`.
        matched_decay: f64,
        /// Epochs until the mapping of an autoencoder reaches 95% of 1; empty if it does not learn the direction.
        epochs_ae: Option<f64>,
        /// The same for a WDAE with the matched decay and its fixed point.
        epochs_wdae: Option<f64>,
        /// The same for a DAE.
        epochs_dae: Option<f64>,
    }
}

crate::rows! {
    /// The mapping of a drawn direction at one epoch.
    Curve in "curves.csv" {
        /// The model.
        model: Model,
        /// The direction, from 1.
        direction: usize,
        /// Updates done so far.
        epoch: u64,
        /// Closed form from the start of this direction: the network's if one was trained, else the expected one.
        theory: f64,
        /// Mapping of the trained network, if any.
        mapping: Option<f64>,
    }
}

crate::rows! {
    /// Deviation of the theory from training, root mean square over the recorded epochs.
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
