//! The picture of Figure 5.

use dae::data::DataSet;

use super::run::{ModeSeries, Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, Entry, Legend, Mark, Page, Panel, Picture, Row, Shape, Strip, Stroke,
};

/// Markers along the whole of a curve: every 100 of 5,000 epochs, as published.
const MARKERS: u64 = 50;

/// Draws Figure 5: a row for each data set, weight decay on the left, noise on the right, the plain
/// autoencoder in both.
///
/// # Errors
///
/// [`plot::Error::Empty`] without trainings, [`plot::Error::Value`] when something is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let mut rows: Vec<Row> = Vec::new();
    let mut above: Vec<&Training> = Vec::new();
    let names = datasets(run);
    for (index, dataset) in names.iter().enumerate() {
        let own: Vec<&Training> = run
            .trainings
            .iter()
            .filter(|t| t.dataset == *dataset)
            .collect();
        let last = index + 1 == names.len();
        let panels = [Model::Wdae, Model::Dae]
            .into_iter()
            .enumerate()
            .map(|(column, model)| panel(&own, &above, model, column))
            .collect();
        let mut row = Row::new(0.62, panels)
            .labelled(style::dataset(*dataset), BLACK)
            .with_strip(Strip::Legend(modes_legend(&own)));
        if last {
            row = row.with_strip(Strip::Legend(models_legend()));
        }
        rows.push(row);
        above = own;
    }
    let page = Page {
        title: "Figure 5: linear autoencoders on real data, theory against training".to_owned(),
        description: "Mapping of five eigen-directions against epoch: closed form (lines) and gradient descent \
                      (markers), for the plain, the weight-decay and the denoising autoencoder."
            .to_owned(),
        rows,
    };
    Ok(page.draw()?)
}

/// Names of the data sets in the order of the run.
fn datasets(run: &Run) -> Vec<DataSet> {
    let mut names: Vec<DataSet> = Vec::new();
    for training in &run.trainings {
        if !names.contains(&training.dataset) {
            names.push(training.dataset);
        }
    }
    names
}

fn panel(own: &[&Training], above: &[&Training], model: Model, column: usize) -> Panel {
    let shown: Vec<&&Training> = own
        .iter()
        .filter(|t| t.model == Model::Ae || t.model == model)
        .collect();
    let mut marks: Vec<Mark> = shown
        .iter()
        .flat_map(|t| t.modes.iter().map(|m| theory(t, m)))
        .collect();
    for training in &shown {
        let series = training.modes.iter().zip(shapes());
        marks.extend(series.map(|(mode, shape)| actual(training, mode, shape)));
    }
    let last = shown.iter().filter_map(|t| t.epochs.last()).max();
    let x = Axis::linear("epoch", [0.0, last.map_or(1.0, |&e| e as f64)], 5);
    let y = Axis::linear("mapping", [-0.02, 1.05], 5);
    let y = if column > 0 { y.bare() } else { y };
    let find = |all: &[&Training]| all.iter().find(|t| t.model == model).map(|t| title(t));
    let title = find(own).filter(|title| find(above).as_ref() != Some(title));
    Panel::plane(&title.unwrap_or_default(), x, y, marks)
}

/// The setting, and what was left out if anything was.
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
    let epochs = training.epochs.iter().map(|&e| e as f64);
    Mark::line(
        epochs,
        &mode.theory,
        Stroke::solid(style::model(training.model), 1.8),
    )
}

fn actual(training: &Training, mode: &ModeSeries, shape: Shape) -> Mark {
    let last = training.epochs.last().copied().unwrap_or(0);
    let spacing = (last / MARKERS).max(1);
    let mut due = 0;
    let mut points = Vec::new();
    for (&epoch, &w) in training.epochs.iter().zip(&mode.mapping) {
        if epoch >= due {
            points.push([epoch as f64, w]);
            due = epoch + spacing;
        }
    }
    Mark::Markers {
        points,
        shape,
        radius: 3.4,
        fill: style::model(training.model),
    }
}

/// A shape for each mode; they repeat when there are more modes than shapes.
fn shapes() -> impl Iterator<Item = Shape> {
    Shape::FAMILY.into_iter().cycle()
}

fn modes_legend(own: &[&Training]) -> Legend {
    let modes = own.first().map_or(&[][..], |t| &t.modes);
    Legend {
        heading: String::new(),
        entries: modes
            .iter()
            .zip(shapes())
            .map(|(m, shape)| {
                Entry::marker(
                    shape,
                    6.0,
                    BLACK,
                    &format!("λ{} = {:.2}", plot::subscript(m.mode), m.lambda),
                )
            })
            .collect(),
    }
}

fn models_legend() -> Legend {
    let mut entries: Vec<Entry> = Model::ALL
        .iter()
        .map(|&model| Entry::line(Stroke::solid(style::model(model), 5.0), model.name()))
        .collect();
    entries.push(Entry::line(Stroke::solid(BLACK, 1.8), "theory"));
    entries.push(Entry::marker(Shape::Circle, 5.0, BLACK, "actual"));
    Legend {
        heading: String::new(),
        entries,
    }
}
