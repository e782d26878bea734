//! A small chart for a cell that tries something.

use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, Colour, Entry, Legend, Mark, Page, Panel, Picture, Row, Shape, Strip, Stroke,
};

/// A line of a chart, or markers.
#[derive(Debug, Clone)]
pub struct Curve {
    label: String,
    points: Vec<[f64; 2]>,
    colour: Option<Colour>,
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Solid,
    Dashed,
    Markers,
}

/// Radius of a marker, and of the one in the legend.
const RADIUS: [f64; 2] = [4.0, 5.5];

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
            look: Look::Solid,
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

    /// The line in the colour of one member of a family.
    pub fn among(self, place: usize, count: usize) -> Self {
        Self {
            colour: Some(plot::family(place, count)),
            ..self
        }
    }

    /// The line dashed, in black unless it has a colour: for what was simulated beside what was derived.
    pub fn dashed(self) -> Self {
        Self {
            look: Look::Dashed,
            colour: self.colour.or(Some(plot::BLACK)),
            ..self
        }
    }

    /// Markers at the points instead of the line, in black unless it has a colour: for what was measured.
    pub fn markers(self) -> Self {
        Self {
            look: Look::Markers,
            colour: self.colour.or(Some(plot::BLACK)),
            ..self
        }
    }

    fn mark(&self, colour: Colour) -> Mark {
        let points = self.points.clone();
        match self.look {
            Look::Markers => Mark::markers(points, Shape::Circle, RADIUS[0], colour),
            _ => Mark::Line {
                points,
                stroke: self.stroke(colour),
            },
        }
    }

    fn stroke(&self, colour: Colour) -> Stroke {
        match self.look {
            Look::Dashed => Stroke::dashed(colour, 1.8),
            _ => Stroke::solid(colour, 3.0),
        }
    }

    fn entry(&self, colour: Colour) -> Entry {
        match self.look {
            Look::Markers => Entry::marker(Shape::Circle, RADIUS[1], colour, &self.label),
            _ => Entry::line(self.stroke(colour), &self.label),
        }
    }
}

/// A chart with more options than the names of its axes.
///
/// # Example
/// ```
/// use paper::notebook::{Chart, Curve};
/// let line = Curve::new("a line", [0.1, 1.0, 10.0], [1.3, 1.2, 1.1]);
/// let picture = Chart::new("x", "y").log_x().between(1.0, 1.4).draw(&[line])?;
/// assert!(picture.png.starts_with(b"\x89PNG"));
/// # Ok::<(), paper::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Chart {
    labels: [String; 2],
    logarithmic: [bool; 2],
    range: Option<[f64; 2]>,
}

impl Chart {
    /// Names the axes.
    pub fn new(x: &str, y: &str) -> Self {
        Self {
            labels: [x, y].map(str::to_owned),
            logarithmic: [false; 2],
            range: None,
        }
    }

    /// Makes the x axis logarithmic.
    pub fn log_x(self) -> Self {
        let [_, y] = self.logarithmic;
        Self {
            logarithmic: [true, y],
            ..self
        }
    }

    /// Makes the y axis logarithmic.
    pub fn log_y(self) -> Self {
        let [x, _] = self.logarithmic;
        Self {
            logarithmic: [x, true],
            ..self
        }
    }

    /// Shows only this part of the y axis.
    pub fn between(self, low: f64, high: f64) -> Self {
        Self {
            range: Some([low, high]),
            ..self
        }
    }

    /// Draws lines in one panel with a legend below; an empty panel if there are none. The resolution is half that of a
    /// figure, so that a notebook can hold many.
    ///
    /// The lines are borrowed because of notebooks: if the last expression of a cell moves a variable of the cell, the
    /// kernel shows the result as text, not as a picture.
    ///
    /// # Errors
    /// A value that is not finite, or not above zero on a logarithmic axis.
    pub fn draw(&self, lines: &[Curve]) -> Result<Picture> {
        Ok(self.picture(lines)?.small()?)
    }

    fn picture(&self, lines: &[Curve]) -> Result<Picture> {
        let points = || lines.iter().flat_map(|line| &line.points);
        let (x, y) = (points().map(|p| p[0]), points().map(|p| p[1]));
        let axes = [self.x(extent(x)), self.y(extent(y.clone()), y)];
        draw(axes, lines)
    }

    fn x(&self, [low, high]: [f64; 2]) -> Axis {
        let ([label, _], [logarithmic, _]) = (&self.labels, self.logarithmic);
        match logarithmic {
            true => logarithm(label, [low, high]),
            false => Axis::linear(label, [low, high], 5),
        }
    }

    fn y(&self, range: [f64; 2], values: impl Iterator<Item = f64>) -> Axis {
        let ([_, label], [_, logarithmic]) = (&self.labels, self.logarithmic);
        match (logarithmic, self.range) {
            (true, None) => logarithm(label, [0.8 * range[0], 1.25 * range[1]]),
            (true, Some(range)) => Axis::log(label, range),
            (false, None) => Axis::linear(label, plot::padded(values), 5),
            (false, Some(range)) => Axis::linear(label, range, 5),
        }
    }
}

/// A logarithmic axis of nonzero length.
fn logarithm(label: &str, [low, high]: [f64; 2]) -> Axis {
    let drawn = low > 0.0 && low < high && high.is_finite();
    Axis::log(label, if drawn { [low, high] } else { [1.0, 10.0] })
}

/// The minimum and the maximum.
fn extent(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    [low, values.fold(f64::NEG_INFINITY, f64::max)]
}

/// Draws lines in one panel: a [`Chart`] without further options, at the resolution of a figure.
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
    Chart::new(x, y).picture(lines)
}

fn draw([x, y]: [Axis; 2], lines: &[Curve]) -> Result<Picture> {
    let mut marks = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    // Markers come last, in the legend as well.
    let (markers, drawn): (Vec<_>, Vec<_>) =
        (lines.iter().enumerate()).partition(|(_, line)| line.look == Look::Markers);
    for (i, line) in drawn.into_iter().chain(markers) {
        let colour = line.colour.unwrap_or_else(|| plot::family(i, lines.len()));
        marks.push(line.mark(colour));
        // Lines that belong together share a label, which is black if their colours differ.
        if !entries.iter().any(|entry| entry.label == line.label) {
            let mut others = lines.iter().filter(|other| other.label == line.label);
            let differ = others.any(|other| other.colour != line.colour);
            entries.push(line.entry(if differ { plot::BLACK } else { colour }));
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
