//! The picture of a prediction: the spectrum and what noise leaves of it; below, the curves, as in Figure 5.

use super::rows::Curve;
use super::{Outcome, Prediction};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::{networks, style};
use crate::plot::{
    Axis, BLACK, BLUE, Colour, Entry, Mark, Panel, Picture, Row, Shape, Strip, Stroke, grey,
    significant, subscript,
};

/// Markers along a whole curve.
const MARKERS: u64 = 40;

/// Draws a prediction.
///
/// # Errors
/// The drawing fails.
pub(super) fn figure(outcome: &Outcome) -> Result<Picture> {
    let prediction = &outcome.prediction;
    let spectrum = Row::new(0.5, vec![eigenvalues(prediction), mappings(prediction)]);
    let panels = [Model::Wdae, Model::Dae].into_iter().enumerate();
    let panels = panels.map(|(column, model)| curves(outcome, model, column));
    let mut models = vec![Entry::line(Stroke::solid(BLACK, 1.8), "theory")];
    if !outcome.deviations.is_empty() {
        models.push(Entry::marker(Shape::Circle, 5.0, BLACK, "actual"));
    }
    let dynamics = Row::new(0.62, panels.collect())
        .with_strip(legend(prediction))
        .with_strip(networks::models_legend(&models));
    style::page(
        &format!(
            "{}: what a linear denoising autoencoder learns",
            outcome.name
        ),
        "Eigenvalues of the data and the mappings that noise leaves of them; below, the mappings of some directions against \
         epoch by the closed form, for the plain, the weight-decay and the denoising autoencoder.",
        vec![spectrum, dynamics],
    )
}

/// Numbers (from 1) of the directions whose variance exceeds rounding error, each with a value.
fn points(
    prediction: &Prediction,
    value: impl Fn(&super::rows::Direction) -> f64,
) -> Vec<[f64; 2]> {
    let directions = prediction.directions.iter().take(prediction.rank);
    directions
        .map(|it| [it.direction as f64, value(it)])
        .collect()
}

/// A linear axis for few directions, a logarithmic one for many.
fn places(prediction: &Prediction) -> Axis {
    let (rank, last) = (prediction.rank, prediction.rank as f64);
    if rank >= 30 {
        return Axis::log("direction", [0.9, 1.15 * last]);
    }
    let ticks: Vec<f64> = (1..=rank).step_by(1 + rank / 8).map(|i| i as f64).collect();
    Axis::linear("direction", [0.5, last + 0.5], 1).with_ticks(&ticks)
}

fn eigenvalues(prediction: &Prediction) -> Panel {
    let points = points(prediction, |it| it.lambda);
    let noise = Some(prediction.epsilon).filter(|&epsilon| epsilon > 0.0);
    let values = points.iter().map(|&[_, lambda]| lambda).chain(noise);
    let [low, high] = values.fold([f64::MAX, 0.0], |[low, high], value| {
        [f64::min(low, value), f64::max(high, value)]
    });
    let decade = |value: f64, up: f64| 10f64.powf(value.log10().floor() + up);
    let y = Axis::log("variance λ", [decade(low, 0.0), decade(high, 1.0)]);
    let mut marks = vec![Mark::Line {
        points: points.clone(),
        stroke: Stroke::solid(BLACK, 1.8),
    }];
    marks.extend(noise.map(|y| Mark::Rule {
        y,
        stroke: Stroke::solid(BLUE, 1.8),
    }));
    marks.extend(drawn(prediction, &points, BLACK));
    let epsilon = significant(prediction.epsilon, 3);
    Panel::plane(
        &format!("spectrum; noise, ε = {epsilon}"),
        places(prediction),
        y,
        marks,
    )
}

fn mappings(prediction: &Prediction) -> Panel {
    let points = points(prediction, |it| it.fixed_point);
    let y = Axis::linear("mapping", [-0.02, 1.05], 5);
    let half = Mark::Rule {
        y: 0.5,
        stroke: Stroke::solid(grey(0.6), 1.2),
    };
    let line = Mark::Line {
        points: points.clone(),
        stroke: Stroke::solid(BLUE, 1.8),
    };
    let marks = [half, line].into_iter();
    let marks = marks.chain(drawn(prediction, &points, BLUE)).collect();
    let kept = crate::plot::thousands(prediction.kept);
    let title = format!("after training, {kept} above one half");
    Panel::plane(&title, places(prediction), y, marks)
}

/// A marker on each direction whose curve is drawn below.
fn drawn(prediction: &Prediction, points: &[[f64; 2]], colour: Colour) -> Vec<Mark> {
    let drawn = prediction.drawn.iter().enumerate();
    let mark = |(place, &mode): (usize, &usize)| {
        let point = vec![*points.get(mode)?];
        Some(style::markers(point, networks::shape(place), 5.0, colour))
    };
    drawn.filter_map(mark).collect()
}

fn curves(outcome: &Outcome, model: Model, column: usize) -> Panel {
    let prediction = &outcome.prediction;
    let shown = |curve: &[Curve]| {
        curve
            .iter()
            .take(1)
            .any(|it| [Model::Ae, model].contains(&it.model))
    };
    let series = outcome
        .curves
        .chunk_by(|a, b| (a.model, a.direction) == (b.model, b.direction));
    let series: Vec<&[Curve]> = series.filter(|curve| shown(curve)).collect();
    let lines = series.iter().copied().map(theory);
    let actual = series.iter().filter_map(|curve| actual(prediction, curve));
    let title = match model {
        Model::Wdae => "weight decay, matched to the noise".to_owned(),
        _ => format!("noise, learning rate {}", significant(prediction.alpha, 3)),
    };
    let marks = lines.chain(actual).collect();
    networks::panel(&title, (Some(prediction.epochs), 4), (1.05, column), marks)
}

fn theory(curve: &[Curve]) -> Mark {
    let colour = curve
        .first()
        .map_or(BLACK, |first| style::model(first.model));
    let points = curve
        .iter()
        .map(|it| [it.epoch as f64, it.theory])
        .collect();
    Mark::Line {
        points,
        stroke: Stroke::solid(colour, 1.8),
    }
}

fn actual(prediction: &Prediction, curve: &[Curve]) -> Option<Mark> {
    let first = curve.first()?;
    let place = prediction
        .drawn
        .iter()
        .position(|&mode| mode + 1 == first.direction)?;
    let spacing = (prediction.epochs / MARKERS).max(1);
    let (mut due, mut points) = (0, Vec::new());
    for (epoch, mapping) in curve.iter().filter_map(|it| Some((it.epoch, it.mapping?))) {
        if epoch >= due {
            points.push([epoch as f64, mapping]);
            due = epoch + spacing;
        }
    }
    let colour = style::model(first.model);
    (!points.is_empty()).then(|| style::markers(points, networks::shape(place), 3.4, colour))
}

/// Markers and variances of the directions drawn.
fn legend(prediction: &Prediction) -> Strip {
    let drawn = prediction
        .drawn
        .iter()
        .filter_map(|&mode| prediction.directions.get(mode));
    let entry = |(place, it): (usize, &super::rows::Direction)| {
        let text = format!(
            "λ{} = {}",
            subscript(it.direction),
            significant(it.lambda, 3)
        );
        Entry::marker(networks::shape(place), 6.0, BLACK, &text)
    };
    style::legend("", drawn.enumerate().map(entry).collect())
}
