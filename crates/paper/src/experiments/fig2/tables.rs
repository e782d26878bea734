//! Table of Figure 2.

use polars::prelude::Column;

use super::Settings;
use super::run::Run;
use crate::Result;
use crate::table::Table;

/// `fig2_dynamics.csv`, thinned to every `table_every`-th epoch.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    let (mut model, mut lambda, mut epsilon) = (Vec::new(), Vec::new(), Vec::new());
    let (mut gamma, mut epoch, mut w) = (Vec::new(), Vec::new(), Vec::new());
    for curve in &run.curves {
        for (&at, &value) in curve.epochs.iter().zip(&curve.w) {
            if at.is_multiple_of(settings.table_every) {
                model.push(curve.model.name());
                lambda.push(curve.lambda);
                epsilon.push(curve.epsilon);
                gamma.push(curve.gamma);
                epoch.push(at);
                w.push(value);
            }
        }
    }
    let columns = vec![
        Column::new("model".into(), model),
        Column::new("lambda".into(), lambda),
        Column::new("epsilon".into(), epsilon),
        Column::new("gamma".into(), gamma),
        Column::new("epoch".into(), epoch),
        Column::new("w".into(), w),
    ];
    Ok(vec![Table::new("fig2_dynamics.csv", columns)?])
}
