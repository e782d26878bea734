//! Settings of the toy.

use dae::Result;
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::each_within;

/// Settings of the toy.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | 2.5, 1, 0.5 | variance of the data | 1e-6 to 1e6 each |
/// | `epsilon` | 0, 0.2, ..., 1.8 | variance of the noise | 0 to 1e6 each |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct Settings {
    /// One curve for each.
    pub lambda: Vec<f64>,
    pub epsilon: Vec<f64>,
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        each_within("lambda", &self.lambda, 1e-6..=1e6, "1e-6 to 1e6")?;
        each_within("epsilon", &self.epsilon, 0.0..=1e6, "0 to 1e6")
    }
}
