//! Settings of Figure 6.

use dae::data::DataSet;
use dae::train::nonlinear::{Activation, Sampler};
use dae::{Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{MOST_EPOCHS, count, modes};

/// Settings of Figure 6.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `modes` | 0-3 | index by descending eigenvalue | below `directions` of both data sets |
/// | `epochs` | 2,000 | updates | 1 to 1e7 |
/// | `record_every` | 10 | epochs | 1 to `epochs` |
/// | `init_std` | 1e-3 | standard deviation of the start | 1e-12 to 1 |
/// | `alpha` | 0.9 | learning rate for the error averaged over N D | 1e-9 to 1e3 |
/// | `weight_decay` | 0.0045 | added to the gradient (WDAE) | 0 to 1e3 |
/// | `activation` | `relu` | | `relu`, `tanh` |
/// | `sampler` | `auto` | | `auto`, `direct`, `law_equal` |
/// | `projection_epochs` | 50 (ours) | epochs over which the effect of dropped directions is measured | 1 to `epochs` |
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
    /// Learning rate.
    pub alpha: f64,
    /// Decay of the WDAE, as PyTorch's `weight_decay`.
    pub weight_decay: f64,
    /// Nonlinearity of the hidden units.
    pub activation: Activation,
    /// How the noise of the DAE is drawn.
    pub sampler: Sampler,
    /// Epochs over which a projection is compared with none.
    pub projection_epochs: u64,
    /// MNIST.
    pub mnist: DataSettings,
    /// CIFAR-10.
    pub cifar10: DataSettings,
}

/// What differs between the data sets.
///
/// | Name | Paper: MNIST, CIFAR-10 | Unit | Range |
/// |---|---|---|---|
/// | `samples` | 50,000, 30,000 | leading training images | 1 to those there are |
/// | `hidden` | 256, 512 | hidden units | 1 to 1e4 |
/// | `sigma` | 2, 3 | standard deviation of the noise | 0 to 1e3 |
/// | `other_sigmas` | none, 2 | the same, recorded but not drawn | 0 to 1e3 each |
/// | `directions` | 784, 3,072 | leading eigen-directions | 1 to the number of pixels |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Training images.
    pub samples: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Noise of the DAE that is drawn.
    pub sigma: f64,
    /// Noise of further DAEs that are only recorded.
    pub other_sigmas: Vec<f64>,
    /// Leading eigen-directions to train in; all of them means the pixels themselves.
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
        within("alpha", self.alpha, 1e-9..=1e3, "1e-9 to 1e3")?;
        within("weight_decay", self.weight_decay, 0.0..=1e3, "0 to 1e3")?;
        count(
            "projection_epochs",
            self.projection_epochs,
            self.epochs,
            "1 to epochs",
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
        let images = dataset.expected().train as u64;
        count(
            "samples",
            self.samples as u64,
            images,
            "1 to the number of training images",
        )?;
        count("hidden", self.hidden as u64, 10_000, "1 to 1e4")?;
        within("sigma", self.sigma, 0.0..=1e3, "0 to 1e3")?;
        for &sigma in &self.other_sigmas {
            within("other_sigmas", sigma, 0.0..=1e3, "0 to 1e3 each")?;
        }
        let pixels = dataset.pixels() as u64;
        count(
            "directions",
            self.directions as u64,
            pixels,
            "1 to the number of pixels",
        )
    }
}
