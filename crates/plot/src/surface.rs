//! A surface over a square, seen from above at an angle, with lines and markers on it.

use crate::axis::Axis;
use crate::canvas::{AXIS, Canvas, HPos, LABEL, Stroke, TICK, VPos, written};
use crate::colour::{Colour, GRID};
use crate::error::Result;
use crate::geometry::{Frame, between, moved};
use crate::mark::Shape;
use crate::scene::{Boxed, Camera, LIFT, Scene, TOP, cut_above, level};

/// A surface with lines and markers on it.
#[derive(Debug, Clone)]
pub struct Surface {
    /// Two horizontal axes and the vertical one; the surface is cut off at the end of the vertical range.
    axes: [Axis; 3],
    /// Cells along each side.
    cells: usize,
    /// `(cells + 1)^2` points, x fastest.
    nodes: Vec<[f64; 3]>,
    /// Lines on the surface.
    pub paths: Vec<Path3>,
    /// Markers on the surface: where, shape, radius and colour.
    pub markers: Vec<([f64; 3], Shape, f64, Colour)>,
    /// Colour by share of the vertical axis.
    colour: fn(f64) -> Colour,
}

/// A line on a surface.
#[derive(Debug, Clone)]
pub struct Path3 {
    /// Points in order.
    pub points: Vec<[f64; 3]>,
    /// Line style; dashes are not supported.
    pub stroke: Stroke,
}

/// Cells between two lines of the mesh.
const MESH: usize = 3;
/// Opacity of lines behind the surface.
const BEHIND: f64 = 0.3;

impl Surface {
    /// A surface of `f` over the ranges of `x` and `y`, cut off at the end of the range of `z`.
    pub fn sample(
        x: Axis,
        y: Axis,
        z: Axis,
        cells: usize,
        colour: fn(f64) -> Colour,
        f: &dyn Fn(f64, f64) -> f64,
    ) -> Self {
        let side = cells + 1;
        let at = |[from, to]: [f64; 2], k: usize| from + (to - from) * k as f64 / cells as f64;
        let corners = (0..side * side).map(|k| (at(x.range, k % side), at(y.range, k / side)));
        Self {
            nodes: corners.map(|(x, y)| [x, y, f(x, y)]).collect(),
            axes: [x, y, z],
            cells,
            paths: Vec::new(),
            markers: Vec::new(),
            colour,
        }
    }

    pub(crate) fn bad_value(&self) -> Option<f64> {
        let lines = self.paths.iter().flat_map(|p| p.points.iter().flatten());
        let spots = self.markers.iter().flat_map(|m| m.0.iter());
        let mut all = self.nodes.iter().flatten().chain(lines).chain(spots);
        all.find(|v| !v.is_finite()).copied()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, cell: &Frame) -> Result<()> {
        let width = [cell.left + 26.0, cell.right - 8.0];
        let camera = Camera::new(&Frame::new(width, [cell.top + 14.0, cell.bottom - 30.0]));
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
        // Draw the lines again, faintly, over everything, so that hidden parts show through.
        for path in &self.paths {
            let line = camera.places(&self.all_boxed(&path.points));
            let mut stroke = path.stroke;
            stroke.colour.opacity = BEHIND;
            canvas.line(&line, &stroke)?;
        }
        self.draw_axes(canvas, &camera)
    }

    /// Position in the box of a point in data coordinates.
    fn boxed(&self, p: [f64; 3]) -> Boxed {
        let [x, y, z] = [0, 1, 2].map(|k| self.axes[k].share(p[k]));
        [2.0 * x - 1.0, 2.0 * y - 1.0, TOP * z]
    }

    fn all_boxed(&self, points: &[[f64; 3]]) -> Vec<Boxed> {
        points.iter().map(|&p| self.boxed(p)).collect()
    }

    fn node(&self, [i, j]: [usize; 2]) -> [f64; 3] {
        self.nodes[j * (self.cells + 1) + i]
    }

    /// Colour of a height in the box.
    fn shade(&self, height: f64) -> Colour {
        (self.colour)(height / TOP)
    }

