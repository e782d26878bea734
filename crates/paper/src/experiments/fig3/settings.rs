//! Settings of Figure 3.

use dae::{Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{each_within, multiple, recorded};

/// Settings of Figure 3.
///
/// | Name | Paper | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | 1 | variance of the data | 1e-6 to 1e6 |
/// | `epsilon` | 0, 0.2, ..., 1.8 | variance of the noise | 0 to 1e6 each |
/// | `w0` | 1e-6 | mapping at the start | 1e-300 to 1 |
/// | `epochs` | 20,000 | updates | 1 to 1e7 |
/// | `rate_fraction` | 0.005 | of the optimal learning rate | 1e-6 to 1 |
/// | `rates_epsilon_end` | 10 | variance of the noise, excluded end of the middle panel | 0.01 to 1e6 |
/// | `rates_epsilon_step` | 0.05 | variance of the noise | 0.001 to `rates_epsilon_end` |
/// | `spectrum_epsilon` | 0.5 (ours) | variance of the noise on the real spectra | 0 to 1e6 |
/// | `spectrum_fraction` | 0.95 (ours) | of the fixed point | 0.01 to 0.99 |
/// | `record_every` | 20 | epochs | 1 to `epochs` |
/// | `table_every` | 100 | epochs | a multiple of `record_every` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct Settings {
    pub lambda: f64,
    pub epsilon: Vec<f64>,
    pub w0: f64,
    pub epochs: u64,
    /// Fraction of its optimal rate at which each model is run.
    pub rate_fraction: f64,
    pub rates_epsilon_end: f64,
    /// Step between the noise variances of the middle panel.
    pub rates_epsilon_step: f64,
    pub spectrum_epsilon: f64,
    /// Fraction of its fixed point at which a mode counts as learned.
    pub spectrum_fraction: f64,
    /// Epochs between the points computed and drawn.
    pub record_every: u64,
    /// Epochs between the rows of the table.
    pub table_every: u64,
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        let (step, end) = (self.rates_epsilon_step, self.rates_epsilon_end);
        let (noise, share) = (self.spectrum_epsilon, self.spectrum_fraction);
        let below_end = "0.001 to rates_epsilon_end";
        within("lambda", self.lambda, 1e-6..=1e6, "1e-6 to 1e6")?;
        each_within("epsilon", &self.epsilon, 0.0..=1e6, "0 to 1e6")?;
        within("w0", self.w0, 1e-300..=1.0, "1e-300 to 1")?;
        within("rate_fraction", self.rate_fraction, 1e-6..=1.0, "1e-6 to 1")?;
        within("rates_epsilon_end", end, 0.01..=1e6, "0.01 to 1e6")?;
        within("rates_epsilon_step", step, 0.001..=end, below_end)?;
        within("spectrum_epsilon", noise, 0.0..=1e6, "0 to 1e6")?;
        within("spectrum_fraction", share, 0.01..=0.99, "0.01 to 0.99")?;
        recorded(self.epochs, self.record_every)?;
        multiple("table_every", self.table_every, self.record_every)
    }
}
