//! Shared by the network experiments: names and comparison of runs, ranges of settings, parts of figures.

use std::fmt::Debug;

use dae::data::DataSet;
use dae::{Result as Refused, within};
use serde::Serialize;

use super::ranges::{self, count};
use super::verify::pairs;
use super::{Model, style};
use crate::Result;
use crate::experiments::Training;
use crate::plot::{self, Axis, BLACK, Entry, Mark, Panel, Shape, Strip, Stroke};
use crate::system::files;
use crate::tables::{Judge, Row};

/// A training run, from its names and everything it depends on.
pub(crate) fn training(
    (figure, dataset, label): (&str, DataSet, &str),
    seed: u64,
    inputs: &impl Serialize,
) -> Training {
    Training {
        label: format!("{dataset}/{label}"),
        name: format!("{figure}-{dataset}-{label}-seed{seed}"),
        key: files::key(inputs),
    }
}

/// Refuses modes, epochs and starts that are out of range.
pub(crate) fn validate(
    modes: &[usize],
    [epochs, every]: [u64; 2],
    init_std: f64,
    directions: impl Fn(DataSet) -> usize,
) -> Refused<()> {
    ranges::recorded(epochs, every)?;
    within("init_std", init_std, 1e-12..=1.0, "1e-12 to 1")?;
    let number = modes.len() as u64;
    count("modes", number, 1000, "a list of 1 to 1000 modes")?;
    ranges::modes(modes, directions)
}

/// Refuses numbers of hidden units and directions that the data do not allow.
pub(crate) fn sizes(dataset: DataSet, hidden: usize, directions: usize) -> Refused<()> {
    count("hidden", hidden as u64, 10_000, "1 to 1e4")?;
    let (directions, pixels) = (directions as u64, dataset.pixels() as u64);
    let allowed = "1 to the number of pixels";
    count("directions", directions, pixels, allowed)
}

/// Each data set with each model, in the order of runs and tables.
pub(crate) fn runs() -> Vec<(DataSet, Model)> {
    pairs(&DataSet::ALL, &Model::ALL)
}

/// Pairs the retrained rows of one run with those of the table, each with its row number in the table. Returns no
/// pairs if the rows differ in their keys.
///
/// The key of a row is its run and its place within the run.
pub(crate) fn beside<R: Row, Run: PartialEq, K: PartialEq + Debug>(
    again: Vec<R>,
    judge: &mut Judge,
    key: impl Fn(&R) -> (Run, K),
) -> Result<Vec<(usize, [R; 2])>> {
    let Some((run, _)) = again.first().map(&key) else {
        return Ok(Vec::new());
    };
    let rows = judge.rows::<R>()?.into_iter().enumerate();
    let (places, found): (Vec<usize>, Vec<R>) = rows.filter(|(_, row)| key(row).0 == run).unzip();
    let expected = again.iter().map(|row| key(row).1);
    if !judge.keys(&found, |row| key(row).1, expected) {
        return Ok(Vec::new());
    }
    let pairs = again.into_iter().zip(found).map(|(a, b)| [a, b]);
    Ok(places.into_iter().zip(pairs).collect())
}

/// Whether the theory stays within 0.001 of a target over the last tenth of the recorded epochs.
pub(crate) fn settled(theory: impl ExactSizeIterator<Item = f64>, target: f64) -> bool {
    let late = theory.len() * 9 / 10;
    theory.skip(late).all(|w| (w - target).abs() < 1e-3)
}

/// The marker shape of a mode, by its place; shapes repeat if there are more modes than shapes.
pub(crate) fn shape(place: usize) -> Shape {
    Shape::FAMILY[place % Shape::FAMILY.len()]
}

/// Mapping against epoch, up to the last epoch and to the mapping `top`.
pub(crate) fn panel(
    title: &str,
    (last, ticks): (Option<u64>, usize),
    (top, column): (f64, usize),
    marks: Vec<Mark>,
) -> Panel {
    let x = style::epochs(last.unwrap_or(1), ticks);
    let y = Axis::linear("mapping", [-0.02, top], 5);
    Panel::plane(title, x, style::shared(y, column), marks)
}

/// The marker of each mode and its eigenvalue.
pub(crate) fn modes_legend(heading: &str, modes: impl Iterator<Item = (usize, f64)>) -> Strip {
    let entry = |(place, (mode, lambda))| {
        let text = format!("λ{} = {lambda:.2}", plot::subscript(mode));
        Entry::marker(shape(place), 6.0, BLACK, &text)
    };
    style::legend(heading, modes.enumerate().map(entry).collect())
}

/// The colour of each model, and any further entries.
pub(crate) fn models_legend(more: &[Entry]) -> Strip {
    let entry = |model| Entry::line(Stroke::solid(style::model(model), 5.0), model.name());
    style::legend("", [&Model::ALL.map(entry), more].concat())
}
