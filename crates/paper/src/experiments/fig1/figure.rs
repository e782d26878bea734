//! The picture of Figure 1.

use dae::theory::Mode;

use super::run::{Panel as Noise, Run, Trial};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::{landscape::minima, style};
use crate::plot::{
    self, Axis, BLACK, Entry, MARKED, Mark, Panel, Path3, Picture, Row, Shape, Strip, Stroke,
    Surface,
};

/// Half the side of the square of weights shown.
const REACH: f64 = 2.0;
/// Cells along a side of the surface.
const CELLS: usize = 36;

/// Draws Figure 1: a column for each epsilon, dynamics above, loss surface with paths below.
///
/// # Errors
/// Nothing to draw, or a value that is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let trials = || run.panels.iter().flat_map(|panel| &panel.trials);
    let last = trials().filter_map(|t| t.path.len().checked_sub(1)).max();
    let last = last.ok_or_else(|| style::nothing("Figure 1"))? as u64;
    let range = plot::padded(trials().flat_map(|t| [t.theory.clone(), t.simulation()].concat()));
    let panels = run.panels.iter().enumerate();
    let dynamics = panels.map(|(column, noise)| {
        let x = style::epochs(last, 2);
        let y = style::shared(Axis::linear("w₂w₁", range, 5), column);
        let name = if noise.epsilon == 0.0 { "AE" } else { "DAE" };
        let title = format!("{name}, ε = {}", noise.epsilon);
        Panel::plane(&title, x, y, curves(noise))
    });
    let surfaces = run.panels.iter().map(|noise| {
        let mode = Mode::denoising(run.lambda, noise.epsilon)?;
        Ok(Panel::surface("", surface(&mode, &noise.trials)))
    });
    style::page(
        "Figure 1: learning dynamics and loss surfaces of the scalar network",
        "Top: mapping w2 w1 against epoch for ten starts, closed form and gradient descent on top of each \
         other, one panel for each noise variance. Bottom: the paths of gradient descent on the loss \
         surface, from the starts to the curve of global minima, round the saddle at the origin.",
        vec![
            Row::new(0.78, dynamics.collect()).with_strip(dynamics_legend()),
            Row::new(1.12, surfaces.collect::<Result<_>>()?).with_strip(surface_legend()),
        ],
    )
}

fn theory(model: Model) -> Stroke {
    Stroke::solid(plot::faded(style::model(model), 0.42), 5.0)
}

fn simulation() -> Stroke {
    Stroke::dashed(BLACK, 1.5)
}

fn fixed_point() -> Stroke {
    Stroke::solid(MARKED, 2.0)
}

fn curves(noise: &Noise) -> Vec<Mark> {
    // Without noise the network is a plain autoencoder.
    let theory = theory(if noise.epsilon == 0.0 {
        Model::Ae
    } else {
        Model::Dae
    });
    let line = |w: &[f64], stroke| Mark::line((0..).map(f64::from), w, stroke);
    let trials = noise.trials.iter();
    let mut marks: Vec<Mark> = trials.map(|t| line(&t.theory, theory)).collect();
    marks.push(Mark::Rule {
        y: noise.fixed_point,
        stroke: fixed_point(),
    });
    let trials = noise.trials.iter();
    marks.extend(trials.map(|t| line(&t.simulation(), simulation())));
    marks
}

fn surface(mode: &Mode, trials: &[Trial]) -> Surface {
    let height = |w1: f64, w2: f64| mode.loss(w1, w2);
    let lifted = |&[w1, w2]: &[f64; 2]| [w1, w2, height(w1, w2)];
    let path = |points: &[[f64; 2]], stroke| Path3 {
        points: points.iter().map(lifted).collect(),
        stroke,
    };
    let visited = trials.iter().flat_map(|t| &t.path).map(lifted);
    let top = visited.map(|[.., loss]| loss).fold(0.0, f64::max);
    let [x, y] = ["w₁", "w₂"].map(|label| {
        let side = Axis::linear(label, [-REACH, REACH], 2);
        side.with_ticks(&[-REACH, 0.0, REACH])
    });
    // Cut off just above the highest start: the corners are far higher and would flatten everything else.
    let z = Axis::linear("loss", [0.0, 1.08 * top.max(f64::MIN_POSITIVE)], 3);
    // The label of zero, at the floor, would overlap that of the horizontal axis.
    let above: Vec<f64> = z.ticks.iter().copied().filter(|&v| v > 0.0).collect();
    let z = z.with_ticks(&above);
    let mut surface = Surface::sample(x, y, z, CELLS, plot::pastel, &height);
    let valleys = minima(mode, REACH).curves;
    let valleys = valleys.iter().map(|curve| path(curve, minimum()));
    surface.paths = valleys.collect();
    for trial in trials {
        surface.paths.push(path(&trial.path, descent()));
        let start = trial.path.first().map(lifted);
        let marked = start.map(|at| (at, Shape::Circle, 3.6, BLACK));
        surface.markers.extend(marked);
    }
    let saddle = lifted(&[0.0, 0.0]);
    let colour = style::model(Model::Wdae);
    surface.markers.push((saddle, Shape::Cross, 6.0, colour));
    surface
}

fn minimum() -> Stroke {
    Stroke::solid(MARKED, 4.0)
}

fn descent() -> Stroke {
    Stroke::solid(BLACK, 1.8)
}

fn dynamics_legend() -> Strip {
    let entries = vec![
        Entry::line(theory(Model::Ae), "theory, AE"),
        Entry::line(theory(Model::Dae), "theory, DAE"),
        Entry::line(simulation(), "gradient descent"),
        Entry::line(fixed_point(), "fixed point"),
    ];
    style::legend("", entries)
}

fn surface_legend() -> Strip {
    let mut paths = Entry::line(descent(), "paths from their starts");
    paths.marker = Some((Shape::Circle, 4.0, BLACK));
    let minima = Entry::line(minimum(), "global minima");
    let saddle = Entry::marker(Shape::Cross, 6.0, style::model(Model::Wdae), "saddle");
    style::legend("", vec![paths, minima, saddle])
}
