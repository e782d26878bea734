//! Settings of Figure 5.

use dae::data::DataSet;
use dae::train::linear::Precision;
use dae::{Error, Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{MOST_EPOCHS, count, modes};

/// Settings of Figure 5.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `modes` | 0, 3, 7, 15, 31 | index by descending eigenvalue | below `directions` of both data sets |
/// | `epochs` | 5,000 | updates | 1 to 1e7 |
/// | `record_every` | 50 | epochs | 1 to `epochs` |
/// | `init_std` | 1e-4 | standard deviation of the start | 1e-12 to 1 |
/// | `s2` | 0.5 | variance of the noise (DAE) | 0 to 1e6 |
/// | `gamma` | 0.5 | weight decay (WDAE) | 0 to 1e6 |
/// | `published_start_rank` | 100 | singular values in the published start value | 1 or more |
/// | `precision` | `f32` | of training | `f32`, `f64` |
/// | `mnist`, `cifar10` | see [`DataSettings`] | | |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Modes to record and draw.
    pub modes: Vec<usize>,
    /// Number of updates.
    pub epochs: u64,
    /// Distance of the recorded epochs.
    pub record_every: u64,
    /// Standard deviation of the initial weights.
    pub init_std: f64,
    /// Noise variance of the DAE.
    pub s2: f64,
    /// Decay of the WDAE.
    pub gamma: f64,
    /// Largest singular values that the published start value sums.
    pub published_start_rank: usize,
    /// Precision of training.
    pub precision: Precision,
    /// MNIST.
    pub mnist: DataSettings,
    /// CIFAR-10.
    pub cifar10: DataSettings,
}

/// What differs between the data sets.
///
/// | Name | Paper: MNIST, CIFAR-10 | Unit | Range |
/// |---|---|---|---|
/// | `samples` | 50,000, 30,000 | leading training images | those of the committed spectrum |
/// | `hidden` | 256, 512 | hidden units | 1 to 1e4 |
/// | `alpha` | 0.01, 0.001 | learning rate | 1e-9 to 1e3 |
/// | `directions` | 784, 3,072 | leading eigen-directions | 1 to the number of pixels |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Training images that the spectrum is of.
    pub samples: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Learning rate.
    pub alpha: f64,
    /// Leading eigen-directions to train.
    pub directions: usize,
}

impl Settings {
    /// The settings of a data set.
    pub fn of(&self, dataset: DataSet) -> &DataSettings {
        match dataset {
            DataSet::Mnist => &self.mnist,
            DataSet::Cifar10 => &self.cifar10,
        }
    }
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        count("epochs", self.epochs, MOST_EPOCHS, "1 to 1e7")?;
        count(
            "record_every",
            self.record_every,
            self.epochs,
            "1 to epochs",
        )?;
        within("init_std", self.init_std, 1e-12..=1.0, "1e-12 to 1")?;
        within("s2", self.s2, 0.0..=1e6, "0 to 1e6")?;
        within("gamma", self.gamma, 0.0..=1e6, "0 to 1e6")?;
        count(
            "published_start_rank",
            self.published_start_rank as u64,
            u64::MAX,
            "1 or more",
        )?;
        count(
            "modes",
            self.modes.len() as u64,
            1000,
            "a list of 1 to 1000 modes",
        )?;
        for dataset in DataSet::ALL {
            self.of(dataset).validate(dataset)?;
        }
        modes(&self.modes, |dataset| self.of(dataset).directions)
    }
}

impl DataSettings {
    fn validate(&self, dataset: DataSet) -> Result<()> {
        if self.samples != dataset.paper_samples() {
            let allowed = "the number of images of the committed spectrum (50000 or 30000)";
            return Err(Error::out_of_range("samples", self.samples, allowed));
        }
        count("hidden", self.hidden as u64, 10_000, "1 to 1e4")?;
        within("alpha", self.alpha, 1e-9..=1e3, "1e-9 to 1e3")?;
        let pixels = dataset.pixels() as u64;
        count(
            "directions",
            self.directions as u64,
            pixels,
            "1 to the number of pixels",
        )
    }
}
