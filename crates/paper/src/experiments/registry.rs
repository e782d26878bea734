//! The registry of experiments: whatever is done for every figure iterates over it.

use std::fmt;

use clap::ValueEnum;
use dae::Settings as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::experiment::{About, Experiment};
use crate::Result;
use crate::settings::{self, Difference, Profile, Schema};

/// Defines [`Figure`] and [`AllSettings`] from the list of experiments.
macro_rules! experiments {
    ($($(#[$doc:meta])* $variant:ident $module:ident),+ $(,)?) => {
        /// The experiments, one figure each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
        #[serde(rename_all = "lowercase")]
        pub enum Figure {
            $($(#[$doc])* $variant),+
        }

        impl Figure {
            /// All figures in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the command line and of its files.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($module)),+
                }
            }

            /// Its experiment.
            pub(crate) fn experiment(self) -> &'static dyn Experiment {
                match self {
                    $(Self::$variant => &super::$module::EXPERIMENT),+
                }
            }
        }

        /// The settings of all experiments, as plain data; [`load`] checks each.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct AllSettings {
            /// Seed of everything random.
            pub seed: u64,
            $($(#[$doc])* pub $module: super::$module::Settings),+
        }

        impl Schema for AllSettings {
            fn validate(&self) -> std::result::Result<(), (&'static str, dae::Error)> {
                $(self.$module.validate().map_err(|error| (stringify!($module), error))?;)+
                Ok(())
            }

            fn documentation(experiment: &str) -> Option<&'static str> {
                let figure = Figure::ALL.iter().find(|figure| figure.name() == experiment)?;
                Some(figure.about().documentation)
            }
        }
    };
}

experiments! {
    /// Learning dynamics, loss surface and paths of the scalar network.
    Fig1 fig1,
    /// Theory: noise against weight decay.
    Fig2 fig2,
    /// Optimal discrete learning rates.
    Fig3 fig3,
    /// The norm of the weights.
    Fig4 fig4,
    /// Linear autoencoders on MNIST and CIFAR-10, theory against training.
    Fig5 fig5,
    /// Nonlinear autoencoders on MNIST and CIFAR-10 images.
    Fig6 fig6,
    /// Beyond the paper: denoising, its price, few images, width, depth and masks.
    Fig7 fig7,
}

impl Figure {
    /// Description of its experiment, and what that needs.
    pub fn about(self) -> About {
        self.experiment().about()
    }

    /// The paper's settings of its experiment.
    pub(crate) fn paper_settings(self) -> Result<Value> {
        let mut all = settings::to_json(&load(Profile::Paper)?.0)?;
        Ok(all
            .get_mut(self.name())
            .map(Value::take)
            .unwrap_or_default())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The settings of a profile, and how they differ from the paper's.
///
/// # Errors
/// A setting that is missing, unknown, of the wrong type, or out of range.
pub fn load(profile: Profile) -> Result<(AllSettings, Vec<Difference>)> {
    load_with(profile, &[])
}

/// As [`load`], with individual values replaced, each given as `fig6.mnist.samples=5000`.
///
/// # Errors
/// As [`settings::load_with`].
pub fn load_with(profile: Profile, set: &[String]) -> Result<(AllSettings, Vec<Difference>)> {
    settings::load_with(profile, set)
}
