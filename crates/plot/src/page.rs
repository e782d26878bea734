//! The page: rows of panels that line up, and strips between them.

use crate::canvas::{Canvas, Frame, HPos, LABEL, VPos, Write};
use crate::colour::{Colour, WHITE};
use crate::error::{Error, Result};
use crate::legend::Strip;
use crate::panel::{Margins, Panel};
use crate::picture::{Picture, develop};

/// Width of every page in pixels.
pub const PAGE_WIDTH: f64 = 1000.0;

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

/// A row of panels.
#[derive(Debug, Clone)]
pub struct Row {
    /// Text on the left edge, read upwards, with its colour.
    pub label: Option<(String, Colour)>,
    /// From left to right.
    pub panels: Vec<Panel>,
    /// Height of a frame over the width of the first one.
    pub ratio: f64,
    /// Strips under the row.
    pub strips: Vec<Strip>,
}

impl Row {
    /// A row without label or strips.
    pub fn new(ratio: f64, panels: Vec<Panel>) -> Self {
        Self {
            label: None,
            panels,
            ratio,
            strips: Vec::new(),
        }
    }

    /// The row with a label.
    pub fn labelled(mut self, label: &str, colour: Colour) -> Self {
        self.label = Some((label.to_owned(), colour));
        self
    }

    /// The row with a strip under it.
    pub fn with_strip(mut self, strip: Strip) -> Self {
        self.strips.push(strip);
        self
    }
}

/// Where everything goes.
struct Layout {
    /// Left and right edge of each column's cell.
    cells: Vec<[f64; 2]>,
    /// Left and right edge of each column's frame.
    frames: Vec<[f64; 2]>,
    /// Upper edge, frame top, frame bottom and lower edge (above the strips) of each row.
    rows: Vec<[f64; 4]>,
    height: f64,
}

impl Page {
    /// Draws the page.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for a page without panels, [`Error::Value`] for a value that cannot be shown; the rest
    /// are failures of the libraries.
    pub fn draw(&self) -> Result<Picture> {
        if self.rows.iter().all(|row| row.panels.is_empty()) {
            return Err(Error::Empty {
                what: self.title.clone(),
            });
        }
        self.rows
            .iter()
            .flat_map(|row| &row.panels)
            .try_for_each(Panel::check)?;
        // The height depends on text, which only a canvas can measure: lay out on one that is thrown away.
        let mut scratch = String::new();
        let layout = self.layout(&Canvas::new(&mut scratch, PAGE_WIDTH, PAGE_WIDTH)?)?;
        let mut svg = String::new();
        let canvas = Canvas::new(&mut svg, PAGE_WIDTH, layout.height)?;
        self.paint(&canvas, &layout)?;
        canvas.finish()?;
        drop(canvas);
        let size = [PAGE_WIDTH, layout.height];
        develop(&svg, size, &self.title, &self.description)
    }

    fn layout(&self, canvas: &Canvas) -> Result<Layout> {
        let columns = self.rows.iter().map(|r| r.panels.len()).max().unwrap_or(0);
        let mut around = vec![Margins::default(); columns];
        let mut above_below = Vec::new();
        for row in &self.rows {
            let mut vertical = Margins::default();
            for (column, panel) in around.iter_mut().zip(&row.panels) {
                let m = panel.margins(canvas)?;
                column.left = column.left.max(m.left);
                column.right = column.right.max(m.right);
                vertical.top = vertical.top.max(m.top);
                vertical.bottom = vertical.bottom.max(m.bottom);
            }
            above_below.push(vertical);
        }
        let labelled = self.rows.iter().any(|row| row.label.is_some());
        let start = EDGE + if labelled { ROW_LABEL } else { 0.0 };
        let margins: f64 = around.iter().map(|m| m.left + m.right).sum();
        let frame = (PAGE_WIDTH - start - EDGE - margins) / columns.max(1) as f64;
        let (mut cells, mut frames, mut x) = (Vec::new(), Vec::new(), start);
        for m in &around {
            let right = x + m.left + frame;
            cells.push([x, right + m.right]);
            frames.push([x + m.left, right]);
            x = right + m.right;
        }
        let mut rows = Vec::new();
        let mut y = EDGE;
        for (row, m) in self.rows.iter().zip(&above_below) {
            let top = y + m.top;
            let bottom = top + frame * row.ratio;
            rows.push([y, top, bottom, bottom + m.bottom]);
            y = bottom + m.bottom + 8.0;
            for strip in &row.strips {
                y += strip.height(canvas, PAGE_WIDTH)?;
            }
        }
        Ok(Layout {
            cells,
            frames,
            rows,
            height: (y + EDGE).ceil(),
        })
    }

    fn paint(&self, canvas: &Canvas, layout: &Layout) -> Result<()> {
        let page = Frame::new([0.0, PAGE_WIDTH], [0.0, layout.height]);
        canvas.polygon(&page.corners(), WHITE)?;
        let mut rows = self.rows.iter().zip(&layout.rows);
        rows.try_for_each(|(row, y)| row.paint(canvas, layout, *y))
    }
}

impl Row {
    fn paint(&self, canvas: &Canvas, layout: &Layout, y: [f64; 4]) -> Result<()> {
        let [_, top, bottom, lower] = y;
        for ((panel, cell), frame) in self.panels.iter().zip(&layout.cells).zip(&layout.frames) {
            let frame = Frame::new(*frame, [top, bottom]);
            panel.draw(canvas, &frame, &Frame::new(*cell, [top, lower]))?;
        }
        if let Some((label, colour)) = &self.label {
            let mut how = Write::label(HPos::Center, VPos::Top).upwards();
            (how.bold, how.colour) = (true, *colour);
            canvas.text(label, [EDGE, (top + bottom) / 2.0], how)?;
        }
        let mut strip_top = lower + 8.0;
        for strip in &self.strips {
            strip.draw(canvas, strip_top, PAGE_WIDTH)?;
            strip_top += strip.height(canvas, PAGE_WIDTH)?;
        }
        Ok(())
    }
}
