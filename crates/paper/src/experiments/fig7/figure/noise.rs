//! The panels about noise: does it denoise, at what price, from how many images.

use dae::data::DataSet;

use super::{Legends, RULE, THEORY, TRAINED, thinned, upright};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style::{self, by_epoch, markers, nothing};
use crate::experiments::fig7::rows::{Method, Price, Regulariser, Samples};
use crate::experiments::fig7::run::Run;
use crate::experiments::fig7::theory::{Data, stopping_epoch};
use crate::plot::{
    Axis, BLACK, Colour, DARK, Entry, MARKED, Mark, Panel, Shape, Stroke, grey, thousands,
};

/// Errors shown: from just below the floor to where the AE ends.
const ERRORS: [f64; 2] = [10.0, 20.0];

/// Prices shown.
const PRICES: [f64; 2] = [0.99, 1.36];

/// Errors shown over the number of images.
const FEW: [f64; 2] = [9.0, 120.0];

/// Does it denoise?
pub(super) fn denoising(run: &Run) -> Result<Panel> {
    let settings = &run.settings;
    let last = settings.denoising.epochs;
    let floor = Data::committed(DataSet::Mnist)?.floor(settings.epsilon)?;
    let top = run.denoising.iter().map(|row| row.measured);
    let top = top.reduce(f64::max).ok_or_else(|| nothing("Figure 7"))?;
    // For small networks, show everything.
    let range = if floor > ERRORS[0] && settings.hidden > 100 {
        ERRORS
    } else {
        [0.9 * floor, 1.05 * top]
    };
    let mut marks = vec![
        Mark::Rule {
            y: floor,
            stroke: Stroke::dotted(BLACK, RULE),
        },
        upright(
            stopping_epoch(settings)?,
            range,
            Stroke::dashed(style::model(Model::Ae), RULE),
        ),
    ];
    let models = run.denoising.chunk_by(|a, b| a.model == b.model);
    let mut points = Vec::new();
    for own in models {
        let colour = style::model(own[0].model);
        let epochs: Vec<u64> = own.iter().map(|row| row.epoch).collect();
        let theory: Vec<f64> = own.iter().map(|row| row.theory).collect();
        marks.push(by_epoch(&epochs, &theory, Stroke::solid(colour, THEORY)));
        let found = own.iter().map(|row| [row.epoch as f64, row.measured]);
        let found = thinned(found.collect(), 25);
        points.push(markers(found, Shape::Circle, TRAINED, colour));
    }
    marks.extend(points);
    let y = Axis::linear("error", range, 5);
    let x = style::epochs(last, 2);
    Ok(Panel::plane(
        "A  Does it denoise?\nAE: only if stopped",
        x,
        y,
        marks,
    ))
}

/// The colour of a regulariser: that of the model that has it.
fn of_regulariser(regulariser: Regulariser) -> Colour {
    match regulariser {
        Regulariser::Noise => style::model(Model::Dae),
        Regulariser::Decay => style::model(Model::Wdae),
        Regulariser::Stopping => style::model(Model::Ae),
        Regulariser::StoppingOneLayer => grey(0.62),
    }
}

/// What does each regulariser cost?
pub(super) fn price(run: &Run) -> Result<Panel> {
    let (mut marks, mut points) = (Vec::new(), Vec::new());
    let same = |a: &Price, b: &Price| (a.dataset, a.regulariser) == (b.dataset, b.regulariser);
    for own in run.price.chunk_by(same) {
        let colour = of_regulariser(own[0].regulariser);
        let stroke = match own[0].dataset {
            DataSet::Mnist => Stroke::solid(colour, THEORY),
            DataSet::Cifar10 => Stroke::dashed(colour, 1.4),
        };
        let price: Vec<f64> = own.iter().map(|row| row.price).collect();
        let x = own.iter().map(|row| row.epsilon);
        marks.push(Mark::line(x, &price, stroke));
        let found = own
            .iter()
            .filter_map(|row| Some([row.epsilon, row.measured?]));
        points.push(markers(
            found.collect(),
            Shape::Circle,
            TRAINED + 0.4,
            colour,
        ));
    }
    marks.extend(points);
    let price = &run.settings.price;
    let x = Axis::log("noise ε", [price.epsilon_start, price.epsilon_end]);
    let most = run.price.iter().map(|row| row.price).fold(1.0, f64::max);
    let range = if run.settings.hidden > 100 {
        PRICES
    } else {
        [0.9, 1.05 * most]
    };
    let y = Axis::linear("error / floor", range, 4);
    Ok(Panel::plane(
        "B  At what price?\nOnly noise is free",
        x,
        y,
        marks,
    ))
}

