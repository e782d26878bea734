//! A surface over a square, seen from above at an angle, with lines and markers on it.
//!
//! Orthographic projection; everything is cut into small pieces and painted from back to front.

use plotters::style::text_anchor::{HPos, VPos};

use super::axis::Axis;
use super::canvas::{Canvas, Frame, LABEL, Px, Stroke, TICK, Write};
use super::colour::{BLACK, Colour, GRID};
use super::error::{Result, sized};
use super::mark::Shape;

/// A surface with lines and markers on it.
#[derive(Debug, Clone)]
pub struct Surface {
    /// First horizontal axis.
    pub x: Axis,
    /// Second horizontal axis.
    pub y: Axis,
    /// Vertical axis; the surface is cut off where its range ends.
    pub z: Axis,
    /// Cells along each side.
    pub cells: usize,
    /// Height at each node, `(cells + 1)^2` values, x fastest.
    pub heights: Vec<f64>,
    /// Lines on the surface.
    pub paths: Vec<Path3>,
    /// Markers on the surface: where, shape, radius and colour.
    pub markers: Vec<([f64; 3], Shape, f64, Colour)>,
    /// Colour by share of the vertical axis.
    pub colour: fn(f64) -> Colour,
}

/// A line on a surface.
#[derive(Debug, Clone)]
pub struct Path3 {
    /// Points in order.
    pub points: Vec<[f64; 3]>,
    /// How; dashes are not supported.
    pub stroke: Stroke,
}

/// Direction of the eye in the plane, degrees from the x axis: the corner (-, -) is nearest, so that the high
/// corners (-, +) and (+, -) of the losses drawn here stand on the left and on the right, and hide nothing.
const AZIMUTH: f64 = -122.0;
/// Height of the eye above the horizon in degrees.
const ELEVATION: f64 = 48.0;
/// Height of the box over the length of its sides.
const BOX_HEIGHT: f64 = 0.6;
/// Cells between two lines of the mesh.
const MESH: usize = 3;
/// How strongly the parts of lines that are behind the surface show through.
const BEHIND: f64 = 0.3;
/// Faces reach this many pixels over their edges: without, the page shines through the seams.
const OVERLAP: f64 = 0.4;
/// How much nearer than the surface its lines count as, so that they are painted after it.
const LIFT: f64 = 0.1;
/// Longest piece of a line, as a share of the box: shorter than a cell, or the order goes wrong.
const PIECE: f64 = 0.03;

/// A point in the box: -1 to 1 along the sides.
type Boxed = [f64; 3];

/// From the box to the page.
struct Camera {
    right: Boxed,
    up: Boxed,
    towards: Boxed,
    centre: Px,
    scale: f64,
    middle: [f64; 2],
}

/// Something to paint, with its nearness.
struct Piece {
    nearness: f64,
    what: Paint,
}

enum Paint {
    Face(Vec<Px>, Colour),
    Line(Vec<Px>, Stroke),
    Marker(Px, Shape, f64, Colour),
}

impl Camera {
    fn new(frame: &Frame) -> Self {
        let (a, e) = (AZIMUTH.to_radians(), ELEVATION.to_radians());
        let mut camera = Self {
            right: [-a.sin(), a.cos(), 0.0],
            up: [-e.sin() * a.cos(), -e.sin() * a.sin(), e.cos()],
            towards: [e.cos() * a.cos(), e.cos() * a.sin(), e.sin()],
            centre: frame.centre(),
            scale: 1.0,
            middle: [0.0; 2],
        };
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for corner in corners() {
            let flat = [dot(corner, camera.right), dot(corner, camera.up)];
            for k in 0..2 {
                low[k] = low[k].min(flat[k]);
                high[k] = high[k].max(flat[k]);
            }
        }
        camera.scale =
            (frame.width() / (high[0] - low[0])).min(frame.height() / (high[1] - low[1]));
        camera.middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
        camera
    }

    fn place(&self, p: Boxed) -> Px {
        [
            self.centre[0] + self.scale * (dot(p, self.right) - self.middle[0]),
            self.centre[1] - self.scale * (dot(p, self.up) - self.middle[1]),
        ]
    }

    fn nearness(&self, p: Boxed) -> f64 {
        dot(p, self.towards)
    }
}

fn corners() -> Vec<Boxed> {
    (0..8)
        .map(|k| {
            let side = |bit: usize| if k & bit == 0 { -1.0 } else { 1.0 };
            [
                side(1),
                side(2),
                if k & 4 == 0 { 0.0 } else { 2.0 * BOX_HEIGHT },
            ]
        })
        .collect()
}

fn dot(a: Boxed, b: Boxed) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn between(a: [f64; 3], b: [f64; 3], t: f64) -> [f64; 3] {
    [0, 1, 2].map(|k| a[k] + t * (b[k] - a[k]))
}

