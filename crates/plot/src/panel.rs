//! One panel: a frame with axes and marks, or a surface.

use crate::axis::{Axis, Scale};
use crate::canvas::{AXIS, Canvas, Frame, HPos, LABEL, Px, Stroke, TICK, VPos, Write};
use crate::colour::{BLACK, Colour, GRID};
use crate::error::{Error, Result};
use crate::mark::Mark;
use crate::surface::Surface;

/// One panel of a figure.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Lines of its title.
    pub title: Vec<String>,
    /// What is in it.
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Plane(Box<Plane>),
    Surface(Box<Surface>),
}

/// Axes with marks, and a bar that explains the colours of a field.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Mark>,
    pub bar: Option<Bar>,
}

/// A vertical bar to the right of a panel.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    label: String,
    colours: Vec<Colour>,
    /// Share of the height and label.
    ticks: Vec<(f64, String)>,
}

/// Room that axes, labels and titles need around the frame.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Margins {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

const TICK_LENGTH: f64 = 6.0;
const TITLE_LINE: f64 = 27.0;
const BAR_WIDTH: f64 = 16.0;
const BAR_GAP: f64 = 10.0;

impl Panel {
    /// A panel with axes.
    pub fn plane(title: &str, x: Axis, y: Axis, marks: Vec<Mark>) -> Self {
        let bar = None;
        Self::new(title, Content::Plane(Box::new(Plane { x, y, marks, bar })))
    }

    /// A panel with a surface seen from above.
    pub fn surface(title: &str, surface: Surface) -> Self {
        Self::new(title, Content::Surface(Box::new(surface)))
    }

    fn new(title: &str, content: Content) -> Self {
        let title = title.lines().map(str::to_owned).collect();
        Self { title, content }
    }

    /// The panel with a bar on its right: colours from bottom to top, labels at shares of its height.
    pub fn with_bar(
        mut self,
        label: &str,
        colours: Vec<Colour>,
        ticks: Vec<(f64, String)>,
    ) -> Self {
        if let Content::Plane(plane) = &mut self.content {
            plane.bar = Some(Bar {
                label: label.to_owned(),
                colours,
                ticks,
            });
        }
        self
    }

    pub(crate) fn margins(&self, canvas: &Canvas) -> Result<Margins> {
        let around = match &self.content {
            Content::Plane(plane) => plane.margins(canvas)?,
            Content::Surface(_) => Margins::default(),
        };
        let top = self.title.len() as f64 * TITLE_LINE + 12.0;
        Ok(Margins { top, ..around })
    }

    /// Fails on values that the axes cannot show.
    pub(crate) fn check(&self) -> Result<()> {
        let bad = match &self.content {
            Content::Plane(plane) => plane.bad_value(),
            Content::Surface(surface) => surface.bad_value(),
        };
        let panel = self.title.join(" ");
        bad.map_or(Ok(()), |value| Err(Error::Value { panel, value }))
    }

    /// Draws the panel: axes in `frame`, a surface in the whole of `cell`.
    pub(crate) fn draw(&self, canvas: &Canvas, frame: &Frame, cell: &Frame) -> Result<()> {
        let inner = match &self.content {
            Content::Plane(plane) => {
                plane.draw(canvas, frame)?;
                frame
            }
            Content::Surface(surface) => {
                surface.draw(canvas, cell)?;
                cell
            }
        };
        for (i, line) in self.title.iter().rev().enumerate() {
            let at = [inner.centre()[0], frame.top - 8.0 - i as f64 * TITLE_LINE];
            canvas.text(line, at, Write::label(HPos::Center, VPos::Bottom))?;
        }
        Ok(())
    }
}

impl Plane {
    fn bad_value(&self) -> Option<f64> {
        let bad = |axis: &Axis, v: f64| !v.is_finite() || (axis.scale == Scale::Log && v <= 0.0);
        self.marks.iter().find_map(|mark| {
            if let Mark::Field(field) = mark {
                return field.values.iter().copied().find(|v| !v.is_finite());
            }
            let rule = matches!(mark, Mark::Rule { .. });
            mark.points().into_iter().find_map(|[x, y]| {
                let bad_x = !rule && bad(&self.x, x);
                bad_x.then_some(x).or(bad(&self.y, y).then_some(y))
            })
        })
    }

    fn margins(&self, canvas: &Canvas) -> Result<Margins> {
        let mut m = Margins::default();
        [m.left, m.right, m.bottom] = [12.0; 3];
        if self.y.labelled {
            m.left = widest(canvas, self.y.tick_labels().iter())? + TICK_LENGTH + 8.0;
        }
        if !self.y.label.is_empty() {
            m.left += LABEL + 8.0;
        }
        if self.x.labelled {
            m.bottom = TICK_LENGTH + TICK + 6.0;
            m.right = m.right.max(self.overhang(canvas)? + 14.0);
        }
        if !self.x.label.is_empty() {
            m.bottom += LABEL + 6.0;
        }
        if let Some(bar) = &self.bar {
            m.right = BAR_GAP + BAR_WIDTH + 8.0 + bar.widest(canvas)? + 10.0;
            if !bar.label.is_empty() {
                m.right += LABEL + 4.0;
            }
        }
        Ok(m)
    }

