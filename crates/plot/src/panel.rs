//! One panel: a frame with axes and marks, or a surface.

use crate::axis::{Axis, View};
use crate::canvas::{AXIS, Canvas, HPos, LABEL, Stroke, TICK, VPos, upwards, written};
use crate::colour::{BLACK, Colour, GRID};
use crate::error::{Error, Result};
use crate::geometry::Frame;
use crate::mark::Mark;
use crate::surface::Surface;

/// One panel of a figure.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Lines of the title.
    title: Vec<String>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Plane(Plane),
    Surface(Surface),
}

/// Axes with marks, and a bar that explains the colours of a field.
#[derive(Debug, Clone)]
struct Plane {
    axes: [Axis; 2],
    marks: Vec<Mark>,
    bar: Option<Bar>,
}

/// A vertical bar to the right of a panel.
#[derive(Debug, Clone)]
struct Bar {
    colours: Vec<Colour>,
    /// Fraction of the height, and label.
    ticks: Vec<(f64, String)>,
}

const TICK_LENGTH: f64 = 6.0;
const TITLE_LINE: f64 = 27.0;
const BAR_WIDTH: f64 = 16.0;
const BAR_GAP: f64 = 10.0;

impl Panel {
    /// A panel with axes.
    pub fn plane(title: &str, x: Axis, y: Axis, marks: Vec<Mark>) -> Self {
        let (axes, bar) = ([x, y], None);
        Self::new(title, Content::Plane(Plane { axes, marks, bar }))
    }

    /// A panel with a surface seen from above.
    pub fn surface(title: &str, surface: Surface) -> Self {
        Self::new(title, Content::Surface(surface))
    }

    fn new(title: &str, content: Content) -> Self {
        let title = title.lines().map(str::to_owned).collect();
        Self { title, content }
    }

    /// The panel with a bar on its right: colours from bottom to top, labels at fractions of its height.
    pub fn with_bar(mut self, colours: Vec<Colour>, ticks: Vec<(f64, String)>) -> Self {
        if let Content::Plane(plane) = &mut self.content {
            plane.bar = Some(Bar { colours, ticks });
        }
        self
    }

    /// Room that title, axes and labels need around the frame: left, right, above and below.
    pub(crate) fn room(&self, canvas: &Canvas) -> Result<[f64; 4]> {
        let above = self.title.len() as f64 * TITLE_LINE + 12.0;
        Ok(match &self.content {
            Content::Plane(p) => [p.left(canvas)?, p.right(canvas)?, above, p.below()],
            Content::Surface(_) => [0.0, 0.0, above, 0.0],
        })
    }

    /// Fails on values that the axes cannot show.
    pub(crate) fn check(&self) -> Result<()> {
        let bad = match &self.content {
            Content::Plane(p) => p.marks.iter().find_map(|mark| mark.bad_value(&p.axes)),
            Content::Surface(surface) => surface.bad_value(),
        };
        let panel = self.title.join(" ");
        bad.map_or(Ok(()), |value| Err(Error::Value { panel, value }))
    }

    /// Draws the panel: axes in `frame`, a surface in the whole of `cell`.
    pub(crate) fn draw(&self, canvas: &Canvas, frame: &Frame, cell: &Frame) -> Result<()> {
        let inner = match &self.content {
            Content::Plane(plane) => plane.draw(canvas, frame).map(|()| frame),
            Content::Surface(surface) => surface.draw(canvas, cell).map(|()| cell),
        }?;
        for (i, line) in self.title.iter().rev().enumerate() {
            let at = [inner.centre()[0], frame.top - 8.0 - i as f64 * TITLE_LINE];
            canvas.text(line, at, written(LABEL, HPos::Center, VPos::Bottom))?;
        }
        Ok(())
    }
}

impl Plane {
    fn left(&self, canvas: &Canvas) -> Result<f64> {
        let axis = &self.axes[1];
        let labels = widest(canvas, axis.tick_labels().iter())?;
        Ok(room(axis, labels + TICK_LENGTH + 8.0, 8.0))
    }

    fn right(&self, canvas: &Canvas) -> Result<f64> {
        if let Some(bar) = &self.bar {
            let labels = widest(canvas, bar.ticks.iter().map(|tick| &tick.1))?;
            return Ok(BAR_GAP + BAR_WIDTH + 8.0 + labels + 10.0);
        }
        let axis = &self.axes[0];
        if !axis.labelled {
            return Ok(12.0);
        }
        let labels = axis.tick_labels();
        let Some((label, value)) = labels.last().zip(axis.ticks.last()) else {
            return Ok(14.0);
        };
        // The last label may reach beyond the frame, which is at least about 200 pixels wide.
        let inside = (1.0 - axis.share(*value)) * 200.0;
        let outside = canvas.text_width(label, TICK)? / 2.0 - inside;
        Ok(outside.max(0.0) + 14.0)
    }

