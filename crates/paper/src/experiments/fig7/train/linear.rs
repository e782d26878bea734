//! Two-layer networks.

use dae::Settings as _;
use dae::train::LinearDescent;
use dae::train::linear::{LinearSettings, LinearTrainer, Noise, Weights};
use dae::train::samples::Sample;
use ndarray::s;
use serde::{Deserialize, Serialize};

use super::images::{Basis, Shared};
use super::{Job, Record, Seen, Task, regularised, start};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::epochs;
use crate::experiments::fig7::rows::Regulariser;
use crate::runs::Slot;
use crate::system::progress::Progress;

/// Epochs between checks for a stop request, if only the end is recorded.
const STRIDE: u64 = 50;

/// What a checkpoint holds.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    epoch: u64,
    weights: Weights,
    record: Record,
}

/// How a network is trained.
struct Plan<'a> {
    lambda: Vec<f64>,
    hidden: usize,
    s2: f64,
    gamma: f64,
    init_std: f64,
    /// Anisotropic noise, besides `s2`.
    noise: Option<Noise>,
    /// Epochs between observations; `last` is the last epoch.
    every: u64,
    last: u64,
    /// Whether all observations are recorded, or only the last.
    curve: bool,
    /// Modes to record, if not all.
    modes: Option<Vec<usize>>,
    /// What measures the error: the test images in the eigen-directions, and the variance of the test noise.
    judge: Option<(&'a Sample, f64)>,
    /// The sample whose directions are trained, if any.
    own: Option<Box<Sample>>,
    /// Whether the error without noise is recorded too.
    clean: bool,
}

impl Plan<'_> {
    /// On the leading directions of MNIST, with the shared standard deviation of the start.
    fn new(job: &Job) -> Self {
        let settings = &job.settings;
        Self {
            lambda: leading(&job.lambda, settings.directions),
            hidden: settings.hidden,
            s2: 0.0,
            gamma: 0.0,
            init_std: settings.init_std,
            noise: None,
            every: STRIDE,
            last: 0,
            curve: false,
            modes: None,
            judge: None,
            own: None,
            clean: false,
        }
    }

    fn see(&self, epoch: u64, weights: &Weights) -> Result<Seen> {
        let mappings = weights.mappings();
        if let Some(mode) = mappings.iter().position(|w| !w.is_finite()) {
            let what = if mode == 0 {
                "the leading mapping"
            } else {
                "a mapping"
            };
            return Err(dae::Error::Diverged { what, epoch }.into());
        }
        let own = self.own.as_deref().map(|sample| (sample, self.s2));
        let error = |epsilon: Option<f64>| match own.or(self.judge) {
            None => Ok(None),
            Some((sample, noise)) => {
                // Directions absent from all images are never learned.
                let weights = weights.leading(sample.lambda.len());
                let error = sample.trained(&weights, epsilon.unwrap_or(noise));
                error.map(Some)
            }
        };
        let clean = if self.clean { error(Some(0.0))? } else { None };
        Ok(Seen {
            epoch,
            error: error(None)?,
            clean,
            mappings: match &self.modes {
                None => mappings.to_vec(),
                Some(modes) => modes.iter().map(|&mode| mappings[mode]).collect(),
            },
        })
    }
}

impl Job {
    /// Trains the network of this run.
    pub(super) fn descend(
        &self,
        shared: &Shared,
        slot: &Slot,
        progress: &Progress,
    ) -> Result<Record> {
        let (plan, settings) = (self.plan(shared, progress)?, &self.settings);
        let checked = LinearSettings {
            hidden: plan.hidden,
            alpha: settings.alpha,
            s2: plan.s2,
            gamma: plan.gamma,
            precision: settings.precision,
        }
        .check()?;
        let saved: Option<Checkpoint> = slot.checkpoint(progress)?;
        let Checkpoint {
            epoch,
            weights,
            mut record,
        } = match saved {
            Some(saved) => saved,
            None => Checkpoint {
                epoch: 0,
                weights: self.start(plan.lambda.len(), plan.hidden, plan.init_std)?,
                record: Record::default(),
            },
        };
        let mut trainer = slot.trainer(progress, |device| match &plan.noise {
            None => device.linear(&checked, &plan.lambda, &weights, epoch),
            Some(noise) => {
                let shaped =
                    LinearTrainer::with_noise(&checked, &plan.lambda, noise, &weights, epoch)?;
                Ok(Box::new(shaped) as Box<dyn LinearDescent>)
            }
        })?;
        let bar = progress.bar(&self.training.label, plan.last);
        let seen = record.seen.last().map(|seen| seen.epoch);
        let due = epochs(plan.last, plan.every).into_iter();
        for at in due.filter(|&at| Some(at) > seen && at >= epoch) {
            trainer.advance(at - trainer.epoch())?;
            if plan.curve || at == plan.last {
                record.seen.push(plan.see(at, &trainer.weights()?)?);
            }
            bar.set(at, "");
            slot.tick(at, plan.last, || {
                Ok(Checkpoint {
                    epoch: at,
                    weights: trainer.weights()?,
                    record: record.clone(),
                })
            })?;
        }
        bar.finish();
        Ok(record)
    }

