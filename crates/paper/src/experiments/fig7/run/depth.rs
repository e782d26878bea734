//! What does depth do, and is masking noise?

use dae::data::DataSet;

use super::Done;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::fig7::committed::{Masked, committed};
use crate::experiments::fig7::rows::{Depth, Mask};
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::{self, Data, deep};
use crate::experiments::fig7::train::{Seen, Task};
use crate::tables::check::largest;

/// The models of the deep networks.
pub(in crate::experiments::fig7) const MODELS: [Model; 2] = [Model::Wdae, Model::Dae];

/// Every deep network at its end.
pub(super) fn depth(settings: &Settings, data: &Data, done: &Done) -> Result<Vec<Depth>> {
    let mut rows = Vec::new();
    for &layers in &settings.depth.layers {
        for model in MODELS {
            let seen = &done.network(Task::Depth(layers, model))?.seen;
            rows.extend(again(settings, data, (layers, model), seen)?);
        }
    }
    Ok(rows)
}

/// The rows of a network.
pub(in crate::experiments::fig7) fn again(
    settings: &Settings,
    data: &Data,
    network: (usize, Model),
    seen: &[Seen],
) -> Result<Vec<Depth>> {
    let lambda = data.leading(settings.depth.directions);
    let end = seen.last().into_iter().flat_map(|seen| &seen.mappings);
    let row = |(mode, (&lambda, &mapping)): (usize, (&f64, &f64))| {
        let [fixed_point, critical_lambda] = deep(settings, network, lambda)?;
        Ok(Depth {
            layers: network.0,
            model: network.1,
            mode,
            lambda,
            mapping,
            fixed_point,
            critical_lambda,
        })
    };
    lambda.iter().zip(end).enumerate().map(row).collect()
}

/// Final mapping that separates the modes decay keeps (above) from those it drops (below).
pub(in crate::experiments::fig7) const KEPT: f64 = 0.3;

/// The largest mapping among the modes that decay drops, at both recorded epochs, of each network with more than two
/// layers.
pub(super) fn dropped(settings: &Settings, done: &Done) -> Result<Vec<(usize, [f64; 2])>> {
    let mut all = Vec::new();
    for &layers in settings.depth.layers.iter().filter(|&&layers| layers > 2) {
        let seen = &done.network(Task::Depth(layers, Model::Wdae))?.seen;
        if let (Some(early), Some(end)) = (seen.first(), seen.last()) {
            let dropped = |seen: &Seen| {
                let pairs = seen.mappings.iter().zip(&end.mappings);
                largest(pairs.filter(|(_, end)| **end <= KEPT).map(|(w, _)| *w))
            };
            all.push((layers, [dropped(early), dropped(end)]));
        }
    }
    Ok(all)
}

/// The network on masked images: the trained one if there is one, else the committed one.
pub(super) fn mask(
    settings: &Settings,
    seed: u64,
    data: &Data,
    done: &Done,
) -> Result<(Masked, Vec<Mask>)> {
    if let Ok(record) = done.network(Task::Mask) {
        let rows = trained(settings, seed, data, &record.seen)?;
        return Ok((Masked::of(settings, seed), rows));
    }
    let committed = committed()?;
    let rows = masked(&committed.masked, data, &committed.mappings)?;
    Ok((committed.masked, rows))
}

/// The rows of the trained network.
pub(in crate::experiments::fig7) fn trained(
    settings: &Settings,
    seed: u64,
    data: &Data,
    seen: &[Seen],
) -> Result<Vec<Mask>> {
    let mut points = Vec::new();
    for (place, &mode) in settings.mask.modes.iter().enumerate() {
        let point = |seen: &Seen| (mode, seen.epoch, seen.mappings[place]);
        points.extend(seen.iter().map(point));
    }
    masked(&Masked::of(settings, seed), data, &points)
}

/// Adds the theory to modes, epochs and mappings, in order.
pub(in crate::experiments::fig7) fn masked(
    of: &Masked,
    data: &Data,
    points: &[(usize, u64, f64)],
) -> Result<Vec<Mask>> {
    let theory = theory::Mask::new(of, data)?;
    let mut known: Vec<(u64, [Vec<f64>; 2])> = Vec::new();
    let mut rows = Vec::new();
    for &(mode, epoch, mapping) in points {
        let place = match known.iter().position(|(at, _)| *at == epoch) {
            Some(place) => place,
            None => {
                known.push((epoch, theory.at(epoch)?));
                known.len() - 1
            }
        };
        let [shaped, isotropic] = &known[place].1;
        rows.push(Mask {
            dataset: DataSet::Mnist,
            mode,
            epoch,
            mapping,
            theory_shaped: shaped[mode],
            theory_isotropic: isotropic[mode],
        });
    }
    Ok(rows)
}
