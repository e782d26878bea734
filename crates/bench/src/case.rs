//! What is trained: the models of Figures 5 and 6 at the paper's sizes.

use clap::ValueEnum;
use dae::data::{DataSet, Images, SourceOptions};
use dae::random::stream;
use dae::train::linear::Weights;
use paper::experiments::{self, spectra};
use paper::settings::Profile;
use paper::system::progress::Progress;
use serde::{Deserialize, Serialize};

/// Standard deviation of the initial weights. The paper's is so small that the loss hardly moves in the few epochs of a
/// benchmark. With this one it falls visibly, so that losses can be compared. An epoch takes the same time from either.
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

/// Problem size, as workers and peers read it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sizes {
    /// A linear model; otherwise a ReLU model.
    pub linear: bool,
    pub samples: usize,
    pub pixels: usize,
    pub hidden: usize,
    pub alpha: f64,
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

    /// Epochs of ours per turn: they take half a second or more, so that waking up after a pause is negligible.
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

    pub fn images(self) -> anyhow::Result<Images> {
        let options = SourceOptions::from_env()?;
        Ok(spectra::images(
            self.dataset(),
            &options,
            &Progress::Silent,
        )?)
    }

    /// Pixels that are not 0 in every sample.
    pub fn used_pixels(self) -> anyhow::Result<usize> {
        let pixels = self.images()?.train.first_f32(self.sizes(1)?.samples)?;
        let used = |column: &ndarray::ArrayView1<f32>| column.iter().any(|&x| x != 0.0);
        Ok(pixels.columns().into_iter().filter(used).count())
    }

    pub fn sizes(self, threads: usize) -> anyhow::Result<Sizes> {
        let (settings, _) = experiments::load(Profile::Paper)?;
        let (fig5, fig6) = (settings.fig5, settings.fig6);
        let mnist = self.dataset() == DataSet::Mnist;
        let (samples, hidden, alpha, noise) = if self.linear() {
            let data = if mnist { fig5.mnist } else { fig5.cifar10 };
            (data.samples, data.hidden, data.alpha, fig5.s2)
        } else {
            let data = if mnist { fig6.mnist } else { fig6.cifar10 };
            let noisy = matches!(self, Self::ReluDaeMnist | Self::ReluDaeCifar10);
            let sigma = if noisy { data.sigma } else { 0.0 };
            (data.samples, data.hidden, fig6.alpha, sigma)
        };
        Ok(Sizes {
            linear: self.linear(),
            samples,
            pixels: self.dataset().pixels(),
            hidden,
            alpha,
            noise,
            seed: SEED,
            threads,
        })
    }
}

/// The initial weights that all share, in the pixel basis.
pub fn start(sizes: &Sizes) -> anyhow::Result<Weights> {
    let mut encoder = stream(SEED, &["bench", "encoder"]);
    let mut decoder = stream(SEED, &["bench", "decoder"]);
    let (rows, columns) = (sizes.pixels, sizes.hidden);
    let start = Weights::normal([&mut encoder, &mut decoder], rows, columns, INIT_STD)?;
    // Rounded to the precision of the file for the peers.
    let rounded = |weights: &ndarray::Array2<f64>| weights.mapv(|w| f64::from(w as f32));
    Ok(Weights {
        encoder: rounded(&start.encoder),
        decoder: rounded(&start.decoder),
    })
}
