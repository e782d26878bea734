//! Table of Figure 4.

use super::run::Run;
use super::settings::Settings;
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// Weights of one start at one epoch.
    Paths in "fig4_paths.csv" {
        /// DAE or WDAE.
        model: Model,
        /// Number of the start.
        trial: usize,
        /// Epoch.
        epoch: u64,
        /// First weight.
        w1: f64,
        /// Second weight.
        w2: f64,
        /// Mapping `w2 w1`.
        w: f64,
        /// `sqrt(w1^2 + w2^2)`.
        norm: f64,
    }
}

/// The table, thinned to every `table_every`-th epoch.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    let mut rows = Vec::new();
    for row in &run.rows {
        for t in &row.trials {
            for (i, &epoch) in t.epochs.iter().enumerate() {
                if epoch.is_multiple_of(settings.table_every) {
                    let [w1, w2] = t.path[i];
                    rows.push(Paths {
                        model: row.model,
                        trial: t.trial,
                        epoch,
                        w1,
                        w2,
                        w: t.w[i],
                        norm: t.norm[i],
                    });
                }
            }
        }
    }
    Ok(vec![Table::of(&rows)?])
}
