//! The page: rows of panels that line up, and strips between them.

use crate::canvas::{Canvas, LABEL, PAGE_WIDTH, bold_upwards};
use crate::colour::Colour;
use crate::error::{Error, Result};
use crate::geometry::Frame;
use crate::legend::Strip;
use crate::panel::Panel;
use crate::picture::{Picture, develop};

const EDGE: f64 = 6.0;
const ROW_LABEL: f64 = LABEL + 12.0;

/// A figure as data.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What the figure is, for readers who cannot see it.
    pub title: String,
    /// What it shows, for readers who cannot see it.
    pub description: String,
    /// Rows and the strips under them.
    pub rows: Vec<Row>,
}

/// A row of panels, with strips under it.
#[derive(Debug, Clone)]
pub struct Row {
    label: Option<(String, Colour)>,
    panels: Vec<Panel>,
    ratio: f64,
    strips: Vec<Strip>,
}

impl Page {
    /// Draws the page.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for a page without panels, [`Error::Value`] for a value that cannot be shown; the rest
    /// are failures of the libraries.
    pub fn draw(&self) -> Result<Picture> {
        let panels = || self.rows.iter().flat_map(|row| &row.panels);
        if panels().next().is_none() {
            let what = self.title.clone();
            return Err(Error::Empty { what });
        }
        panels().try_for_each(Panel::check)?;
        let mut svg = String::new();
        let canvas = Canvas::new(&mut svg);
        let (width, columns) = self.columns(&canvas)?;
        let mut rows = self.rows.iter();
        let end = rows.try_fold(EDGE, |top, row| row.draw(&canvas, width, &columns, top))?;
        canvas.finish()?;
        let size = [PAGE_WIDTH, (end + EDGE).ceil()];
        develop(&svg, size, [&self.title, &self.description])
    }

    /// The common width of all frames, and the columns.
    fn columns(&self, canvas: &Canvas) -> Result<(f64, Vec<Column>)> {
        let count = self.rows.iter().map(|row| row.panels.len()).max();
        let mut room = vec![[0.0f64; 2]; count.unwrap_or(0)];
        for row in &self.rows {
            for (column, panel) in room.iter_mut().zip(&row.panels) {
                let [left, right, ..] = panel.room(canvas)?;
                *column = [column[0].max(left), column[1].max(right)];
            }
        }
        let labelled = self.rows.iter().any(|row| row.label.is_some());
        let mut left = EDGE + if labelled { ROW_LABEL } else { 0.0 };
        let taken: f64 = room.iter().map(|[left, right]| left + right).sum();
        let width = (PAGE_WIDTH - left - EDGE - taken) / room.len() as f64;
        let columns = room.into_iter().map(|[before, after]| {
            let frame = [left + before, left + before + width];
            let cell = [left, frame[1] + after];
            left = cell[1];
            [cell, frame]
        });
        Ok((width, columns.collect()))
    }
}

/// Left and right edge of a cell, and of the frame inside.
type Column = [[f64; 2]; 2];

impl Row {
    /// A row without label or strips; `ratio` is the height of a frame over its width.
    pub fn new(ratio: f64, panels: Vec<Panel>) -> Self {
        Self {
            label: None,
            panels,
            ratio,
            strips: Vec::new(),
        }
    }

    /// The row with a text on the left edge, read upwards.
    pub fn labelled(mut self, label: &str, colour: Colour) -> Self {
        self.label = Some((label.to_owned(), colour));
        self
    }

    /// The row with a strip under it.
    pub fn with_strip(mut self, strip: Strip) -> Self {
        self.strips.push(strip);
        self
    }

    /// Draws the row from `upper` downwards, and returns where the next one starts.
    fn draw(&self, canvas: &Canvas, width: f64, columns: &[Column], upper: f64) -> Result<f64> {
        let (mut above, mut below) = (0.0f64, 0.0f64);
        for panel in &self.panels {
            let [_, _, title, axis] = panel.room(canvas)?;
            (above, below) = (above.max(title), below.max(axis));
        }
        let top = upper + above;
        let bottom = top + width * self.ratio;
        let lower = bottom + below;
        for (panel, &[cell, frame]) in self.panels.iter().zip(columns) {
            let frame = Frame::new(frame, [top, bottom]);
            panel.draw(canvas, &frame, &Frame::new(cell, [top, lower]))?;
        }
        if let Some((label, colour)) = &self.label {
            let at = [EDGE, (top + bottom) / 2.0];
            canvas.text(label, at, bold_upwards(*colour))?;
        }
        let mut strips = self.strips.iter();
        strips.try_fold(lower + 8.0, |top, strip| strip.draw(canvas, top))
    }
}
