//! Settings of Figure 1.

use dae::{Result, positive};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{MOST_EPOCHS, count, each_within};
use crate::experiments::starts;

/// Settings of Figure 1.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | 1 | variance of the data | above 0 |
/// | `epsilon` | 0, 1, 5 | variance of the noise | 0 to 1e6 each |
/// | `alpha` | 0.01 | learning rate | above 0 |
/// | `epochs` | 200 | updates | 1 to 1e7 |
/// | `trials` | 0-9 | published starts | those of `data/figure1_starts.csv` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct Settings {
    pub lambda: f64,
    /// One for each panel.
    pub epsilon: Vec<f64>,
    pub alpha: f64,
    pub epochs: u64,
    pub trials: Vec<usize>,
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        positive("lambda", self.lambda)?;
        each_within("epsilon", &self.epsilon, 0.0..=1e6, "0 to 1e6")?;
        positive("alpha", self.alpha)?;
        count("epochs", self.epochs, MOST_EPOCHS, "1 to 1e7")?;
        starts::all_published(&self.trials)
    }
}
