//! A surface over a square, seen from above at an angle, with lines and markers on it.

use crate::axis::Axis;
use crate::canvas::{AXIS, Canvas, Frame, HPos, Px, Stroke, VPos, Write};
use crate::colour::{Colour, GRID};
use crate::error::{Result, sized};
use crate::mark::Shape;
use crate::scene::{Boxed, Camera, Scene, TOP, between, cut_above};

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

/// Cells between two lines of the mesh.
const MESH: usize = 3;
/// How strongly the parts of lines that are behind the surface show through.
const BEHIND: f64 = 0.3;

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
        let side = cells + 1;
        let height = |k: usize| f(at(&x, k % side, cells), at(&y, k / side, cells));
        Self {
            heights: (0..side * side).map(height).collect(),
            x,
            y,
            z,
            cells,
            paths: Vec::new(),
            markers: Vec::new(),
            colour,
        }
    }

    pub(crate) fn bad_value(&self) -> Option<f64> {
        let lines = self.paths.iter().flat_map(|p| p.points.iter().flatten());
        let spots = self.markers.iter().flat_map(|m| m.0.iter());
        let mut all = self.heights.iter().chain(lines).chain(spots);
        all.find(|v| !v.is_finite()).copied()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, cell: &Frame) -> Result<()> {
        sized("a surface", (self.cells + 1).pow(2), self.heights.len())?;
        let camera = Camera::new(&Frame::new(
            [cell.left + 26.0, cell.right - 8.0],
            [cell.top + 14.0, cell.bottom - 30.0],
        ));
        back(canvas, &camera)?;
        let mut scene = Scene::new(&camera);
        self.faces(&mut scene);
        self.mesh(&mut scene);
        for path in &self.paths {
            scene.line(&self.all_boxed(&path.points), path.stroke);
        }
        for &(at, shape, radius, fill) in &self.markers {
            scene.marker(self.boxed(at), shape, radius, fill);
        }
        scene.paint(canvas)?;
        self.hints(canvas, &camera)?;
        self.axes(canvas, &camera)
    }

    /// Position in the box of a point in data coordinates.
    fn boxed(&self, p: [f64; 3]) -> Boxed {
        [
            2.0 * self.x.share(p[0]) - 1.0,
            2.0 * self.y.share(p[1]) - 1.0,
            TOP * self.z.share(p[2]),
        ]
    }

    fn all_boxed(&self, points: &[[f64; 3]]) -> Vec<Boxed> {
        points.iter().map(|&p| self.boxed(p)).collect()
    }

    fn node(&self, [i, j]: [usize; 2]) -> [f64; 3] {
        [
            at(&self.x, i, self.cells),
            at(&self.y, j, self.cells),
            self.heights[j * (self.cells + 1) + i],
        ]
    }

    /// The cells of the surface below the end of the vertical axis.
    fn faces(&self, scene: &mut Scene) {
        for (i, j) in (0..self.cells * self.cells).map(|k| (k % self.cells, k / self.cells)) {
            let corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
            let face = cut_above(&corners.map(|node| self.node(node)), self.z.range[1]);
            if face.len() >= 3 {
                scene.face(&self.all_boxed(&face), |height| (self.colour)(height / TOP));
            }
        }
    }

    /// Lines along the surface that show its shape.
    fn mesh(&self, scene: &mut Scene) {
        let stroke = |height: f64| Stroke::solid((self.colour)(height / TOP).darker(0.78), 0.8);
        for line in (0..=self.cells).step_by(MESH) {
            for step in 0..self.cells {
                let along_x = [[step, line], [step + 1, line]];
                let along_y = [[line, step], [line, step + 1]];
                for ends in [along_x, along_y] {
                    let below = self.below(ends.map(|node| self.node(node)));
                    if let Some(ends) = below {
                        scene.thread(ends.map(|p| self.boxed(p)), stroke);
                    }
                }
            }
        }
    }

    /// The part of a line below the end of the vertical axis.
    fn below(&self, [a, b]: [[f64; 3]; 2]) -> Option<[[f64; 3]; 2]> {
        let top = self.z.range[1];
        let end = |a: [f64; 3], b: [f64; 3]| between(a, b, (top - a[2]) / (b[2] - a[2]));
        match (a[2] <= top, b[2] <= top) {
            (true, true) => Some([a, b]),
            (true, false) => Some([a, end(a, b)]),
            (false, true) => Some([b, end(b, a)]),
            (false, false) => None,
        }
    }

    /// The lines once more, faintly, over everything: what the surface hides shows through.
    fn hints(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        self.paths.iter().try_for_each(|path| {
            let mut stroke = path.stroke;
            stroke.colour.opacity = BEHIND;
            polyline(canvas, camera, &self.all_boxed(&path.points), &stroke)
        })
    }

    /// Ticks and labels on the two near edges of the floor and on the left edge of the box.
    fn axes(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        let [near, right, left] = [[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]];
        let top = [-1.0, 1.0, TOP];
        polyline(canvas, camera, &[top, left, near, right], &AXIS)?;
        let ticks = |axis: &Axis, [from, to]: [Boxed; 2], tick: Px, how: Write| {
            let mut all = axis.ticks.iter().zip(axis.tick_labels());
            all.try_for_each(|(&value, label)| {
                let at = camera.place(between(from, to, axis.share(value)));
                let end = moved(at, tick);
                canvas.line(&[at, end], &AXIS)?;
                canvas.text(&label, moved(end, tick.map(|t| 0.4 * t)), how)
            })
        };
        let label = |axis: &Axis, at: Boxed, by: Px, how: Write| {
            canvas.text(&axis.label, moved(camera.place(at), by), how)
        };
        ticks(
            &self.x,
            [near, right],
            [4.0, 4.0],
            Write::tick(HPos::Left, VPos::Top),
        )?;
        let how = Write::label(HPos::Left, VPos::Top);
        label(&self.x, between(near, right, 0.5), [24.0, 20.0], how)?;
        ticks(
            &self.y,
            [near, left],
            [-4.0, 4.0],
            Write::tick(HPos::Right, VPos::Top),
        )?;
        let how = Write::label(HPos::Right, VPos::Top);
        label(&self.y, between(near, left, 0.5), [-24.0, 20.0], how)?;
        ticks(
            &self.z,
            [left, top],
            [-5.0, 0.0],
            Write::tick(HPos::Right, VPos::Center),
        )?;
        let how = Write::label(HPos::Left, VPos::Bottom);
        label(&self.z, top, [-26.0, -14.0], how)
    }
}

/// Value at node `k` of an axis in `cells` equal parts.
fn at(axis: &Axis, k: usize, cells: usize) -> f64 {
    let [from, to] = axis.range;
    from + (to - from) * k as f64 / cells as f64
}

fn moved(p: Px, by: Px) -> Px {
    [p[0] + by[0], p[1] + by[1]]
}

fn polyline(canvas: &Canvas, camera: &Camera, points: &[Boxed], stroke: &Stroke) -> Result<()> {
    let points: Vec<Px> = points.iter().map(|&p| camera.place(p)).collect();
    canvas.line(&points, stroke)
}

/// The floor and the edges of the box behind the surface.
fn back(canvas: &Canvas, camera: &Camera) -> Result<()> {
    let stroke = Stroke::solid(GRID, 1.4);
    let floor = [[-1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, -1.0, 0.0]];
    let ceiling = floor.map(|[x, y, _]| [x, y, TOP]);
    polyline(canvas, camera, &floor, &stroke)?;
    polyline(canvas, camera, &[floor[1], ceiling[1]], &stroke)?;
    polyline(canvas, camera, &[floor[2], ceiling[2]], &stroke)?;
    polyline(canvas, camera, &ceiling, &stroke)
}
