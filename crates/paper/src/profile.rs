//! Profiles: the same experiments at three sizes, and every setting of every experiment.

mod layers;

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::Result;
use crate::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
use layers::Layers;

/// How much is computed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Every figure from end to end at tiny sizes, for tests and the impatient.
    Smoke,
    /// The paper's settings where a laptop can afford them.
    Quick,
    /// Every size as published, nothing dropped.
    Paper,
}

impl Profile {
    /// The name on the command line and under `results/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Quick => "quick",
            Self::Paper => "paper",
        }
    }

    /// The file that this profile comes from, and its text.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Smoke => ("smoke.toml", include_str!("../settings/smoke.toml")),
            Self::Quick => ("quick.toml", include_str!("../settings/quick.toml")),
            Self::Paper => ("paper.toml", include_str!("../settings/paper.toml")),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The settings of all experiments, as plain data; [`load`] has checked each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllSettings {
    /// Seed of everything random.
    pub seed: u64,
    /// Figure 1.
    pub fig1: fig1::Settings,
    /// Figure 2.
    pub fig2: fig2::Settings,
    /// Figure 3.
    pub fig3: fig3::Settings,
    /// Figure 4.
    pub fig4: fig4::Settings,
    /// Figure 5.
    pub fig5: fig5::Settings,
    /// Figure 6.
    pub fig6: fig6::Settings,
}

/// One setting in which a profile, or what was set on the command line, differs from the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The setting, such as `fig5.cifar10.directions`.
    pub key: String,
    /// Its value in the paper.
    pub paper: String,
    /// Its value in the profile.
    pub profile: String,
}

/// The settings of a profile, and in what they differ from the paper's.
///
/// # Errors
/// A setting that is missing, unknown, of the wrong type or out of its range.
pub fn load(profile: Profile) -> Result<(AllSettings, Vec<Difference>)> {
    load_with(profile, &[])
}

/// The settings of a profile with single values replaced, each given as `fig6.mnist.samples=5000` (the value as in a
/// settings file).
///
/// # Errors
/// As [`load`], and a replacement that is not of that form.
pub fn load_with(profile: Profile, set: &[String]) -> Result<(AllSettings, Vec<Difference>)> {
    let mut layers = Vec::new();
    if profile != Profile::Paper {
        layers.push(profile.file());
    }
    layers.extend(
        set.iter()
            .map(|replacement| ("--set", replacement.as_str())),
    );
    load_layers(Profile::Paper.file(), &layers)
}

/// Settings from a complete file and others, each of which changes single values of those before it; a file is given as
/// its name, for messages, and its text.
///
/// # Errors
/// As [`load`]; the message is one line and has the file, the setting and what is allowed.
///
/// # Example
/// ```
/// let paper = include_str!("../settings/paper.toml");
/// let error = paper::profile::load_layers(("paper.toml", paper), &[("mine.toml", "fig1.alpha = -1.0")]).unwrap_err();
/// let said = "mine.toml: fig1.alpha = -1 is out of range: it must be a finite number above zero";
/// assert_eq!(error.to_string(), said);
/// ```
pub fn load_layers(
    (file, text): (&str, &str),
    others: &[(&str, &str)],
) -> Result<(AllSettings, Vec<Difference>)> {
    let paper = Layers::base(file, text)?;
    let mut layers = paper.clone();
    for (file, text) in others {
        layers.overlay(file, text)?;
    }
    let mut differences = Vec::new();
    compare(paper.table(), layers.table(), "", &mut differences);
    Ok((layers.settings()?, differences))
}

/// Lists the values of `settings` that are not those of `paper`, which has the same keys.
fn compare(paper: &Table, settings: &Table, prefix: &str, differences: &mut Vec<Difference>) {
    for (key, old) in paper {
        let path = format!("{prefix}{key}");
        match (old, settings.get(key)) {
            (Value::Table(paper), Some(Value::Table(settings))) => {
                compare(paper, settings, &format!("{path}."), differences);
            }
            (old, Some(new)) if old != new => differences.push(Difference {
                key: path,
                paper: old.to_string(),
                profile: new.to_string(),
            }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_loads_and_its_differences_are_real() {
        for profile in [Profile::Smoke, Profile::Quick, Profile::Paper] {
            let (_, differences) = load(profile).unwrap();
            assert_eq!(differences.is_empty(), profile == Profile::Paper);
            for difference in differences {
                assert_ne!(difference.paper, difference.profile, "{}", difference.key);
            }
        }
    }

    #[test]
    fn single_values_can_be_set() {
        let set = ["fig6.cifar10.samples=5000", "fig1.epsilon=[0.0, 2.0]"].map(str::to_owned);
        let (settings, differences) = load_with(Profile::Quick, &set).unwrap();
        assert_eq!(settings.fig6.cifar10.samples, 5000);
        assert_eq!(settings.fig1.epsilon, [0.0, 2.0]);
        let of = |key: &str| differences.iter().find(|d| d.key == key).unwrap();
        assert_eq!(of("fig6.cifar10.samples").paper, "30000");
        assert_eq!(of("fig6.cifar10.samples").profile, "5000");
    }
}
