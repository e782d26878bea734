//! The tables of Figure 7 against the theory and against retraining.

mod again;

use dae::data::DataSet;

use super::committed::{Masked, committed};
use super::rows::{Denoising, Depth, Mask, Method, Price, Regulariser, Samples, Seeds, Width};
use super::run::depth::{self, KEPT};
use super::run::width;
use super::settings::Settings;
use super::theory::{
    Data, Network, best, counts, deep, epsilons, few, from_start, rises, too_narrow,
};
use crate::experiments::Model;
use crate::experiments::common::epochs;
use crate::experiments::common::verify::pairs;
use crate::tables::{At, Judge};
use crate::{Result, at};
pub(super) use again::retrained;

/// Relative difference between theory and training in the error of a network.
const ERROR: f64 = 0.003;

/// Relative contribution to an error from the off-diagonals of the test moment and the weights.
const OFF_DIAGONALS: f64 = 0.001;

/// Relative difference between measured errors and those that follow from the spectrum.
const FEW: f64 = 0.06;

/// A best setting has half the digits of the error, which is flat there.
const FLAT: f64 = 1e-5;

/// What retraining may change: in single precision, the order of summation shows in the last digits.
const AGAIN: f64 = 1e-4;

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let mnist = Data::committed(DataSet::Mnist)?;
    verify_denoising(settings, &mnist, judge)?;
    let data = [mnist, Data::committed(DataSet::Cifar10)?];
    verify_price(settings, &data, judge)?;
    verify_samples(settings, &data, judge)?;
    let [mnist, _] = data;
    verify_width(settings, &mnist, judge)?;
    verify_seeds(settings, &mnist, judge)?;
    verify_depth(settings, &mnist, judge)?;
    verify_mask(settings, &mnist, judge)
}

fn verify_denoising(settings: &Settings, data: &Data, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Denoising>()?;
    let recorded = epochs(settings.denoising.epochs, settings.denoising.record_every);
    let keys = pairs(&Model::ALL, &recorded);
    let keys = keys.into_iter().map(|key| (data.dataset, key));
    if !judge.keys(&rows, |r| (r.dataset, (r.model, r.epoch)), keys) {
        return Ok(());
    }
    let floor = data.floor(settings.epsilon)?;
    let off_diagonals = from_start(OFF_DIAGONALS, settings);
    for (own, first) in rows
        .chunks(recorded.len())
        .zip((0..).step_by(recorded.len()))
    {
        let network = Network::denoising(settings, judge.seed, data, own[0].model)?;
        for (row, found) in (first..).zip(own) {
            let pair = [settings.epsilon, found.epsilon];
            judge.exact(at!(Denoising, row, epsilon), pair, "from the settings");
            let expected = data.error(found.epsilon, &network.free(found.epoch)?)?;
            let why = "clock and free start from the recorded seed";
            judge.exact(at!(Denoising, row, theory), [expected, found.theory], why);
            let tolerance = from_start(ERROR, settings) * expected;
            let why = "theory; competition between modes grows with the start";
            let pair = [expected, found.measured];
            judge.value(at!(Denoising, row, measured), pair, tolerance, why);
            let expected = data.error(found.epsilon, &network.paper(found.epoch)?)?;
            let why = "balanced closed form from the recorded seed";
            let pair = [expected, found.theory_paper];
            judge.exact(at!(Denoising, row, theory_paper), pair, why);
            let pair = [found.measured, found.measured_diagonal];
            let tolerance = off_diagonals * found.measured;
            let why = "the same but for what is off the diagonals";
            judge.value(at!(Denoising, row, measured_diagonal), pair, tolerance, why);
            let why = "how far it is below the least error of a linear map";
            let pair = [-floor, -found.measured];
            judge.at_most(
                at!(Denoising, row, measured),
                pair,
                off_diagonals * floor,
                why,
            );
        }
    }
    Ok(())
}

