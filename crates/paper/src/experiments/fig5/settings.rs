//! Settings of Figure 5.

use dae::data::DataSet;
use dae::train::linear::Precision;
use dae::{Error, Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::networks;
use crate::experiments::common::ranges::count;

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
#[expect(missing_docs, reason = "the table above has what each is")]
pub struct Settings {
    pub modes: Vec<usize>,
    pub epochs: u64,
    pub record_every: u64,
    pub init_std: f64,
    pub s2: f64,
    pub gamma: f64,
    pub published_start_rank: usize,
    pub precision: Precision,
    pub mnist: DataSettings,
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
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct DataSettings {
    pub samples: usize,
    pub hidden: usize,
    pub alpha: f64,
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
        within("s2", self.s2, 0.0..=1e6, "0 to 1e6")?;
        within("gamma", self.gamma, 0.0..=1e6, "0 to 1e6")?;
        let rank = self.published_start_rank as u64;
        count("published_start_rank", rank, u64::MAX, "1 or more")?;
        for dataset in DataSet::ALL {
            let own = self.of(dataset);
            if own.samples != dataset.paper_samples() {
                let allowed = "the number of images of the committed spectrum (50000 or 30000)";
                return Err(Error::out_of_range("samples", own.samples, allowed));
            }
            within("alpha", own.alpha, 1e-9..=1e3, "1e-9 to 1e3")?;
            networks::sizes(dataset, own.hidden, own.directions)?;
        }
        let epochs = [self.epochs, self.record_every];
        let directions = |dataset| self.of(dataset).directions;
        networks::validate(&self.modes, epochs, self.init_std, directions)
    }
}
