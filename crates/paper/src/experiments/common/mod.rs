//! What several experiments share: models, starts, spectra, descent, ranges of settings, colours.

pub mod descent;
mod epochs;
pub mod landscape;
pub mod published;
pub mod ranges;
pub mod spectra;
pub mod starts;
pub mod style;

use serde::{Deserialize, Serialize};

pub use epochs::epochs;

/// The three models of the paper; one objective with different noise and decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Model {
    /// Plain autoencoder: no noise, no weight decay.
    #[serde(rename = "AE")]
    Ae,
    /// Weight-decay autoencoder.
    #[serde(rename = "WDAE")]
    Wdae,
    /// Denoising autoencoder.
    #[serde(rename = "DAE")]
    Dae,
}

impl Model {
    /// The three models in the order in which they are drawn and tabulated.
    pub const ALL: [Self; 3] = [Self::Ae, Self::Wdae, Self::Dae];

    /// The name in tables and figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ae => "AE",
            Self::Wdae => "WDAE",
            Self::Dae => "DAE",
        }
    }
}
