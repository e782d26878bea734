//! Drawing a surface: small pieces in a box, seen from above at an angle, painted from back to front.

use crate::canvas::{Canvas, Stroke};
use crate::colour::Colour;
use crate::error::Result;
use crate::geometry::{Frame, Px, between, moved};
use crate::mark::Shape;

/// Azimuth of the eye, in degrees from the x axis: the corner (-, -) is nearest. The high corners of a surface with a
/// valley from (-, -) to (+, +) then stand left and right, and hide nothing.
const AZIMUTH: f64 = -122.0;
/// Elevation of the eye above the horizon, in degrees.
const ELEVATION: f64 = 48.0;
/// Height of the box, whose sides are 2 long.
pub(crate) const TOP: f64 = 1.2;
/// Faces extend this many pixels beyond their edges; otherwise the page shows through the seams.
const OVERLAP: f64 = 0.4;
/// Lines count as nearer than the surface by this much, so that they are painted after it.
pub(crate) const LIFT: f64 = 0.1;
/// A piece of a line ends at this length in the box. It must be shorter than a cell, or the painting order goes wrong.
const PIECE: f64 = 0.06;

/// A point in the box: -1 to 1 along the sides, 0 to [`TOP`] upwards.
pub(crate) type Boxed = [f64; 3];

/// Orthographic projection from the box to the page.
pub(crate) struct Camera {
    right: Boxed,
    up: Boxed,
    towards: Boxed,
    centre: Px,
    scale: f64,
    middle: [f64; 2],
}

impl Camera {
    /// The camera that sees the whole box in `frame`.
    pub fn new(frame: &Frame) -> Self {
        let (a, e) = (AZIMUTH.to_radians(), ELEVATION.to_radians());
        let right = [-a.sin(), a.cos(), 0.0];
        let up = [-e.sin() * a.cos(), -e.sin() * a.sin(), e.cos()];
        let ends = |direction: Boxed| {
            let along = corners().map(|corner| dot(corner, direction));
            let low = along.iter().copied().fold(f64::INFINITY, f64::min);
            [low, along.into_iter().fold(f64::NEG_INFINITY, f64::max)]
        };
        let [x, y] = [ends(right), ends(up)];
        Self {
            right,
            up,
            towards: [e.cos() * a.cos(), e.cos() * a.sin(), e.sin()],
            centre: frame.centre(),
            scale: (frame.width() / (x[1] - x[0])).min(frame.height() / (y[1] - y[0])),
            middle: [x, y].map(|[low, high]| (low + high) / 2.0),
        }
    }

    /// Where a point of the box is on the page.
    pub fn place(&self, p: Boxed) -> Px {
        [
            self.centre[0] + self.scale * (dot(p, self.right) - self.middle[0]),
            self.centre[1] - self.scale * (dot(p, self.up) - self.middle[1]),
        ]
    }

    pub fn places(&self, points: &[Boxed]) -> Vec<Px> {
        points.iter().map(|&p| self.place(p)).collect()
    }
}

fn corners() -> [Boxed; 8] {
    let side = |k: usize, bit: usize| if k & bit == 0 { -1.0 } else { 1.0 };
    let height = |k: usize| if k & 4 == 0 { 0.0 } else { TOP };
    std::array::from_fn(|k| [side(k, 1), side(k, 2), height(k)])
}

fn dot(a: Boxed, b: Boxed) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

type Paint = Box<dyn Fn(&Canvas) -> Result<()>>;

/// Pieces to paint, each with its nearness.
pub(crate) struct Scene<'a> {
    camera: &'a Camera,
    pieces: Vec<(f64, Paint)>,
}

impl<'a> Scene<'a> {
    pub fn new(camera: &'a Camera) -> Self {
        let pieces = Vec::new();
        Self { camera, pieces }
    }

