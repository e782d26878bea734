//! The picture of Figure 7: six questions.

mod networks;
mod noise;

use super::run::Run;
use crate::Result;
use crate::experiments::common::style;
use crate::plot::{BLACK, Colour, Entry, Mark, Picture, Row, Shape, Stroke, family};

/// Lines of the theory, and those beside it.
const THEORY: f64 = 2.0;
const RULE: f64 = 1.8;

/// Radius of the markers of what was trained.
const TRAINED: f64 = 4.0;

/// Height of a frame over its width.
const RATIO: f64 = 0.98;

/// Draws Figure 7: what the theory says (lines) beside what was trained or measured (markers).
///
/// # Errors
/// [`plot::Error::Empty`](crate::plot::Error::Empty) without rows, [`plot::Error::Value`](crate::plot::Error::Value) when
/// something is not finite.
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
    let above = noise::legends(run)?
        .into_iter()
        .fold(Row::new(RATIO, above), |row, (heading, entries)| {
            row.with_strip(style::legend(heading, entries))
        });
    let below = networks::legends(run)
        .into_iter()
        .fold(Row::new(RATIO, below), |row, (heading, entries)| {
            row.with_strip(style::legend(heading, entries))
        });
    let below = match run.images {
        true => below,
        false => below.with_strip(style::legend(
            "C and F: markers of data/few_samples.csv, for want of images",
            Vec::new(),
        )),
    };
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

/// Every so many of some points, so that there are about as many as this.
fn thinned(points: Vec<[f64; 2]>, about: usize) -> Vec<[f64; 2]> {
    let step = points.len().div_ceil(about).max(1);
    points.into_iter().step_by(step).collect()
}

/// The colour of a mode among several.
fn of_mode(place: usize, count: usize) -> Colour {
    family(place, count)
}

fn theory() -> Entry {
    Entry::line(Stroke::solid(BLACK, THEORY), "theory")
}

fn trained() -> Entry {
    Entry::marker(Shape::Circle, 5.0, BLACK, "trained")
}
