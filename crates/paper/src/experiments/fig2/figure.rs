//! The picture of Figure 2.

use super::run::Run;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style;
use crate::plot::{self, Axis, ColourBar, Mark, Panel, Picture, Row, Strip, Stroke};

/// Draws Figure 2: a row for the DAE and one for the WDAE, a column for each eigenvalue, a curve for each epsilon.
///
/// # Errors
/// Nothing to draw, or a value that is not finite.
pub fn figure(run: &Run) -> Result<Picture> {
    let lambdas = style::distinct(run.curves.iter().map(|c| c.lambda));
    let epsilons = style::ascending(run.curves.iter().map(|c| c.epsilon));
    let last = run.curves.iter().filter_map(|c| c.epochs.last()).max();
    let last = *last.ok_or_else(|| style::nothing("Figure 2"))?;
    let curves = |model: Model, lambda: f64| -> Vec<Mark> {
        let own = run.curves.iter();
        let own = own.filter(|c| c.model == model && c.lambda == lambda);
        let line = own.map(|curve| {
            let place = epsilons.iter().position(|e| *e == curve.epsilon);
            let colour = plot::family(place.unwrap_or(0), epsilons.len());
            style::by_epoch(&curve.epochs, &curve.w, Stroke::solid(colour, 2.4))
        });
        line.collect()
    };
    let row = |model: Model, label: &str| {
        let panel = |(column, &lambda): (usize, &f64)| {
            let x = style::epochs(last, 2);
            let y = style::shared(Axis::linear("w₂w₁", [-0.02, 1.05], 5), column);
            if model == Model::Dae {
                let title = format!("λ = {lambda}");
                Panel::plane(&title, x.bare(), y, curves(model, lambda))
            } else {
                Panel::plane("", x, y, curves(model, lambda))
            }
        };
        let panels = lambdas.iter().enumerate().map(panel).collect();
        Row::new(0.82, panels).labelled(label, style::model(model))
    };
    let bar = ColourBar::family("ε;  γ = λε/(λ+ε)", &epsilons);
    style::page(
        "Figure 2: learning dynamics with noise and with the matched weight decay",
        "Mapping w2 w1 against epoch from the balanced closed form; one curve for each noise variance. \
         Both models reach the same fixed points; the DAE gets there sooner.",
        vec![
            row(Model::Dae, "DAE, noise ε"),
            row(Model::Wdae, "WDAE, matched γ").with_strip(Strip::ColourBar(bar)),
        ],
    )
}
