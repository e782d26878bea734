//! Tables of Figure 3.

use polars::prelude::Column;

use super::Settings;
use super::run::{Rates, Run, SpectrumRow};
use crate::Result;
use crate::table::Table;

/// `fig3_dynamics.csv` (thinned to every `table_every`-th epoch), `fig3_rates.csv` and `fig3_spectrum.csv`.
///
/// # Errors
/// A value that is not finite.
pub fn tables(settings: &Settings, run: &Run) -> Result<Vec<Table>> {
    Ok(vec![
        dynamics(settings, run)?,
        rates(&run.rates)?,
        spectrum(&run.spectrum)?,
    ])
}

fn dynamics(settings: &Settings, run: &Run) -> Result<Table> {
    let (mut variant, mut model) = (Vec::new(), Vec::new());
    let (mut epsilon, mut gamma, mut alpha) = (Vec::new(), Vec::new(), Vec::new());
    let (mut epoch, mut w) = (Vec::new(), Vec::new());
    for curve in &run.curves {
        for (&at, &value) in curve.epochs.iter().zip(&curve.w) {
            if at.is_multiple_of(settings.table_every) {
                variant.push(curve.variant.name());
                model.push(curve.model.name());
                epsilon.push(curve.epsilon);
                gamma.push(curve.gamma);
                alpha.push(curve.alpha);
                epoch.push(at);
                w.push(value);
            }
        }
    }
    let columns = vec![
        Column::new("variant".into(), variant),
        Column::new("model".into(), model),
        Column::new("epsilon".into(), epsilon),
        Column::new("gamma".into(), gamma),
        Column::new("alpha".into(), alpha),
        Column::new("epoch".into(), epoch),
        Column::new("w".into(), w),
    ];
    Table::new("fig3_dynamics.csv", columns)
}

fn rates(rows: &[Rates]) -> Result<Table> {
    let column = |name: &str, value: fn(&Rates) -> f64| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let columns = vec![
        column("epsilon", |r| r.epsilon),
        column("gamma", |r| r.gamma),
        column("dae", |r| r.dae),
        column("wdae", |r| r.wdae),
        column("ratio", |r| r.ratio),
    ];
    Table::new("fig3_rates.csv", columns)
}

fn spectrum(rows: &[SpectrumRow]) -> Result<Table> {
    let column = |name: &str, value: fn(&SpectrumRow) -> f64| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let columns = vec![
        Column::new(
            "dataset".into(),
            rows.iter().map(|r| r.dataset).collect::<Vec<_>>(),
        ),
        Column::new(
            "mode".into(),
            rows.iter().map(|r| r.mode as u64).collect::<Vec<_>>(),
        ),
        column("lambda", |r| r.lambda),
        column("epsilon", |r| r.epsilon),
        column("gamma", |r| r.gamma),
        column("dae_epochs", |r| r.dae_epochs),
        column("wdae_epochs", |r| r.wdae_epochs),
    ];
    Table::new("fig3_spectrum.csv", columns)
}
