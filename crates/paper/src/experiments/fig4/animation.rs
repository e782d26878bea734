//! Figure 4 in motion: the paths on the loss surface up to an epoch, drawn as in the figure.

use super::figure::{Place, entries, is_small, label, landscape, ordered, path, stroke};
use super::run::{Row as ModelRow, Run, Trial};
use crate::Result;
use crate::experiments::common::style;
use crate::plot::{Mark, Picture, Row, Shape};

/// Frames after the first.
const FRAMES: usize = 60;

/// The epochs drawn, the start first: close together while the far starts run, further apart while the small start
/// leaves the saddle.
pub fn epochs(run: &Run) -> Vec<usize> {
    let trials = run.rows.iter().flat_map(|row| &row.trials);
    let last = trials.map(|t| t.path.len()).max().unwrap_or(0);
    let last = last.saturating_sub(1) as f64;
    let at = |k: usize| (last * (k as f64 / FRAMES as f64).powi(2)).round() as usize;
    let mut epochs: Vec<usize> = (0..=FRAMES).map(at).collect();
    epochs.dedup();
    epochs
}

/// Noise and decay, side by side, at an epoch.
///
/// # Errors
/// Nothing to draw, or a value that is not finite.
pub fn frame(run: &Run, epoch: usize) -> Result<Picture> {
    let titled = |row: &ModelRow| {
        let at = Place {
            first: true,
            last: true,
            epochs: epoch as u64,
        };
        let so_far: Vec<Trial> = ordered(row).map(|trial| up_to(trial, epoch)).collect();
        let paths = so_far.iter().flat_map(|trial| path(row.model, trial));
        let marks = paths.chain(so_far.iter().map(|trial| head(row, trial)));
        landscape(row, &at, &label(row), marks.collect())
    };
    let panels = run.rows.iter().map(titled).collect::<Result<Vec<_>>>()?;
    // Digits and figure spaces are equally wide, so only the number moves.
    let number = format!("epoch {epoch:>5}").replace(' ', "\u{2007}");
    style::page(
        "Figure 4 in motion: noise and weight decay on the loss surface",
        "Loss with descent directions, saddle and global minima, and eleven paths up to an epoch. With noise they \
         end all along a curve, with weight decay at two points.",
        vec![Row::new(1.0, panels).with_strip(style::legend(&number, entries(run)))],
    )
}

fn up_to(trial: &Trial, epoch: usize) -> Trial {
    Trial {
        trial: trial.trial,
        path: trial.path.iter().copied().take(epoch + 1).collect(),
    }
}

/// The current end of a path.
fn head(row: &ModelRow, trial: &Trial) -> Mark {
    let (points, colour) = (trial.path.last(), stroke(row.model, trial).colour);
    let radius = if is_small(trial) { 8.0 } else { 6.0 };
    let points = points.copied().into_iter().collect();
    style::markers(points, Shape::Circle, radius, colour)
}
