//! The picture of Figure 5.

use super::run::{ModeSeries, Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::{networks, style};
use crate::plot::{self, BLACK, Entry, Mark, Panel, Picture, Row, Shape, Stroke};

/// Markers along a whole curve: every 100 of 5,000 epochs, as published.
const MARKERS: u64 = 50;

/// Draws Figure 5: a row for each data set, weight decay on the left, noise on the right, the plain
/// autoencoder in both.
///
/// # Errors
/// [`plot::Error::Empty`] without training runs, [`plot::Error::Value`] if a value is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let mut rows: Vec<Row> = Vec::new();
    let mut above: &[Training] = &[];
    for own in run.trainings.chunk_by(|a, b| a.dataset == b.dataset) {
        let panels = [Model::Wdae, Model::Dae].into_iter().enumerate();
        let panels = panels.map(|(column, model)| panel([above, own], model, column));
        let modes = own[0].modes.iter().map(|m| (m.mode, m.lambda));
        let row = Row::new(0.62, panels.collect())
            .labelled(style::dataset(own[0].dataset), BLACK)
            .with_strip(networks::modes_legend("", modes));
        rows.push(row);
        above = own;
    }
    let models = networks::models_legend(&[
        Entry::line(Stroke::solid(BLACK, 1.8), "theory"),
        Entry::marker(Shape::Circle, 5.0, BLACK, "actual"),
    ]);
    if let Some(last) = rows.pop() {
        rows.push(last.with_strip(models));
    }
    style::page(
        "Figure 5: linear autoencoders on real data, theory against training",
        "Mapping of five eigen-directions against epoch: closed form (lines) and gradient descent \
         (markers), for the plain, the weight-decay and the denoising autoencoder.",
        rows,
    )
}

fn panel([above, own]: [&[Training]; 2], model: Model, column: usize) -> Panel {
    let shown = || own.iter().filter(|t| [Model::Ae, model].contains(&t.model));
    let lines = shown().flat_map(|t| t.modes.iter().map(|mode| theory(t, mode)));
    let markers = shown().flat_map(|t| (0..t.modes.len()).map(|place| actual(t, place)));
    let marks = lines.chain(markers).collect();
    let last = shown().filter_map(|t| t.epochs.last()).max();
    let find = |all: &[Training]| all.iter().find(|t| t.model == model).map(title);
    let title = find(own).filter(|title| find(above).as_ref() != Some(title));
    let title = title.unwrap_or_default();
    networks::panel(&title, (last.copied(), 5), (1.05, column), marks)
}

/// The setting, and what was omitted, if anything.
fn title(training: &Training) -> String {
    let setting = match training.model {
        Model::Wdae => format!("weight decay, γ = {}", training.gamma),
        _ => format!("noise, ε = {}", training.s2),
    };
    if training.directions == training.pixels {
        return setting;
    }
    let [kept, all] = [training.directions, training.pixels].map(plot::thousands);
    format!("{setting}\n{kept} directions of {all} pixels")
}

fn theory(training: &Training, mode: &ModeSeries) -> Mark {
    let stroke = Stroke::solid(style::model(training.model), 1.8);
    style::by_epoch(&training.epochs, &mode.theory, stroke)
}

fn actual(training: &Training, place: usize) -> Mark {
    let last = training.epochs.last().copied().unwrap_or(0);
    let spacing = (last / MARKERS).max(1);
    let mut due = 0;
    let mut points = Vec::new();
    for (&epoch, &w) in training.epochs.iter().zip(&training.modes[place].mapping) {
        if epoch >= due {
            points.push([epoch as f64, w]);
            due = epoch + spacing;
        }
    }
    let colour = style::model(training.model);
    style::markers(points, networks::shape(place), 3.4, colour)
}
