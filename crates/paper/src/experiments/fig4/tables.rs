//! Table of Figure 4.

use polars::prelude::Column;

use super::Settings;
use super::run::Run;
use crate::Result;
use crate::table::Table;

/// `fig4_paths.csv`, thinned to every `table_every`-th epoch.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    let (mut model, mut trial, mut epoch) = (Vec::new(), Vec::new(), Vec::new());
    let (mut w1, mut w2, mut w, mut norm) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in &run.rows {
        for t in &row.trials {
            for (i, &at) in t.epochs.iter().enumerate() {
                if at.is_multiple_of(settings.table_every) {
                    model.push(row.model.name());
                    trial.push(t.trial as u64);
                    epoch.push(at);
                    w1.push(t.path[i][0]);
                    w2.push(t.path[i][1]);
                    w.push(t.w[i]);
                    norm.push(t.norm[i]);
                }
            }
        }
    }
    let columns = vec![
        Column::new("model".into(), model),
        Column::new("trial".into(), trial),
        Column::new("epoch".into(), epoch),
        Column::new("w1".into(), w1),
        Column::new("w2".into(), w2),
        Column::new("w".into(), w),
        Column::new("norm".into(), norm),
    ];
    Ok(vec![Table::new("fig4_paths.csv", columns)?])
}
