//! Our trainers, ready to run.

use std::time::Instant;

use dae::Settings as _;
use dae::data::{Eigen, second_moment};
use dae::random::Key;
use dae::train::linear::{LinearSettings, Precision, Weights};
use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, Sampler, State};
use dae::train::{LinearDescent, NonlinearDescent};
use ndarray::Array2;
use paper::system::device::{Choice, Device};

use crate::case::{Case, SEED, Sizes, start};

pub enum Ours {
    Linear(Box<dyn LinearDescent>),
    Nonlinear(Box<dyn NonlinearDescent>),
}

impl Ours {
    /// A trainer at the peers' initial weights, and its setup time in seconds, without reading the images. For the
    /// linear model, setup means covariance, eigenvectors and rotation of the initial weights.
    pub fn of(case: Case, threads: usize, device: Choice) -> anyhow::Result<(Self, f64)> {
        let (device, _) = Device::choose(device)?;
        let sizes = case.sizes(threads)?;
        let start = start(&sizes)?;
        let images = case.images()?;
        let clock = Instant::now();
        let trainer = if case.linear() {
            let Eigen { lambda, u } = Eigen::of(&second_moment(&images.train, sizes.samples)?)?;
            let rotated = Weights {
                encoder: u.t().dot(&start.encoder),
                decoder: u.t().dot(&start.decoder),
            };
            linear(&device, &sizes, &lambda.to_vec(), &rotated)?
        } else {
            let pixels = images.train.first_f32(sizes.samples)?;
            nonlinear(&device, &sizes, pixels, &start)?
        };
        Ok((trainer, clock.elapsed().as_secs_f64()))
    }

    /// A trainer on made-up numbers, which do not affect the time of an epoch.
    pub fn made_up(sizes: &Sizes) -> anyhow::Result<Self> {
        let value = |(i, j): (usize, usize)| ((7 * i + 3 * j) % 11) as f64 / 1100.0 - 0.004;
        let weights = Array2::from_shape_fn((sizes.pixels, sizes.hidden), value);
        let start = Weights {
            encoder: weights.clone(),
            decoder: weights,
        };
        let device = Device::processor();
        if sizes.linear {
            return linear(&device, sizes, &vec![1.0; sizes.pixels], &start);
        }
        let shape = (sizes.samples, sizes.pixels);
        let pixels = Array2::from_shape_fn(shape, |(i, j)| ((5 * i + j) % 256) as f32 / 255.0);
        nonlinear(&device, sizes, pixels, &start)
    }

    /// Runs epochs.
    pub fn advance(&mut self, epochs: u64) -> anyhow::Result<()> {
        match self {
            Self::Linear(trainer) => trainer.advance(epochs)?,
            Self::Nonlinear(trainer) => {
                for _ in 0..epochs {
                    trainer.step(false)?;
                }
            }
        }
        Ok(())
    }

    /// Waits until all epochs are done. A card may still be running them; reading the weights waits for it.
    pub fn wait(&self) -> anyhow::Result<()> {
        match self {
            Self::Linear(trainer) => drop(trainer.weights()?),
            Self::Nonlinear(trainer) => drop(trainer.state()?),
        }
        Ok(())
    }

    /// The current loss. The nonlinear trainer finds it during an epoch, which is then undone.
    pub fn loss(&mut self) -> anyhow::Result<f64> {
        match self {
            Self::Linear(trainer) => Ok(trainer.observe(&[])?.loss),
            Self::Nonlinear(trainer) => {
                let state = trainer.state()?;
                let seen = trainer.step(true)?;
                trainer.restore(&state)?;
                seen.map(|observation| observation.loss)
                    .ok_or_else(|| anyhow::anyhow!("the trainer observed nothing"))
            }
        }
    }
}

fn linear(device: &Device, sizes: &Sizes, lambda: &[f64], start: &Weights) -> anyhow::Result<Ours> {
    let settings = LinearSettings {
        hidden: sizes.hidden,
        alpha: sizes.alpha,
        s2: sizes.noise,
        gamma: 0.0,
        precision: Precision::F32,
    };
    let trainer = device.linear(&settings.check()?, lambda, start, 0)?;
    Ok(Ours::Linear(trainer))
}

fn nonlinear(
    device: &Device,
    sizes: &Sizes,
    pixels: Array2<f32>,
    start: &Weights,
) -> anyhow::Result<Ours> {
    let settings = NonlinearSettings {
        hidden: sizes.hidden,
        activation: Activation::Relu,
        alpha: sizes.alpha,
        weight_decay: 0.0,
        sigma: sizes.noise,
        sampler: Sampler::Auto,
    };
    let trainer = device.nonlinear(
        &settings.check()?,
        pixels.into(),
        Modes::none(sizes.pixels),
        Key::new(SEED, &["bench", "noise"]),
        &State::start(start),
    )?;
    Ok(Ours::Nonlinear(trainer))
}
