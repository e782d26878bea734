//! What Figure 6 should show.

use super::run::Run;
use crate::tables::Check;
use crate::tables::check::largest;

/// The loss falls; dropped directions hardly change the first epochs.
pub fn checks(run: &Run) -> Vec<Check> {
    let mut checks = Vec::new();
    for training in &run.trainings {
        let (dataset, model, sigma) = (training.dataset, training.model.name(), training.sigma);
        let name = format!("{dataset} {model} (sigma {sigma})");
        let seen = &training.record.observations;
        let ends = seen.first().zip(seen.last());
        let rise = ends.map_or(f64::NAN, |(first, last)| {
            (last.loss / first.loss - 1.0).max(0.0)
        });
        checks.push(Check::theory(
            format!("{name}: loss at the end over loss at the start, above 1"),
            0.0,
            rise,
            0.0,
            "training lowers the loss",
        ));
        if let Some(projection) = &training.record.projection {
            let epochs = projection.epochs;
            checks.push(Check::theory(
                format!("{name}: effect of dropped directions after {epochs} epochs"),
                0.0,
                largest([projection.final_mapping, projection.final_loss]),
                0.02,
                "small beside the 0.05 to which plateaus are compared; DAE: with other noise in both",
            ));
        }
    }
    checks
}