impl Surface {
    /// A surface of `f` over the ranges of `x` and `y`.
    pub fn sample(
        x: Axis,
        y: Axis,
        z: Axis,
        cells: usize,
        colour: fn(f64) -> Colour,
        f: &dyn Fn(f64, f64) -> f64,
    ) -> Self {
        let at =
            |range: [f64; 2], k: usize| range[0] + (range[1] - range[0]) * k as f64 / cells as f64;
        let side = cells + 1;
        Self {
            heights: (0..side * side)
                .map(|k| f(at(x.range, k % side), at(y.range, k / side)))
                .collect(),
            x,
            y,
            z,
            cells,
            paths: Vec::new(),
            markers: Vec::new(),
            colour,
        }
    }

    pub(super) fn bad_value(&self) -> Option<f64> {
        let lines = self.paths.iter().flat_map(|p| p.points.iter().flatten());
        let spots = self.markers.iter().flat_map(|m| m.0.iter());
        let mut all = self.heights.iter().chain(lines).chain(spots);
        all.find(|v| !v.is_finite()).copied()
    }

    /// Position in the box of a point in data coordinates.
    fn boxed(&self, p: [f64; 3]) -> Boxed {
        [
            2.0 * self.x.share(p[0]) - 1.0,
            2.0 * self.y.share(p[1]) - 1.0,
            2.0 * BOX_HEIGHT * self.z.share(p[2]),
        ]
    }

    pub(super) fn draw(&self, canvas: &Canvas, cell: &Frame) -> Result<()> {
        sized("a surface", (self.cells + 1).pow(2), self.heights.len())?;
        let frame = Frame {
            left: cell.left + 26.0,
            right: cell.right - 8.0,
            top: cell.top + 14.0,
            bottom: cell.bottom - 30.0,
        };
        let camera = Camera::new(&frame);
        self.back(canvas, &camera)?;
        let mut pieces = self.faces(&camera);
        pieces.extend(self.mesh(&camera));
        pieces.extend(self.lines(&camera));
        pieces.extend(self.spots(&camera));
        pieces.sort_by(|a, b| a.nearness.total_cmp(&b.nearness));
        pieces.iter().try_for_each(|piece| piece.paint(canvas))?;
        self.hints(canvas, &camera)?;
        self.axes(canvas, &camera)
    }

    /// The floor and the edges of the box behind the surface.
    fn back(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        let stroke = Stroke::solid(GRID, 1.4);
        let top = 2.0 * BOX_HEIGHT;
        let edges = [
            vec![[-1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, -1.0, 0.0]],
            vec![[1.0, 1.0, 0.0], [1.0, 1.0, top]],
            vec![[1.0, -1.0, 0.0], [1.0, -1.0, top]],
            vec![[-1.0, 1.0, top], [1.0, 1.0, top], [1.0, -1.0, top]],
        ];
        edges.iter().try_for_each(|edge| {
            let points: Vec<Px> = edge.iter().map(|&p| camera.place(p)).collect();
            canvas.line(&points, &stroke)
        })
    }

