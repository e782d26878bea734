//! Tables of Figure 5.

use polars::prelude::Column;

use super::run::{ModeSeries, Run, Training};
use crate::Result;
use crate::table::Table;

/// `fig5_dynamics.csv`, `fig5_loss.csv`, and `fig5_rms.csv`: how far the theory is from training, by mode.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    Ok(vec![dynamics(run)?, loss(run)?, rms(run)?])
}

/// Root mean square of the difference of two series.
pub fn rms_deviation(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    (squares / a.len().max(1) as f64).sqrt()
}

/// One row for each recorded epoch of each mode.
fn dynamics(run: &Run) -> Result<Table> {
    let mut keys: [Vec<&str>; 2] = Default::default();
    let (mut mode, mut epoch) = (Vec::new(), Vec::new());
    let mut numbers: [Vec<f64>; 5] = Default::default();
    for (t, series) in each_mode(run) {
        for (i, &at) in t.epochs.iter().enumerate() {
            keys[0].push(t.dataset);
            keys[1].push(t.model.name());
            mode.push(series.mode as u64);
            epoch.push(at);
            let row = [
                series.lambda,
                series.mapping[i],
                series.singular_value[i],
                series.theory[i],
                series.theory_published_start[i],
            ];
            numbers
                .iter_mut()
                .zip(row)
                .for_each(|(column, value)| column.push(value));
        }
    }
    let names = [
        "lambda",
        "mapping",
        "singular_value",
        "theory",
        "theory_published_start",
    ];
    let mut columns = vec![
        Column::new("dataset".into(), &keys[0]),
        Column::new("model".into(), &keys[1]),
        Column::new("mode".into(), mode),
        Column::new("epoch".into(), epoch),
    ];
    columns.extend(
        names
            .iter()
            .zip(&numbers)
            .map(|(&name, column)| Column::new(name.into(), column)),
    );
    Table::new("fig5_dynamics.csv", columns)
}

fn loss(run: &Run) -> Result<Table> {
    let rows = || {
        run.trainings
            .iter()
            .flat_map(|t| t.epochs.iter().zip(&t.loss).map(move |row| (t, row)))
    };
    let columns = vec![
        Column::new(
            "dataset".into(),
            rows().map(|(t, _)| t.dataset).collect::<Vec<_>>(),
        ),
        Column::new(
            "model".into(),
            rows().map(|(t, _)| t.model.name()).collect::<Vec<_>>(),
        ),
        Column::new(
            "epoch".into(),
            rows().map(|(_, (&epoch, _))| epoch).collect::<Vec<_>>(),
        ),
        Column::new(
            "loss".into(),
            rows().map(|(_, (_, &loss))| loss).collect::<Vec<_>>(),
        ),
    ];
    Table::new("fig5_loss.csv", columns)
}

fn rms(run: &Run) -> Result<Table> {
    let rows: Vec<_> = each_mode(run).collect();
    let column = |name: &str, value: fn(&ModeSeries) -> f64| {
        Column::new(
            name.into(),
            rows.iter()
                .map(|(_, series)| value(series))
                .collect::<Vec<_>>(),
        )
    };
    let columns = vec![
        Column::new(
            "dataset".into(),
            rows.iter().map(|(t, _)| t.dataset).collect::<Vec<_>>(),
        ),
        Column::new(
            "model".into(),
            rows.iter().map(|(t, _)| t.model.name()).collect::<Vec<_>>(),
        ),
        Column::new(
            "mode".into(),
            rows.iter().map(|(_, s)| s.mode as u64).collect::<Vec<_>>(),
        ),
        column("theory_against_mapping", |s| {
            rms_deviation(&s.theory, &s.mapping)
        }),
        column("theory_against_singular_value", |s| {
            rms_deviation(&s.theory, &s.singular_value)
        }),
        column("published_start_against_mapping", |s| {
            rms_deviation(&s.theory_published_start, &s.mapping)
        }),
        column("published_start_against_singular_value", |s| {
            rms_deviation(&s.theory_published_start, &s.singular_value)
        }),
    ];
    Table::new("fig5_rms.csv", columns)
}

fn each_mode(run: &Run) -> impl Iterator<Item = (&Training, &ModeSeries)> {
    run.trainings
        .iter()
        .flat_map(|t| t.modes.iter().map(move |series| (t, series)))
}
