//! Legends and colour bars, in strips of their own so that they cover no data.

use crate::canvas::{Canvas, HPos, LABEL, PAGE_WIDTH, Stroke, TICK, VPos, written};
use crate::colour::{Colour, family};
use crate::error::Result;
use crate::geometry::{Frame, Px, moved};
use crate::mark::Shape;

/// A horizontal strip of the page.
#[derive(Debug, Clone)]
pub enum Strip {
    /// Samples of lines and markers with their meaning.
    Legend(Legend),
    /// The colours of a family of curves with their values.
    ColourBar(ColourBar),
}

/// Samples of lines and markers with their meaning, broken into lines that fit the page.
#[derive(Debug, Clone, Default)]
pub struct Legend {
    /// Text in front; empty for none.
    pub heading: String,
    /// Entries, in order.
    pub entries: Vec<Entry>,
}

/// One entry of a legend.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// A line.
    pub stroke: Option<Stroke>,
    /// A marker in the middle: shape, radius and colour.
    pub marker: Option<(Shape, f64, Colour)>,
    /// What it means.
    pub label: String,
}

impl Entry {
    fn text(label: &str) -> Self {
        let (label, empty) = (label.to_owned(), Self::default());
        Self { label, ..empty }
    }

    /// A line.
    pub fn line(stroke: Stroke, label: &str) -> Self {
        let (stroke, text) = (Some(stroke), Self::text(label));
        Self { stroke, ..text }
    }

    /// A marker.
    pub fn marker(shape: Shape, radius: f64, fill: Colour, label: &str) -> Self {
        let (marker, text) = (Some((shape, radius, fill)), Self::text(label));
        Self { marker, ..text }
    }

    /// Widths of the sample and of the space between it and the label.
    fn sample(&self) -> [f64; 2] {
        match (self.stroke, self.marker) {
            (Some(_), _) => [46.0, 8.0],
            (None, Some(_)) => [20.0, 8.0],
            (None, None) => [0.0, 0.0],
        }
    }

    fn width(&self, canvas: &Canvas) -> Result<f64> {
        let [sample, space] = self.sample();
        Ok(sample + space + canvas.text_width(&self.label, LABEL)?)
    }

    fn draw(&self, canvas: &Canvas, at: Px) -> Result<()> {
        let [sample, space] = self.sample();
        if let Some(stroke) = &self.stroke {
            canvas.line(&[at, moved(at, [sample, 0.0])], stroke)?;
        }
        if let Some((shape, radius, fill)) = self.marker {
            shape.draw(canvas, moved(at, [sample / 2.0, 0.0]), radius, fill)?;
        }
        let how = written(LABEL, HPos::Left, VPos::Center);
        canvas.text(&self.label, [at[0] + sample + space, at[1]], how)
    }
}

/// The colours of a family of curves with their values.
#[derive(Debug, Clone)]
pub struct ColourBar {
    label: String,
    values: Vec<f64>,
}

impl ColourBar {
    /// The bar of a family with these values, in order; the label says what they are.
    pub fn family(label: &str, values: &[f64]) -> Self {
        let (label, values) = (label.to_owned(), values.to_vec());
        Self { label, values }
    }

    fn draw(&self, canvas: &Canvas, top: f64) -> Result<f64> {
        let heading = Entry::text(&self.label);
        let label = heading.width(canvas)?;
        let count = self.values.len();
        let swatch = SWATCH[0].min((PAGE_WIDTH - label - 60.0) / count.max(1) as f64);
        let mut left = (PAGE_WIDTH - label - 16.0 - count as f64 * swatch) / 2.0;
        let (upper, lower) = (top + 4.0, top + 4.0 + SWATCH[1]);
        heading.draw(canvas, [left, (upper + lower) / 2.0])?;
        left += label + 16.0;
        for (i, value) in self.values.iter().enumerate() {
            let swatch = Frame::new([left, left + swatch], [upper, lower]);
            canvas.polygon(&swatch.corners(), family(i, count))?;
            let below = [swatch.centre()[0], lower + 5.0];
            let how = written(TICK, HPos::Center, VPos::Top);
            canvas.text(&format!("{value:.1}"), below, how)?;
            left = swatch.right;
        }
        Ok(top + (SWATCH[1] + TICK + 14.0))
    }
}

const LINE: f64 = 30.0;
const GAP: f64 = 26.0;
const SWATCH: [f64; 2] = [58.0, 20.0];

impl Strip {
    /// A legend; `heading` is a text in front, or empty.
    pub fn legend(heading: &str, entries: Vec<Entry>) -> Self {
        let heading = heading.to_owned();
        Self::Legend(Legend { heading, entries })
    }

    /// Draws the strip with its upper edge at `top`, and returns its lower edge.
    pub(crate) fn draw(&self, canvas: &Canvas, top: f64) -> Result<f64> {
        match self {
            Self::Legend(legend) => legend.draw(canvas, top),
            Self::ColourBar(bar) => bar.draw(canvas, top),
        }
    }
}

impl Legend {
    /// Heading and entries with their widths, distributed over lines.
    fn lines(&self, canvas: &Canvas) -> Result<Vec<Vec<(f64, Entry)>>> {
        let heading = Some(Entry::text(&self.heading)).filter(|entry| !entry.label.is_empty());
        let (mut lines, mut line, mut used) = (Vec::new(), Vec::new(), 0.0);
        for entry in heading.into_iter().chain(self.entries.iter().cloned()) {
            let width = entry.width(canvas)?;
            if used > 0.0 && used + width > PAGE_WIDTH - 20.0 {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            used += width + GAP;
            line.push((width, entry));
        }
        lines.push(line);
        Ok(lines)
    }

    fn draw(&self, canvas: &Canvas, top: f64) -> Result<f64> {
        let lines = self.lines(canvas)?;
        for (row, line) in lines.iter().enumerate() {
            let taken: f64 = line.iter().map(|(width, _)| width + GAP).sum::<f64>() - GAP;
            let mut left = (PAGE_WIDTH - taken) / 2.0;
            let middle = top + (row as f64 + 0.5) * LINE;
            for (width, entry) in line {
                entry.draw(canvas, [left, middle])?;
                left += width + GAP;
            }
        }
        Ok(top + (lines.len() as f64 * LINE + 6.0))
    }
}
