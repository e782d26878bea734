//! Training in single against double precision from the same start, on the committed spectra.

use dae::Settings as _;
use dae::data::{DataSet, Spectrum};
use dae::random::stream;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use paper::experiments;
use paper::settings::Profile;
use serde::Serialize;

use crate::case::SEED;

#[derive(Debug, Serialize)]
pub struct Row {
    dataset: &'static str,
    model: &'static str,
    epochs: u64,
    /// Largest difference at any recorded epoch.
    mapping: f64,
    /// As `mapping`, of the singular values.
    singular_value: f64,
    /// As `mapping`, of the loss, relative.
    loss: f64,
    /// The largest mapping that the run reached: how much of learning the comparison covers.
    largest_mapping: f64,
}

pub fn run() -> anyhow::Result<Vec<Row>> {
    let (settings, _) = experiments::load(Profile::Paper)?;
    let fig5 = settings.fig5;
    let mut rows = Vec::new();
    for (dataset, data) in [
        (DataSet::Mnist, &fig5.mnist),
        (DataSet::Cifar10, &fig5.cifar10),
    ] {
        let lambda = Spectrum::committed(dataset)?.lambda;
        let name = dataset.name();
        let mut encoder = stream(SEED, &["precision", name, "encoder"]);
        let mut decoder = stream(SEED, &["precision", name, "decoder"]);
        let start = Weights::normal(
            [&mut encoder, &mut decoder],
            lambda.len(),
            data.hidden,
            fig5.init_std,
        )?;
        let trainer = |precision| -> anyhow::Result<LinearTrainer> {
            let settings = LinearSettings {
                hidden: data.hidden,
                alpha: data.alpha,
                s2: fig5.s2,
                gamma: 0.0,
                precision,
            };
            Ok(LinearTrainer::new(&settings.check()?, &lambda, &start)?)
        };
        let (mut single, mut double) = (trainer(Precision::F32)?, trainer(Precision::F64)?);
        let mut row = Row {
            dataset: name,
            model: "DAE",
            epochs: fig5.epochs,
            mapping: 0.0,
            singular_value: 0.0,
            loss: 0.0,
            largest_mapping: 0.0,
        };
        while double.epoch() < fig5.epochs {
            let more = fig5.record_every.min(fig5.epochs - double.epoch());
            single.advance(more);
            double.advance(more);
            let (s, d) = (single.observe(&fig5.modes)?, double.observe(&fig5.modes)?);
            let apart = |a: &[f64], b: &[f64]| {
                let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
                differences.fold(0.0, f64::max)
            };
            row.mapping = row.mapping.max(apart(&s.mappings, &d.mappings));
            let singular = apart(&s.singular_values, &d.singular_values);
            row.singular_value = row.singular_value.max(singular);
            row.loss = row.loss.max((s.loss / d.loss - 1.0).abs());
            row.largest_mapping = d
                .mappings
                .iter()
                .copied()
                .fold(row.largest_mapping, f64::max);
        }
        rows.push(row);
    }
    Ok(rows)
}
