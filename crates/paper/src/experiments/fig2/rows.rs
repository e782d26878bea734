//! Table of Figure 2.

use super::run::Run;
use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// Mapping of one curve at one epoch.
    Dynamics in "fig2_dynamics.csv" {
        /// DAE or WDAE.
        model: Model,
        /// Eigenvalue.
        lambda: f64,
        /// Noise variance of the DAE; for the WDAE the one its decay is matched to.
        epsilon: f64,
        /// The matched decay.
        gamma: f64,
        /// Epoch.
        epoch: u64,
        /// Mapping `w2 w1`.
        w: f64,
    }
}

/// The table, thinned to every `table_every`-th epoch.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    let mut rows = Vec::new();
    for curve in &run.curves {
        for (&epoch, &w) in curve.epochs.iter().zip(&curve.w) {
            if epoch.is_multiple_of(settings.table_every) {
                rows.push(Dynamics {
                    model: curve.model,
                    lambda: curve.lambda,
                    epsilon: curve.epsilon,
                    gamma: curve.gamma,
                    epoch,
                    w,
                });
            }
        }
    }
    Ok(vec![Table::of(&rows)?])
}
