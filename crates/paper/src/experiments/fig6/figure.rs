//! The picture of Figure 6.

use super::run::{Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::{networks, style};
use crate::plot::{self, Mark, Panel, Picture, Row, Stroke};

/// Markers along a whole curve; a line runs through every recorded epoch.
const MARKERS: usize = 14;

/// Draws Figure 6: a panel for each data set, with every model and mode.
///
/// # Errors
/// [`plot::Error::Empty`] without training runs, [`plot::Error::Value`] if a value is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let drawn: Vec<&Training> = run.trainings.iter().filter(|t| t.drawn).collect();
    let datasets = || drawn.chunk_by(|a, b| a.dataset == b.dataset);
    let panels = datasets()
        .enumerate()
        .map(|(column, own)| panel(own, column));
    let mut row = Row::new(0.85, panels.collect());
    for own in datasets() {
        let heading = format!("{}:", style::dataset(own[0].dataset));
        let lambda = own[0].record.lambda.iter().copied();
        let modes = own[0].modes.iter().copied().zip(lambda);
        row = row.with_strip(networks::modes_legend(&heading, modes));
    }
    style::page(
        "Figure 6: nonlinear autoencoders on real images",
        "Mapping of the leading eigen-directions against epoch for the plain, the weight-decay and the \
         denoising autoencoder with a nonlinear hidden layer.",
        vec![row.with_strip(networks::models_legend(&[]))],
    )
}

fn panel(own: &[&Training], column: usize) -> Panel {
    let curves = own
        .iter()
        .flat_map(|t| (0..t.modes.len()).flat_map(|place| curve(t, place)));
    let seen = own.iter().filter_map(|t| t.record.observations.last());
    let last = seen.map(|seen| seen.epoch).max();
    networks::panel(&title(own), (last, 4), (1.08, column), curves.collect())
}

/// A line through the recorded epochs, with a few markers to tell the modes apart.
fn curve(training: &Training, place: usize) -> [Mark; 2] {
    let colour = style::model(training.model);
    let seen = &training.record.observations;
    let epochs: Vec<u64> = seen.iter().map(|seen| seen.epoch).collect();
    let mapping: Vec<f64> = seen.iter().map(|seen| seen.mappings[place]).collect();
    // Shifted from mode to mode, so markers of neighbouring curves do not overlap.
    let spacing = (seen.len() / MARKERS).max(1);
    let offset = spacing * place / training.modes.len();
    let points = epochs.iter().zip(&mapping).skip(offset).step_by(spacing);
    let points = points.map(|(&epoch, &w)| [epoch as f64, w]).collect();
    [
        style::by_epoch(&epochs, &mapping, Stroke::solid(colour, 1.8)),
        style::markers(points, networks::shape(place), 4.0, colour),
    ]
}

/// Data set and noise, and what was omitted, if anything.
fn title(own: &[&Training]) -> String {
    let (first, dae) = (own[0], own.iter().find(|t| t.model == Model::Dae));
    let sigma = dae.map_or(0.0, |t| t.sigma);
    let [samples, kept, all] = [first.samples, first.directions, first.pixels].map(plot::thousands);
    let head = format!("{}, DAE σ = {sigma}", style::dataset(first.dataset));
    if first.directions == first.pixels {
        format!("{head}\n{samples} images")
    } else {
        format!("{head}\n{samples} images, {kept} of {all} directions")
    }
}