    /// The start of this run; the theory uses the same start.
    pub(in crate::experiments::fig7) fn start(
        &self,
        directions: usize,
        hidden: usize,
        init_std: f64,
    ) -> Result<Weights> {
        let label = self.task.label(&self.settings);
        let (panel, name) = label.split_once('-').unwrap_or((&label, ""));
        start(
            self.inputs.seed,
            [panel, name],
            (directions, hidden),
            init_std,
        )
    }

    fn plan<'a>(&self, shared: &'a Shared, progress: &Progress) -> Result<Plan<'a>> {
        let settings = &self.settings;
        let basis = || match &self.inputs.images {
            Some(_) => shared.basis(settings.samples, progress).map(Some),
            None => Ok(None),
        };
        let judged =
            |basis: Option<&'a Basis>, epsilon: f64| basis.map(|basis| (&basis.sample, epsilon));
        let new = Plan::new(self);
        Ok(match self.task {
            Task::Denoising(model) => {
                let (s2, gamma) = regularised(settings, model);
                Plan {
                    s2,
                    gamma,
                    every: settings.denoising.record_every,
                    last: settings.denoising.epochs,
                    curve: true,
                    judge: judged(basis()?, settings.epsilon),
                    clean: model == Model::Ae,
                    ..new
                }
            }
            Task::Price(regulariser, place) => {
                let (price, s2) = (&settings.price, settings.price.trained_s2[place]);
                let noise = regulariser == Regulariser::Noise;
                Plan {
                    s2: if noise { s2 } else { 0.0 },
                    gamma: if noise {
                        0.0
                    } else {
                        price.trained_gamma[place]
                    },
                    init_std: price.init_std,
                    last: price.trained_epochs[place],
                    judge: judged(basis()?, s2),
                    ..new
                }
            }
            Task::Sample(images) => {
                let dataset = self.task.dataset();
                let few = shared.images(dataset, progress)?.train.first(images)?;
                let sample = Sample::of(few.view(), shared.test(dataset, progress)?)?;
                Plan {
                    lambda: sample.lambda.to_vec(),
                    s2: settings.epsilon,
                    init_std: settings.few.init_std,
                    last: settings.few.epochs,
                    own: Some(Box::new(sample)),
                    ..new
                }
            }
            Task::Width(model) => {
                let (s2, gamma) = regularised(settings, model);
                let width = &settings.width;
                Plan {
                    lambda: leading(&self.lambda, width.directions),
                    hidden: width.hidden,
                    s2,
                    gamma,
                    every: width.record_every,
                    last: width.epochs,
                    curve: true,
                    ..new
                }
            }
            _ => {
                let mask = &settings.mask;
                let moments = &shared.basis(settings.samples, progress)?.pixel_moments;
                let kept = settings.directions.min(moments.nrows());
                let moments = moments.slice(s![..kept, ..kept]).to_owned();
                Plan {
                    noise: Some(Noise::masking(mask.q, &moments)?),
                    every: mask.record_every,
                    last: mask.epochs,
                    curve: true,
                    modes: Some(mask.modes.clone()),
                    ..new
                }
            }
        })
    }
}

/// The leading eigenvalues.
fn leading(lambda: &[f64], directions: usize) -> Vec<f64> {
    lambda.iter().take(directions).copied().collect()
}