    /// The cells of the surface below the end of the vertical axis.
    fn faces(&self, scene: &mut Scene) {
        for (i, j) in (0..self.cells * self.cells).map(|k| (k % self.cells, k / self.cells)) {
            let corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
            let face = cut_above(&corners.map(|node| self.node(node)), self.axes[2].range[1]);
            if face.len() >= 3 {
                scene.face(&self.all_boxed(&face), |height| self.shade(height));
            }
        }
    }

    /// Lines along the surface that show its shape.
    fn mesh(&self, scene: &mut Scene) {
        let lines = (0..=self.cells).step_by(MESH);
        for (line, step) in lines.flat_map(|line| (0..self.cells).map(move |step| (line, step))) {
            let along_x = [[step, line], [step + 1, line]];
            let along_y = [[line, step], [line, step + 1]];
            for ends in [along_x, along_y].map(|ends| ends.map(|node| self.node(node))) {
                if let Some(ends) = self.below(ends) {
                    let [a, b] = ends.map(|p| self.boxed(p));
                    let colour = self.shade(between(a, b, 0.5)[2]).darker(0.78);
                    scene.stroke(&[a, b], 0.5 * LIFT, Stroke::solid(colour, 0.8));
                }
            }
        }
    }

    /// The part of a line below the end of the vertical axis.
    fn below(&self, [a, b]: [[f64; 3]; 2]) -> Option<[[f64; 3]; 2]> {
        let top = self.axes[2].range[1];
        let (a, b) = if a[2] <= top { (a, b) } else { (b, a) };
        let end = if b[2] <= top { b } else { level(a, b, top) };
        (a[2] <= top).then_some([a, end])
    }

    /// Ticks and labels on the two near edges of the floor and on the left edge of the box.
    fn draw_axes(&self, canvas: &Canvas, camera: &Camera) -> Result<()> {
        let [near, right, left] = [[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]];
        let top = [-1.0, 1.0, TOP];
        canvas.line(&camera.places(&[top, left, near, right]), &AXIS)?;
        let under = |h| [written(TICK, h, VPos::Top), written(LABEL, h, VPos::Top)];
        let (rightwards, leftwards) = (under(HPos::Left), under(HPos::Right));
        let beside = written(TICK, HPos::Right, VPos::Center);
        let beside = [beside, written(LABEL, HPos::Left, VPos::Bottom)];
        // Edge, position of the label along it, tick vector, offset of the label, and styles of tick labels and label.
        let edges = [
            ([near, right], 0.5, [4.0, 4.0], [24.0, 20.0], rightwards),
            ([near, left], 0.5, [-4.0, 4.0], [-24.0, 20.0], leftwards),
            ([left, top], 1.0, [-5.0, 0.0], [-26.0, -14.0], beside),
        ];
        for (axis, ([from, to], share, tick, way, [small, large])) in self.axes.iter().zip(edges) {
            for (&value, label) in axis.ticks.iter().zip(axis.tick_labels()) {
                let at = camera.place(between(from, to, axis.share(value)));
                let end = moved(at, tick);
                canvas.line(&[at, end], &AXIS)?;
                canvas.text(&label, moved(end, tick.map(|t| 0.4 * t)), small.clone())?;
            }
            let at = moved(camera.place(between(from, to, share)), way);
            canvas.text(&axis.label, at, large)?;
        }
        Ok(())
    }
}

/// The floor and the edges of the box behind the surface.
fn back(canvas: &Canvas, camera: &Camera) -> Result<()> {
    let stroke = Stroke::solid(GRID, 1.4);
    let floor = [[-1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, -1.0, 0.0]];
    let ceiling = floor.map(|[x, y, _]| [x, y, TOP]);
    let posts = [1, 2].map(|corner| [floor[corner], ceiling[corner]]);
    let [first, second] = &posts;
    let mut lines = [&floor[..], first, second, &ceiling].into_iter();
    lines.try_for_each(|line| canvas.line(&camera.places(line), &stroke))
}
