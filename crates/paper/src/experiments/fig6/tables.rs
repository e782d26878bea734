//! Tables of Figure 6.

use dae::train::nonlinear::{Observation, Sampler};
use polars::prelude::Column;

use super::run::{Projection, Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::table::Table;

/// `fig6_mapping.csv` and `fig6_loss.csv` of what is drawn, `fig6_other_sigma.csv` of what is only recorded,
/// `fig6_runs.csv` (sizes, sampler and the effect of dropped directions of each run), and `fig6_spectrum.csv` (the
/// eigenvalues of the images used).
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let (drawn, other): (Vec<&Training>, Vec<&Training>) =
        run.trainings.iter().partition(|t| t.drawn);
    let mut tables = vec![
        mapping("fig6_mapping.csv", &drawn, false)?,
        loss(&drawn)?,
        runs(&run.trainings)?,
        spectrum(&run.trainings)?,
    ];
    if !other.is_empty() {
        tables.push(mapping("fig6_other_sigma.csv", &other, true)?);
    }
    Ok(tables)
}

fn mapping(name: &'static str, trainings: &[&Training], with_sigma: bool) -> Result<Table> {
    let mut rows: Vec<(&Training, usize, &Observation, f64)> = Vec::new();
    for &training in trainings {
        for (i, &mode) in training.modes.iter().enumerate() {
            let seen = training.record.observations.iter();
            rows.extend(seen.map(|seen| (training, mode, seen, seen.mappings[i])));
        }
    }
    let mut columns = keys(rows.iter().map(|row| row.0));
    if with_sigma {
        columns.push(Column::new(
            "sigma".into(),
            rows.iter().map(|row| row.0.sigma).collect::<Vec<_>>(),
        ));
    }
    columns.extend([
        Column::new(
            "mode".into(),
            rows.iter().map(|row| row.1 as u64).collect::<Vec<_>>(),
        ),
        Column::new(
            "epoch".into(),
            rows.iter().map(|row| row.2.epoch).collect::<Vec<_>>(),
        ),
        Column::new(
            "mapping".into(),
            rows.iter().map(|row| row.3).collect::<Vec<_>>(),
        ),
    ]);
    Table::new(name, columns)
}

fn loss(trainings: &[&Training]) -> Result<Table> {
    let rows: Vec<(&Training, &Observation)> = trainings
        .iter()
        .flat_map(|&t| t.record.observations.iter().map(move |seen| (t, seen)))
        .collect();
    let mut columns = keys(rows.iter().map(|row| row.0));
    columns.extend([
        Column::new(
            "epoch".into(),
            rows.iter().map(|row| row.1.epoch).collect::<Vec<_>>(),
        ),
        Column::new(
            "loss".into(),
            rows.iter().map(|row| row.1.loss).collect::<Vec<_>>(),
        ),
    ]);
    Table::new("fig6_loss.csv", columns)
}

fn runs(trainings: &[Training]) -> Result<Table> {
    let mut columns = keys(trainings.iter());
    let each = |value: fn(&Training) -> u64| trainings.iter().map(value).collect::<Vec<_>>();
    let counts = [
        ("samples", each(|t| t.samples as u64)),
        ("pixels", each(|t| t.pixels as u64)),
        ("directions", each(|t| t.directions as u64)),
        (
            "projection_epochs",
            each(|t| t.record.projection.as_ref().map_or(0, |p| p.epochs)),
        ),
    ];
    let effect = |t: &Training, value: fn(&Projection) -> f64| {
        t.record.projection.as_ref().map_or(0.0, value)
    };
    let numbers: [(&str, Vec<f64>); 5] = [
        ("sigma", trainings.iter().map(|t| t.sigma).collect()),
        (
            "projection_mapping",
            trainings.iter().map(|t| effect(t, |p| p.mapping)).collect(),
        ),
        (
            "projection_loss",
            trainings.iter().map(|t| effect(t, |p| p.loss)).collect(),
        ),
        (
            "projection_final_mapping",
            trainings
                .iter()
                .map(|t| effect(t, |p| p.final_mapping))
                .collect(),
        ),
        (
            "projection_final_loss",
            trainings
                .iter()
                .map(|t| effect(t, |p| p.final_loss))
                .collect(),
        ),
    ];
    for (name, values) in counts {
        columns.push(Column::new(name.into(), values));
    }
    for (name, values) in numbers {
        columns.push(Column::new(name.into(), values));
    }
    let samplers: Vec<&str> = trainings.iter().map(sampler).collect();
    columns.push(Column::new("sampler".into(), samplers));
    Table::new("fig6_runs.csv", columns)
}

/// The eigenvalue of each recorded mode, once for each data set: that of the images which were used.
fn spectrum(trainings: &[Training]) -> Result<Table> {
    let plain = trainings.iter().filter(|t| t.model == Model::Ae);
    let rows: Vec<(&Training, usize, f64)> = plain
        .flat_map(|t| {
            let pairs = t.modes.iter().zip(&t.record.lambda);
            pairs.map(move |(&mode, &lambda)| (t, mode, lambda))
        })
        .collect();
    let columns = vec![
        Column::new(
            "dataset".into(),
            rows.iter().map(|row| row.0.dataset).collect::<Vec<_>>(),
        ),
        Column::new(
            "samples".into(),
            rows.iter()
                .map(|row| row.0.samples as u64)
                .collect::<Vec<_>>(),
        ),
        Column::new(
            "mode".into(),
            rows.iter().map(|row| row.1 as u64).collect::<Vec<_>>(),
        ),
        Column::new(
            "lambda".into(),
            rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        ),
    ];
    Table::new("fig6_spectrum.csv", columns)
}

fn sampler(training: &Training) -> &'static str {
    match training.record.sampler {
        None => "none",
        Some(Sampler::Auto) => "auto",
        Some(Sampler::Direct) => "direct",
        Some(Sampler::LawEqual) => "law_equal",
    }
}

fn keys<'a>(trainings: impl Iterator<Item = &'a Training>) -> Vec<Column> {
    let (datasets, models): (Vec<&str>, Vec<&str>) =
        trainings.map(|t| (t.dataset, t.model.name())).unzip();
    vec![
        Column::new("dataset".into(), datasets),
        Column::new("model".into(), models),
    ]
}
