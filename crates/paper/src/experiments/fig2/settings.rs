//! Settings of Figure 2.

use dae::{Result, positive, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{each_within, multiple, recorded};

/// Settings of Figure 2.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | 2.5, 1, 0.5 | variance of the data | 1e-6 to 1e6 each |
/// | `epsilon` | 0, 0.2, ..., 1.8 | variance of the noise | 0 to 1e6 each |
/// | `w0` | 1e-6 | mapping at the start | 0 to 1, not 0 |
/// | `alpha` | 0.001 | learning rate | above 0 |
/// | `epochs` | 20,000 | updates | 1 to 1e7 |
/// | `record_every` | 20 | epochs | 1 to `epochs` |
/// | `table_every` | 100 | epochs | a multiple of `record_every` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct Settings {
    /// One for each column.
    pub lambda: Vec<f64>,
    pub epsilon: Vec<f64>,
    pub w0: f64,
    /// Theory is evaluated at `s = alpha * epoch`.
    pub alpha: f64,
    pub epochs: u64,
    /// Epochs between the points computed and drawn.
    pub record_every: u64,
    /// Epochs between the rows of the table.
    pub table_every: u64,
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        each_within("lambda", &self.lambda, 1e-6..=1e6, "1e-6 to 1e6")?;
        each_within("epsilon", &self.epsilon, 0.0..=1e6, "0 to 1e6")?;
        within("w0", self.w0, f64::MIN_POSITIVE..=1.0, "above 0, at most 1")?;
        positive("alpha", self.alpha)?;
        recorded(self.epochs, self.record_every)?;
        multiple("table_every", self.table_every, self.record_every)
    }
}
