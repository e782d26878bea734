//! Tables of Figure 3.

use dae::data::DataSet;

use super::run::{Run, Variant};
use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// Mapping of one curve at one epoch.
    Dynamics in "fig3_dynamics.csv" {
        /// Which WDAE rate.
        variant: Variant,
        /// DAE or WDAE.
        model: Model,
        /// Noise variance.
        epsilon: f64,
        /// Matched weight decay.
        gamma: f64,
        /// Learning rate that the curve was computed with.
        alpha: f64,
        /// Epoch.
        epoch: u64,
        /// Mapping `w2 w1`.
        w: f64,
    }
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
        /// Epochs that the DAE needs.
        dae_epochs: f64,
        /// Epochs that the WDAE needs.
        wdae_epochs: f64,
    }
}

/// All tables; the dynamics thinned to every `table_every`-th epoch.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    let mut dynamics = Vec::new();
    for curve in &run.curves {
        for (&epoch, &w) in curve.epochs.iter().zip(&curve.w) {
            if epoch.is_multiple_of(settings.table_every) {
                dynamics.push(Dynamics {
                    variant: curve.variant,
                    model: curve.model,
                    epsilon: curve.epsilon,
                    gamma: curve.gamma,
                    alpha: curve.alpha,
                    epoch,
                    w,
                });
            }
        }
    }
    Ok(vec![
        Table::of(&dynamics)?,
        Table::of(&run.rates)?,
        Table::of(&run.spectrum)?,
    ])
}
