//! Results: the record of each figure, the comparison with published values, the manifest, and regeneration.

pub mod comparison;
pub mod manifest;
mod record;
pub mod regenerate;

pub use manifest::Manifest;
pub use record::{Inputs, Record, Recorded, Trained, parse as parse_record};
pub use regenerate::{Job, Outcome, regenerate};
