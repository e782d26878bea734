//! The picture of Figure 4.

use dae::theory::Mode;
use dae::theory::scalar::Origin;

use super::run::{Row as ModelRow, Run, Trial};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::{landscape, style};
use crate::plot::{
    self, Axis, BLACK, Colour, Entry, Field, MARKED, Mark, Panel, Picture, Row, Shape, Stroke, grey,
};

/// Half the side of the square of weights shown.
const REACH: f64 = 2.0;
/// Arrows along a side of the descent field.
const ARROWS: usize = 11;
/// Bands of the heat map.
const BANDS: usize = 24;
/// Samples along a side of the heat map.
const SAMPLES: usize = 121;
/// The small start: dark magenta, unlike any model or the minima.
const SMALL: Colour = Colour::rgb(170, 30, 120);

/// Draws Figure 4: a row for each model; loss with paths, mapping, and norm of the weights.
///
/// # Errors
/// Nothing to draw, or a value that is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let all = || run.rows.iter().flat_map(|row| &row.trials);
    let last = all().filter_map(|t| t.path.len().checked_sub(1)).max();
    let epochs = last.ok_or_else(|| style::nothing("Figure 4"))? as u64;
    let mapping = plot::padded(all().flat_map(Trial::mappings));
    let norm = [0.0, plot::padded(all().flat_map(Trial::norms))[1]];
    let mut key = entries(run);
    key.push(Entry::line(fixed_point(), "fixed point"));
    let mut rows = Vec::new();
    for (index, row) in run.rows.iter().enumerate() {
        let at = Place {
            first: index == 0,
            last: index + 1 == run.rows.len(),
            epochs,
        };
        let rule = Mark::Rule {
            y: row.fixed_point,
            stroke: fixed_point(),
        };
        let panels = vec![
            landscape(row, &at, "loss and paths", paths(row))?,
            at.dynamics("w₂w₁", mapping, lines(row, Trial::mappings).chain([rule])),
            at.dynamics("√(w₁² + w₂²)", norm, lines(row, Trial::norms)),
        ];
        let drawn = Row::new(1.0, panels).labelled(&label(row), style::model(row.model));
        rows.push(match at.last {
            true => drawn.with_strip(style::legend("", key.clone())),
            false => drawn,
        });
    }
    style::page(
        "Figure 4: the norm of the weights under noise and under weight decay",
        "Left: loss with descent directions, saddle, global minima and eleven paths. Middle: mapping \
         against epoch. Right: norm of the weights against epoch. With noise the minima are a curve and \
         the norm keeps what the start gave it; with weight decay they are two points of one norm.",
        rows,
    )
}

/// Position of a row: titles go above the first, labels of the horizontal axes below the last.
pub(super) struct Place {
    pub first: bool,
    pub last: bool,
    pub epochs: u64,
}

impl Place {
    fn panel(&self, title: &str, x: Axis, y: Axis, marks: Vec<Mark>) -> Panel {
        let title = if self.first { title } else { "" };
        let x = if self.last { x } else { x.bare() };
        Panel::plane(title, x, y, marks)
    }

    fn dynamics(&self, title: &str, y: [f64; 2], marks: impl Iterator<Item = Mark>) -> Panel {
        let x = style::epochs(self.epochs, 2);
        self.panel(title, x, Axis::linear("", y, 5), marks.collect())
    }
}

pub(super) fn label(row: &ModelRow) -> String {
    match row.model {
        Model::Wdae => format!("WDAE, γ = {:.3}", row.gamma),
        _ => format!("{}, ε = {}", row.model.name(), row.epsilon),
    }
}

pub(super) fn is_small(trial: &Trial) -> bool {
    trial.trial == 0
}

pub(super) fn stroke(model: Model, trial: &Trial) -> Stroke {
    if is_small(trial) {
        Stroke::solid(SMALL, 3.4)
    } else {
        Stroke::solid(style::model(model), 1.8)
    }
}

/// The small start is drawn last, on top.
pub(super) fn ordered(row: &ModelRow) -> impl Iterator<Item = &Trial> {
    let others = row.trials.iter().filter(|t| !is_small(t));
    others.chain(row.trials.iter().filter(|t| is_small(t)))
}

fn lines(row: &ModelRow, of: fn(&Trial) -> Vec<f64>) -> impl Iterator<Item = Mark> {
    ordered(row).map(move |t| Mark::line((0..).map(f64::from), &of(t), stroke(row.model, t)))
}

fn fixed_point() -> Stroke {
    Stroke::dashed(MARKED, 2.4)
}

