//! Published values of trained networks, compared with the tables.

use dae::data::{DataSet, Spectrum};
use serde_json::Value;

use super::Model;
use super::networks::settled;
use crate::settings::differences;
use crate::tables::{Found, Published};
use crate::{Error, Result};

/// The mapping of one data set, model and mode of a trained network over the recorded epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pub dataset: DataSet,
    pub model: Model,
    pub mode: usize,
    pub epochs: Vec<u64>,
    pub mapping: Vec<f64>,
    /// Empty where the theory says nothing.
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

    /// Whether the theory stays at the target over the last tenth of the epochs.
    pub fn settled(&self, target: f64) -> bool {
        settled(self.theory.iter().copied(), target)
    }
}

/// Groups the rows of a table into curves, in order. A row is its curve (data set, model and mode), epoch, mapping, and
/// theory if there is one.
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

/// The data set of a published value.
pub fn dataset(value: &Published) -> Result<DataSet> {
    value.dataset.parse().map_err(|_| Error::Repository {
        file: "data/published.csv".to_owned(),
        problem: format!("`{}` is not a data set", value.dataset),
    })
}

/// The value of a spectrum that matches a published one: `trace`, `half_trace`, or the `lambda` of a mode; `None` for
/// any other quantity.
pub fn of_spectrum(spectrum: &Spectrum, value: &Published) -> Option<f64> {
    match (value.quantity.as_str(), value.mode) {
        ("half_trace", _) => Some(spectrum.half_trace()),
        ("trace", _) => Some(2.0 * spectrum.half_trace()),
        ("lambda", Some(mode)) => spectrum.lambda.get(mode).copied(),
        _ => None,
    }
}

/// Whether the settings of a data set, except its free ones, and the common settings are the paper's. Settings of the
/// other data set are ignored. Returns the free settings that differ, in words; the error names the others that differ.
pub fn comparable(
    settings: &Value,
    paper: &Value,
    dataset: DataSet,
    free: &[&str],
) -> std::result::Result<String, String> {
    let (mut common, mut own, mut harmless) = (Vec::new(), Vec::new(), Vec::new());
    for difference in differences(settings, paper) {
        let words = difference.words();
        match difference.key.split_once('.') {
            None => common.push(words),
            Some((of, name)) if of == dataset.name() && free.contains(&name) => {
                harmless.push(words);
            }
            Some((of, _)) if of == dataset.name() => own.push(words),
            Some(_) => {}
        }
    }
    common.extend(own);
    match (common.is_empty(), harmless.is_empty()) {
        (false, _) => Err(format!("not comparable: {}", common.join(", "))),
        (true, true) => Ok(String::new()),
        (true, false) => Ok(format!("with {}", harmless.join(", "))),
    }
}

/// The value found if the settings are [`comparable`], else why they are not.
pub fn found(
    comparable: std::result::Result<String, String>,
    value: impl FnOnce() -> Result<f64>,
) -> Result<Found> {
    Ok(match comparable {
        Ok(remark) => Found::Value(value()?, remark),
        Err(why) => Found::NotComparable(why),
    })
}
