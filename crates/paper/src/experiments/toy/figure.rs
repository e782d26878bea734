//! The picture of the toy.

use super::run::Run;
use crate::Result;
use crate::experiments::common::style;
use crate::plot::{self, Axis, Mark, Panel, Picture, Row, Stroke};

/// Draws the fixed point against the noise, a curve for each eigenvalue.
///
/// # Errors
/// Nothing to draw, or a value that is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let lambdas = style::distinct(run.points.iter().map(|p| p[0]));
    let most = run.points.iter().map(|p| p[1]).fold(0.0, f64::max);
    let curve = |(i, lambda): (usize, &f64)| {
        let own = run.points.iter().filter(|p| p[0] == *lambda);
        let (x, y): (Vec<f64>, Vec<f64>) = own.map(|p| (p[1], p[2])).unzip();
        Mark::line(x, &y, Stroke::solid(plot::family(i, lambdas.len()), 2.4))
    };
    let (x, y) = (
        Axis::linear("ε", [0.0, most], 4),
        Axis::linear("w₂w₁", [0.0, 1.05], 5),
    );
    let panel = Panel::plane("", x, y, lambdas.iter().enumerate().map(curve).collect());
    style::page(
        "Toy",
        "Fixed point against noise.",
        vec![Row::new(0.82, vec![panel])],
    )
}
