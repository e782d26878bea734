//! The training runs of Figure 6, and their dependencies.

use dae::data::DataSet;
use serde::Serialize;

use crate::experiments::common::networks;
use crate::experiments::fig6::settings::Settings;
use crate::experiments::{Model, Training};
use crate::system::sources;

/// Everything a training run depends on; its key is computed from this.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Inputs {
    /// With the run's data-set settings for both data sets, since the other's make no difference.
    pub settings: Settings,
    pub seed: u64,
    label: String,
    images: String,
    sources: &'static str,
}

/// One training run of this figure.
#[derive(Debug, Clone)]
pub struct Job {
    /// Data set.
    pub dataset: DataSet,
    /// Model.
    pub model: Model,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Its label: `DAE`, or `DAE-sigma2` for a run that is recorded but not drawn.
    pub label: String,
    /// Its label on the command line, its name among the stored runs, and its key.
    pub training: Training,
    pub(super) inputs: Inputs,
}

/// The training runs of this figure, in order.
pub fn jobs(settings: &Settings, seed: u64) -> Vec<Job> {
    let mut jobs = Vec::new();
    for dataset in DataSet::ALL {
        let data = settings.of(dataset);
        let drawn = Model::ALL.map(|model| {
            let sigma = if model == Model::Dae { data.sigma } else { 0.0 };
            (model, sigma, model.name().to_owned())
        });
        let other = data.other_sigmas.iter();
        let other = other.map(|&sigma| (Model::Dae, sigma, format!("DAE-sigma{sigma}")));
        for (model, sigma, label) in drawn.into_iter().chain(other) {
            let inputs = Inputs {
                settings: Settings {
                    mnist: data.clone(),
                    cifar10: data.clone(),
                    ..settings.clone()
                },
                seed,
                label: label.clone(),
                images: dataset.expected().fingerprint,
                sources: sources::of_trainings("fig6"),
            };
            jobs.push(Job {
                dataset,
                model,
                sigma,
                training: networks::training(("fig6", dataset, &label), seed, &inputs),
                label,
                inputs,
            });
        }
    }
    jobs
}
