//! Settings of Figure 6.

use dae::data::DataSet;
use dae::train::nonlinear::{Activation, Sampler};
use dae::{Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::networks;
use crate::experiments::common::ranges::count;

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
#[expect(missing_docs, reason = "the table above has what each is")]
pub struct Settings {
    pub modes: Vec<usize>,
    pub epochs: u64,
    pub record_every: u64,
    pub init_std: f64,
    pub alpha: f64,
    /// As PyTorch's `weight_decay`.
    pub weight_decay: f64,
    pub activation: Activation,
    /// How the noise of the DAE is drawn.
    pub sampler: Sampler,
    pub projection_epochs: u64,
    pub mnist: DataSettings,
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
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct DataSettings {
    pub samples: usize,
    pub hidden: usize,
    pub sigma: f64,
    pub other_sigmas: Vec<f64>,
    /// If all, training is on the pixels themselves.
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
        within("alpha", self.alpha, 1e-9..=1e3, "1e-9 to 1e3")?;
        within("weight_decay", self.weight_decay, 0.0..=1e3, "0 to 1e3")?;
        for dataset in DataSet::ALL {
            let own = self.of(dataset);
            let (samples, images) = (own.samples as u64, dataset.expected().train as u64);
            let allowed = "1 to the number of training images";
            count("samples", samples, images, allowed)?;
            within("sigma", own.sigma, 0.0..=1e3, "0 to 1e3")?;
            for &sigma in &own.other_sigmas {
                within("other_sigmas", sigma, 0.0..=1e3, "0 to 1e3 each")?;
            }
            networks::sizes(dataset, own.hidden, own.directions)?;
        }
        let epochs = [self.epochs, self.record_every];
        let directions = |dataset| self.of(dataset).directions;
        networks::validate(&self.modes, epochs, self.init_std, directions)?;
        let compared = self.projection_epochs;
        count("projection_epochs", compared, self.epochs, "1 to epochs")
    }
}
