//! The picture of Figure 7: six questions.

mod networks;
mod noise;

use super::run::Run;
use crate::Result;
use crate::experiments::common::style;
use crate::plot::{BLACK, Colour, Entry, Mark, Picture, Row, Shape, Stroke, family};

/// Line width of the theory; `RULE` is that of other lines.
const THEORY: f64 = 2.0;
const RULE: f64 = 1.8;

/// Radius of the markers of trained networks.
const TRAINED: f64 = 4.0;

/// Height of a frame over its width.
const RATIO: f64 = 0.98;

/// The legends under a row, each with its panel.
type Legends = Vec<(&'static str, Vec<Entry>)>;

/// Draws Figure 7: theory (lines) and what was trained or measured (markers).
///
/// # Errors
/// [`plot::Error::Empty`] without rows, [`plot::Error::Value`] if a value is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let above = vec![
        noise::denoising(run)?,
        noise::price(run)?,
        noise::samples(run)?,
    ];
    let below = vec![
        networks::width(run)?,
        networks::depth(run)?,
        networks::mask(run)?,
    ];
    let strips = |row: Row, legends: Legends| {
        let strip = |row: Row, (heading, entries)| row.with_strip(style::legend(heading, entries));
        legends.into_iter().fold(row, strip)
    };
    let above = strips(Row::new(RATIO, above), noise::legends(run)?);
    let below = strips(Row::new(RATIO, below), networks::legends(run));
    let below = below.with_strip(style::legend("", all(run)));
    style::page(
        "Figure 7: beyond the paper",
        "Six panels, theory as lines and training as markers: the denoising error of three autoencoders against epoch; the \
         price of four regularisers against the noise; the error against the number of images; the modes of a narrow \
         network against epoch; the final mapping of deep networks against the eigenvalue; the modes of a network \
         trained on masked images against epoch.",
        vec![above, below],
    )
}

/// A vertical line from the bottom to the top of a panel.
fn upright(x: f64, [low, high]: [f64; 2], stroke: Stroke) -> Mark {
    Mark::line([x, x], &[low, high], stroke)
}

/// Evenly thins points to at most `about`.
fn thinned(points: Vec<[f64; 2]>, about: usize) -> Vec<[f64; 2]> {
    let step = points.len().div_ceil(about).max(1);
    points.into_iter().step_by(step).collect()
}

/// The colour of a mode among several.
fn of_mode(place: usize, count: usize) -> Colour {
    family(place, count)
}

/// Legend entries shared by all panels.
fn all(run: &Run) -> Vec<Entry> {
    let measured = match run.images {
        true => "trained or measured",
        false => "trained; C and F: data/few_samples.csv",
    };
    vec![
        Entry::line(Stroke::solid(BLACK, THEORY), "theory"),
        Entry::marker(Shape::Circle, 5.0, BLACK, measured),
    ]
}
