//! Values that the paper's authors published, each with its tolerance and the reason for it.

use serde::{Deserialize, Serialize};

use super::check::{Check, Origin};
use crate::{Error, Result};

const FILE: &str = "data/published.csv";

/// The committed file, as it was when this crate was built.
const TEXT: &str = include_str!("../../../../data/published.csv");

/// One published value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Figure, such as `fig5`.
    pub figure: String,
    /// Data set, or empty.
    pub dataset: String,
    /// Model, or empty.
    pub model: String,
    /// What was published, such as `loss`.
    pub quantity: String,
    /// Mode, for quantities of a mode.
    pub mode: Option<usize>,
    /// Epoch, for quantities that change.
    pub epoch: Option<u64>,
    /// The value.
    pub value: f64,
    /// Largest absolute difference that counts as agreement.
    pub tolerance: f64,
    /// Why the tolerance is what it is.
    pub reason: String,
    /// Which published output the value is from.
    pub source: String,
}

impl Published {
    /// Compares a reproduced number with this value.
    pub fn check(&self, found: f64) -> Check {
        let reason = self.reason.as_str();
        Check {
            origin: Origin::Published,
            ..Check::theory(self.name(), self.value, found, self.tolerance, reason)
        }
    }

    /// Where it was published, the reason for the tolerance, and any remark.
    pub fn note(&self, remark: &str) -> String {
        let (source, reason) = (&self.source, &self.reason);
        let separator = if remark.is_empty() { "" } else { "; " };
        format!("published: {source}; tolerance: {reason}{separator}{remark}")
    }

    /// The value in words, such as `mnist AE loss at epoch 100`.
    pub fn name(&self) -> String {
        let words = [&self.dataset, &self.model, &self.quantity].into_iter();
        let mut words: Vec<String> = words.filter(|word| !word.is_empty()).cloned().collect();
        words.extend(self.mode.map(|mode| format!("of mode {mode}")));
        words.extend(self.epoch.map(|epoch| format!("at epoch {epoch}")));
        words.join(" ")
    }
}

/// What the tables say about a published value.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A value, NaN if the tables lack it, and how its settings differ, harmlessly, from the paper's.
    Value(f64, String),
    /// The settings differ from the paper's in a way that rules out a comparison.
    NotComparable(String),
}

/// All published values of a figure.
///
/// # Errors
/// A damaged file, with its line.
pub fn of(figure: &str) -> Result<Vec<Published>> {
    let mut values = parse(TEXT.as_bytes())?;
    values.retain(|value| value.figure == figure);
    Ok(values)
}

/// Parses the file.
pub fn parse(text: &[u8]) -> Result<Vec<Published>> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text);
    let checked = |row: csv::Result<Published>| {
        let row = row.map_err(|error| damaged(error.to_string()))?;
        match row.value.is_finite() && row.tolerance > 0.0 && row.tolerance.is_finite() {
            true => Ok(row),
            false => Err(damaged(format!(
                "{}: value or tolerance out of range",
                row.name()
            ))),
        }
    };
    reader.deserialize().map(checked).collect()
}

fn damaged(problem: String) -> Error {
    Error::Repository {
        file: FILE.to_owned(),
        problem,
    }
}
