//! A small chart for a cell that tries something.

use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, Colour, Entry, Legend, Mark, Page, Panel, Picture, Row, Strip, Stroke,
};

/// A line of a chart.
#[derive(Debug, Clone)]
pub struct Curve {
    label: String,
    points: Vec<[f64; 2]>,
    colour: Option<Colour>,
    dashed: bool,
}

impl Curve {
    /// A line through points, in a colour of its own.
    pub fn new(
        label: impl Into<String>,
        x: impl IntoIterator<Item = f64>,
        y: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            label: label.into(),
            points: x.into_iter().zip(y).map(|(x, y)| [x, y]).collect(),
            colour: None,
            dashed: false,
        }
    }

    /// The same against epochs.
    pub fn by_epoch(label: impl Into<String>, epochs: &[u64], y: &[f64]) -> Self {
        let epochs = epochs.iter().map(|&epoch| epoch as f64);
        Self::new(label, epochs, y.iter().copied())
    }

    /// The line in the colour that a model has in all figures.
    pub fn of(self, model: Model) -> Self {
        Self {
            colour: Some(style::model(model)),
            ..self
        }
    }

    /// The line dashed, in black unless it has a colour: for what was simulated beside what was derived.
    pub fn dashed(self) -> Self {
        Self {
            dashed: true,
            colour: self.colour.or(Some(plot::BLACK)),
            ..self
        }
    }
}

/// Draws lines in one panel with a legend below; an empty panel where there are none.
///
/// The lines are borrowed because of notebooks: where the last expression of a cell takes a variable of the cell for
/// itself, the kernel shows the result as text instead of as a picture.
///
/// # Errors
/// A value that is not finite.
///
/// # Example
/// ```
/// use paper::notebook::{Curve, curves};
/// let picture = curves("x", "y", &[Curve::new("a line", [0.0, 1.0], [0.0, 2.0])])?;
/// assert!(picture.png.starts_with(b"\x89PNG"));
/// # Ok::<(), paper::Error>(())
/// ```
pub fn curves(x: &str, y: &str, lines: &[Curve]) -> Result<Picture> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let xs = points().map(|point| point[0]);
    let (left, right) = (
        xs.clone().fold(f64::INFINITY, f64::min),
        xs.fold(f64::NEG_INFINITY, f64::max),
    );
    let x = Axis::linear(x, [left, right], 5);
    let y = Axis::linear(y, plot::padded(points().map(|point| point[1])), 5);
    let mut marks = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let colour = line.colour.unwrap_or_else(|| plot::family(i, lines.len()));
        let stroke = match line.dashed {
            true => Stroke::dashed(colour, 1.8),
            false => Stroke::solid(colour, 3.0),
        };
        let xs = line.points.iter().map(|p| p[0]);
        let ys: Vec<f64> = line.points.iter().map(|p| p[1]).collect();
        marks.push(Mark::line(xs, &ys, stroke));
        // Lines that belong together share a label.
        if !entries.iter().any(|entry| entry.label == line.label) {
            entries.push(Entry::line(stroke, &line.label));
        }
    }
    let labels: Vec<String> = entries.iter().map(|entry| entry.label.clone()).collect();
    let legend = Legend {
        heading: String::new(),
        entries,
    };
    let row = Row::new(0.42, vec![Panel::plane("", x, y, marks)]);
    let page = Page {
        title: format!("Chart of {}", labels.join(", ")),
        description: String::new(),
        rows: vec![row.with_strip(Strip::Legend(legend))],
    };
    Ok(page.draw()?)
}