    /// The cells of the surface below the end of the vertical axis.
    fn faces(&self, camera: &Camera) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (i, j) in (0..self.cells * self.cells).map(|k| (k % self.cells, k / self.cells)) {
            let quad =
                [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|(i, j)| self.node(i, j));
            let face: Vec<Boxed> = cut_above(&quad, self.z.range[1])
                .iter()
                .map(|&p| self.boxed(p))
                .collect();
            if face.len() < 3 {
                continue;
            }
            let middle = face
                .iter()
                .fold([0.0; 3], |sum, p| [0, 1, 2].map(|k| sum[k] + p[k]));
            let middle = middle.map(|v| v / face.len() as f64);
            let corners: Vec<Px> = face.iter().map(|&p| camera.place(p)).collect();
            let colour = (self.colour)(middle[2] / (2.0 * BOX_HEIGHT));
            pieces.push(Piece {
                nearness: camera.nearness(middle),
                what: Paint::Face(widened(&corners, camera.place(middle)), colour),
            });
        }
        pieces
    }

    /// Lines along the surface that show its shape.
    fn mesh(&self, camera: &Camera) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for line in (0..=self.cells).step_by(MESH) {
            for step in 0..self.cells {
                for (from, to) in [
                    ((step, line), (step + 1, line)),
                    ((line, step), (line, step + 1)),
                ] {
                    let ends = [self.node(from.0, from.1), self.node(to.0, to.1)];
                    pieces.extend(self.mesh_piece(camera, ends));
                }
            }
        }
        pieces
    }

    fn mesh_piece(&self, camera: &Camera, [a, b]: [[f64; 3]; 2]) -> Option<Piece> {
        let top = self.z.range[1];
        let [a, b] = match (a[2] <= top, b[2] <= top) {
            (true, true) => [a, b],
            (true, false) => [a, between(a, b, (top - a[2]) / (b[2] - a[2]))],
            (false, true) => [b, between(b, a, (top - b[2]) / (a[2] - b[2]))],
            (false, false) => return None,
        };
        let [a, b] = [self.boxed(a), self.boxed(b)];
        let middle = between(a, b, 0.5);
        let colour = darker((self.colour)(middle[2] / (2.0 * BOX_HEIGHT)));
        Some(Piece {
            nearness: camera.nearness(middle) + 0.5 * LIFT,
            what: Paint::Line(
                vec![camera.place(a), camera.place(b)],
                Stroke::solid(colour, 0.8),
            ),
        })
    }

    /// The lines once more, faintly, over everything: what the surface hides shows through.
    fn hints(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        self.paths.iter().try_for_each(|path| {
            let points: Vec<Px> = path
                .points
                .iter()
                .map(|&p| camera.place(self.boxed(p)))
                .collect();
            let stroke = Stroke {
                colour: Colour {
                    3: BEHIND,
                    ..path.stroke.colour
                },
                ..path.stroke
            };
            canvas.line(&points, &stroke)
        })
    }

    fn node(&self, i: usize, j: usize) -> [f64; 3] {
        let at = |range: [f64; 2], k: usize| {
            range[0] + (range[1] - range[0]) * k as f64 / self.cells as f64
        };
        [
            at(self.x.range, i),
            at(self.y.range, j),
            self.heights[j * (self.cells + 1) + i],
        ]
    }

    /// The lines, in pieces short enough to be painted in the right order.
    fn lines(&self, camera: &Camera) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for path in &self.paths {
            let boxed: Vec<Boxed> = path.points.iter().map(|&p| self.boxed(p)).collect();
            for chunk in chunks(&boxed) {
                let middle = between(chunk[0], chunk[chunk.len() - 1], 0.5);
                pieces.push(Piece {
                    nearness: camera.nearness(middle) + LIFT,
                    what: Paint::Line(
                        chunk.iter().map(|&p| camera.place(p)).collect(),
                        path.stroke,
                    ),
                });
            }
        }
        pieces
    }

    fn spots(&self, camera: &Camera) -> Vec<Piece> {
        let spot = |&(at, shape, radius, fill): &([f64; 3], Shape, f64, Colour)| {
            let p = self.boxed(at);
            Piece {
                nearness: camera.nearness(p) + 2.0 * LIFT,
                what: Paint::Marker(camera.place(p), shape, radius, fill),
            }
        };
        self.markers.iter().map(spot).collect()
    }

    /// Ticks and labels on the two near edges of the floor and on the left edge of the box.
    fn axes(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        let top = 2.0 * BOX_HEIGHT;
        let stroke = Stroke::solid(BLACK, 1.4);
        let ends = [
            [-1.0, 1.0, top],
            [-1.0, 1.0, 0.0],
            [-1.0, -1.0, 0.0],
            [1.0, -1.0, 0.0],
        ];
        canvas.line(&ends.map(|p| camera.place(p)), &stroke)?;
        let along_x = |s: f64| [2.0 * s - 1.0, -1.0, 0.0];
        let along_y = |s: f64| [-1.0, 2.0 * s - 1.0, 0.0];
        let along_z = |s: f64| [-1.0, 1.0, top * s];
        let right = Write::new(TICK, HPos::Left, VPos::Top);
        let left = Write::new(TICK, HPos::Right, VPos::Top);
        let before = Write::new(TICK, HPos::Right, VPos::Center);
        edge(
            canvas,
            camera,
            &self.x,
            &along_x,
            [4.0, 4.0],
            &right,
            [24.0, 20.0],
        )?;
        edge(
            canvas,
            camera,
            &self.y,
            &along_y,
            [-4.0, 4.0],
            &left,
            [-24.0, 20.0],
        )?;
        edge(
            canvas,
            camera,
            &self.z,
            &along_z,
            [-5.0, 0.0],
            &before,
            [0.0, 0.0],
        )?;
        let z_label = camera.place(along_z(1.0));
        let how = Write::new(LABEL, HPos::Left, VPos::Bottom);
        canvas.text(&self.z.label, [z_label[0] - 26.0, z_label[1] - 14.0], &how)
    }
}

impl Piece {
    fn paint(&self, canvas: &Canvas) -> Result<()> {
        match &self.what {
            Paint::Face(corners, colour) => canvas.polygon(corners, *colour),
            Paint::Line(points, stroke) => canvas.line(points, stroke),
            Paint::Marker(at, shape, radius, fill) => shape.draw(canvas, *at, *radius, *fill),
        }
    }
}

