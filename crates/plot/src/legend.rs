//! Legends and colour bars, in strips of their own so that they cover no data.

use crate::canvas::{Canvas, Frame, HPos, LABEL, Px, Stroke, TICK, VPos, Write};
use crate::colour::{Colour, family};
use crate::error::Result;
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
    /// In order.
    pub entries: Vec<Entry>,
}

/// One entry of a legend.
#[derive(Debug, Clone)]
pub struct Entry {
    /// A line.
    pub stroke: Option<Stroke>,
    /// A marker in the middle: shape, radius and colour.
    pub marker: Option<(Shape, f64, Colour)>,
    /// What it means.
    pub label: String,
}

impl Entry {
    /// A line.
    pub fn line(stroke: Stroke, label: &str) -> Self {
        Self {
            stroke: Some(stroke),
            marker: None,
            label: label.to_owned(),
        }
    }

    /// A marker.
    pub fn marker(shape: Shape, radius: f64, fill: Colour, label: &str) -> Self {
        Self {
            stroke: None,
            marker: Some((shape, radius, fill)),
            label: label.to_owned(),
        }
    }

    fn sample_width(&self) -> f64 {
        self.stroke.map_or(20.0, |_| SAMPLE)
    }
}

/// The colours of a family of curves with their values.
#[derive(Debug, Clone)]
pub struct ColourBar {
    /// What the values are, with its symbol.
    pub label: String,
    /// Colour and value of each member.
    pub members: Vec<(Colour, String)>,
}

impl ColourBar {
    /// The bar of a family with these values, in order.
    pub fn family(label: &str, values: &[f64]) -> Self {
        let member = |(i, v): (usize, &f64)| (family(i, values.len()), format!("{v:.1}"));
        Self {
            label: label.to_owned(),
            members: values.iter().enumerate().map(member).collect(),
        }
    }
}

const SAMPLE: f64 = 46.0;
const LINE: f64 = 30.0;
const GAP: f64 = 26.0;
const SWATCH: [f64; 2] = [58.0, 20.0];

impl Strip {
    /// Height that the strip takes on a page of `width`.
    pub(crate) fn height(&self, canvas: &Canvas, width: f64) -> Result<f64> {
        Ok(match self {
            Self::Legend(legend) => legend.lines(canvas, width)?.len() as f64 * LINE + 6.0,
            Self::ColourBar(_) => SWATCH[1] + TICK + 14.0,
        })
    }

    /// Draws the strip with its upper edge at `top`.
    pub(crate) fn draw(&self, canvas: &Canvas, top: f64, width: f64) -> Result<()> {
        match self {
            Self::Legend(legend) => legend.draw(canvas, top, width),
            Self::ColourBar(bar) => bar.draw(canvas, top, width),
        }
    }
}

/// An item of a legend line: its width and the entry, or the heading.
type Item<'a> = (f64, Option<&'a Entry>);

impl Legend {
    /// Entries distributed over lines.
    fn lines(&self, canvas: &Canvas, width: f64) -> Result<Vec<Vec<Item<'_>>>> {
        let mut items: Vec<Item> = Vec::new();
        if !self.heading.is_empty() {
            items.push((canvas.text_width(&self.heading, LABEL)?, None));
        }
        for entry in &self.entries {
            let text = canvas.text_width(&entry.label, LABEL)?;
            items.push((entry.sample_width() + 8.0 + text, Some(entry)));
        }
        let mut lines: Vec<Vec<Item>> = vec![Vec::new()];
        let mut used = 0.0;
        for item in items {
            if used > 0.0 && used + item.0 > width - 20.0 {
                lines.push(Vec::new());
                used = 0.0;
            }
            used += item.0 + GAP;
            if let Some(line) = lines.last_mut() {
                line.push(item);
            }
        }
        Ok(lines)
    }

    fn draw(&self, canvas: &Canvas, top: f64, width: f64) -> Result<()> {
        for (row, line) in self.lines(canvas, width)?.iter().enumerate() {
            let taken: f64 = line.iter().map(|item| item.0 + GAP).sum::<f64>() - GAP;
            let mut left = (width - taken) / 2.0;
            let middle = top + (row as f64 + 0.5) * LINE;
            for (item_width, entry) in line {
                match entry {
                    Some(entry) => entry.draw(canvas, [left, middle])?,
                    None => write_left(canvas, &self.heading, [left, middle])?,
                }
                left += item_width + GAP;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn draw(&self, canvas: &Canvas, at: Px) -> Result<()> {
        let width = self.sample_width();
        if let Some(stroke) = &self.stroke {
            canvas.line(&[at, [at[0] + width, at[1]]], stroke)?;
        }
        if let Some((shape, radius, fill)) = self.marker {
            shape.draw(canvas, [at[0] + width / 2.0, at[1]], radius, fill)?;
        }
        write_left(canvas, &self.label, [at[0] + width + 8.0, at[1]])
    }
}

fn write_left(canvas: &Canvas, text: &str, at: Px) -> Result<()> {
    canvas.text(text, at, Write::label(HPos::Left, VPos::Center))
}

impl ColourBar {
    fn draw(&self, canvas: &Canvas, top: f64, width: f64) -> Result<()> {
        let label = canvas.text_width(&self.label, LABEL)?;
        let count = self.members.len() as f64;
        let swatch = SWATCH[0].min((width - label - 60.0) / count.max(1.0));
        let mut left = (width - label - 16.0 - count * swatch) / 2.0;
        let (upper, lower) = (top + 4.0, top + 4.0 + SWATCH[1]);
        write_left(canvas, &self.label, [left, (upper + lower) / 2.0])?;
        left += label + 16.0;
        for (colour, value) in &self.members {
            let right = left + swatch;
            let swatch = Frame::new([left, right], [upper, lower]);
            canvas.polygon(&swatch.corners(), *colour)?;
            let middle = [(left + right) / 2.0, lower + 5.0];
            canvas.text(value, middle, Write::tick(HPos::Center, VPos::Top))?;
            left = right;
        }
        Ok(())
    }
}
