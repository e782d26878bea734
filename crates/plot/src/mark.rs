//! What a panel shows: lines, markers, rules, arrows and fields.

use crate::axis::{Axis, View};
use crate::canvas::{Canvas, Stroke};
use crate::colour::{Colour, WHITE};
use crate::contour::Field;
use crate::error::Result;
use crate::geometry::{Px, distance, moved};
use crate::line::clipped;

/// The shape of a marker; all have about the same area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its tip.
    Wedge,
    /// A five-pointed star.
    Star,
    /// A diagonal cross.
    Cross,
}

impl Shape {
    /// The five shapes that tell the members of a family apart.
    pub const FAMILY: [Self; 5] = [
        Self::Circle,
        Self::Square,
        Self::Triangle,
        Self::Diamond,
        Self::Wedge,
    ];

    /// Corners around the origin for a marker of radius 1; none for the circle.
    fn corners(self) -> Vec<Px> {
        match self {
            Self::Circle => Vec::new(),
            Self::Square => regular(4, &[1.25], 45.0),
            Self::Triangle => regular(3, &[1.45], 90.0),
            Self::Diamond => regular(4, &[1.35], 90.0),
            Self::Wedge => regular(3, &[1.45], -90.0),
            Self::Star => regular(10, &[1.6, 0.68], 90.0),
            Self::Cross => cross(),
        }
    }

    /// Draws the marker with a white rim that sets it off from what lies below.
    pub(crate) fn draw(self, canvas: &Canvas, at: Px, radius: f64, fill: Colour) -> Result<()> {
        let rim = (0.22 * radius).clamp(0.6, 1.6);
        self.fill(canvas, at, radius + rim, WHITE)?;
        self.fill(canvas, at, radius, fill)
    }

    fn fill(self, canvas: &Canvas, at: Px, radius: f64, fill: Colour) -> Result<()> {
        if self == Self::Circle {
            return canvas.disc(at, radius, fill);
        }
        let corners = self.corners().into_iter();
        let corners: Vec<Px> = corners.map(|p| moved(at, p.map(|v| radius * v))).collect();
        canvas.polygon(&corners, fill)
    }
}

/// Corners at equal angles with `radii` in turn; the first is at `degrees` from the right. Page coordinates, y down.
fn regular(count: usize, radii: &[f64], degrees: f64) -> Vec<Px> {
    let corner = |(i, radius): (usize, &f64)| {
        let angle = (degrees + 360.0 * i as f64 / count as f64).to_radians();
        [radius * angle.cos(), -radius * angle.sin()]
    };
    let radii = radii.iter().cycle().take(count);
    radii.enumerate().map(corner).collect()
}

fn cross() -> Vec<Px> {
    let (far, near) = (1.25, 0.42);
    let arm = [[near, 0.0], [far, far - near], [far - near, far]];
    let quarter_turn = |arm: &[Px; 3]| Some(arm.map(|[x, y]| [-y, x]));
    let arms = std::iter::successors(Some(arm), quarter_turn);
    arms.take(4).flatten().collect()
}

/// One thing drawn in a panel, in the panel's data coordinates.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A line through points; parts outside the panel are cut off.
    Line {
        /// Points in order.
        points: Vec<[f64; 2]>,
        /// Line style.
        stroke: Stroke,
    },
    /// Markers at points; those outside the panel are omitted.
    Markers {
        /// Points.
        points: Vec<[f64; 2]>,
        /// Shape.
        shape: Shape,
        /// Radius in page pixels.
        radius: f64,
        /// Colour.
        fill: Colour,
    },
    /// A horizontal line across the panel.
    Rule {
        /// Height.
        y: f64,
        /// Line style.
        stroke: Stroke,
    },
    /// An arrow.
    Arrow {
        /// Tail.
        from: [f64; 2],
        /// Head.
        to: [f64; 2],
        /// Line style.
        stroke: Stroke,
    },
    /// A heat map that fills the panel.
    Field(Field),
}

impl Mark {
    /// A line through `(x_i, y_i)`.
    pub fn line(x: impl IntoIterator<Item = f64>, y: &[f64], stroke: Stroke) -> Self {
        let points = x.into_iter().zip(y).map(|(x, &y)| [x, y]).collect();
        Self::Line { points, stroke }
    }

    /// Markers of one kind, `radius` in page pixels.
    pub fn markers(points: Vec<[f64; 2]>, shape: Shape, radius: f64, fill: Colour) -> Self {
        Self::Markers {
            points,
            shape,
            radius,
            fill,
        }
    }

    /// The first value that these axes cannot show, if any.
    pub(crate) fn bad_value(&self, [x, y]: &[Axis; 2]) -> Option<f64> {
        let bad = |p: &[f64; 2]| x.bad(p[0]).or(y.bad(p[1]));
        match self {
            Self::Line { points, .. } | Self::Markers { points, .. } => points.iter().find_map(bad),
            Self::Rule { y: height, .. } => y.bad(*height),
            Self::Arrow { from, to, .. } => bad(from).or(bad(to)),
            Self::Field(field) => field.bad_value(),
        }
    }

    pub(crate) fn draw(&self, canvas: &Canvas, view: &View) -> Result<()> {
        match self {
            Self::Line { points, stroke } => {
                let mut pieces = clipped(&view.place(points), view.frame).into_iter();
                pieces.try_for_each(|piece| canvas.line(&piece, stroke))
            }
            Self::Markers {
                points,
                shape,
                radius,
                fill,
            } => {
                let points = view.place(points).into_iter();
                let mut shown = points.filter(|&p| view.frame.holds(p));
                shown.try_for_each(|p| shape.draw(canvas, p, *radius, *fill))
            }
            Self::Rule { y, stroke } => {
                let y = view.y(*y);
                canvas.line(&[[view.frame.left, y], [view.frame.right, y]], stroke)
            }
            Self::Arrow { from, to, stroke } => arrow(canvas, &view.place(&[*from, *to]), stroke),
            Self::Field(field) => field.draw(canvas, view),
        }
    }
}

fn arrow(canvas: &Canvas, ends: &[Px], stroke: &Stroke) -> Result<()> {
    let (from, to) = (ends[0], ends[1]);
    let length = distance(from, to);
    if length < 1.0 {
        return Ok(());
    }
    let [ux, uy] = [0, 1].map(|k| (to[k] - from[k]) / length);
    let head = (3.5 * stroke.width + 1.5).min(0.6 * length);
    let base = [to[0] - head * ux, to[1] - head * uy];
    let half = 0.5 * head;
    canvas.line(&[from, base], stroke)?;
    let left = [base[0] - half * uy, base[1] + half * ux];
    let right = [base[0] + half * uy, base[1] - half * ux];
    canvas.polygon(&[to, left, right], stroke.colour)
}
