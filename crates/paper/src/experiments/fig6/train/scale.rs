//! Training in some eigen-directions as if it were on all pixels.

use dae::Settings as _;
use dae::data::DataSet;
use dae::random::Key;
use dae::train::nonlinear::{NonlinearSettings, NonlinearTrainer, Observation, State};

use super::images::Images;
use super::{Job, Settings};
use crate::Result;
use crate::experiments::Model;

/// How training in some eigen-directions is made the same as training on all pixels.
///
/// The error is averaged over all D pixels, of which k directions are left: with `share = k/D`, the learning rate
/// becomes `alpha share` and the decay `weight_decay / share`, and the loss is that of the k directions times `share`
/// plus the variance of the rest, which is never reconstructed, over D.
pub(super) struct Scale {
    share: f64,
    rest: f64,
    projected: bool,
}

impl Scale {
    /// Nothing is left out.
    pub fn whole() -> Self {
        Self {
            share: 1.0,
            rest: 0.0,
            projected: false,
        }
    }

    /// For as many directions as the settings say.
    pub fn new(settings: &Settings, dataset: DataSet, images: &Images) -> Self {
        let (directions, pixels) = (settings.of(dataset).directions, dataset.pixels());
        let dropped = images.basis.lambda.iter().skip(directions).sum::<f64>();
        Self {
            share: directions as f64 / pixels as f64,
            rest: dropped / pixels as f64,
            projected: directions < pixels,
        }
    }

    /// A trainer that goes on from a state.
    ///
    /// # Errors
    /// Modes that have no eigen-direction here.
    pub fn trainer(
        &self,
        settings: &Settings,
        seed: u64,
        job: &Job,
        images: &Images,
        state: &State,
    ) -> Result<NonlinearTrainer> {
        let plain = settings.trainer(job.dataset, job.model, job.sigma);
        let scaled = NonlinearSettings {
            alpha: plain.alpha * self.share,
            weight_decay: plain.weight_decay / self.share,
            ..plain
        };
        let (data, modes) = if self.projected {
            images.projected(&settings.modes)?
        } else {
            images.in_pixels(&settings.modes)?
        };
        let noise = Key::new(seed, &["fig6", job.dataset.name(), &job.label, "noise"]);
        Ok(NonlinearTrainer::new(
            &scaled.check()?,
            data,
            modes,
            noise,
            state,
        )?)
    }

    /// What it sees, as if on all pixels.
    pub fn observation(&self, seen: Observation) -> Observation {
        Observation {
            loss: seen.loss * self.share + self.rest,
            ..seen
        }
    }
}

impl Settings {
    /// The trainer's settings for one data set, model and noise, on all pixels.
    pub fn trainer(&self, dataset: DataSet, model: Model, sigma: f64) -> NonlinearSettings {
        NonlinearSettings {
            hidden: self.of(dataset).hidden,
            activation: self.activation,
            alpha: self.alpha,
            weight_decay: if model == Model::Wdae {
                self.weight_decay
            } else {
                0.0
            },
            sigma,
            sampler: self.sampler,
        }
    }
}