fn verify_price(settings: &Settings, data: &[Data; 2], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Price>()?;
    let epsilons = epsilons(settings);
    let curves = pairs(&DataSet::ALL, &Regulariser::ALL);
    let number = curves.len() * epsilons.len();
    let keys = curves
        .iter()
        .flat_map(|&curve| epsilons.iter().map(move |_| curve));
    if !judge.keys(&rows, |r| (r.dataset, r.regulariser), keys.take(number)) {
        return Ok(());
    }
    let price = &settings.price;
    for (row, (found, &epsilon)) in rows.iter().zip(epsilons.iter().cycle()).enumerate() {
        let pair = [epsilon, found.epsilon];
        judge.exact(at!(Price, row, epsilon), pair, "from the settings");
        let data = &data[found.dataset as usize];
        let best = best(settings, data, found.regulariser, epsilon)?;
        let why = "best setting, from spectrum and test moments";
        let (pair, tolerance) = ([best.setting, found.setting], FLAT * best.setting);
        judge.value(at!(Price, row, setting), pair, tolerance, why);
        let why = "error there over the least of a linear map";
        judge.exact(at!(Price, row, price), [best.price, found.price], why);
        let trained = match found.regulariser {
            Regulariser::Stopping => price.stopped.contains(&epsilon),
            Regulariser::StoppingOneLayer => false,
            _ => price.trained_s2.contains(&epsilon),
        };
        let expected = trained && found.dataset == DataSet::Mnist;
        there(judge, at!(Price, row, measured), expected, found.measured);
        if let Some(measured) = found.measured {
            let why = "how far it is below the best";
            let pair = [-best.price, -measured];
            judge.at_most(
                at!(Price, row, measured),
                pair,
                from_start(OFF_DIAGONALS, settings),
                why,
            );
            let untrained = data.error(epsilon, &[])?;
            let why = "the error without training";
            let pair = [untrained / data.floor(epsilon)?, measured];
            judge.at_most(at!(Price, row, measured), pair, 1e-6 * pair[0], why);
        }
    }
    Ok(())
}

fn verify_samples(settings: &Settings, data: &[Data; 2], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Samples>()?;
    let mut keys = Vec::new();
    for dataset in DataSet::ALL {
        let counts = counts(settings, dataset);
        let own = pairs(&Method::ALL, &counts).into_iter();
        keys.extend(own.map(|key| (dataset, key)));
    }
    if !judge.keys(&rows, |r| (r.dataset, (r.method, r.samples)), keys) {
        return Ok(());
    }
    let committed = committed()?;
    for (row, found) in rows.iter().enumerate() {
        let data = &data[found.dataset as usize];
        let [epsilon, error] = few(settings, data, found.method, found.samples)?;
        let why = "noise in training; the best one is flat";
        let (pair, tolerance) = ([epsilon, found.epsilon_train], FLAT * epsilon);
        judge.value(at!(Samples, row, epsilon_train), pair, tolerance, why);
        let why = "deterministic equivalent, from the spectrum";
        judge.exact(at!(Samples, row, theory), [error, found.theory], why);
        if let Some(measured) = found
            .measured
            .filter(|_| !too_narrow(settings, data, found))
        {
            let why = "theory; test images are others, and no image is Gaussian";
            let pair = [error, measured];
            judge.value(at!(Samples, row, measured), pair, FEW * error, why);
        }
        let key = (found.dataset, found.method, found.samples);
        let known = committed.find(key, [found.epsilon_train, settings.epsilon]);
        let same = found.method != Method::Ae
            || committed.hidden_of(found.dataset) == settings.hidden_of(found.dataset);
        let known = known.filter(|_| same);
        if known.is_some() {
            there(judge, at!(Samples, row, measured), true, found.measured);
        }
        if let (Some(known), Some(measured)) = (known, found.measured) {
            // With noise drawn once, another seed gives other draws. The committed spread is of three: 99.9% of
            // Student's t with two degrees of freedom, for one draw beside the mean of three, is 36 of it.
            let share = match (found.method, known.spread) {
                (Method::Ae | Method::Redrawn, _) => 1e-6,
                (_, Some(spread)) => (36.0 * spread / known.measured).max(0.005),
                (_, None) => 0.01,
            };
            let at = at!(Samples, row, measured);
            let pair = [known.measured, measured];
            judge.value(at, pair, share * known.measured, "data/few_samples.csv");
            if let Some(spread) = known.spread.filter(|_| known.measured == measured) {
                let pair = [spread, found.spread.unwrap_or(f64::NAN)];
                judge.exact(at!(Samples, row, spread), pair, "data/few_samples.csv");
            }
        }
        if let (Some(trained), Some(limit)) = (found.trained, found.measured) {
            let why = "its limit; not yet at the end";
            let tolerance = 0.0125 * limit;
            judge.value(
                at!(Samples, row, trained),
                [1.0125 * limit, trained],
                tolerance,
                why,
            );
        }
        if let Some(spread) = found.spread {
            let why = "at most the error";
            judge.at_most(at!(Samples, row, spread), [error, spread], 0.0, why);
        }
    }
    Ok(())
}

