//! The picture of Figure 4.

use dae::theory::Mode;
use dae::theory::scalar::Origin;

use super::run::{Row as ModelRow, Run, Trial};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::landscape::minima;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, Colour, Entry, Error, Field, Legend, MARKED, Mark, Page, Panel, Picture,
    Row, Shape, Strip, Stroke, grey,
};

/// Half the side of the square of weights that is shown.
const REACH: f64 = 2.0;
/// Arrows along a side of the descent field.
const ARROWS: usize = 11;
/// Bands of the heat map.
const BANDS: usize = 24;
/// Samples along a side of the heat map.
const SAMPLES: usize = 121;

/// Draws Figure 4: a row for each model; loss with paths, mapping, and norm of the weights.
///
/// # Errors
///
/// [`Error::Empty`] without rows or trials, [`Error::Value`] when something is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let all = || run.rows.iter().flat_map(|r| &r.trials);
    let Some(&last) = all().filter_map(|t| t.epochs.last()).max() else {
        return Err(Error::Empty {
            what: "Figure 4".to_owned(),
        }
        .into());
    };
    let mapping = plot::padded(all().flat_map(|t| &t.w).copied());
    let norm = [0.0, plot::padded(all().flat_map(|t| &t.norm).copied())[1]];
    let final_row = run.rows.len().saturating_sub(1);
    let rows = run
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let at = Place {
                first: index == 0,
                last: index == final_row,
                epochs: last as f64,
            };
            let panels = vec![
                landscape(row, &at)?,
                dynamics(row, &at, "w₂w₁", mapping, |t| &t.w),
                dynamics(row, &at, "√(w₁² + w₂²)", norm, |t| &t.norm),
            ];
            let drawn = Row::new(1.0, panels).labelled(&label(row), style::model(row.model));
            Ok(if at.last {
                drawn.with_strip(Strip::Legend(legend(run)))
            } else {
                drawn
            })
        })
        .collect::<Result<_>>()?;
    let page = Page {
        title: "Figure 4: the norm of the weights under noise and under weight decay".to_owned(),
        description: "Left: loss with descent directions, saddle, global minima and eleven paths. Middle: mapping \
                      against epoch. Right: norm of the weights against epoch. With noise the minima are a curve and \
                      the norm keeps what the start gave it; with weight decay they are two points of one norm."
            .to_owned(),
        rows,
    };
    Ok(page.draw()?)
}

/// Where a row stands.
struct Place {
    first: bool,
    last: bool,
    epochs: f64,
}

impl Place {
    fn title(&self, text: &str) -> String {
        if self.first {
            text.to_owned()
        } else {
            String::new()
        }
    }

    fn x(&self, axis: Axis) -> Axis {
        if self.last { axis } else { axis.bare() }
    }
}

fn label(row: &ModelRow) -> String {
    match row.model {
        Model::Wdae => format!("WDAE, γ = {:.3}", row.gamma),
        _ => format!("{}, ε = {}", row.model.name(), row.epsilon),
    }
}

fn is_small(trial: &Trial) -> bool {
    trial.trial == 0
}

fn stroke(model: Model, trial: &Trial) -> Stroke {
    if is_small(trial) {
        Stroke::solid(SMALL, 3.4)
    } else {
        Stroke::solid(style::model(model), 1.8)
    }
}

/// The small start is drawn last, on top.
fn ordered(row: &ModelRow) -> impl Iterator<Item = &Trial> {
    let others = row.trials.iter().filter(|t| !is_small(t));
    others.chain(row.trials.iter().filter(|t| is_small(t)))
}

/// The small start: dark magenta, the colour of no model and not of the minima.
const SMALL: Colour = Colour::rgb(170, 30, 120);

fn dynamics(
    row: &ModelRow,
    at: &Place,
    label: &str,
    range: [f64; 2],
    of: fn(&Trial) -> &Vec<f64>,
) -> Panel {
    let mut marks: Vec<Mark> = ordered(row)
        .map(|t| {
            Mark::line(
                t.epochs.iter().map(|&e| e as f64),
                of(t),
                stroke(row.model, t),
            )
        })
        .collect();
    if label == "w₂w₁" {
        marks.push(Mark::Rule {
            y: row.fixed_point,
            stroke: fixed_point(),
        });
    }
    let x = at.x(Axis::linear("epoch", [0.0, at.epochs], 2));
    Panel::plane(&at.title(label), x, Axis::linear("", range, 5), marks)
}

