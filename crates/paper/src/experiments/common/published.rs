//! Published values of trained networks beside what the tables say.

use dae::data::{DataSet, Spectrum};
use serde_json::Value;

use super::Model;
use super::networks::settled;
use crate::settings::differences;
use crate::tables::{Found, Published};
use crate::{Error, Result};

/// A curve of a trained network: something of one data set, model and mode, over the recorded epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Data set.
    pub dataset: DataSet,
    /// Model.
    pub model: Model,
    /// Mode.
    pub mode: usize,
    /// Recorded epochs.
    pub epochs: Vec<u64>,
    /// Mapping at each.
    pub mapping: Vec<f64>,
    /// What the theory says; empty where it says nothing.
    pub theory: Vec<f64>,
}

impl Curve {
    /// The mapping at the end; NaN if there is none.
    pub fn last(&self) -> f64 {
        self.mapping.last().copied().unwrap_or(f64::NAN)
    }

    /// The mapping at an epoch; NaN if it was not recorded.
    pub fn at(&self, epoch: Option<u64>) -> f64 {
        let place = self.epochs.iter().position(|&at| Some(at) == epoch);
        let mapping = place.and_then(|place| self.mapping.get(place));
        mapping.copied().unwrap_or(f64::NAN)
    }

    /// First recorded epoch above half of a value.
    pub fn half_rise(&self, of: f64) -> Option<u64> {
        let place = self.mapping.iter().position(|&w| w > 0.5 * of)?;
        self.epochs.get(place).copied()
    }

    /// Whether the theory has been at the target for the last tenth of the epochs.
    pub fn settled(&self, target: f64) -> bool {
        settled(self.theory.iter().copied(), target)
    }
}

/// The curves that the rows of a table make up, in their order; a row is its curve (data set, model and mode), the epoch,
/// the mapping, and what the theory says, where it says something.
pub fn curves(
    rows: impl Iterator<Item = ((DataSet, Model, usize), u64, f64, Option<f64>)>,
) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for ((dataset, model, mode), epoch, mapping, theory) in rows {
        let same = |c: &Curve| (c.dataset, c.model, c.mode) == (dataset, model, mode);
        if !curves.last().is_some_and(same) {
            curves.push(Curve {
                dataset,
                model,
                mode,
                epochs: Vec::new(),
                mapping: Vec::new(),
                theory: Vec::new(),
            });
        }
        if let Some(curve) = curves.last_mut() {
            curve.epochs.push(epoch);
            curve.mapping.push(mapping);
            curve.theory.extend(theory);
        }
    }
    curves
}

/// The data set that a published value is of.
///
/// # Errors
/// A damaged file of published values.
pub fn dataset(value: &Published) -> Result<DataSet> {
    value.dataset.parse().map_err(|_| Error::Repository {
        file: "data/published.csv".to_owned(),
        problem: format!("`{}` is not a data set", value.dataset),
    })
}

/// What a spectrum says of a published value: its `trace` and `half_trace`, the `lambda` of a mode; `None` for any other
/// value.
pub fn of_spectrum(spectrum: &Spectrum, value: &Published) -> Option<f64> {
    match (value.quantity.as_str(), value.mode) {
        ("half_trace", _) => Some(spectrum.half_trace()),
        ("trace", _) => Some(2.0 * spectrum.half_trace()),
        ("lambda", Some(mode)) => spectrum.lambda.get(mode).copied(),
        _ => None,
    }
}

/// Whether settings are the paper's as far as a data set goes, but for those of the data set that are free: these in
/// words. The settings of the other data set make no difference.
///
/// # Errors
/// The settings that differ, in words.
pub fn comparable(
    settings: &Value,
    paper: &Value,
    dataset: DataSet,
    free: &[&str],
) -> std::result::Result<String, String> {
    let all = differences(settings, paper);
    let own = all.iter().filter_map(|(key, words)| {
        let name = key.strip_prefix(dataset.name())?.strip_prefix('.')?;
        Some((name, words.as_str()))
    });
    let (harmless, mut serious): (Vec<_>, Vec<_>) = own.partition(|(name, _)| free.contains(name));
    let common = all.iter().filter(|(key, _)| !key.contains('.'));
    serious.splice(
        0..0,
        common.map(|(key, words)| (key.as_str(), words.as_str())),
    );
    let words = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(_, words)| *words)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !serious.is_empty() {
        Err(format!("not comparable: {}", words(&serious)))
    } else if harmless.is_empty() {
        Ok(String::new())
    } else {
        Ok(format!("with {}", words(&harmless)))
    }
}

/// As [`comparable`], for a published value.
pub fn found(
    comparable: std::result::Result<String, String>,
    value: impl FnOnce() -> Result<f64>,
) -> Result<Found> {
    Ok(match comparable {
        Ok(remark) => Found::Value(value()?, remark),
        Err(why) => Found::NotComparable(why),
    })
}
