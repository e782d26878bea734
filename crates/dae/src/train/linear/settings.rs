//! What a linear autoencoder is trained with.

use serde::{Deserialize, Serialize};

use crate::error::{Error, non_negative, positive};
use crate::numerics::Precision;
use crate::{Result, Settings};

/// Settings of a linear autoencoder.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `hidden` | none | hidden units H | 1 or more |
/// | `alpha` | none | learning rate | above 0 |
/// | `s2` | none | variance of the input noise | 0 or more |
/// | `gamma` | none | weight decay | 0 or more |
/// | `precision` | none | | `f32` or `f64` |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearSettings {
    /// Hidden units.
    pub hidden: usize,
    /// Learning rate.
    pub alpha: f64,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Precision of the weights.
    pub precision: Precision,
}

impl Settings for LinearSettings {
    fn validate(&self) -> Result<()> {
        if self.hidden == 0 {
            return Err(Error::out_of_range("hidden", 0, "1 or more"));
        }
        positive("alpha", self.alpha)?;
        non_negative("s2", self.s2)?;
        non_negative("gamma", self.gamma)?;
        Ok(())
    }
}
