//! The picture of Figure 3.

use dae::data::DataSet;

use super::rows::{Rates, Spectrum};
use super::run::{Curve, Run, Variant};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{
    self, Axis, BLACK, ColourBar, Entry, Error, Legend, Mark, Page, Panel, Picture, Row, Shape,
    Strip, Stroke,
};

/// Modes with smaller eigenvalues are not drawn: their learning times stretch the axes over empty decades.
const SMALLEST_LAMBDA: f64 = 1e-3;

/// Draws Figure 3: the published rates above, the consistent ones and the real spectra below.
///
/// # Errors
///
/// [`Error::Empty`] when a part of the run is missing, [`Error::Value`] when something is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let missing = |what: &str| Error::Empty {
        what: what.to_owned(),
    };
    let epsilons = epsilons(run);
    if run.rates.is_empty() {
        return Err(missing("the optimal learning rates of Figure 3").into());
    }
    if run.spectrum.is_empty() {
        return Err(missing("the learning times of Figure 3").into());
    }
    let pairs = |variant| -> Result<Vec<Pair>> {
        let found = pairs(run, variant, &epsilons);
        if found.is_empty() {
            Err(missing("the dynamics of Figure 3").into())
        } else {
            Ok(found)
        }
    };
    let (published, consistent) = (pairs(Variant::Published)?, pairs(Variant::Consistent)?);
    // One range for both rows: zero must look like zero.
    let range = plot::padded(published.iter().flat_map(Pair::difference));
    let count = epsilons.len();
    let rows = vec![
        Row::new(
            0.8,
            vec![
                dynamics("WDAE rate 1/(2λ+2γ)", &published, count),
                rates(&run.rates),
                differences("difference", &published, count, range),
            ],
        )
        .labelled("as published", BLACK),
        Row::new(
            0.8,
            vec![
                dynamics("WDAE rate 1/(2λ+γ)", &consistent, count),
                learning_times(&run.spectrum),
                differences(&zero_title(&consistent), &consistent, count, range),
            ],
        )
        .labelled("consistent", BLACK)
        .with_strip(Strip::Legend(dynamics_legend()))
        .with_strip(Strip::ColourBar(ColourBar::family("ε", &epsilons)))
        .with_strip(Strip::Legend(rates_legend(&run.spectrum))),
    ];
    let page = Page {
        title: "Figure 3: optimal discrete learning rates".to_owned(),
        description: description(&consistent),
        rows,
    };
    Ok(page.draw()?)
}

/// DAE and WDAE at the same epsilon.
struct Pair<'a> {
    /// Place of epsilon in the family.
    index: usize,
    dae: &'a Curve,
    wdae: &'a Curve,
}

impl Pair<'_> {
    fn difference(&self) -> Vec<f64> {
        self.dae
            .w
            .iter()
            .zip(&self.wdae.w)
            .map(|(d, w)| d - w)
            .collect()
    }
}

fn epsilons(run: &Run) -> Vec<f64> {
    let mut all: Vec<f64> = run.curves.iter().map(|c| c.epsilon).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn pairs<'a>(run: &'a Run, variant: Variant, epsilons: &[f64]) -> Vec<Pair<'a>> {
    let find = |model: Model, epsilon: f64| {
        run.curves
            .iter()
            .find(|c| c.variant == variant && c.model == model && c.epsilon == epsilon)
    };
    let pair = |(index, &epsilon): (usize, &f64)| {
        Some(Pair {
            index,
            dae: find(Model::Dae, epsilon)?,
            wdae: find(Model::Wdae, epsilon)?,
        })
    };
    epsilons.iter().enumerate().filter_map(pair).collect()
}

fn greatest(pairs: &[Pair]) -> f64 {
    let all = pairs.iter().flat_map(Pair::difference);
    all.fold(0.0, |most, d| most.max(d.abs()))
}

fn epoch_axis(pairs: &[Pair]) -> Axis {
    let last = pairs.iter().filter_map(|p| p.dae.epochs.last()).max();
    Axis::linear("epoch", [0.0, last.map_or(1.0, |&e| e as f64)], 2)
}

fn against_epoch(curve: &Curve, values: &[f64], stroke: Stroke) -> Mark {
    Mark::line(curve.epochs.iter().map(|&e| e as f64), values, stroke)
}

fn dynamics(title: &str, pairs: &[Pair], count: usize) -> Panel {
    let mut marks = Vec::new();
    for pair in pairs {
        let colour = plot::family(pair.index, count);
        // Wide and pale below, dashed above: both are seen where they coincide.
        marks.push(against_epoch(pair.dae, &pair.dae.w, dae_stroke(colour)));
        marks.push(against_epoch(pair.wdae, &pair.wdae.w, wdae_stroke(colour)));
    }
    Panel::plane(
        title,
        epoch_axis(pairs),
        Axis::linear("w₂w₁", [-0.02, 1.05], 4),
        marks,
    )
}

fn dae_stroke(colour: plot::Colour) -> Stroke {
    Stroke::solid(plot::faded(colour, 0.5), 4.4)
}

fn wdae_stroke(colour: plot::Colour) -> Stroke {
    Stroke::dashed(colour, 1.8)
}