/// The loss and its descent directions, with the paths drawn below the critical points.
pub(super) fn landscape(
    row: &ModelRow,
    at: &Place,
    title: &str,
    paths: Vec<Mark>,
) -> Result<Panel> {
    let mode = Mode::new(row.lambda, row.epsilon, row.gamma)?;
    let loss = |w1: f64, w2: f64| mode.loss(w1, w2);
    let side = [-REACH, REACH];
    let corners = [loss(REACH, REACH), loss(REACH, -REACH)];
    let top = corners.into_iter().fold(f64::MIN_POSITIVE, f64::max);
    // Bands are equally spaced in the square root, to resolve the valley.
    let level = |k: usize| top * (k as f64 / BANDS as f64).powi(2);
    let levels = (1..BANDS).map(level).collect();
    let field = Field::sample(side, side, SAMPLES, levels, &plot::heat, &loss);
    let colours = field.colours.clone();
    let mut marks = vec![Mark::Field(field)];
    marks.extend(arrows(&mode));
    let minima = landscape::minima(&mode, REACH);
    marks.extend(minima.curves.into_iter().map(|points| Mark::Line {
        points,
        stroke: minima_stroke(),
    }));
    marks.extend(paths);
    marks.push(style::markers(minima.points, Shape::Star, 8.0, MARKED));
    if mode.origin() == Origin::Saddle {
        let saddle = vec![[0.0, 0.0]];
        marks.push(style::markers(saddle, Shape::Cross, 6.5, BLACK));
    }
    let [x, y] = ["w₁", "w₂"].map(|label| {
        let axis = Axis::linear(label, side, 2);
        axis.with_ticks(&[-REACH, 0.0, REACH])
    });
    let labels = Axis::linear("", [0.0, top], 4);
    let bar = labels.ticks.iter().zip(labels.tick_labels());
    let bar = bar.map(|(v, label)| ((v / top).sqrt(), label)).collect();
    Ok(at.panel(title, x, y, marks).with_bar(colours, bar))
}

/// Directions of steepest descent on a grid, all of equal length.
fn arrows(mode: &Mode) -> Vec<Mark> {
    let spacing = 2.0 * REACH / ARROWS as f64;
    let at = |k: usize| -REACH + (k as f64 + 0.5) * spacing;
    let half = 0.3 * spacing;
    let mut marks = Vec::new();
    for (x, y) in (0..ARROWS * ARROWS).map(|k| (at(k % ARROWS), at(k / ARROWS))) {
        let [dx, dy] = mode.gradient(x, y);
        let length = dx.hypot(dy);
        // A critical point has no direction.
        if length < 1e-9 {
            continue;
        }
        let (ux, uy) = (-half * dx / length, -half * dy / length);
        marks.push(Mark::Arrow {
            from: [x - ux, y - uy],
            to: [x + ux, y + uy],
            stroke: Stroke::solid(grey(0.42), 1.1),
        });
    }
    marks
}

fn minima_stroke() -> Stroke {
    Stroke::solid(MARKED, 4.5)
}

fn paths(row: &ModelRow) -> Vec<Mark> {
    ordered(row).flat_map(|t| path(row.model, t)).collect()
}

/// A path with a disc at its start, except for the small start.
pub(super) fn path(model: Model, trial: &Trial) -> Vec<Mark> {
    let (points, stroke) = (trial.path.clone(), stroke(model, trial));
    let mut marks = vec![Mark::Line { points, stroke }];
    if !is_small(trial) {
        let start = trial.path.first().copied().into_iter().collect();
        marks.push(style::markers(start, Shape::Circle, 4.0, stroke.colour));
    }
    marks
}

/// The legend of the loss and the paths.
pub(super) fn entries(run: &Run) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut trials = run.rows.iter().flat_map(|row| &row.trials);
    if let Some([w1, w2]) = trials.find(|t| is_small(t)).and_then(|t| t.path.first()) {
        let label = format!("small start ({w1}, {w2})");
        entries.push(Entry::line(Stroke::solid(SMALL, 3.4), &label));
    }
    for model in run.rows.iter().map(|row| row.model) {
        let (colour, label) = (style::model(model), format!("{} paths", model.name()));
        entries.push(Entry {
            marker: Some((Shape::Circle, 4.0, colour)),
            ..Entry::line(Stroke::solid(colour, 1.8), &label)
        });
    }
    entries.extend([
        Entry::line(minima_stroke(), "minima (curve)"),
        Entry::marker(Shape::Star, 7.0, MARKED, "minima (points)"),
        Entry::marker(Shape::Cross, 6.0, BLACK, "saddle"),
    ]);
    entries
}