    fn add(&mut self, at: Boxed, lift: f64, paint: impl Fn(&Canvas) -> Result<()> + 'static) {
        let nearness = dot(at, self.camera.towards) + lift;
        self.pieces.push((nearness, Box::new(paint)));
    }

    /// A cell of the surface, coloured by the height of its middle.
    pub fn face(&mut self, corners: &[Boxed], colour: impl Fn(f64) -> Colour) {
        let sum = |k: usize| corners.iter().map(|p| p[k]).sum::<f64>();
        let middle = [0, 1, 2].map(|k| sum(k) / corners.len() as f64);
        let mut face = self.camera.places(corners);
        let centre = self.camera.place(middle);
        for corner in &mut face {
            let (dx, dy) = (corner[0] - centre[0], corner[1] - centre[1]);
            let length = dx.hypot(dy).max(1e-9);
            *corner = moved(*corner, [dx, dy].map(|d| OVERLAP * d / length));
        }
        let colour = colour(middle[2]);
        self.add(middle, 0.0, move |canvas| canvas.polygon(&face, colour));
    }

    /// A short line, painted after pieces that are less than `lift` nearer.
    pub fn stroke(&mut self, points: &[Boxed], lift: f64, stroke: Stroke) {
        let middle = between(points[0], points[points.len() - 1], 0.5);
        let line = self.camera.places(points);
        self.add(middle, lift, move |canvas| canvas.line(&line, &stroke));
    }

    /// A line on the surface, in pieces short enough to be painted in the right order.
    pub fn line(&mut self, points: &[Boxed], stroke: Stroke) {
        for chunk in chunks(points) {
            self.stroke(&chunk, LIFT, stroke);
        }
    }

    /// A marker on the surface.
    pub fn marker(&mut self, at: Boxed, shape: Shape, radius: f64, fill: Colour) {
        let flat = self.camera.place(at);
        let paint = move |canvas: &Canvas| shape.draw(canvas, flat, radius, fill);
        self.add(at, 2.0 * LIFT, paint);
    }

    /// Paints everything, the farthest first.
    pub fn paint(mut self, canvas: &Canvas) -> Result<()> {
        self.pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.pieces.iter().try_for_each(|(_, paint)| paint(canvas))
    }
}

/// The point between `a` and `b` at `height`.
pub(crate) fn level(a: [f64; 3], b: [f64; 3], height: f64) -> [f64; 3] {
    between(a, b, (height - a[2]) / (b[2] - a[2]))
}

/// The part of a polygon not above `height` (Sutherland and Hodgman, 1974).
pub(crate) fn cut_above(polygon: &[[f64; 3]], height: f64) -> Vec<[f64; 3]> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (k, &a) in polygon.iter().enumerate() {
        let b = polygon[(k + 1) % polygon.len()];
        if a[2] <= height {
            kept.push(a);
        }
        if (a[2] <= height) != (b[2] <= height) {
            kept.push(level(a, b, height));
        }
    }
    kept
}

/// A line cut into runs that share end points. A run ends once it is at least [`PIECE`] long; longer segments are
/// divided, so that no run reaches twice that.
fn chunks(points: &[Boxed]) -> Vec<Vec<Boxed>> {
    let mut out = Vec::new();
    let mut run: Vec<Boxed> = Vec::new();
    let mut length = 0.0;
    for pair in points.windows(2) {
        let step = [0, 1, 2].map(|k| pair[1][k] - pair[0][k]);
        let distance = dot(step, step).sqrt();
        let parts = (distance / PIECE).ceil().max(1.0);
        for part in 0..parts as usize {
            if run.is_empty() {
                run.push(between(pair[0], pair[1], part as f64 / parts));
            }
            run.push(between(pair[0], pair[1], (part + 1) as f64 / parts));
            length += distance / parts;
            if length >= PIECE {
                out.push(std::mem::take(&mut run));
                length = 0.0;
            }
        }
    }
    if run.len() > 1 {
        out.push(run);
    }
    out
}
