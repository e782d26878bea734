//! The picture of Figure 3.

use dae::data::DataSet;

use super::run::{Curve, Rates, Run, Spectrum, Variant};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, Colour, ColourBar, Entry, Mark, Panel, Picture, Row, Shape, Strip, Stroke,
};

/// Smallest eigenvalue drawn: below it, learning times would stretch the axes over empty decades.
const SMALLEST_LAMBDA: f64 = 1e-3;

/// Draws Figure 3: the published rates above, the consistent ones and the real spectra below.
///
/// # Errors
/// A part of the run that is missing, or a value that is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    if run.rates.is_empty() {
        return Err(style::nothing("the optimal learning rates of Figure 3"));
    }
    if run.spectrum.is_empty() {
        return Err(style::nothing("the learning times of Figure 3"));
    }
    let epsilons = style::ascending(run.curves.iter().map(|c| c.epsilon));
    let published = pairs(run, Variant::Published, &epsilons)?;
    let consistent = pairs(run, Variant::Consistent, &epsilons)?;
    let differences_of = consistent.iter().flat_map(Pair::difference);
    let greatest = differences_of.fold(0.0, |most: f64, d| most.max(d.abs()));
    let zero = format!("zero: max |Δ| = {}", plot::scientific(greatest));
    // One range for both rows, so that zero looks like zero.
    let range = plot::padded(published.iter().flat_map(Pair::difference));
    let above = vec![
        dynamics("WDAE rate 1/(2λ+2γ)", &published),
        rates(&run.rates),
        differences("difference", &published, range),
    ];
    let below = vec![
        dynamics("WDAE rate 1/(2λ+γ)", &consistent),
        learning_times(&run.spectrum),
        differences(&zero, &consistent, range),
    ];
    let below = Row::new(0.8, below).labelled("consistent", BLACK);
    let below = below.with_strip(dynamics_legend());
    let below = below.with_strip(Strip::ColourBar(ColourBar::family("ε", &epsilons)));
    let description = format!(
        "Top: dynamics of DAE and WDAE with the published rates, the optimal rates against the noise, and the \
         difference of the two models. Bottom: the same with the consistent WDAE rate, where the curves coincide \
         (largest difference {greatest:.1e}), and the epochs to 95% of the fixed point on real spectra under one rate."
    );
    let rows = vec![
        Row::new(0.8, above).labelled("as published", BLACK),
        below.with_strip(rates_legend(&run.spectrum)),
    ];
    let title = "Figure 3: optimal discrete learning rates";
    style::page(title, &description, rows)
}

/// DAE and WDAE at the same epsilon.
struct Pair<'a> {
    colour: Colour,
    dae: &'a Curve,
    wdae: &'a Curve,
}

impl Pair<'_> {
    fn difference(&self) -> Vec<f64> {
        let both = self.dae.w.iter().zip(&self.wdae.w);
        both.map(|(d, w)| d - w).collect()
    }
}

fn pairs<'a>(run: &'a Run, variant: Variant, epsilons: &[f64]) -> Result<Vec<Pair<'a>>> {
    let own = || run.curves.iter().filter(|c| c.variant == variant);
    let find = |model, epsilon| own().find(|c| c.model == model && c.epsilon == epsilon);
    let pair = |(index, &epsilon): (usize, &f64)| {
        Some(Pair {
            colour: plot::family(index, epsilons.len()),
            dae: find(Model::Dae, epsilon)?,
            wdae: find(Model::Wdae, epsilon)?,
        })
    };
    let pairs: Vec<Pair> = epsilons.iter().enumerate().filter_map(pair).collect();
    match pairs.is_empty() {
        true => Err(style::nothing("the dynamics of Figure 3")),
        false => Ok(pairs),
    }
}

/// A panel with the epochs of the pairs on its horizontal axis.
fn against_epoch(title: &str, pairs: &[Pair], y: Axis, marks: Vec<Mark>) -> Panel {
    let last = pairs.iter().filter_map(|p| p.dae.epochs.last()).max();
    Panel::plane(title, style::epochs(*last.unwrap_or(&1), 2), y, marks)
}

fn dynamics(title: &str, pairs: &[Pair]) -> Panel {
    // Wide and pale below, dashed on top: both stay visible where they coincide.
    let marks = pairs.iter().flat_map(|Pair { colour, dae, wdae }| {
        let below = style::by_epoch(&dae.epochs, &dae.w, dae_stroke(*colour));
        let above = style::by_epoch(&wdae.epochs, &wdae.w, wdae_stroke(*colour));
        [below, above]
    });
    let y = Axis::linear("w₂w₁", [-0.02, 1.05], 4);
    against_epoch(title, pairs, y, marks.collect())
}