fn verify_width(settings: &Settings, data: &Data, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Width>()?;
    let own = &settings.width;
    let recorded = epochs(own.epochs, own.record_every);
    let keys = pairs(&pairs(&width::MODELS, &own.modes), &recorded);
    if !judge.keys(&rows, |r| ((r.model, r.mode), r.epoch), keys) {
        return Ok(());
    }
    let curves = rows
        .chunks(recorded.len())
        .zip((0..).step_by(recorded.len()));
    for model in width::MODELS {
        let network = Network::narrow(settings, judge.seed, data, model)?;
        let mut theories = Vec::new();
        for &epoch in &recorded {
            let paper = network.paper(epoch)?;
            theories.push([paper, network.free(epoch)?, network.coupled(epoch)?]);
        }
        let curves = curves.clone().filter(|(curve, _)| curve[0].model == model);
        for (curve, first) in curves {
            let mode = curve[0].mode;
            let mut squares = 0.0;
            for ((found, theory), row) in curve.iter().zip(&theories).zip(first..) {
                let pair = [own.hidden as f64, found.hidden as f64];
                judge.exact(at!(Width, row, hidden), pair, "from the settings");
                let why = "from the recorded seed";
                let [paper, free, coupled] = theory.each_ref().map(|theory| theory[mode]);
                let pair = [paper, found.theory_paper];
                judge.exact(at!(Width, row, theory_paper), pair, why);
                let pair = [free, found.theory_free];
                judge.exact(at!(Width, row, theory_free), pair, why);
                let pair = [coupled, found.theory_coupled];
                judge.exact(at!(Width, row, theory_coupled), pair, why);
                squares += (found.mapping - coupled).powi(2);
            }
            let tolerance = if model == Model::Dae { 0.04 } else { 0.15 };
            let rms = (squares / recorded.len() as f64).sqrt();
            let why = "all modes together, RMS over the epochs";
            judge.value(at!(Width, first, mapping), [0.0, rms], tolerance, why);
        }
    }
    Ok(())
}

fn verify_seeds(settings: &Settings, data: &Data, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Seeds>()?;
    let own = &settings.seeds;
    let keys = (0..own.rising).map(|mode| (own.hidden, mode, own.seeds));
    if !judge.keys(&rows, |r| (r.hidden, r.mode, r.seeds), keys) {
        return Ok(());
    }
    for (row, found) in rows.iter().enumerate() {
        let [mean, deviation, paper] = rises(settings, data, found.mode)?;
        let why = "chi square with the hidden directions that are left";
        judge.exact(at!(Seeds, row, law_mean), [mean, found.law_mean], why);
        let pair = [deviation, found.law_standard_deviation];
        judge.exact(at!(Seeds, row, law_standard_deviation), pair, why);
        let why = "chi square with all hidden units";
        judge.exact(at!(Seeds, row, paper_mean), [paper, found.paper_mean], why);
        let seeds = own.seeds as f64;
        let tolerance = 5.0 * deviation / seeds.sqrt() + 0.01 * mean + own.record_every as f64;
        let why = "the law: five standard errors, a hundredth and an interval between records";
        judge.value(at!(Seeds, row, mean), [mean, found.mean], tolerance, why);
        let why = "the law: five standard errors of a standard deviation, and so on";
        let tolerance = deviation * 5.0 / (2.0 * (seeds - 1.0)).sqrt() + own.record_every as f64;
        let pair = [deviation, found.standard_deviation];
        judge.value(at!(Seeds, row, standard_deviation), pair, tolerance, why);
    }
    Ok(())
}