/// Stroke and colour of a training method.
fn of_method(method: Method) -> (Stroke, Colour) {
    let colour = match method {
        Method::Ae => style::model(Model::Ae),
        Method::Redrawn => style::model(Model::Dae),
        Method::Once | Method::OnceBest => MARKED,
    };
    match method {
        Method::OnceBest => (Stroke::dashed(colour, THEORY), colour),
        _ => (Stroke::solid(colour, THEORY), colour),
    }
}

/// How many images?
pub(super) fn samples(run: &Run) -> Result<Panel> {
    let mnist: Vec<&Samples> = (run.samples.iter())
        .filter(|row| row.dataset == DataSet::Mnist)
        .collect();
    let count = |row: &&Samples| row.samples as f64;
    let low = mnist.iter().map(count).reduce(f64::min);
    let high = mnist.iter().map(count).reduce(f64::max);
    let (Some(low), Some(high)) = (low, high) else {
        return Err(nothing("Figure 7"));
    };
    let data = Data::committed(DataSet::Mnist)?;
    let pole = DataSet::Mnist.pixels() as f64;
    let mut marks = vec![
        Mark::Rule {
            y: data.floor(run.settings.epsilon)?,
            stroke: Stroke::dotted(BLACK, RULE),
        },
        upright(pole, FEW, Stroke::dotted(MARKED, RULE)),
    ];
    let mut points = Vec::new();
    for own in mnist.chunk_by(|a, b| a.method == b.method) {
        let (stroke, colour) = of_method(own[0].method);
        for side in own.chunk_by(|a, b| (count(a) < pole) == (count(b) < pole)) {
            let theory: Vec<f64> = side.iter().map(|row| row.theory).collect();
            marks.push(Mark::line(side.iter().map(count), &theory, stroke));
        }
        let found = own
            .iter()
            .filter_map(|row| Some([count(row), row.measured?]));
        let shape = match own[0].method {
            Method::OnceBest => Shape::Diamond,
            _ => Shape::Circle,
        };
        points.push(markers(found.collect(), shape, TRAINED, colour));
        let found = own
            .iter()
            .filter_map(|row| Some([count(row), row.trained?]));
        points.push(markers(found.collect(), Shape::Cross, TRAINED + 1.0, DARK));
    }
    marks.extend(points);
    let x = Axis::log("images N", [0.8 * low, 1.25 * high]);
    let y = Axis::log("error", FEW);
    Ok(Panel::plane(
        "C  How many images?\nKept noise: a pole",
        x,
        y,
        marks,
    ))
}

/// The legends under these panels.
pub(super) fn legends(run: &Run) -> Result<Legends> {
    let line = |colour: Colour, text: &str| Entry::line(Stroke::solid(colour, 4.0), text);
    let models = Model::ALL.map(|model| line(style::model(model), model.name()));
    let stop = stopping_epoch(&run.settings)?;
    let mut denoising = models.to_vec();
    denoising.extend([
        Entry::line(Stroke::dotted(BLACK, RULE), "floor"),
        Entry::line(
            Stroke::dashed(style::model(Model::Ae), RULE),
            &format!("rule to stop, {}", thousands(stop.round() as usize)),
        ),
    ]);
    let price = [
        (Regulariser::Noise, "noise"),
        (Regulariser::Decay, "decay"),
        (Regulariser::StoppingOneLayer, "stopping, one layer"),
        (Regulariser::Stopping, "two layers"),
    ];
    let price = price.map(|(regulariser, text)| line(of_regulariser(regulariser), text));
    let mut price = price.to_vec();
    price.push(Entry::line(Stroke::dashed(BLACK, 1.4), "CIFAR-10"));
    let samples = [
        (Method::Ae, "AE"),
        (Method::Redrawn, "noise redrawn"),
        (Method::Once, "drawn once"),
        (Method::OnceBest, "the best of it"),
    ];
    let samples = samples.map(|(method, text)| match method {
        Method::OnceBest => Entry::line(of_method(method).0, text),
        _ => line(of_method(method).1, text),
    });
    let mut samples = samples.to_vec();
    samples.push(Entry::marker(Shape::Cross, 5.0, DARK, "trained"));
    Ok(vec![("A:", denoising), ("B:", price), ("C:", samples)])
}
