//! Training in some eigen-directions as if on all pixels.

use dae::Settings as _;
use dae::random::Key;
use dae::train::NonlinearDescent;
use dae::train::nonlinear::{NonlinearSettings, Observation, State};

use super::images::Images;
use super::job::Job;
use crate::Result;
use crate::experiments::Model;
use crate::system::device::Device;

/// Makes training in some eigen-directions equivalent to training on all pixels.
///
/// The error is averaged over all D pixels, but only k directions are trained. With `share = k/D`, the learning rate
/// becomes `alpha share` and the decay `weight_decay / share`. The loss is that of the k directions times `share`, plus
/// the variance of the rest, which is never reconstructed, over D.
pub(super) struct Scale {
    share: f64,
    rest: f64,
    projected: bool,
}

impl Scale {
    /// For this many directions, possibly all.
    pub fn new(directions: usize, images: &Images) -> Self {
        let pixels = images.pixels.ncols();
        let dropped = images.basis.lambda.iter().skip(directions).sum::<f64>();
        Self {
            share: directions as f64 / pixels as f64,
            rest: dropped / pixels as f64,
            projected: directions < pixels,
        }
    }

    /// A trainer that continues from a state.
    pub fn trainer(
        &self,
        job: &Job,
        images: &Images,
        state: &State,
        device: &Device,
    ) -> Result<Box<dyn NonlinearDescent>> {
        let settings = &job.inputs.settings;
        let decay = match job.model {
            Model::Wdae => settings.weight_decay,
            _ => 0.0,
        };
        let scaled = NonlinearSettings {
            hidden: settings.of(job.dataset).hidden,
            activation: settings.activation,
            alpha: settings.alpha * self.share,
            weight_decay: decay / self.share,
            sigma: job.sigma,
            sampler: settings.sampler,
        };
        let (data, modes) = if self.projected {
            images.projected(&settings.modes)?
        } else {
            images.in_pixels(&settings.modes)?
        };
        let path = ["fig6", job.dataset.name(), &job.label, "noise"];
        let (scaled, noise) = (scaled.check()?, Key::new(job.inputs.seed, &path));
        device.nonlinear(&scaled, data, modes, noise, state)
    }

    /// Its observation, as if on all pixels.
    pub fn observation(&self, seen: Observation) -> Observation {
        Observation {
            loss: seen.loss * self.share + self.rest,
            ..seen
        }
    }
}
