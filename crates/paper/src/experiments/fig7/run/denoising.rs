//! Does it denoise, and what does each regulariser cost?

use dae::data::DataSet;

use super::{Deviations, Done, largest_and_mean, rms};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::fig7::rows::{Denoising, Price, Regulariser};
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::{Data, Network, best, epsilons};
use crate::experiments::fig7::train::{Seen, Task};

/// Errors by epoch, and the deviations of theory from training over all modes.
type Wide = (Vec<Denoising>, Vec<(Model, Deviations)>);

/// The error of each network over its epochs, and the deviations of theory from training over all modes.
pub(super) fn denoising(settings: &Settings, seed: u64, data: &Data, done: &Done) -> Result<Wide> {
    let (mut rows, mut deviations) = (Vec::new(), Vec::new());
    for model in Model::ALL {
        let record = done.network(Task::Denoising(model))?;
        let network = Network::denoising(settings, seed, data, model)?;
        let (mut paper, mut free) = (Vec::new(), Vec::new());
        for seen in &record.seen {
            paper.push(network.paper(seen.epoch)?);
            free.push(network.free(seen.epoch)?);
        }
        for ((seen, paper), free) in record.seen.iter().zip(&paper).zip(&free) {
            rows.push(row(settings, data, model, seen, [paper, free])?);
        }
        let measured: Vec<_> = record.seen.iter().map(|seen| &seen.mappings).collect();
        let deviation = Deviations {
            paper: largest_and_mean(&rms(&paper, &measured)),
            free: largest_and_mean(&rms(&free, &measured)),
            ..Deviations::default()
        };
        deviations.push((model, deviation));
    }
    Ok((rows, deviations))
}

/// A network at one epoch.
fn row(
    settings: &Settings,
    data: &Data,
    model: Model,
    seen: &Seen,
    [paper, free]: [&Vec<f64>; 2],
) -> Result<Denoising> {
    let epsilon = settings.epsilon;
    let measured_diagonal = data.error(epsilon, &seen.mappings)?;
    Ok(Denoising {
        dataset: data.dataset,
        model,
        epsilon,
        epoch: seen.epoch,
        theory: data.error(epsilon, free)?,
        theory_paper: data.error(epsilon, paper)?,
        measured: seen.error.unwrap_or(measured_diagonal),
        measured_diagonal,
    })
}

/// The rows of a retrained network.
pub(in crate::experiments::fig7) fn again(
    settings: &Settings,
    seed: u64,
    data: &Data,
    (model, seen): (Model, &[Seen]),
) -> Result<Vec<Denoising>> {
    let network = Network::denoising(settings, seed, data, model)?;
    let row = |seen: &Seen| {
        let [paper, free] = [network.paper(seen.epoch)?, network.free(seen.epoch)?];
        row(settings, data, model, seen, [&paper, &free])
    };
    seen.iter().map(row).collect()
}

/// Each regulariser at its best, with what was trained.
pub(super) fn price(settings: &Settings, data: &Data, done: &Done) -> Result<Vec<Price>> {
    let mut rows = Vec::new();
    for regulariser in Regulariser::ALL {
        for epsilon in epsilons(settings) {
            let best = best(settings, data, regulariser, epsilon)?;
            let error = trained(settings, data, done, (regulariser, epsilon))?;
            let floor = data.floor(epsilon)?;
            rows.push(Price {
                dataset: data.dataset,
                regulariser,
                epsilon,
                setting: best.setting,
                price: best.price,
                measured: error.map(|error| error / floor),
            });
        }
    }
    Ok(rows)
}

/// The error after training with a regulariser, if it was trained.
fn trained(
    settings: &Settings,
    data: &Data,
    done: &Done,
    (regulariser, epsilon): (Regulariser, f64),
) -> Result<Option<f64>> {
    if data.dataset != DataSet::Mnist {
        return Ok(None);
    }
    let price = &settings.price;
    match regulariser {
        Regulariser::Stopping if price.stopped.contains(&epsilon) => {
            let record = done.network(Task::Denoising(Model::Ae))?;
            stopped(settings, data, &record.seen, epsilon)
        }
        Regulariser::Noise | Regulariser::Decay => {
            let place = price.trained_s2.iter().position(|&s2| s2 == epsilon);
            let Some(place) = place else {
                return Ok(None);
            };
            let record = done.network(Task::Price(regulariser, place))?;
            let end = record.seen.last();
            let error = end.map(|seen| match seen.error {
                Some(error) => Ok(error),
                None => data.error(epsilon, &seen.mappings),
            });
            error.transpose()
        }
        _ => Ok(None),
    }
}

/// The least error of the AE over its epochs, at some test noise.
pub(in crate::experiments::fig7) fn stopped(
    settings: &Settings,
    data: &Data,
    seen: &[Seen],
    epsilon: f64,
) -> Result<Option<f64>> {
    let errors = seen.iter().map(|seen| at(settings, data, seen, epsilon));
    let errors: Vec<f64> = errors.collect::<Result<_>>()?;
    Ok(errors.into_iter().reduce(f64::min))
}

/// The error of the AE at another test noise than it was measured with: the error is linear in the variance.
fn at(settings: &Settings, data: &Data, seen: &Seen, epsilon: f64) -> Result<f64> {
    match (seen.error, seen.clean) {
        (Some(error), Some(clean)) => Ok(clean + (error - clean) * (epsilon / settings.epsilon)),
        _ => data.error(epsilon, &seen.mappings),
    }
}
