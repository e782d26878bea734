//! The picture of Figure 6.

use dae::data::DataSet;

use super::run::{Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, Entry, Legend, Mark, Page, Panel, Picture, Row, Shape, Strip, Stroke,
};

/// Markers along the whole of a curve; between them is a line through every recorded epoch.
const MARKERS: usize = 14;

/// Draws Figure 6: a panel for each data set, with every model and mode.
///
/// # Errors
///
/// [`plot::Error::Empty`] without trainings, [`plot::Error::Value`] when something is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let drawn: Vec<&Training> = run.trainings.iter().filter(|t| t.drawn).collect();
    let mut names: Vec<DataSet> = drawn.iter().map(|t| t.dataset).collect();
    names.dedup();
    let panels = names.iter().enumerate().map(|(column, name)| {
        let own: Vec<&Training> = drawn
            .iter()
            .copied()
            .filter(|t| t.dataset == *name)
            .collect();
        panel(&own, column)
    });
    let mut row = Row::new(0.85, panels.collect());
    for name in &names {
        let own = drawn.iter().find(|t| t.dataset == *name);
        row = row.with_strip(Strip::Legend(modes_legend(own.copied())));
    }
    let page = Page {
        title: "Figure 6: nonlinear autoencoders on real images".to_owned(),
        description: "Mapping of the leading eigen-directions against epoch for the plain, the weight-decay and the \
                      denoising autoencoder with a nonlinear hidden layer."
            .to_owned(),
        rows: vec![row.with_strip(Strip::Legend(models_legend()))],
    };
    Ok(page.draw()?)
}

fn panel(own: &[&Training], column: usize) -> Panel {
    let mut marks = Vec::new();
    for training in own {
        for i in 0..training.modes.len() {
            marks.extend(curve(training, i));
        }
    }
    let last = own
        .iter()
        .filter_map(|t| t.record.observations.last())
        .map(|seen| seen.epoch)
        .max();
    let x = Axis::linear("epoch", [0.0, last.map_or(1.0, |epoch| epoch as f64)], 4);
    let y = Axis::linear("mapping", [-0.02, 1.08], 5);
    let y = if column > 0 { y.bare() } else { y };
    Panel::plane(&title(own), x, y, marks)
}

/// A line through the recorded epochs with a few markers that tell the modes apart.
fn curve(training: &Training, index: usize) -> [Mark; 2] {
    let colour = style::model(training.model);
    let seen = &training.record.observations;
    let mapping: Vec<f64> = seen.iter().map(|seen| seen.mappings[index]).collect();
    let epochs = || seen.iter().map(|seen| seen.epoch as f64);
    // Shifted from mode to mode, so that markers of neighbouring curves do not cover each other.
    let spacing = (seen.len() / MARKERS).max(1);
    let offset = spacing * index / training.modes.len();
    let points = epochs().zip(&mapping).skip(offset).step_by(spacing);
    [
        Mark::line(epochs(), &mapping, Stroke::solid(colour, 1.8)),
        Mark::Markers {
            points: points.map(|(epoch, &w)| [epoch, w]).collect(),
            shape: Shape::FAMILY[index % Shape::FAMILY.len()],
            radius: 4.0,
            fill: colour,
        },
    ]
}

/// Data set and noise, and what was left out if anything was.
fn title(own: &[&Training]) -> String {
    let Some(first) = own.first() else {
        return String::new();
    };
    let sigma = own
        .iter()
        .find(|t| t.model == Model::Dae)
        .map_or(0.0, |t| t.sigma);
    let [samples, kept, all] = [first.samples, first.directions, first.pixels].map(plot::thousands);
    let head = format!("{}, DAE σ = {sigma}", style::dataset(first.dataset));
    if first.directions == first.pixels {
        format!("{head}\n{samples} images")
    } else {
        format!("{head}\n{samples} images, {kept} of {all} directions")
    }
}

fn modes_legend(training: Option<&Training>) -> Legend {
    let entries = training
        .iter()
        .flat_map(|t| t.modes.iter().zip(&t.record.lambda))
        .enumerate();
    let entry = |(i, (&mode, lambda)): (usize, (&usize, &f64))| {
        let shape = Shape::FAMILY[i % Shape::FAMILY.len()];
        Entry::marker(
            shape,
            6.0,
            BLACK,
            &format!("λ{} = {lambda:.2}", plot::subscript(mode)),
        )
    };
    Legend {
        heading: training.map_or(String::new(), |t| format!("{}:", style::dataset(t.dataset))),
        entries: entries.map(entry).collect(),
    }
}

fn models_legend() -> Legend {
    let entry = |&model: &Model| Entry::line(Stroke::solid(style::model(model), 5.0), model.name());
    Legend {
        heading: String::new(),
        entries: Model::ALL.iter().map(entry).collect(),
    }
}