/// Corners moved away from `middle` by [`OVERLAP`].
fn widened(corners: &[Px], middle: Px) -> Vec<Px> {
    let outwards = |p: &Px| {
        let (dx, dy) = (p[0] - middle[0], p[1] - middle[1]);
        let length = dx.hypot(dy).max(1e-9);
        [p[0] + OVERLAP * dx / length, p[1] + OVERLAP * dy / length]
    };
    corners.iter().map(outwards).collect()
}

/// Ticks of one edge of the box, `tick` pixels long, and its label, `far` pixels from its middle.
fn edge(
    canvas: &Canvas,
    camera: &Camera,
    axis: &Axis,
    along: &dyn Fn(f64) -> Boxed,
    tick: [f64; 2],
    how: &Write,
    far: [f64; 2],
) -> Result<()> {
    for (&value, label) in axis.ticks.iter().zip(axis.tick_labels()) {
        let at = camera.place(along(axis.share(value)));
        let end = [at[0] + tick[0], at[1] + tick[1]];
        canvas.line(&[at, end], &Stroke::solid(BLACK, 1.4))?;
        canvas.text(
            &label,
            [end[0] + 0.4 * tick[0], end[1] + 0.4 * tick[1]],
            how,
        )?;
    }
    if far == [0.0, 0.0] {
        return Ok(());
    }
    let at = camera.place(along(0.5));
    let how = Write {
        size: LABEL,
        ..*how
    };
    canvas.text(&axis.label, [at[0] + far[0], at[1] + far[1]], &how)
}

fn darker(colour: Colour) -> Colour {
    let d = |c: u8| (f64::from(c) * 0.78).round() as u8;
    plotters::style::RGBAColor(d(colour.0), d(colour.1), d(colour.2), colour.3)
}

/// The part of a polygon not above `height` (Sutherland and Hodgman, 1974).
fn cut_above(polygon: &[[f64; 3]], height: f64) -> Vec<[f64; 3]> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (k, &a) in polygon.iter().enumerate() {
        let b = polygon[(k + 1) % polygon.len()];
        if a[2] <= height {
            kept.push(a);
        }
        if (a[2] <= height) != (b[2] <= height) {
            kept.push(between(a, b, (height - a[2]) / (b[2] - a[2])));
        }
    }
    kept
}

/// A line cut into overlapping runs no longer than [`PIECE`] of the box; long segments are divided.
fn chunks(points: &[Boxed]) -> Vec<Vec<Boxed>> {
    let mut out = Vec::new();
    let mut run: Vec<Boxed> = Vec::new();
    let mut length = 0.0;
    for pair in points.windows(2) {
        let step = [0, 1, 2].map(|k| pair[1][k] - pair[0][k]);
        let distance = dot(step, step).sqrt();
        let parts = (distance / (2.0 * PIECE)).ceil().max(1.0);
        for part in 0..parts as usize {
            let from = between(pair[0], pair[1], part as f64 / parts);
            let to = between(pair[0], pair[1], (part + 1) as f64 / parts);
            if run.is_empty() {
                run.push(from);
            }
            run.push(to);
            length += distance / parts;
            if length >= 2.0 * PIECE {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_keeps_what_is_below_and_ends_level() {
        let quad = [
            [0.0, 0.0, 0.0],
            [1.0, 0.0, 2.0],
            [1.0, 1.0, 2.0],
            [0.0, 1.0, 0.0],
        ];
        let cut = cut_above(&quad, 1.0);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|p| p[2] <= 1.0 && p[0] <= 0.5));
        assert!(cut_above(&quad, -1.0).is_empty());
        assert_eq!(cut_above(&quad, 3.0), quad);
    }

    #[test]
    fn chunks_are_short_and_leave_no_gap() {
        let line = [[-1.0, -1.0, 0.0], [1.0, 1.0, 0.5], [1.0, 0.99, 0.5]];
        let pieces = chunks(&line);
        assert_eq!(pieces[0][0], line[0]);
        assert_eq!(pieces[pieces.len() - 1].last(), line.last());
        for pair in pieces.windows(2) {
            assert_eq!(pair[0].last(), pair[1].first());
        }
    }

    #[test]
    fn the_box_fits_its_frame() {
        let frame = Frame {
            left: 10.0,
            top: 20.0,
            right: 310.0,
            bottom: 220.0,
        };
        let camera = Camera::new(&frame);
        for corner in corners() {
            let [x, y] = camera.place(corner);
            assert!(
                (9.9..=310.1).contains(&x) && (19.9..=220.1).contains(&y),
                "{x} {y}"
            );
        }
    }
}
