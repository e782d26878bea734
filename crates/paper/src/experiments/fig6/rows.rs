//! Tables of Figure 6: curves by data set, model, mode (by descending eigenvalue, from 0) and epoch.

#![expect(
    missing_docs,
    reason = "the names of the other columns say what they are"
)]

use dae::data::DataSet;
use dae::train::nonlinear::{Observation, Sampler};

use super::run::{Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// One mode of a drawn training run, at one epoch.
    Mapping in "fig6_mapping.csv" {
        dataset: DataSet,
        model: Model,
        mode: usize,
        epoch: u64,
        mapping: f64,
    }
}

crate::rows! {
    /// One mode of a training run that is recorded but not drawn, at one epoch.
    OtherSigma in "fig6_other_sigma.csv" {
        dataset: DataSet,
        model: Model,
        /// Standard deviation of the noise.
        sigma: f64,
        mode: usize,
        epoch: u64,
        mapping: f64,
    }
}

crate::rows! {
    /// The loss of a drawn training run, at one epoch.
    Loss in "fig6_loss.csv" {
        dataset: DataSet,
        model: Model,
        epoch: u64,
        /// Mean over all N D pixels.
        loss: f64,
    }
}

crate::rows! {
    /// Sizes and sampler of a training run, and the effect of dropped directions (a `Projection`; 0 if none were).
    Runs in "fig6_runs.csv" {
        dataset: DataSet,
        model: Model,
        samples: usize,
        pixels: usize,
        directions: usize,
        projection_epochs: u64,
        /// Standard deviation of the noise.
        sigma: f64,
        projection_mapping: f64,
        projection_loss: f64,
        projection_final_mapping: f64,
        projection_final_loss: f64,
        /// How the noise was drawn.
        sampler: String,
    }
}

crate::rows! {
    /// The eigenvalue of a recorded mode of the images used.
    Spectrum in "fig6_spectrum.csv" {
        dataset: DataSet,
        samples: usize,
        mode: usize,
        lambda: f64,
    }
}

/// All tables; the one of undrawn runs only if there are any.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let of = |drawn| run.trainings.iter().filter(move |t| t.drawn == drawn);
    // Once per data set.
    let plain = of(true).filter(|t| t.model == Model::Ae);
    let mut tables = vec![
        Table::of(&of(true).flat_map(mappings).collect::<Vec<_>>())?,
        Table::of(&of(true).flat_map(losses).collect::<Vec<_>>())?,
        Table::of(&run.trainings.iter().map(of_run).collect::<Vec<_>>())?,
        Table::of(&plain.flat_map(spectrum).collect::<Vec<_>>())?,
    ];
    let others: Vec<_> = of(false).flat_map(other_sigmas).collect();
    if !others.is_empty() {
        tables.push(Table::of(&others)?);
    }
    Ok(tables)
}

/// The modes of a training run.
pub(super) fn mappings(t: &Training) -> Vec<Mapping> {
    let mut rows = Vec::new();
    for (i, &mode) in t.modes.iter().enumerate() {
        rows.extend(t.record.observations.iter().map(|seen| Mapping {
            dataset: t.dataset,
            model: t.model,
            mode,
            epoch: seen.epoch,
            mapping: seen.mappings[i],
        }));
    }
    rows
}

/// The modes of a run that is recorded but not drawn.
pub(super) fn other_sigmas(t: &Training) -> Vec<OtherSigma> {
    let row = |row: Mapping| OtherSigma {
        dataset: row.dataset,
        model: row.model,
        sigma: t.sigma,
        mode: row.mode,
        epoch: row.epoch,
        mapping: row.mapping,
    };
    mappings(t).into_iter().map(row).collect()
}

/// The loss of a training run.
pub(super) fn losses(t: &Training) -> Vec<Loss> {
    let row = |seen: &Observation| Loss {
        dataset: t.dataset,
        model: t.model,
        epoch: seen.epoch,
        loss: seen.loss,
    };
    t.record.observations.iter().map(row).collect()
}

fn spectrum(t: &Training) -> Vec<Spectrum> {
    let row = |(&mode, &lambda)| Spectrum {
        dataset: t.dataset,
        samples: t.samples,
        mode,
        lambda,
    };
    t.modes.iter().zip(&t.record.lambda).map(row).collect()
}

fn of_run(t: &Training) -> Runs {
    let effect = t.record.projection.clone().unwrap_or_default();
    let sampler = t.record.sampler.map_or("none", Sampler::name);
    Runs {
        dataset: t.dataset,
        model: t.model,
        samples: t.samples,
        pixels: t.pixels,
        directions: t.directions,
        projection_epochs: effect.epochs,
        sigma: t.sigma,
        projection_mapping: effect.mapping,
        projection_loss: effect.loss,
        projection_final_mapping: effect.final_mapping,
        projection_final_loss: effect.final_loss,
        sampler: sampler.to_owned(),
    }
}
