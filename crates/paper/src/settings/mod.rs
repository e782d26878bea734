//! Profiles: the same experiments at three sizes, in layers that change single settings of the paper's.

mod documented;
mod layers;
mod profile;
mod schema;
pub mod walk;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};
pub use documented::{Documented, documented};
use layers::Layers;
pub use profile::Profile;
pub use schema::Schema;
use walk::{at, leaves};

/// One setting in which a profile or the command line differs from the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The setting, such as `fig5.cifar10.directions`.
    pub key: String,
    /// Its value in the paper.
    pub paper: String,
    /// Its value in the profile.
    pub profile: String,
}

impl Difference {
    /// Of the seed.
    pub fn of_seed(own: u64, paper: u64) -> Self {
        let key = "seed".to_owned();
        let [paper, profile] = [paper, own].map(|seed| seed.to_string());
        Self {
            key,
            paper,
            profile,
        }
    }

    /// In words: `epochs = 10 instead of 20`.
    pub fn words(&self) -> String {
        let name = self.key.rsplit('.').next().unwrap_or(&self.key);
        format!("{name} = {} instead of {}", self.profile, self.paper)
    }
}

/// The settings of a profile with single values replaced, each given as `fig6.mnist.samples=5000` (the value as in a
/// settings file), and how they differ from the paper's.
///
/// # Errors
/// A setting that is missing, unknown, of the wrong type or out of its range; a replacement that is not of that form.
pub fn load_with<S: Schema>(profile: Profile, set: &[String]) -> Result<(S, Vec<Difference>)> {
    let set = set
        .iter()
        .map(|replacement| ("--set", replacement.as_str()));
    let own = (profile != Profile::Paper).then(|| profile.file());
    let layers: Vec<_> = own.into_iter().chain(set).collect();
    load_layers(Profile::Paper.file(), &layers)
}

/// Settings from a complete file and further ones, each of which changes single values of those before it. A file is
/// given as its name, for messages, and its text.
///
/// # Errors
/// As [`load_with`]; the message is one line with the file, the setting and what is allowed.
///
/// # Example
/// ```
/// use paper::experiments::AllSettings;
/// let paper = include_str!("../../settings/paper.toml");
/// let layers = [("mine.toml", "fig1.alpha = -1.0")];
/// let error = paper::settings::load_layers::<AllSettings>(("paper.toml", paper), &layers).unwrap_err();
/// let said = "mine.toml: fig1.alpha = -1 is out of range: it must be a finite number above zero";
/// assert_eq!(error.to_string(), said);
/// ```
pub fn load_layers<S: Schema>(
    (file, text): (&str, &str),
    others: &[(&str, &str)],
) -> Result<(S, Vec<Difference>)> {
    let paper = Layers::<S>::base(file, text)?;
    let mut layers = paper.clone();
    for (file, text) in others {
        layers.overlay(file, text)?;
    }
    let settings = layers.settings()?;
    let differences = differences(&to_json(&settings)?, &to_json(&paper.settings()?)?);
    Ok((settings, differences))
}

/// Settings as they are recorded; those of this project all have a JSON form.
pub(crate) fn to_json(settings: &impl Serialize) -> Result<Value> {
    serde_json::to_value(settings).map_err(|error| Error::io("settings")(error.into()))
}

/// How settings differ from the paper's.
pub(crate) fn differences(own: &Value, paper: &Value) -> Vec<Difference> {
    let differing = leaves(paper).into_iter().filter_map(|(key, paper)| {
        let own = at(own, &key).unwrap_or(&Value::Null);
        (own != paper).then(|| Difference {
            key,
            paper: written(paper),
            profile: written(own),
        })
    });
    differing.collect()
}

/// A value as in a settings file.
fn written(value: &Value) -> String {
    match value.as_array() {
        Some(values) => {
            let values: Vec<String> = values.iter().map(written).collect();
            format!("[{}]", values.join(", "))
        }
        None => value.to_string(),
    }
}