fn verify_depth(settings: &Settings, data: &Data, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Depth>()?;
    let own = &settings.depth;
    let lambda = data.leading(own.directions);
    let modes: Vec<usize> = (0..lambda.len()).collect();
    let keys = pairs(&pairs(&own.layers, &depth::MODELS), &modes);
    if !judge.keys(&rows, |r| ((r.layers, r.model), r.mode), keys) {
        return Ok(());
    }
    let time = settings.alpha * own.epochs as f64;
    for (row, found) in rows.iter().enumerate() {
        let lambda = lambda[found.mode];
        let pair = [lambda, found.lambda];
        judge.exact(at!(Depth, row, lambda), pair, "eigenvalue in data/spectra");
        let [end, critical] = deep(settings, (found.layers, found.model), lambda)?;
        let pair = [end, found.fixed_point];
        judge.exact(at!(Depth, row, fixed_point), pair, "fixed point");
        let pair = [critical, found.critical_lambda];
        judge.exact(
            at!(Depth, row, critical_lambda),
            pair,
            "from the mean start",
        );
        let (settled, kept) = (lambda * time > 36.0, found.mapping > KEPT);
        let tolerance = match (found.model, found.layers) {
            (Model::Dae, _) if settled => Some(1e-4),
            (Model::Dae, _) => None,
            (_, 2) if time >= 100.0 => Some(0.02),
            _ if time >= 100.0 && kept => Some(1e-3),
            _ => None,
        };
        let at = at!(Depth, row, mapping);
        match tolerance {
            Some(tolerance) => {
                let why = "fixed point of a mode that is learned";
                judge.value(at, [end, found.mapping], tolerance, why);
            }
            None => {
                let why = "at most what noise and decay leave";
                judge.at_most(at, [1.0, found.mapping], 0.0, why);
            }
        }
    }
    Ok(())
}

/// The network is that of the settings or, without images, the committed one.
fn verify_mask(settings: &Settings, data: &Data, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Mask>()?;
    let recorded = epochs(settings.mask.epochs, settings.mask.record_every);
    let own = pairs(&settings.mask.modes, &recorded);
    let key = |row: &Mask| (row.mode, row.epoch);
    let committed = committed()?;
    let (of, keys) = if rows.iter().map(key).eq(own.iter().copied()) {
        (Masked::of(settings, judge.seed), own)
    } else {
        let keys = committed.mappings.iter().map(|row| (row.0, row.1));
        (committed.masked.clone(), keys.collect())
    };
    if !judge.keys(&rows, key, keys) {
        return Ok(());
    }
    for (row, found) in rows.iter().enumerate() {
        let known = committed.mappings.iter().filter(|_| of == committed.masked);
        let mut known = known.map(|&(mode, epoch, mapping)| ((mode, epoch), mapping));
        if let Some((_, expected)) = known.find(|(of, _)| *of == key(found)) {
            let pair = [expected, found.mapping];
            judge.value(at!(Mask, row, mapping), pair, AGAIN, "data/few_samples.csv");
        }
    }
    let points = rows.iter().map(|row| (row.mode, row.epoch, row.mapping));
    let again = depth::masked(&of, data, &points.collect::<Vec<_>>())?;
    let mut squares = 0.0;
    for (row, (again, found)) in again.iter().zip(&rows).enumerate() {
        let why = "clock and free start";
        let pair = [again.theory_shaped, found.theory_shaped];
        judge.exact(at!(Mask, row, theory_shaped), pair, why);
        let pair = [again.theory_isotropic, found.theory_isotropic];
        judge.exact(at!(Mask, row, theory_isotropic), pair, why);
        squares += (found.mapping - again.theory_shaped).powi(2);
    }
    let rms = (squares / rows.len().max(1) as f64).sqrt();
    let why =
        "noise of the mask's shape, RMS over modes and epochs; its off-diagonals are left out";
    judge.value(at!(Mask, 0, mapping), [0.0, rms], 0.025, why);
    Ok(())
}

/// Judges whether something was measured.
fn there(judge: &mut Judge, at: At, expected: bool, found: Option<f64>) {
    if expected != found.is_some() {
        let words = if expected { "nothing" } else { "a number" };
        judge.wrong(at, &format!("found {words}, by the settings"));
    }
}
