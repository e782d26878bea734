//! Shared by several experiments: models, starts, spectra, descent, ranges of settings, colours.

pub(crate) mod descent;
mod epochs;
pub mod landscape;
pub(crate) mod networks;
pub(crate) mod published;
pub(crate) mod ranges;
pub mod spectra;
pub mod starts;
pub mod style;
pub(crate) mod verify;

use crate::tables::rows::cell;
pub use epochs::epochs;

dae::named! {
    /// The three models of the paper: one objective with different noise and decay.
    pub enum Model as "model" {
        /// Plain autoencoder: no noise, no weight decay.
        Ae = "AE",
        /// Weight-decay autoencoder.
        Wdae = "WDAE",
        /// Denoising autoencoder.
        Dae = "DAE",
    }
}

cell!(Model: |model| model.name());