fn fixed_point() -> Stroke {
    Stroke::dashed(MARKED, 2.4)
}

fn landscape(row: &ModelRow, at: &Place) -> Result<Panel> {
    let mode = Mode::new(row.lambda, row.epsilon, row.gamma)?;
    let f = |w1: f64, w2: f64| mode.loss(w1, w2);
    let side = [-REACH, REACH];
    let top = [(REACH, REACH), (REACH, -REACH)]
        .map(|(a, b)| f(a, b))
        .into_iter()
        .fold(f64::MIN_POSITIVE, f64::max);
    // Bands even in the square root: the valley is where things happen.
    let levels: Vec<f64> = (1..BANDS)
        .map(|k| top * (k as f64 / BANDS as f64).powi(2))
        .collect();
    let field = Field::sample(side, side, SAMPLES, levels, &plot::heat, &f);
    let colours = field.colours.clone();
    let mut marks = vec![Mark::Field(field)];
    marks.extend(arrows(&mode));
    let minima = minima(&mode, REACH);
    marks.extend(minima.curves.into_iter().map(|points| Mark::Line {
        points,
        stroke: minima_stroke(),
    }));
    marks.extend(ordered(row).flat_map(|t| path(row.model, t)));
    marks.push(Mark::Markers {
        points: minima.points,
        shape: Shape::Star,
        radius: 8.0,
        fill: MARKED,
    });
    if mode.origin() == Origin::Saddle {
        marks.push(Mark::Markers {
            points: vec![[0.0, 0.0]],
            shape: Shape::Cross,
            radius: 6.5,
            fill: BLACK,
        });
    }
    let ticks = [-REACH, 0.0, REACH];
    let x = at.x(Axis::linear("w₁", side, 2).with_ticks(&ticks));
    let y = Axis::linear("w₂", side, 2).with_ticks(&ticks);
    let labels = Axis::linear("", [0.0, top], 4);
    let bar = labels
        .ticks
        .iter()
        .zip(labels.tick_labels())
        .map(|(v, label)| ((v / top).sqrt(), label))
        .collect();
    Ok(Panel::plane(&at.title("loss and paths"), x, y, marks).with_bar(colours, bar))
}

/// Directions of steepest descent on a grid, all equally long.
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

/// A path with a disc at its start.
fn path(model: Model, trial: &Trial) -> Vec<Mark> {
    let stroke = stroke(model, trial);
    let start = Mark::Markers {
        points: trial.path.first().copied().into_iter().collect(),
        shape: Shape::Circle,
        radius: 4.0,
        fill: stroke.colour,
    };
    let line = Mark::Line {
        points: trial.path.clone(),
        stroke,
    };
    if is_small(trial) {
        vec![line]
    } else {
        vec![line, start]
    }
}

fn legend(run: &Run) -> Legend {
    let small = run
        .rows
        .iter()
        .flat_map(|r| &r.trials)
        .find(|t| is_small(t));
    let start = small.and_then(|t| t.path.first());
    let mut entries: Vec<Entry> = start
        .map(|[w1, w2]| format!("small start ({w1}, {w2})"))
        .map(|label| Entry::line(Stroke::solid(SMALL, 3.4), &label))
        .into_iter()
        .collect();
    for row in &run.rows {
        entries.push(Entry {
            marker: Some((Shape::Circle, 4.0, style::model(row.model))),
            ..Entry::line(
                Stroke::solid(style::model(row.model), 1.8),
                &format!("{} paths", row.model.name()),
            )
        });
    }
    entries.extend([
        Entry::line(minima_stroke(), "minima (curve)"),
        Entry::marker(Shape::Star, 7.0, MARKED, "minima (points)"),
        Entry::marker(Shape::Cross, 6.0, BLACK, "saddle"),
        Entry::line(fixed_point(), "fixed point"),
    ]);
    Legend {
        heading: String::new(),
        entries,
    }
}
