//! Tables of Figure 3.

use super::run::{Run, Variant};
use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

pub use super::run::{Rates, Spectrum};

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
        /// Learning rate of the curve.
        alpha: f64,
        /// Epoch.
        epoch: u64,
        /// Mapping `w2 w1`.
        w: f64,
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