    /// How far the last tick label reaches beyond the frame, at most.
    fn overhang(&self, canvas: &Canvas) -> Result<f64> {
        let labels = self.x.tick_labels();
        let Some((label, value)) = labels.last().zip(self.x.ticks.last()) else {
            return Ok(0.0);
        };
        // A tick well inside the frame has room; the frame is about 200 pixels wide at least.
        let room = (1.0 - self.x.share(*value)) * 200.0;
        Ok((canvas.text_width(label, TICK)? / 2.0 - room).max(0.0))
    }

    fn draw(&self, canvas: &Canvas, frame: &Frame) -> Result<()> {
        let place = |p: [f64; 2]| -> Px {
            [
                frame.left + self.x.share(p[0]) * frame.width(),
                frame.bottom - self.y.share(p[1]) * frame.height(),
            ]
        };
        let filled = matches!(self.marks.first(), Some(Mark::Field(_)));
        if !filled {
            self.grid(canvas, frame, &place)?;
        }
        for mark in &self.marks {
            mark.draw(canvas, frame, &place)?;
        }
        canvas.outline(frame, &AXIS)?;
        self.x_axis(canvas, frame, &place)?;
        self.y_axis(canvas, frame, &place)?;
        self.bar
            .as_ref()
            .map_or(Ok(()), |bar| bar.draw(canvas, frame))
    }

    fn grid(&self, canvas: &Canvas, frame: &Frame, place: &dyn Fn([f64; 2]) -> Px) -> Result<()> {
        let stroke = Stroke::solid(GRID, 1.0);
        for &tick in &self.x.ticks {
            let x = place([tick, self.y.range[0]])[0];
            canvas.line(&[[x, frame.top], [x, frame.bottom]], &stroke)?;
        }
        for &tick in &self.y.ticks {
            let y = place([self.x.range[0], tick])[1];
            canvas.line(&[[frame.left, y], [frame.right, y]], &stroke)?;
        }
        Ok(())
    }

    fn x_axis(&self, canvas: &Canvas, frame: &Frame, place: &dyn Fn([f64; 2]) -> Px) -> Result<()> {
        let below = frame.bottom + TICK_LENGTH + 3.0;
        for (&tick, label) in self.x.ticks.iter().zip(self.x.tick_labels()) {
            let x = place([tick, self.y.range[0]])[0];
            let ends = [[x, frame.bottom], [x, frame.bottom + TICK_LENGTH]];
            canvas.line(&ends, &AXIS)?;
            if self.x.labelled {
                canvas.text(&label, [x, below], Write::tick(HPos::Center, VPos::Top))?;
            }
        }
        let at = [frame.centre()[0], below + TICK + 6.0];
        canvas.text(&self.x.label, at, Write::label(HPos::Center, VPos::Top))
    }

    fn y_axis(&self, canvas: &Canvas, frame: &Frame, place: &dyn Fn([f64; 2]) -> Px) -> Result<()> {
        for (&tick, label) in self.y.ticks.iter().zip(self.y.tick_labels()) {
            let y = place([self.x.range[0], tick])[1];
            let ends = [[frame.left - TICK_LENGTH, y], [frame.left, y]];
            canvas.line(&ends, &AXIS)?;
            if self.y.labelled {
                let at = [frame.left - TICK_LENGTH - 4.0, y];
                canvas.text(&label, at, Write::tick(HPos::Right, VPos::Center))?;
            }
        }
        let left = frame.left - self.margins(canvas)?.left + 4.0;
        let how = Write::label(HPos::Center, VPos::Top).upwards();
        canvas.text(&self.y.label, [left, frame.centre()[1]], how)
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
            // Each reaches to the top, under the next one: no seams.
            let bottom = bar.bottom - i as f64 * step;
            canvas.polygon(&Frame { bottom, ..bar }.corners(), *colour)?;
        }
        canvas.outline(&bar, &Stroke::solid(BLACK, 1.0))?;
        for (share, label) in &self.ticks {
            let y = bar.bottom - share * bar.height();
            canvas.line(&[[bar.right, y], [bar.right + 4.0, y]], &AXIS)?;
            let at = [bar.right + 8.0, y];
            canvas.text(label, at, Write::tick(HPos::Left, VPos::Center))?;
        }
        let at = [bar.right + 12.0 + self.widest(canvas)?, bar.centre()[1]];
        let how = Write::label(HPos::Center, VPos::Top).upwards();
        canvas.text(&self.label, at, how)
    }

    fn widest(&self, canvas: &Canvas) -> Result<f64> {
        widest(canvas, self.ticks.iter().map(|tick| &tick.1))
    }
}
