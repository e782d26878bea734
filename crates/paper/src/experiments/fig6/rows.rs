//! Tables of Figure 6.

use dae::data::DataSet;
use dae::train::nonlinear::Sampler;

use super::run::{Run, Training};
use super::train::Projection;
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// One mode of a training run that is drawn, at one epoch.
    Mapping in "fig6_mapping.csv" {
        /// Data set.
        dataset: DataSet,
        /// Model.
        model: Model,
        /// Index by descending eigenvalue, from 0.
        mode: usize,
        /// Epoch.
        epoch: u64,
        /// Mapping of the mode.
        mapping: f64,
    }
}

crate::rows! {
    /// One mode of a training run that is only recorded, at one epoch.
    OtherSigma in "fig6_other_sigma.csv" {
        /// Data set.
        dataset: DataSet,
        /// Model.
        model: Model,
        /// Standard deviation of the noise.
        sigma: f64,
        /// Index by descending eigenvalue, from 0.
        mode: usize,
        /// Epoch.
        epoch: u64,
        /// Mapping of the mode.
        mapping: f64,
    }
}

crate::rows! {
    /// The loss of a training run that is drawn, at one epoch.
    Loss in "fig6_loss.csv" {
        /// Data set.
        dataset: DataSet,
        /// Model.
        model: Model,
        /// Epoch.
        epoch: u64,
        /// Mean over all N D pixels.
        loss: f64,
    }
}

crate::rows! {
    /// Sizes and sampler of a training run, and the effect of dropped directions; 0 where none were dropped.
    Runs in "fig6_runs.csv" {
        /// Data set.
        dataset: DataSet,
        /// Model.
        model: Model,
        /// Training images.
        samples: usize,
        /// Pixels.
        pixels: usize,
        /// Eigen-directions that were trained in.
        directions: usize,
        /// Epochs over which the effect was measured.
        projection_epochs: u64,
        /// Standard deviation of the noise.
        sigma: f64,
        /// Largest difference of a mapping at any of them.
        projection_mapping: f64,
        /// Largest relative difference of the loss at any of them.
        projection_loss: f64,
        /// Largest difference of a mapping at the last of them.
        projection_final_mapping: f64,
        /// Relative difference of the loss at the last of them.
        projection_final_loss: f64,
        /// How the noise was drawn.
        sampler: String,
    }
}

crate::rows! {
    /// The eigenvalue of a recorded mode, of the images that were used.
    Spectrum in "fig6_spectrum.csv" {
        /// Data set.
        dataset: DataSet,
        /// Training images.
        samples: usize,
        /// Index by descending eigenvalue, from 0.
        mode: usize,
        /// Eigenvalue.
        lambda: f64,
    }
}

/// All tables; that of the runs which are only recorded if there are any.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let (mut mappings, mut others, mut losses) = (Vec::new(), Vec::new(), Vec::new());
    let (mut runs, mut spectrum) = (Vec::new(), Vec::new());
    for t in &run.trainings {
        let (dataset, model, sigma) = (t.dataset, t.model, t.sigma);
        for (i, &mode) in t.modes.iter().enumerate() {
            for seen in &t.record.observations {
                let (epoch, mapping) = (seen.epoch, seen.mappings[i]);
                if t.drawn {
                    mappings.push(Mapping {
                        dataset,
                        model,
                        mode,
                        epoch,
                        mapping,
                    });
                } else {
                    others.push(OtherSigma {
                        dataset,
                        model,
                        sigma,
                        mode,
                        epoch,
                        mapping,
                    });
                }
            }
            // Once for each data set.
            if model == Model::Ae {
                spectrum.push(Spectrum {
                    dataset,
                    samples: t.samples,
                    mode,
                    lambda: t.record.lambda[i],
                });
            }
        }
        if t.drawn {
            losses.extend(t.record.observations.iter().map(|seen| Loss {
                dataset,
                model,
                epoch: seen.epoch,
                loss: seen.loss,
            }));
        }
        runs.push(of_run(t));
    }
    let mut tables = vec![
        Table::of(&mappings)?,
        Table::of(&losses)?,
        Table::of(&runs)?,
        Table::of(&spectrum)?,
    ];
    if !others.is_empty() {
        tables.push(Table::of(&others)?);
    }
    Ok(tables)
}

fn of_run(t: &Training) -> Runs {
    let projection = t.record.projection.as_ref();
    let effect = |value: fn(&Projection) -> f64| projection.map_or(0.0, value);
    Runs {
        dataset: t.dataset,
        model: t.model,
        samples: t.samples,
        pixels: t.pixels,
        directions: t.directions,
        projection_epochs: projection.map_or(0, |p| p.epochs),
        sigma: t.sigma,
        projection_mapping: effect(|p| p.mapping),
        projection_loss: effect(|p| p.loss),
        projection_final_mapping: effect(|p| p.final_mapping),
        projection_final_loss: effect(|p| p.final_loss),
        sampler: sampler(t.record.sampler).to_owned(),
    }
}

fn sampler(sampler: Option<Sampler>) -> &'static str {
    match sampler {
        None => "none",
        Some(Sampler::Auto) => "auto",
        Some(Sampler::Direct) => "direct",
        Some(Sampler::LawEqual) => "law_equal",
    }
}
