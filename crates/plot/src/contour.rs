//! Heat maps as filled contours: smooth edges and small files at any size.

use std::collections::BTreeMap;

use crate::axis::View;
use crate::canvas::Canvas;
use crate::colour::Colour;
use crate::error::Result;
use crate::geometry::between;

/// A function of two variables sampled on a regular grid, with the levels that separate its colours.
#[derive(Debug, Clone)]
pub struct Field {
    /// Lower left and upper right corner.
    corners: [[f64; 2]; 2],
    /// Samples in a row and in a column.
    size: usize,
    /// `size * size` values, x fastest.
    values: Vec<f64>,
    /// Ascending upper bounds of all bands but the last.
    levels: Vec<f64>,
    /// One colour for each band: one more than levels.
    pub colours: Vec<Colour>,
}

/// An edge of the padded grid: from node (i, j) to the right (false) or up (true).
type Edge = (usize, usize, bool);

impl Field {
    /// Samples `f` over `x` times `y`; the bands are bounded by `levels`, coloured by `colour(0..=1)`.
    ///
    /// `f` must have no interior maximum: regions below a level are painted without holes.
    pub fn sample(
        x: [f64; 2],
        y: [f64; 2],
        size: usize,
        levels: Vec<f64>,
        colour: &dyn Fn(f64) -> Colour,
        f: &dyn Fn(f64, f64) -> f64,
    ) -> Self {
        let corners = [[x[0], y[0]], [x[1], y[1]]];
        let bands = levels.len();
        let share = |k: usize| k as f64 / bands.max(1) as f64;
        let mut field = Self {
            corners,
            size,
            values: Vec::new(),
            levels,
            colours: (0..=bands).map(|k| colour(share(k))).collect(),
        };
        let nodes = (0..size * size).map(|k| field.node(k % size + 1, k / size + 1));
        field.values = nodes.map(|[x, y]| f(x, y)).collect();
        field
    }

    pub(crate) fn bad_value(&self) -> Option<f64> {
        self.values.iter().copied().find(|v| !v.is_finite())
    }

    pub(crate) fn draw(&self, canvas: &Canvas, view: &View) -> Result<()> {
        let [[left, low], [right, high]] = self.corners;
        let all = [[left, low], [right, low], [right, high], [left, high]];
        if let Some(highest) = self.colours.last() {
            canvas.polygon(&view.place(&all), *highest)?;
        }
        // From high to low: each region lies inside the one before, so painting over leaves no seams.
        for (level, colour) in self.levels.iter().zip(&self.colours).rev() {
            for outline in self.below(*level) {
                canvas.polygon(&view.place(&outline), *colour)?;
            }
        }
        Ok(())
    }

    /// Outlines of the regions where the field is below `level`, by marching squares.
    fn below(&self, level: f64) -> Vec<Vec<[f64; 2]>> {
        let mut next: BTreeMap<Edge, Edge> = BTreeMap::new();
        for j in 0..=self.size {
            for i in 0..=self.size {
                self.cell(i, j, level, &mut next);
            }
        }
        let mut outlines = Vec::new();
        while let Some((&start, _)) = next.first_key_value() {
            let mut outline = Vec::new();
            let mut edge = start;
            while let Some(after) = next.remove(&edge) {
                outline.push(self.crossing(edge, level));
                edge = after;
            }
            outlines.push(outline);
        }
        outlines
    }

    /// Adds the pieces of outline that cross cell (i, j), inside on their left.
    fn cell(&self, i: usize, j: usize, level: f64, next: &mut BTreeMap<Edge, Edge>) {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let inside = corners.map(|(i, j)| self.padded(i, j) < level);
        let (lower, upper) = ((i, j, false), (i, j + 1, false));
        let edges: [Edge; 4] = [lower, (i + 1, j, true), upper, (i, j, true)];
        // Walking round the cell, a piece of outline starts where we step out of the region and ends where we step in.
        let passes = |k: usize, out: bool| inside[k] == out && inside[(k + 1) % 4] != out;
        for leaving in (0..4).filter(|&k| passes(k, true)) {
            // At a saddle, the first entry on the way back keeps the two corners apart.
            let mut back = (1..4).map(|s| (leaving + 4 - s) % 4);
            if let Some(entering) = back.find(|&k| passes(k, false)) {
                next.insert(edges[leaving], edges[entering]);
            }
        }
    }

    /// Value at a node of the padded grid, whose rim of infinities closes outlines at the border.
    fn padded(&self, i: usize, j: usize) -> f64 {
        let own = 1..=self.size;
        if own.contains(&i) && own.contains(&j) {
            self.values[(j - 1) * self.size + i - 1]
        } else {
            f64::INFINITY
        }
    }

    /// Position of a padded node: the rim lies on the border.
    fn node(&self, i: usize, j: usize) -> [f64; 2] {
        let [low, high] = self.corners;
        let last = (self.size - 1) as f64;
        let share = |k: usize| (k.clamp(1, self.size) - 1) as f64 / last;
        let [x, y] = [i, j].map(share);
        [between(low, high, x)[0], between(low, high, y)[1]]
    }

    /// Where the field passes `level` on `edge`.
    fn crossing(&self, (i, j, up): Edge, level: f64) -> [f64; 2] {
        let (k, l) = if up { (i, j + 1) } else { (i + 1, j) };
        let (a, b) = (self.padded(i, j), self.padded(k, l));
        let inner = a.is_finite() && b.is_finite() && a != b;
        let t = if inner { (level - a) / (b - a) } else { 0.5 };
        between(self.node(i, j), self.node(k, l), t.clamp(0.0, 1.0))
    }
}
