//! Profiles: the same experiments at three sizes, and every setting of every experiment.

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
use crate::{Error, Result};

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

/// The settings of all experiments, as plain data; each figure checks its own when it runs.
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
/// A settings file with an unknown key, a missing one or one of the wrong type.
pub fn load(profile: Profile) -> Result<(AllSettings, Vec<Difference>)> {
    load_with(profile, &[])
}

/// The settings of a profile with single values replaced, each given as `fig6.mnist.samples=5000` (the value as in a
/// settings file).
///
/// # Errors
/// As [`load`], and a replacement that is not of that form.
pub fn load_with(profile: Profile, set: &[String]) -> Result<(AllSettings, Vec<Difference>)> {
    let (name, text) = profile.file();
    let paper = parse(Profile::Paper.file())?;
    let mut settings = paper.clone();
    let mut last = name;
    if profile != Profile::Paper {
        merge(&mut settings, parse((name, text))?, "").map_err(in_file(name))?;
    }
    for replacement in set {
        last = "--set";
        merge(&mut settings, parse((last, replacement))?, "").map_err(in_file(last))?;
    }
    let mut differences = Vec::new();
    compare(&paper, &settings, "", &mut differences);
    let settings = settings
        .try_into()
        .map_err(|e: toml::de::Error| in_file(last)(e.to_string()))?;
    Ok((settings, differences))
}

fn in_file(name: &str) -> impl Fn(String) -> Error {
    move |problem| Error::SettingsFile {
        file: name.to_owned(),
        problem,
    }
}

fn parse((name, text): (&str, &str)) -> Result<Table> {
    text.parse()
        .map_err(|e: toml::de::Error| in_file(name)(e.to_string()))
}

/// Replaces values of `base` by those of `overlay`, which may only name keys that exist.
fn merge(base: &mut Table, overlay: Table, prefix: &str) -> Result<(), String> {
    for (key, value) in overlay {
        let path = format!("{prefix}{key}");
        match (base.get_mut(&key), value) {
            (None, _) => {
                return Err(format!(
                    "`{path}` is not a setting; see paper.toml for all of them"
                ));
            }
            (Some(Value::Table(base)), Value::Table(overlay)) => {
                merge(base, overlay, &format!("{path}."))?;
            }
            (Some(old), new) => *old = new,
        }
    }
    Ok(())
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
    fn an_overlay_may_not_invent_keys() {
        let mut base: Table = "[fig1]\nalpha = 0.1".parse().unwrap();
        let overlay: Table = "[fig1]\nalhpa = 0.2".parse().unwrap();
        let message = merge(&mut base, overlay, "").unwrap_err();
        assert!(message.contains("fig1.alhpa"), "{message}");
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
        for bad in [
            "fig6.cifar10.samples",
            "fig6.cifar10.smaples=5",
            "fig6.cifar10.samples=many",
            "seed=1.5",
        ] {
            let error = load_with(Profile::Quick, &[bad.to_owned()]).unwrap_err();
            assert!(error.to_string().contains("--set"), "{error}");
        }
    }
}
