//! Networks trained on the spectrum, to compare with the theory.

use dae::Settings as _;
use dae::random::stream;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};

use super::Prediction;
use super::rows::{Curve, Rms};
use crate::Result;
use crate::experiments::Model;
use crate::system::progress::Progress;

/// Trains the linear autoencoder and the linear DAE by full-batch gradient descent. Returns the curves of the drawn
/// directions, theory and training, and their deviations.
///
/// # Errors
/// [`dae::Error::Diverged`] if the learning rate is too large.
pub(super) fn train(
    prediction: &Prediction,
    seed: u64,
    progress: &Progress,
) -> Result<(Vec<Curve>, Vec<Rms>)> {
    let (mut curves, mut deviations) = (Vec::new(), Vec::new());
    for (model, s2) in [(Model::Ae, 0.0), (Model::Dae, prediction.epsilon)] {
        let own = curves_of(prediction, (model, s2), seed, progress)?;
        deviations.extend(
            own.chunk_by(|a, b| a.direction == b.direction)
                .filter_map(|rows| deviation(prediction, rows)),
        );
        curves.extend(own);
    }
    Ok((curves, deviations))
}

fn curves_of(
    prediction: &Prediction,
    (model, s2): (Model, f64),
    seed: u64,
    progress: &Progress,
) -> Result<Vec<Curve>> {
    let lambda: Vec<f64> = prediction.directions.iter().map(|it| it.lambda).collect();
    let mut sides = ["encoder", "decoder"].map(|side| stream(seed, &["own", model.name(), side]));
    let (hidden, std) = (prediction.hidden, prediction.init_std);
    let start = Weights::normal(sides.each_mut(), lambda.len(), hidden, std)?;
    let growing = start.growing_part();
    let drawn = |values: &ndarray::Array1<f64>| -> Vec<f64> {
        let modes = prediction.drawn.iter();
        modes
            .filter_map(|&mode| values.get(mode).copied())
            .collect()
    };
    let settings = LinearSettings {
        hidden,
        alpha: prediction.alpha,
        s2,
        gamma: 0.0,
        precision: Precision::F32,
    };
    let mut trainer = LinearTrainer::new(&settings.check()?, &lambda, &start)?;
    let points = prediction.points();
    let bar = progress.bar(model.name(), prediction.epochs);
    let mut seen = Vec::new();
    for &epoch in &points {
        trainer.advance(epoch - trainer.epoch());
        let mappings = drawn(&trainer.weights().mappings());
        if !mappings.iter().all(|mapping| mapping.is_finite()) {
            let what = "a mapping";
            return Err(dae::Error::Diverged { what, epoch }.into());
        }
        bar.set(epoch, "");
        seen.push(mappings);
    }
    bar.finish();
    let mut curves = prediction.curves(model, &drawn(&growing), &points)?;
    for (place, rows) in curves
        .chunk_by_mut(|a, b| a.direction == b.direction)
        .enumerate()
    {
        for (row, mappings) in rows.iter_mut().zip(&seen) {
            row.mapping = mappings.get(place).copied();
        }
    }
    Ok(curves)
}

fn deviation(prediction: &Prediction, rows: &[Curve]) -> Option<Rms> {
    let first = rows.first()?;
    let squares = rows
        .iter()
        .filter_map(|row| Some((row.theory - row.mapping?).powi(2)));
    Some(Rms {
        model: first.model,
        direction: first.direction,
        lambda: prediction.directions.get(first.direction - 1)?.lambda,
        deviation: (squares.sum::<f64>() / rows.len() as f64).sqrt(),
    })
}