fn dae_stroke(colour: Colour) -> Stroke {
    Stroke::solid(plot::faded(colour, 0.5), 4.4)
}

fn wdae_stroke(colour: Colour) -> Stroke {
    Stroke::dashed(colour, 1.8)
}

fn differences(title: &str, pairs: &[Pair], range: [f64; 2]) -> Panel {
    let marks = pairs.iter().map(|pair| {
        let stroke = Stroke::solid(pair.colour, 2.4);
        style::by_epoch(&pair.dae.epochs, &pair.difference(), stroke)
    });
    let y = Axis::linear("DAE − WDAE", range, 4);
    against_epoch(title, pairs, y, marks.collect())
}

fn rates(rates: &[Rates]) -> Panel {
    let line = |value: fn(&Rates) -> f64, stroke| {
        let values: Vec<f64> = rates.iter().map(value).collect();
        Mark::line(rates.iter().map(|r| r.epsilon), &values, stroke)
    };
    let marks = vec![
        line(|r| r.ratio, ratio_stroke()),
        line(|r| r.wdae, rate_stroke(Model::Wdae)),
        line(|r| r.dae, rate_stroke(Model::Dae)),
    ];
    let last = rates.iter().map(|r| r.epsilon).fold(0.0, f64::max);
    let x = Axis::linear("noise ε", [0.0, last.ceil()], 4);
    let y = Axis::linear("α, ratio", [0.0, 1.05], 4);
    Panel::plane("optimal rates", x, y, marks)
}

fn rate_stroke(model: Model) -> Stroke {
    Stroke::solid(style::model(model), 2.6)
}

fn ratio_stroke() -> Stroke {
    Stroke::dotted(BLACK, 2.6)
}

/// The data sets in the order of the run, each with its marker.
fn datasets(rows: &[Spectrum]) -> impl Iterator<Item = (DataSet, Shape)> {
    let datasets = style::distinct(rows.iter().map(|row| row.dataset));
    datasets.into_iter().zip(Shape::FAMILY)
}

fn learning_times(rows: &[Spectrum]) -> Panel {
    let shown = || rows.iter().filter(|r| r.lambda >= SMALLEST_LAMBDA);
    let mut marks = Vec::new();
    for (dataset, shape) in datasets(rows) {
        let own = || shown().filter(|r| r.dataset == dataset);
        let wdae = own().map(|r| [r.lambda, r.wdae_epochs]).collect();
        let dae = own().map(|r| [r.lambda, r.dae_epochs]).collect();
        marks.extend(series(wdae, shape, style::model(Model::Wdae)));
        marks.extend(series(dae, shape, style::model(Model::Dae)));
    }
    // The axis label says what is omitted.
    let all = shown().count() == rows.len();
    let label = if all {
        "λ"
    } else {
        "modes with λ ≥ 10⁻³"
    };
    let x = decades(shown().map(|r| r.lambda));
    let y = decades(shown().flat_map(|r| [r.dae_epochs, r.wdae_epochs]));
    let (x, y) = (Axis::log(label, x), Axis::log("epochs to 95%", y));
    Panel::plane("one rate for all modes", x, y, marks)
}

/// A line through all points, with two markers per decade.
fn series(points: Vec<[f64; 2]>, shape: Shape, colour: Colour) -> [Mark; 2] {
    let mut marked: Vec<[f64; 2]> = Vec::new();
    for &p in &points {
        let apart = |last: &[f64; 2]| (last[0] / p[0]).abs().ln().abs() > 1.1;
        if marked.last().is_none_or(apart) {
            marked.push(p);
        }
    }
    let stroke = Stroke::solid(colour, 2.0);
    let line = Mark::Line { points, stroke };
    [line, style::markers(marked, shape, 5.0, colour)]
}

/// Range of positive values, a little wider.
fn decades(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::MIN_POSITIVE, f64::max);
    [low / 2.0, high * 2.0]
}

fn dynamics_legend() -> Strip {
    let dae = Entry::line(dae_stroke(BLACK), "DAE");
    let wdae = Entry::line(wdae_stroke(BLACK), "WDAE");
    style::legend("left, a colour for each ε:", vec![dae, wdae])
}

fn rates_legend(spectrum: &[Spectrum]) -> Strip {
    let mut entries = vec![
        Entry::line(rate_stroke(Model::Dae), "DAE"),
        Entry::line(rate_stroke(Model::Wdae), "WDAE"),
        Entry::line(ratio_stroke(), "DAE/WDAE"),
    ];
    for (dataset, shape) in datasets(spectrum) {
        entries.push(Entry::marker(shape, 6.0, BLACK, style::dataset(dataset)));
    }
    style::legend("middle:", entries)
}
