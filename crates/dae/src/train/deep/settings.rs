//! What a deep linear autoencoder is trained with.

use serde::{Deserialize, Serialize};

use crate::error::{Error, non_negative, positive};
use crate::{Result, Settings};

/// Settings of a deep linear autoencoder. It is trained in double precision.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `layers` | none | layers L | 2 or more |
/// | `hidden` | none | hidden units H between any two layers | 1 or more |
/// | `alpha` | none | learning rate | above 0 |
/// | `s2` | none | variance of the input noise | 0 or more |
/// | `gamma` | none | weight decay of every layer | 0 or more |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeepSettings {
    /// Layers.
    pub layers: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Learning rate.
    pub alpha: f64,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
}

impl Settings for DeepSettings {
    fn validate(&self) -> Result<()> {
        if self.layers < 2 {
            return Err(Error::out_of_range("layers", self.layers, "2 or more"));
        }
        if self.hidden == 0 {
            return Err(Error::out_of_range("hidden", 0, "1 or more"));
        }
        positive("alpha", self.alpha)?;
        non_negative("s2", self.s2)?;
        non_negative("gamma", self.gamma)?;
        Ok(())
    }
}
