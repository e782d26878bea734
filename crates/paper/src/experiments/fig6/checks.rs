//! What Figure 6 should show.

use super::run::{Run, Training};
use super::settings::{DataSettings, Settings};
use crate::check::{Check, largest};
use crate::experiments::Model;
use crate::published::Published;
use crate::{Result, published};

/// The loss falls; dropped directions hardly change the first epochs.
pub fn checks(run: &Run) -> Vec<Check> {
    let mut checks = Vec::new();
    for training in &run.trainings {
        let seen = &training.record.observations;
        let name = format!(
            "{} {} (sigma {})",
            training.dataset,
            training.model.name(),
            training.sigma
        );
        let ends = seen.first().zip(seen.last());
        checks.push(Check::theory(
            format!("{name}: loss at the end over loss at the start, above 1"),
            0.0,
            ends.map_or(f64::NAN, |(first, last)| {
                (last.loss / first.loss - 1.0).max(0.0)
            }),
            0.0,
            "training lowers the loss",
        ));
        if let Some(projection) = &training.record.projection {
            checks.push(Check::theory(
                format!(
                    "{name}: effect of dropped directions after {} epochs", projection.epochs),
                0.0,
                largest([projection.final_mapping, projection.final_loss]),
                0.02,
                "small beside the 0.05 to which plateaus are compared; DAE: with other noise in both",
            ));
        }
    }
    checks
}

/// The values that the authors published, wherever the settings are theirs but for samples and directions.
///
/// # Errors
/// A damaged file of published values.
pub fn published(settings: &Settings, paper: &Settings, run: &Run) -> Result<Vec<Check>> {
    let with_sizes = |own: &DataSettings, paper: &DataSettings| DataSettings {
        samples: paper.samples,
        directions: paper.directions,
        other_sigmas: paper.other_sigmas.clone(),
        ..own.clone()
    };
    let comparable = Settings {
        mnist: with_sizes(&settings.mnist, &paper.mnist),
        cifar10: with_sizes(&settings.cifar10, &paper.cifar10),
        ..settings.clone()
    };
    if comparable != *paper {
        return Ok(Vec::new());
    }
    let values = published::of("fig6")?;
    Ok(values
        .iter()
        .map(|value| value.check(find(run, value).unwrap_or(f64::NAN)))
        .collect())
}

fn find(run: &Run, value: &Published) -> Option<f64> {
    let wanted =
        |t: &&Training| t.drawn && t.dataset == value.dataset && t.model.name() == value.model;
    let training = run.trainings.iter().find(wanted)?;
    let index = training
        .modes
        .iter()
        .position(|&mode| Some(mode) == value.mode)?;
    let seen = &training.record.observations;
    let at_end = seen
        .iter()
        .find(|seen| Some(seen.epoch) == value.epoch)?
        .mappings[index];
    match value.quantity.as_str() {
        "mapping" => Some(at_end),
        "half_rise_epoch" => {
            let half = seen
                .iter()
                .find(|seen| seen.mappings[index] > 0.5 * at_end)?;
            Some(half.epoch as f64)
        }
        // The published CIFAR-10 curves of the DAE end at lambda / (lambda + 9).
        "mapping_minus_shrinkage" if training.model == Model::Dae => {
            let lambda = training.record.lambda[index];
            Some(at_end - lambda / (lambda + training.sigma.powi(2)))
        }
        _ => None,
    }
}
