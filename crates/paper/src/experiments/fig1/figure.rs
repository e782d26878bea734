//! The picture of Figure 1.

use dae::theory::Mode;

use super::run::{Panel as Noise, Run, Trial};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::landscape::minima;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, Colour, Entry, Error, Legend, MARKED, Mark, Page, Panel, Path3, Picture,
    Row, Shape, Strip, Stroke, Surface,
};

/// Half the side of the square of weights that is shown.
const REACH: f64 = 2.0;
/// Cells along a side of the surface.
const CELLS: usize = 36;

/// Draws Figure 1: a column for each epsilon, dynamics above, loss surface with paths below.
///
/// # Errors
///
/// [`Error::Empty`] without panels or trials, [`Error::Value`] when something is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let Some(last) = trials(run).filter_map(|t| t.epochs.last()).max() else {
        return Err(Error::Empty {
            what: "Figure 1".to_owned(),
        }
        .into());
    };
    let range = plot::padded(
        trials(run)
            .flat_map(|t| t.theory.iter().chain(&t.simulation))
            .copied(),
    );
    let dynamics = run
        .panels
        .iter()
        .enumerate()
        .map(|(column, noise)| dynamics(noise, column, *last, range))
        .collect();
    let surfaces = run
        .panels
        .iter()
        .map(|noise| surface(&Mode::denoising(run.lambda, noise.epsilon)?, noise))
        .collect::<Result<_>>()?;
    let page = Page {
        title: "Figure 1: learning dynamics and loss surfaces of the scalar network".to_owned(),
        description: "Top: mapping w2 w1 against epoch for ten starts, closed form and gradient descent on top of each \
                      other, one panel for each noise variance. Bottom: the paths of gradient descent on the loss \
                      surface, from the starts to the curve of global minima, round the saddle at the origin."
            .to_owned(),
        rows: vec![
            Row::new(0.78, dynamics).with_strip(Strip::Legend(dynamics_legend())),
            Row::new(1.12, surfaces).with_strip(Strip::Legend(surface_legend())),
        ],
    };
    Ok(page.draw()?)
}

fn trials(run: &Run) -> impl Iterator<Item = &Trial> {
    run.panels.iter().flat_map(|p| &p.trials)
}

/// Without noise the network is a plain autoencoder.
fn colour(noise: &Noise) -> Colour {
    style::model(if noise.epsilon == 0.0 {
        Model::Ae
    } else {
        Model::Dae
    })
}

fn theory(colour: Colour) -> Stroke {
    Stroke::solid(plot::faded(colour, 0.42), 5.0)
}

fn simulation() -> Stroke {
    Stroke::dashed(BLACK, 1.5)
}

fn fixed_point() -> Stroke {
    Stroke::solid(MARKED, 2.0)
}

fn dynamics(noise: &Noise, column: usize, last: u64, range: [f64; 2]) -> Panel {
    let mut marks: Vec<Mark> = Vec::new();
    let line =
        |t: &Trial, w: &[f64], stroke| Mark::line(t.epochs.iter().map(|&e| e as f64), w, stroke);
    marks.extend(
        noise
            .trials
            .iter()
            .map(|t| line(t, &t.theory, theory(colour(noise)))),
    );
    marks.push(Mark::Rule {
        y: noise.fixed_point,
        stroke: fixed_point(),
    });
    marks.extend(
        noise
            .trials
            .iter()
            .map(|t| line(t, &t.simulation, simulation())),
    );
    let x = Axis::linear("epoch", [0.0, last as f64], 2);
    let y = Axis::linear("w₂w₁", range, 5);
    let y = if column > 0 { y.bare() } else { y };
    let name = if noise.epsilon == 0.0 { "AE" } else { "DAE" };
    Panel::plane(&format!("{name}, ε = {}", noise.epsilon), x, y, marks)
}

fn surface(mode: &Mode, noise: &Noise) -> Result<Panel> {
    let height = |w1: f64, w2: f64| mode.loss(w1, w2);
    let top = noise
        .trials
        .iter()
        .flat_map(|t| &t.path)
        .map(|&[w1, w2]| height(w1, w2))
        .fold(0.0, f64::max);
    let ticks = [-REACH, 0.0, REACH];
    let side = |label| Axis::linear(label, [-REACH, REACH], 2).with_ticks(&ticks);
    // Cut off just above the highest start: the corners, far higher, would flatten everything else.
    let vertical = Axis::linear("loss", [0.0, 1.08 * top.max(f64::MIN_POSITIVE)], 3);
    // Zero is where the floor is, and its label would lie on that of the horizontal axis.
    let above: Vec<f64> = vertical
        .ticks
        .iter()
        .copied()
        .filter(|&v| v > 0.0)
        .collect();
    let vertical = vertical.with_ticks(&above);
    let mut surface = Surface::sample(
        side("w₁"),
        side("w₂"),
        vertical,
        CELLS,
        plot::pastel,
        &height,
    );
    surface.paths = minima(mode, REACH)
        .curves
        .iter()
        .map(|branch| lifted(branch, &height, Stroke::solid(MARKED, 4.0)))
        .collect();
    for trial in &noise.trials {
        surface
            .paths
            .push(lifted(&trial.path, &height, Stroke::solid(BLACK, 1.8)));
        let start = trial.path.first().map(|&[w1, w2]| [w1, w2, height(w1, w2)]);
        surface
            .markers
            .extend(start.map(|p| (p, Shape::Circle, 3.6, BLACK)));
    }
    let saddle = [0.0, 0.0, height(0.0, 0.0)];
    surface
        .markers
        .push((saddle, Shape::Cross, 6.0, style::model(Model::Wdae)));
    Ok(Panel::surface("", surface))
}

fn lifted(path: &[[f64; 2]], height: &dyn Fn(f64, f64) -> f64, stroke: Stroke) -> Path3 {
    Path3 {
        points: path
            .iter()
            .map(|&[w1, w2]| [w1, w2, height(w1, w2)])
            .collect(),
        stroke,
    }
}

fn dynamics_legend() -> Legend {
    Legend {
        heading: String::new(),
        entries: vec![
            Entry::line(theory(style::model(Model::Ae)), "theory, AE"),
            Entry::line(theory(style::model(Model::Dae)), "theory, DAE"),
            Entry::line(simulation(), "gradient descent"),
            Entry::line(fixed_point(), "fixed point"),
        ],
    }
}

fn surface_legend() -> Legend {
    Legend {
        heading: String::new(),
        entries: vec![
            Entry {
                marker: Some((Shape::Circle, 4.0, BLACK)),
                ..Entry::line(Stroke::solid(BLACK, 1.8), "paths from their starts")
            },
            Entry::line(Stroke::solid(MARKED, 4.0), "global minima"),
            Entry::marker(Shape::Cross, 6.0, style::model(Model::Wdae), "saddle"),
        ],
    }
}