fn differences(title: &str, pairs: &[Pair], count: usize, range: [f64; 2]) -> Panel {
    let marks = pairs
        .iter()
        .map(|pair| {
            let stroke = Stroke::solid(plot::family(pair.index, count), 2.4);
            against_epoch(pair.dae, &pair.difference(), stroke)
        })
        .collect();
    Panel::plane(
        title,
        epoch_axis(pairs),
        Axis::linear("DAE − WDAE", range, 4),
        marks,
    )
}

fn zero_title(pairs: &[Pair]) -> String {
    format!("zero: max |Δ| = {}", plot::scientific(greatest(pairs)))
}

fn rates(rates: &[Rates]) -> Panel {
    let epsilon = || rates.iter().map(|r| r.epsilon);
    let column = |f: fn(&Rates) -> f64| rates.iter().map(f).collect::<Vec<f64>>();
    let marks = vec![
        Mark::line(epsilon(), &column(|r| r.ratio), ratio_stroke()),
        Mark::line(
            epsilon(),
            &column(|r| r.wdae),
            Stroke::solid(style::model(Model::Wdae), 2.6),
        ),
        Mark::line(
            epsilon(),
            &column(|r| r.dae),
            Stroke::solid(style::model(Model::Dae), 2.6),
        ),
    ];
    let last = epsilon().fold(0.0, f64::max);
    let x = Axis::linear("noise ε", [0.0, last.ceil()], 4);
    Panel::plane(
        "optimal rates",
        x,
        Axis::linear("α, ratio", [0.0, 1.05], 4),
        marks,
    )
}

fn ratio_stroke() -> Stroke {
    Stroke::dotted(BLACK, 2.6)
}

/// Names of the data sets in the order of the run, each with its marker.
fn datasets(rows: &[Spectrum]) -> Vec<(DataSet, Shape)> {
    let mut names: Vec<DataSet> = Vec::new();
    for row in rows {
        if !names.contains(&row.dataset) {
            names.push(row.dataset);
        }
    }
    names.into_iter().zip(Shape::FAMILY).collect()
}

fn learning_times(rows: &[Spectrum]) -> Panel {
    let shown: Vec<&Spectrum> = rows
        .iter()
        .filter(|r| r.lambda >= SMALLEST_LAMBDA)
        .collect();
    let mut marks = Vec::new();
    for (dataset, shape) in datasets(rows) {
        let own = || shown.iter().filter(|r| r.dataset == dataset);
        let wdae = own().map(|r| [r.lambda, r.wdae_epochs]).collect();
        let dae = own().map(|r| [r.lambda, r.dae_epochs]).collect();
        marks.extend(series(wdae, shape, style::model(Model::Wdae)));
        marks.extend(series(dae, shape, style::model(Model::Dae)));
    }
    // What is left out is said.
    let label = if shown.len() < rows.len() {
        "modes with λ ≥ 10⁻³"
    } else {
        "λ"
    };
    let x = decades(shown.iter().map(|r| r.lambda));
    let y = decades(shown.iter().flat_map(|r| [r.dae_epochs, r.wdae_epochs]));
    Panel::plane(
        "one rate for all modes",
        Axis::log(label, x),
        Axis::log("epochs to 95%", y),
        marks,
    )
}

/// A line through all points with a marker twice in a decade.
fn series(points: Vec<[f64; 2]>, shape: Shape, colour: plot::Colour) -> Vec<Mark> {
    let mut marked: Vec<[f64; 2]> = Vec::new();
    for &p in &points {
        let apart = marked
            .last()
            .is_none_or(|last| (last[0] / p[0]).abs().ln().abs() > 1.1);
        if apart {
            marked.push(p);
        }
    }
    vec![
        Mark::Line {
            points,
            stroke: Stroke::solid(colour, 2.0),
        },
        Mark::Markers {
            points: marked,
            shape,
            radius: 5.0,
            fill: colour,
        },
    ]
}

/// Range of positive values, a little wider.
fn decades(values: impl Iterator<Item = f64> + Clone) -> [f64; 2] {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::MIN_POSITIVE, f64::max);
    [low / 2.0, high * 2.0]
}

fn dynamics_legend() -> Legend {
    Legend {
        heading: "left, a colour for each ε:".to_owned(),
        entries: vec![
            Entry::line(dae_stroke(BLACK), "DAE"),
            Entry::line(wdae_stroke(BLACK), "WDAE"),
        ],
    }
}

fn rates_legend(spectrum: &[Spectrum]) -> Legend {
    let mut entries = vec![
        Entry::line(Stroke::solid(style::model(Model::Dae), 2.6), "DAE"),
        Entry::line(Stroke::solid(style::model(Model::Wdae), 2.6), "WDAE"),
        Entry::line(ratio_stroke(), "DAE/WDAE"),
    ];
    for (dataset, shape) in datasets(spectrum) {
        entries.push(Entry::marker(shape, 6.0, BLACK, style::dataset(dataset)));
    }
    Legend {
        heading: "middle:".to_owned(),
        entries,
    }
}

fn description(consistent: &[Pair]) -> String {
    format!(
        "Top: dynamics of DAE and WDAE with the published rates, the optimal rates against the noise, and the \
         difference of the two models. Bottom: the same with the consistent WDAE rate, where the curves coincide \
         (largest difference {:.1e}), and the epochs to 95% of the fixed point on real spectra under one rate.",
        greatest(consistent)
    )
}
