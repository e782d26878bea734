//! Tables of Figure 5: curves by data set, model, mode (by descending eigenvalue, from 0) and epoch.

#![expect(
    missing_docs,
    reason = "the names of the other columns say what they are"
)]

use dae::data::DataSet;

use super::run::{Run, Training};
use crate::Result;
use crate::experiments::Model;
use crate::tables::Table;

crate::rows! {
    /// One mode of one training run at one epoch.
    Dynamics in "fig5_dynamics.csv" {
        dataset: DataSet,
        model: Model,
        mode: usize,
        epoch: u64,
        lambda: f64,
        /// Mapping `(A B)_ii`.
        mapping: f64,
        /// Singular value of `W1 W2` of the same rank.
        singular_value: f64,
        /// Closed form from the growing part of this mode's own start.
        theory: f64,
        /// Closed form from the published start value.
        theory_published_start: f64,
    }
}

crate::rows! {
    /// The loss of one training run at one epoch.
    Loss in "fig5_loss.csv" {
        dataset: DataSet,
        model: Model,
        epoch: u64,
        loss: f64,
    }
}

crate::rows! {
    /// Deviation of the theory from training for one mode, root mean square over the recorded epochs.
    Rms in "fig5_rms.csv" {
        dataset: DataSet,
        model: Model,
        mode: usize,
        /// Closed form from the mode's own start against the mapping.
        theory_against_mapping: f64,
        /// The same against the singular value.
        theory_against_singular_value: f64,
        /// Closed form from the published start against the mapping.
        published_start_against_mapping: f64,
        /// The same against the singular value.
        published_start_against_singular_value: f64,
    }
}

/// Root mean square of the difference of two series.
pub(super) fn rms_deviation(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    (squares / a.len().max(1) as f64).sqrt()
}

impl Rms {
    /// Summarises the [`Dynamics`] of one mode.
    pub(super) fn of(rows: &[Dynamics]) -> Option<Self> {
        let first = rows.first()?;
        let column = |value: fn(&Dynamics) -> f64| rows.iter().map(value).collect::<Vec<_>>();
        let (mapping, singular_value) = (column(|r| r.mapping), column(|r| r.singular_value));
        let (theory, published) = (column(|r| r.theory), column(|r| r.theory_published_start));
        Some(Self {
            dataset: first.dataset,
            model: first.model,
            mode: first.mode,
            theory_against_mapping: rms_deviation(&theory, &mapping),
            theory_against_singular_value: rms_deviation(&theory, &singular_value),
            published_start_against_mapping: rms_deviation(&published, &mapping),
            published_start_against_singular_value: rms_deviation(&published, &singular_value),
        })
    }
}

/// All tables.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let (mut all, mut all_losses, mut summary) = (Vec::new(), Vec::new(), Vec::new());
    for training in &run.trainings {
        let rows = dynamics(training);
        let modes = rows.chunks(training.epochs.len().max(1));
        summary.extend(modes.filter_map(Rms::of));
        all.extend(rows);
        all_losses.extend(losses(training));
    }
    Ok(vec![
        Table::of(&all)?,
        Table::of(&all_losses)?,
        Table::of(&summary)?,
    ])
}

/// The modes of a training run.
pub(super) fn dynamics(training: &Training) -> Vec<Dynamics> {
    let mut rows = Vec::new();
    for series in &training.modes {
        for (i, &epoch) in training.epochs.iter().enumerate() {
            rows.push(Dynamics {
                dataset: training.dataset,
                model: training.model,
                mode: series.mode,
                epoch,
                lambda: series.lambda,
                mapping: series.mapping[i],
                singular_value: series.singular_value[i],
                theory: series.theory[i],
                theory_published_start: series.theory_published_start[i],
            });
        }
    }
    rows
}

/// The loss of a training run.
pub(super) fn losses(training: &Training) -> Vec<Loss> {
    let pairs = training.epochs.iter().zip(&training.loss);
    let row = |(&epoch, &loss)| Loss {
        dataset: training.dataset,
        model: training.model,
        epoch,
        loss,
    };
    pairs.map(row).collect()
}
