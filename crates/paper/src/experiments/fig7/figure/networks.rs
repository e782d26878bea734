//! The panels about networks: their width, their depth, their masks.

use super::{Legends, RULE, THEORY, TRAINED, of_mode, thinned, upright};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style::{self, by_epoch, distinct, markers, nothing};
use crate::experiments::common::{networks::shape, style::model};
use crate::experiments::fig7::rows::{Depth, Mask, Width};
use crate::experiments::fig7::run::Run;
use crate::experiments::fig7::theory::deep;
use crate::plot::{Axis, BLACK, Entry, Mark, Panel, Stroke, subscript};

/// Mappings shown.
const MAPPINGS: [f64; 2] = [-0.02, 1.05];

/// The weakest eigenvalue shown: below, modes have not converged.
const WEAKEST: f64 = 0.1;

/// Markers along a curve.
const MARKERS: usize = 16;

/// Why do theory and training differ?
pub(super) fn width(run: &Run) -> Result<Panel> {
    let own = |row: &&Width| row.model == Model::Dae;
    let rows: Vec<&Width> = run.width.iter().filter(own).collect();
    let modes: Vec<_> = rows.chunk_by(|a, b| a.mode == b.mode).collect();
    let (mut marks, mut points) = (Vec::new(), Vec::new());
    for (place, own) in modes.iter().enumerate() {
        let colour = of_mode(place, modes.len());
        let epochs: Vec<u64> = own.iter().map(|row| row.epoch).collect();
        let curve = |of: fn(&Width) -> f64| own.iter().map(|row| of(row)).collect::<Vec<_>>();
        let paper = Stroke::dotted(colour, RULE);
        marks.push(by_epoch(&epochs, &curve(|row| row.theory_paper), paper));
        let coupled = Stroke::solid(colour, THEORY);
        marks.push(by_epoch(&epochs, &curve(|row| row.theory_coupled), coupled));
        let found = own.iter().map(|row| [row.epoch as f64, row.mapping]);
        let found = thinned(found.collect(), MARKERS);
        points.push(markers(found, shape(place), TRAINED, colour));
    }
    marks.extend(points);
    let x = style::epochs(run.settings.width.epochs, 2);
    let y = Axis::linear("mapping", MAPPINGS, 4);
    let title = format!(
        "D  {} hidden units\nModes share them",
        run.settings.width.hidden
    );
    Ok(Panel::plane(&title, x, y, marks))
}

/// What does depth do?
pub(super) fn depth(run: &Run) -> Result<Panel> {
    let same = |a: &Depth, b: &Depth| (a.layers, a.model) == (b.layers, b.model);
    let lambda = || run.depth.iter().map(|row| row.lambda);
    let low = lambda().reduce(f64::min);
    let high = lambda().reduce(f64::max);
    let (Some(low), Some(high)) = (low, high) else {
        return Err(nothing("Figure 7"));
    };
    let (low, high) = ((0.85 * low).max(WEAKEST), 1.2 * high);
    let (mut marks, mut points) = (Vec::new(), Vec::new());
    let layers = distinct(run.depth.iter().map(|row| row.layers));
    for own in run.depth.chunk_by(same) {
        let first = &own[0];
        let colour = model(first.model);
        let place = layers.iter().position(|&l| l == first.layers).unwrap_or(0);
        // Also draw the fixed point between the eigenvalues, from where modes are learned.
        let from = if first.critical_lambda > low {
            first.critical_lambda
        } else {
            low
        };
        let steps = 120;
        let mut line = Vec::new();
        for i in 0..=steps {
            let lambda = from * (high / from).powf(f64::from(i) / f64::from(steps));
            let network = (first.layers, first.model);
            line.push([lambda, deep(&run.settings, network, lambda)?[0]]);
        }
        if first.critical_lambda > 0.0 {
            let foot = line.first().map_or(0.0, |point| point[1]);
            let stroke = Stroke::dotted(colour, RULE);
            marks.push(upright(first.critical_lambda, [MAPPINGS[0], foot], stroke));
        }
        marks.push(Mark::Line {
            points: line,
            stroke: Stroke::solid(colour, THEORY),
        });
        let found = own.iter().map(|row| [row.lambda, row.mapping]).collect();
        points.push(markers(found, shape(place), 3.2, colour));
    }
    marks.extend(points);
    let x = Axis::log("eigenvalue λ", [low, high]);
    let y = style::shared(Axis::linear("mapping", MAPPINGS, 4), 1);
    Ok(Panel::plane(
        "E  What does depth do?\nDecay drops modes",
        x,
        y,
        marks,
    ))
}

/// Is masking noise?
pub(super) fn mask(run: &Run) -> Result<Panel> {
    let modes: Vec<_> = run.mask.chunk_by(|a, b| a.mode == b.mode).collect();
    let last = run.mask.iter().map(|row| row.epoch).max();
    let last = last.ok_or_else(|| nothing("Figure 7"))?;
    let (mut marks, mut points) = (Vec::new(), Vec::new());
    for (place, own) in modes.iter().enumerate() {
        let colour = of_mode(place, modes.len());
        let epochs: Vec<u64> = own.iter().map(|row| row.epoch).collect();
        let curve = |of: fn(&Mask) -> f64| own.iter().map(of).collect::<Vec<_>>();
        let isotropic = Stroke::dotted(colour, RULE);
        marks.push(by_epoch(
            &epochs,
            &curve(|row| row.theory_isotropic),
            isotropic,
        ));
        let shaped = Stroke::solid(colour, THEORY);
        marks.push(by_epoch(&epochs, &curve(|row| row.theory_shaped), shaped));
        let found = own.iter().map(|row| [row.epoch as f64, row.mapping]);
        let found = thinned(found.collect(), MARKERS);
        points.push(markers(found, shape(place), TRAINED, colour));
    }
    marks.extend(points);
    let y = style::shared(Axis::linear("mapping", MAPPINGS, 4), 2);
    let x = style::epochs(last, 2);
    Ok(Panel::plane(
        "F  Is masking noise?\nYes, but shaped",
        x,
        y,
        marks,
    ))
}

/// The legends under these panels.
pub(super) fn legends(run: &Run) -> Legends {
    let of = |modes: &[usize]| {
        let entry = |(place, mode): (usize, &usize)| {
            let colour = of_mode(place, modes.len());
            Entry::marker(shape(place), 5.5, colour, &format!("λ{}", subscript(*mode)))
        };
        modes.iter().enumerate().map(entry).collect::<Vec<_>>()
    };
    let dotted = |text: &str| Entry::line(Stroke::dotted(BLACK, RULE), text);
    let solid = |text: &str| Entry::line(Stroke::solid(BLACK, THEORY), text);
    let mut width = of(&run.settings.width.modes);
    width.extend([dotted("each alone"), solid("all together")]);
    let mut depth: Vec<Entry> = (run.settings.depth.layers.iter().enumerate())
        .map(|(place, layers)| Entry::marker(shape(place), 5.5, BLACK, &format!("{layers} layers")))
        .collect();
    depth.extend(
        [Model::Wdae, Model::Dae]
            .map(|model| Entry::line(Stroke::solid(style::model(model), 4.0), model.name())),
    );
    depth.push(dotted("critical λ"));
    let modes = distinct(run.mask.iter().map(|row| row.mode));
    let mut mask = of(&modes);
    mask.extend([solid("noise of its shape"), dotted("isotropic noise")]);
    vec![("D:", width), ("E:", depth), ("F:", mask)]
}
