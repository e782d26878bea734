//! The picture of Figure 2.

use super::run::{Curve, Run};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{self, Axis, ColourBar, Error, Mark, Page, Panel, Picture, Row, Strip, Stroke};

/// Draws Figure 2: a row for the DAE and one for the WDAE, a column for each eigenvalue, a curve for each epsilon.
///
/// # Errors
///
/// [`Error::Empty`] when a row would have no curves, [`Error::Value`] when a curve is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let lambdas = distinct(run.curves.iter().map(|c| c.lambda));
    let epsilons = ascending(run.curves.iter().map(|c| c.epsilon));
    let last = run.curves.iter().filter_map(|c| c.epochs.last()).max();
    let Some(&last) = last else {
        return Err(Error::Empty {
            what: "Figure 2".to_owned(),
        }
        .into());
    };
    let row = |model: Model| -> Row {
        let panels = lambdas
            .iter()
            .enumerate()
            .map(|(column, &lambda)| {
                let curves: Vec<&Curve> = run
                    .curves
                    .iter()
                    .filter(|c| c.model == model && c.lambda == lambda)
                    .collect();
                panel(model, column, lambda, &curves, &epsilons, last)
            })
            .collect();
        Row::new(0.82, panels).labelled(label(model), style::model(model))
    };
    let bar = ColourBar::family("ε;  γ = λε/(λ+ε)", &epsilons);
    let page = Page {
        title: "Figure 2: learning dynamics with noise and with the matched weight decay".to_owned(),
        description: "Mapping w2 w1 against epoch from the balanced closed form; one curve for each noise variance. \
                      Both models reach the same fixed points; the DAE gets there sooner."
            .to_owned(),
        rows: vec![
            row(Model::Dae),
            row(Model::Wdae).with_strip(Strip::ColourBar(bar)),
        ],
    };
    Ok(page.draw()?)
}

fn label(model: Model) -> &'static str {
    match model {
        Model::Wdae => "WDAE, matched γ",
        Model::Dae => "DAE, noise ε",
        Model::Ae => "AE",
    }
}

fn panel(
    model: Model,
    column: usize,
    lambda: f64,
    curves: &[&Curve],
    epsilons: &[f64],
    last: u64,
) -> Panel {
    let marks = curves
        .iter()
        .map(|curve| {
            let index = epsilons
                .iter()
                .position(|e| *e == curve.epsilon)
                .unwrap_or(0);
            let colour = plot::family(index, epsilons.len());
            let epochs = curve.epochs.iter().map(|&e| e as f64);
            Mark::line(epochs, &curve.w, Stroke::solid(colour, 2.4))
        })
        .collect();
    let mut x = Axis::linear("epoch", [0.0, last as f64], 2);
    let mut y = Axis::linear("w₂w₁", [-0.02, 1.05], 5);
    let title = if model == Model::Dae {
        format!("λ = {lambda}")
    } else {
        String::new()
    };
    if model == Model::Dae {
        x = x.bare();
    }
    if column > 0 {
        y = y.bare();
    }
    Panel::plane(&title, x, y, marks)
}

/// The values in the order in which they first occur.
fn distinct(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn ascending(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut all = distinct(values);
    all.sort_by(f64::total_cmp);
    all
}
