//! The limit of training on few images, from linear algebra on the images.

use dae::random::stream;
use dae::theory::samples;
use dae::train::samples::{Sample, drawn_once};
use serde::{Deserialize, Serialize};

use super::images::Shared;
use super::{Job, samples as sizes};
use crate::Result;
use crate::experiments::fig7::rows::Method;
use crate::runs::Slot;
use crate::system::progress::Progress;

/// The error of one training method on one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The method.
    pub method: Method,
    /// Images.
    pub samples: usize,
    /// Variance of the training noise.
    pub epsilon_train: f64,
    /// Errors, one per noise draw.
    pub errors: Vec<f64>,
}

impl Job {
    /// Measures every sample of the data set of this run.
    pub(super) fn measure(
        &self,
        shared: &Shared,
        slot: &Slot,
        progress: &Progress,
    ) -> Result<Vec<Measured>> {
        let (dataset, settings) = (self.task.dataset(), &self.settings);
        let all_images = shared.images(dataset, progress)?;
        let test = shared.test(dataset, progress)?;
        let epsilon = settings.epsilon;
        let sizes = sizes(settings, dataset);
        let bar = progress.bar(&self.training.label, sizes.len() as u64);
        let mut all = Vec::new();
        for (done, &count) in sizes.iter().enumerate() {
            slot.stop_at_start(sizes.len() as u64)?;
            bar.set(done as u64, &format!("{count} images"));
            let images = all_images.train.first(count)?;
            let sample = Sample::of(images.view(), test)?;
            let mut enter = |method, epsilon_train, errors| {
                all.push(Measured {
                    method,
                    samples: count,
                    epsilon_train,
                    errors,
                });
            };
            enter(
                Method::Ae,
                0.0,
                vec![sample.autoencoder(settings.hidden_of(dataset), epsilon)?],
            );
            enter(
                Method::Redrawn,
                epsilon,
                vec![sample.redrawn(epsilon, epsilon)?],
            );
            let best = samples::best_once(&self.lambda, count, epsilon)?;
            let draws = match count <= settings.few.drawn_up_to {
                true => settings.few.draws,
                false => 1,
            };
            for (method, e) in [(Method::Once, epsilon), (Method::OnceBest, best.epsilon)] {
                let draw = |draw: usize| {
                    let [count, draw] = [count, draw].map(|number| number.to_string());
                    let name = [
                        "fig7",
                        "samples",
                        dataset.name(),
                        method.name(),
                        &count,
                        &draw,
                    ];
                    let mut rng = stream(self.inputs.seed, &name);
                    Ok(drawn_once(images.view(), e, test, epsilon, &mut rng)?)
                };
                enter(method, e, (0..draws).map(draw).collect::<Result<_>>()?);
            }
        }
        bar.finish();
        Ok(all)
    }
}
