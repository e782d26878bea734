//! Settings of Figure 4.

use dae::{Result, positive, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{MOST_EPOCHS, count, each_within};
use crate::experiments::starts;

/// Settings of Figure 4.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | 1 | variance of the data | above 0 |
/// | `epsilon` | 0.1 | variance of the noise (DAE) | 0 to 1e6 |
/// | `gamma` | 0.1/1.1 | weight decay (WDAE) | 0 to 1e6 |
/// | `alpha` | 0.01 | learning rate | above 0 |
/// | `epochs` | 1,000 | updates | 1 to 1e7 |
/// | `small_start` | 0.01, 0.01 | `w1`, `w2` of trial 0 | -10 to 10 each |
/// | `trials` | 1-10 | published starts | those of `data/figure1_starts.csv` |
/// | `table_every` | 5 | epochs | 1 to `epochs` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct Settings {
    pub lambda: f64,
    pub epsilon: f64,
    pub gamma: f64,
    pub alpha: f64,
    pub epochs: u64,
    pub small_start: [f64; 2],
    pub trials: Vec<usize>,
    /// Epochs between the rows of the table.
    pub table_every: u64,
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        positive("lambda", self.lambda)?;
        within("epsilon", self.epsilon, 0.0..=1e6, "0 to 1e6")?;
        within("gamma", self.gamma, 0.0..=1e6, "0 to 1e6")?;
        positive("alpha", self.alpha)?;
        count("epochs", self.epochs, MOST_EPOCHS, "1 to 1e7")?;
        each_within("small_start", &self.small_start, -10.0..=10.0, "-10 to 10")?;
        count("table_every", self.table_every, self.epochs, "1 to epochs")?;
        starts::all_published(&self.trials)
    }
}
