//! What is measured: the models of Figures 5 and 6 at the paper's sizes.

use clap::ValueEnum;
use dae::data::{DataSet, SourceOptions};
use dae::random::stream;
use dae::train::linear::Weights;
use paper::profile::{self, Profile};
use paper::progress::Progress;
use paper::spectra;
use serde::Serialize;

/// Standard deviation of the start. That of the paper is so small that the loss hardly moves in the few epochs of a
/// benchmark; from this one it falls visibly, so that losses can be compared. An epoch takes the same time from any.
const INIT_STD: f64 = 0.01;

pub const SEED: u64 = 2018;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    LinearMnist,
    LinearCifar10,
    ReluAeMnist,
    ReluDaeMnist,
    ReluAeCifar10,
    ReluDaeCifar10,
}

/// What a case trains, as the peers read it.
#[derive(Debug, Clone, Serialize)]
pub struct Sizes {
    pub samples: usize,
    pub pixels: usize,
    pub hidden: usize,
    pub alpha: f64,
    /// `none` for the linear model.
    pub activation: &'static str,
    /// Variance of the marginalised noise of the linear model, standard deviation of the drawn noise of the others.
    pub noise: f64,
    pub seed: u64,
    pub threads: usize,
}

impl Case {
    pub fn name(self) -> &'static str {
        match self {
            Self::LinearMnist => "linear-mnist",
            Self::LinearCifar10 => "linear-cifar10",
            Self::ReluAeMnist => "relu-ae-mnist",
            Self::ReluDaeMnist => "relu-dae-mnist",
            Self::ReluAeCifar10 => "relu-ae-cifar10",
            Self::ReluDaeCifar10 => "relu-dae-cifar10",
        }
    }

    pub fn linear(self) -> bool {
        matches!(self, Self::LinearMnist | Self::LinearCifar10)
    }

    /// Epochs of ours in a turn: they take half a second or more, beside which waking up after a pause is nothing.
    pub fn turn(self) -> u32 {
        match self {
            Self::LinearMnist => 250,
            Self::LinearCifar10 => 20,
            _ => 1,
        }
    }

    pub fn dataset(self) -> DataSet {
        match self {
            Self::LinearMnist | Self::ReluAeMnist | Self::ReluDaeMnist => DataSet::Mnist,
            _ => DataSet::Cifar10,
        }
    }

    /// Pixels that are not 0 in every sample.
    pub fn used_pixels(self) -> anyhow::Result<usize> {
        let options = SourceOptions::from_env()?;
        let images = spectra::images(self.dataset(), &options, &Progress::Silent)?;
        let pixels = images.train.first_f32(self.sizes(1)?.samples)?;
        let used = |column: &ndarray::ArrayView1<f32>| column.iter().any(|&x| x != 0.0);
        Ok(pixels.columns().into_iter().filter(used).count())
    }

    pub fn sizes(self, threads: usize) -> anyhow::Result<Sizes> {
        let (settings, _) = profile::load(Profile::Paper)?;
        let pixels = self.dataset().pixels();
        let mnist = self.dataset() == DataSet::Mnist;
        Ok(if self.linear() {
            let fig5 = settings.fig5;
            let data = if mnist { fig5.mnist } else { fig5.cifar10 };
            Sizes {
                samples: data.samples,
                pixels,
                hidden: data.hidden,
                alpha: data.alpha,
                activation: "none",
                noise: fig5.s2,
                seed: SEED,
                threads,
            }
        } else {
            let fig6 = settings.fig6;
            let data = if mnist { fig6.mnist } else { fig6.cifar10 };
            let noisy = matches!(self, Self::ReluDaeMnist | Self::ReluDaeCifar10);
            Sizes {
                samples: data.samples,
                pixels,
                hidden: data.hidden,
                alpha: fig6.alpha,
                activation: "relu",
                noise: if noisy { data.sigma } else { 0.0 },
                seed: SEED,
                threads,
            }
        })
    }
}

/// The start that all share, in the basis of the pixels.
pub fn start(sizes: &Sizes) -> anyhow::Result<Weights> {
    let mut encoder = stream(SEED, &["bench", "encoder"]);
    let mut decoder = stream(SEED, &["bench", "decoder"]);
    let (rows, columns) = (sizes.pixels, sizes.hidden);
    let start = Weights::normal([&mut encoder, &mut decoder], rows, columns, INIT_STD)?;
    // Rounded to what the file for the peers holds.
    let rounded = |weights: &ndarray::Array2<f64>| weights.mapv(|w| f64::from(w as f32));
    Ok(Weights {
        encoder: rounded(&start.encoder),
        decoder: rounded(&start.decoder),
    })
}
