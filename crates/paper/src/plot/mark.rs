//! What a panel shows: lines, markers, rules, arrows and fields.

use super::canvas::{Canvas, Frame, Px, Stroke};
use super::colour::{Colour, WHITE};
use super::contour::Field;
use super::error::Result;

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
            Self::Square => regular(4, 1.25, 45.0),
            Self::Triangle => regular(3, 1.45, 90.0),
            Self::Diamond => regular(4, 1.35, 90.0),
            Self::Wedge => regular(3, 1.45, -90.0),
            Self::Star => star(),
            Self::Cross => cross(),
        }
    }

    /// Draws the marker in the middle of a white rim that sets it off from what lies below.
    pub(super) fn draw(self, canvas: &Canvas, at: Px, radius: f64, fill: Colour) -> Result<()> {
        let rim = (0.22 * radius).clamp(0.6, 1.6);
        self.fill(canvas, at, radius + rim, WHITE)?;
        self.fill(canvas, at, radius, fill)
    }

    fn fill(self, canvas: &Canvas, at: Px, radius: f64, fill: Colour) -> Result<()> {
        let corners = self.corners();
        if corners.is_empty() {
            return canvas.disc(at, radius, fill);
        }
        let corners: Vec<Px> = corners
            .iter()
            .map(|c| [at[0] + radius * c[0], at[1] + radius * c[1]])
            .collect();
        canvas.polygon(&corners, fill)
    }
}

/// Corners of a regular polygon, the first at `degrees` from the right, page coordinates (y down).
fn regular(count: usize, radius: f64, degrees: f64) -> Vec<Px> {
    (0..count)
        .map(|i| polar(radius, degrees + 360.0 * i as f64 / count as f64))
        .collect()
}

fn polar(radius: f64, degrees: f64) -> Px {
    let angle = degrees.to_radians();
    [radius * angle.cos(), -radius * angle.sin()]
}

fn star() -> Vec<Px> {
    (0..10)
        .map(|i| {
            let radius = if i % 2 == 0 { 1.6 } else { 0.68 };
            polar(radius, 90.0 + 36.0 * f64::from(i))
        })
        .collect()
}

fn cross() -> Vec<Px> {
    let (far, near) = (1.25, 0.42);
    let arm = [
        [near, 0.0],
        [far, far - near],
        [far - near, far],
        [0.0, near],
        [near - far, far],
        [-far, far - near],
        [-near, 0.0],
        [-far, near - far],
        [near - far, -far],
        [0.0, -near],
        [far - near, -far],
        [far, near - far],
    ];
    arm.to_vec()
}

/// One thing drawn in a panel, in the panel's data coordinates.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A line through points; parts outside the panel are cut off.
    Line {
        /// Points in order.
        points: Vec<[f64; 2]>,
        /// How.
        stroke: Stroke,
    },
    /// Markers at points; those outside the panel are left out.
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
        /// Where.
        y: f64,
        /// How.
        stroke: Stroke,
    },
    /// An arrow.
    Arrow {
        /// Tail.
        from: [f64; 2],
        /// Head.
        to: [f64; 2],
        /// How.
        stroke: Stroke,
    },
    /// A heat map that fills the panel.
    Field(Field),
}

impl Mark {
    /// A line through `(x_i, y_i)`.
    pub fn line(x: impl IntoIterator<Item = f64>, y: &[f64], stroke: Stroke) -> Self {
        Self::Line {
            points: x
                .into_iter()
                .zip(y.iter().copied())
                .map(|(x, y)| [x, y])
                .collect(),
            stroke,
        }
    }

    /// Every coordinate, for checking.
    pub(super) fn points(&self) -> Vec<[f64; 2]> {
        match self {
            Self::Line { points, .. } | Self::Markers { points, .. } => points.clone(),
            Self::Rule { y, .. } => vec![[f64::NAN, *y]],
            Self::Arrow { from, to, .. } => vec![*from, *to],
            Self::Field(_) => Vec::new(),
        }
    }

