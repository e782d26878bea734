//! What layers of settings are read into.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The settings of all experiments together, as the registry of experiments defines them.
pub trait Schema: DeserializeOwned + Serialize + Clone {
    /// Checks every setting of every experiment.
    ///
    /// # Errors
    /// The first experiment that refuses one of its settings, and what it says.
    fn validate(&self) -> std::result::Result<(), (&'static str, dae::Error)>;

    /// The source in which the settings of an experiment are documented.
    fn documentation(experiment: &str) -> Option<&'static str>;
}