    fn below(&self) -> f64 {
        room(&self.axes[0], TICK_LENGTH + TICK + 6.0, 6.0)
    }

    fn draw(&self, canvas: &Canvas, frame: &Frame) -> Result<()> {
        let axes = &self.axes;
        let view = View { frame, axes };
        if !matches!(self.marks.first(), Some(Mark::Field(_))) {
            self.grid(canvas, &view)?;
        }
        for mark in &self.marks {
            mark.draw(canvas, &view)?;
        }
        canvas.outline(frame, &AXIS)?;
        self.x_axis(canvas, &view)?;
        self.y_axis(canvas, &view)?;
        self.bar.iter().try_for_each(|bar| bar.draw(canvas, frame))
    }

    fn grid(&self, canvas: &Canvas, view: &View) -> Result<()> {
        let stroke = Stroke::solid(GRID, 1.0);
        let [x_axis, y_axis] = &self.axes;
        for x in x_axis.ticks.iter().map(|&tick| view.x(tick)) {
            canvas.line(&[[x, view.frame.top], [x, view.frame.bottom]], &stroke)?;
        }
        for y in y_axis.ticks.iter().map(|&tick| view.y(tick)) {
            canvas.line(&[[view.frame.left, y], [view.frame.right, y]], &stroke)?;
        }
        Ok(())
    }

    fn x_axis(&self, canvas: &Canvas, view: &View) -> Result<()> {
        let (axis, frame) = (&self.axes[0], view.frame);
        let end = frame.bottom + TICK_LENGTH;
        for (&tick, label) in axis.ticks.iter().zip(axis.tick_labels()) {
            let x = view.x(tick);
            canvas.line(&[[x, frame.bottom], [x, end]], &AXIS)?;
            if axis.labelled {
                canvas.text(
                    &label,
                    [x, end + 3.0],
                    written(TICK, HPos::Center, VPos::Top),
                )?;
            }
        }
        let at = [frame.centre()[0], end + 3.0 + TICK + 6.0];
        canvas.text(&axis.label, at, written(LABEL, HPos::Center, VPos::Top))
    }

    fn y_axis(&self, canvas: &Canvas, view: &View) -> Result<()> {
        let (axis, frame) = (&self.axes[1], view.frame);
        let end = frame.left - TICK_LENGTH;
        for (&tick, label) in axis.ticks.iter().zip(axis.tick_labels()) {
            let y = view.y(tick);
            canvas.line(&[[end, y], [frame.left, y]], &AXIS)?;
            if axis.labelled {
                canvas.text(
                    &label,
                    [end - 4.0, y],
                    written(TICK, HPos::Right, VPos::Center),
                )?;
            }
        }
        let left = frame.left - self.left(canvas)? + 4.0;
        let at = [left, frame.centre()[1]];
        canvas.text(&axis.label, at, upwards())
    }
}

/// Room for tick labels, where shown, and for the axis label, if any.
fn room(axis: &Axis, labels: f64, gap: f64) -> f64 {
    let labels = if axis.labelled { labels } else { 12.0 };
    labels
        + if axis.label.is_empty() {
            0.0
        } else {
            LABEL + gap
        }
}

/// Width of the widest tick label.
fn widest<'a>(canvas: &Canvas, mut labels: impl Iterator<Item = &'a String>) -> Result<f64> {
    labels.try_fold(0.0, |most: f64, label| {
        Ok(most.max(canvas.text_width(label, TICK)?))
    })
}

impl Bar {
    fn draw(&self, canvas: &Canvas, frame: &Frame) -> Result<()> {
        let left = frame.right + BAR_GAP;
        let bar = Frame::new([left, left + BAR_WIDTH], [frame.top, frame.bottom]);
        let step = bar.height() / self.colours.len().max(1) as f64;
        for (i, colour) in self.colours.iter().enumerate() {
            // Each extends to the top, under the next one, so there are no seams.
            let bottom = bar.bottom - i as f64 * step;
            canvas.polygon(&Frame { bottom, ..bar }.corners(), *colour)?;
        }
        canvas.outline(&bar, &Stroke::solid(BLACK, 1.0))?;
        for (share, label) in &self.ticks {
            let y = bar.bottom - share * bar.height();
            canvas.line(&[[bar.right, y], [bar.right + 4.0, y]], &AXIS)?;
            let at = [bar.right + 8.0, y];
            canvas.text(label, at, written(TICK, HPos::Left, VPos::Center))?;
        }
        Ok(())
    }
}