    pub(super) fn draw(
        &self,
        canvas: &Canvas,
        frame: &Frame,
        place: &dyn Fn([f64; 2]) -> Px,
    ) -> Result<()> {
        match self {
            Self::Line { points, stroke } => {
                let points: Vec<Px> = points.iter().map(|&p| place(p)).collect();
                clipped(&points, frame)
                    .iter()
                    .try_for_each(|piece| canvas.line(piece, stroke))
            }
            Self::Markers {
                points,
                shape,
                radius,
                fill,
            } => points
                .iter()
                .map(|&p| place(p))
                .filter(|p| inside(*p, frame))
                .try_for_each(|p| shape.draw(canvas, p, *radius, *fill)),
            Self::Rule { y, stroke } => {
                let height = place([f64::NAN, *y])[1];
                canvas.line(&[[frame.left, height], [frame.right, height]], stroke)
            }
            Self::Arrow { from, to, stroke } => arrow(canvas, place(*from), place(*to), stroke),
            Self::Field(field) => field.draw(canvas, place),
        }
    }
}

fn arrow(canvas: &Canvas, from: Px, to: Px, stroke: &Stroke) -> Result<()> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    if length < 1.0 {
        return Ok(());
    }
    let (ux, uy) = (dx / length, dy / length);
    let head = (3.5 * stroke.width + 1.5).min(0.6 * length);
    let base = [to[0] - head * ux, to[1] - head * uy];
    let half = 0.5 * head;
    canvas.line(&[from, base], stroke)?;
    canvas.polygon(
        &[
            to,
            [base[0] - half * uy, base[1] + half * ux],
            [base[0] + half * uy, base[1] - half * ux],
        ],
        stroke.colour,
    )
}

fn inside(p: Px, frame: &Frame) -> bool {
    let slack = 0.5;
    p[0] >= frame.left - slack
        && p[0] <= frame.right + slack
        && p[1] >= frame.top - slack
        && p[1] <= frame.bottom + slack
}

/// The pieces of a line that lie inside `frame`.
fn clipped(points: &[Px], frame: &Frame) -> Vec<Vec<Px>> {
    let mut pieces: Vec<Vec<Px>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((a, b)) = clip_segment(pair[0], pair[1], frame) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && piece.last() == Some(&a) => piece.push(b),
            _ => pieces.push(vec![a, b]),
        }
        open = b == pair[1];
    }
    pieces
}

/// The part of a segment inside `frame` (Liang and Barsky, 1984).
fn clip_segment(a: Px, b: Px, frame: &Frame) -> Option<(Px, Px)> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let low = [frame.left, frame.top];
    let high = [frame.right, frame.bottom];
    for axis in 0..2 {
        let step = b[axis] - a[axis];
        for (towards, room) in [(-step, a[axis] - low[axis]), (step, high[axis] - a[axis])] {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                enter = enter.max(room / towards);
            } else {
                leave = leave.min(room / towards);
            }
        }
    }
    let at = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    let first = if enter > 0.0 { at(enter) } else { a };
    let last = if leave < 1.0 { at(leave) } else { b };
    (enter <= leave).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 10.0,
        bottom: 10.0,
    };

    #[test]
    fn a_line_that_leaves_and_returns_is_cut_into_two() {
        let line = [[2.0, 5.0], [2.0, 15.0], [8.0, 15.0], [8.0, 5.0]];
        let pieces = clipped(&line, &FRAME);
        assert_eq!(
            pieces,
            [vec![[2.0, 5.0], [2.0, 10.0]], vec![[8.0, 10.0], [8.0, 5.0]]]
        );
    }

    #[test]
    fn a_line_inside_is_left_alone() {
        let line = [[1.0, 1.0], [9.0, 2.0], [5.0, 5.0]];
        assert_eq!(clipped(&line, &FRAME), [line.to_vec()]);
    }

    #[test]
    fn markers_have_comparable_areas() {
        let area = |shape: Shape| {
            let c = shape.corners();
            if c.is_empty() {
                return std::f64::consts::PI;
            }
            let twice: f64 = (0..c.len())
                .map(|i| (c[i], c[(i + 1) % c.len()]))
                .map(|(a, b)| a[0] * b[1] - a[1] * b[0])
                .sum();
            (0.5 * twice).abs()
        };
        for shape in Shape::FAMILY {
            let ratio = area(shape) / std::f64::consts::PI;
            assert!((0.8..1.3).contains(&ratio), "{shape:?} {ratio}");
        }
    }
}
