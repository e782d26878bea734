//! The look of models, data sets and pictures, the same in every figure.

use dae::data::DataSet;

use super::Model;
use crate::plot::{
    Axis, BLUE, Colour, DARK, Entry, Legend, Mark, Page, Picture, Row, Shape, Strip, Stroke,
    VERMILLION,
};
use crate::{Result, plot};

/// The colour of a model.
pub fn model(model: Model) -> Colour {
    match model {
        Model::Ae => DARK,
        Model::Wdae => VERMILLION,
        Model::Dae => BLUE,
    }
}

/// The name of a data set as its authors write it.
pub fn dataset(dataset: DataSet) -> &'static str {
    match dataset {
        DataSet::Mnist => "MNIST",
        DataSet::Cifar10 => "CIFAR-10",
    }
}

/// A horizontal axis of epochs.
pub(crate) fn epochs(last: u64, ticks: usize) -> Axis {
    Axis::linear("epoch", [0.0, last as f64], ticks)
}

/// A vertical axis, with labels in the first column only.
pub(crate) fn shared(axis: Axis, column: usize) -> Axis {
    if column > 0 { axis.bare() } else { axis }
}

pub(crate) fn by_epoch(epochs: &[u64], values: &[f64], stroke: Stroke) -> Mark {
    Mark::line(epochs.iter().map(|&epoch| epoch as f64), values, stroke)
}

pub(crate) fn markers(points: Vec<[f64; 2]>, shape: Shape, radius: f64, fill: Colour) -> Mark {
    Mark::Markers {
        points,
        shape,
        radius,
        fill,
    }
}

pub(crate) fn legend(heading: &str, entries: Vec<Entry>) -> Strip {
    Strip::Legend(Legend {
        heading: heading.to_owned(),
        entries,
    })
}

/// A whole figure: its title, a text description for readers who cannot see it, and its rows.
pub(crate) fn page(title: &str, description: &str, rows: Vec<Row>) -> Result<Picture> {
    let page = Page {
        title: title.to_owned(),
        description: description.to_owned(),
        rows,
    };
    Ok(page.draw()?)
}

pub(crate) fn nothing(what: &str) -> crate::Error {
    let what = what.to_owned();
    plot::Error::Empty { what }.into()
}

/// The distinct values, in order of first occurrence.
pub(crate) fn distinct<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

pub(crate) fn ascending(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut all = distinct(values);
    all.sort_by(f64::total_cmp);
    all
}
