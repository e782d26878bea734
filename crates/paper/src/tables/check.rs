//! Expectations: a computed number, what it should be, how far off it may be, and the verdict.

use std::fmt;
use std::ops::Not;

use serde::{Deserialize, Deserializer, Serialize};

dae::named! {
    /// Where an expectation comes from.
    pub enum Origin as "origin" {
        /// A value in the outputs that the paper's authors published.
        Published = "published",
        /// A consequence of the theory.
        Theory = "theory",
        /// A claim of the paper.
        Claim = "claim",
    }
}

dae::named! {
    /// The verdict on an expectation, in the order of counting.
    pub enum Verdict as "verdict" {
        /// Within its tolerance.
        Pass = "pass",
        /// A claim of the paper that does not hold as stated; what holds instead is within its tolerance.
        Corrected = "corrected",
        /// Not within its tolerance.
        Fail = "FAIL",
        /// Its subject was not made, or not with settings that allow the comparison.
        NotMeasured = "not measured",
    }
}

/// One expectation and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was measured.
    pub quantity: String,
    /// Where the expectation comes from.
    pub origin: Origin,
    /// What it should be.
    #[serde(deserialize_with = "number_or_nan")]
    pub expected: f64,
    /// What it is; NaN, which agrees with nothing, if it should be there and is not.
    #[serde(deserialize_with = "number_or_nan")]
    pub found: f64,
    /// Largest allowed absolute difference.
    pub tolerance: f64,
    /// The reason for the tolerance; if nothing was measured, why not.
    pub reason: String,
    /// Whether there is something to judge.
    #[serde(default = "yes", skip_serializing_if = "bool::clone")]
    pub measured: bool,
    /// Whether it is about the correction of a claim that does not hold.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub corrects: bool,
}

impl Check {
    /// An expectation that follows from the theory.
    pub fn theory(
        quantity: impl Into<String>,
        expected: f64,
        found: f64,
        tolerance: f64,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            quantity: quantity.into(),
            origin: Origin::Theory,
            expected,
            found,
            tolerance,
            reason: reason.into(),
            measured: true,
            corrects: false,
        }
    }

    /// The same expectation with nothing to measure, and why.
    pub fn not_measured(self, why: impl Into<String>) -> Self {
        Self {
            found: f64::NAN,
            reason: why.into(),
            measured: false,
            ..self
        }
    }

    /// Found minus expected.
    pub fn deviation(&self) -> f64 {
        self.found - self.expected
    }

    /// Whether the number is within its tolerance; NaN never is.
    pub fn passes(&self) -> bool {
        self.deviation().abs() <= self.tolerance
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match (self.measured, self.passes(), self.corrects) {
            (false, ..) => Verdict::NotMeasured,
            (_, false, _) => Verdict::Fail,
            (_, true, false) => Verdict::Pass,
            (_, true, true) => Verdict::Corrected,
        }
    }

    /// Deviation as a share of the tolerance, for ranking; infinite if the value is missing.
    pub fn share(&self) -> f64 {
        match self.deviation().abs() {
            0.0 => 0.0,
            deviation if deviation.is_nan() => f64::INFINITY,
            deviation => deviation / self.tolerance,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (off, tolerance) = (self.deviation().abs(), self.tolerance);
        write!(
            f,
            "{}: expected {}, found {}, off by {off:.2e}, tolerance {tolerance:.2e}",
            self.quantity, self.expected, self.found
        )
    }
}

/// Several checks counted.
#[derive(Debug, Clone, Default)]
pub struct Tally<'a>(Vec<&'a Check>);

impl<'a> Tally<'a> {
    /// Counts checks.
    pub fn of(checks: impl IntoIterator<Item = &'a Check>) -> Self {
        Self(checks.into_iter().collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let own = self.0.iter().filter(|check| check.verdict() == verdict);
        own.count()
    }

    /// How many were measured.
    pub fn measured(&self) -> usize {
        self.len() - self.count(Verdict::NotMeasured)
    }

    /// How many hold, as stated or corrected.
    pub fn holding(&self) -> usize {
        self.count(Verdict::Pass) + self.count(Verdict::Corrected)
    }

    /// The one that uses most of its tolerance.
    pub fn furthest(&self) -> Option<&'a Check> {
        let measured = self.0.iter().copied().filter(|check| check.measured);
        measured.max_by(|a, b| a.share().total_cmp(&b.share()))
    }

    /// The verdict on all together.
    ///
    /// A failure decides. Otherwise a correction outranks a pass. Unmeasured checks say nothing, so they decide only if
    /// there are no others.
    pub fn verdict(&self) -> Verdict {
        let mut order = [Verdict::Fail, Verdict::Corrected, Verdict::Pass].into_iter();
        let first = order.find(|&one| self.count(one) > 0);
        first.unwrap_or(Verdict::NotMeasured)
    }

    /// [`Tally::verdict`] in words, with how many were measured if not all were.
    pub fn words(&self) -> String {
        let (measured, of, verdict) = (self.measured(), self.len(), self.verdict());
        match measured {
            0 => "not measured yet".to_owned(),
            _ if measured < of => format!("{verdict} ({measured} of {of} measures)"),
            _ => verdict.to_string(),
        }
    }

    /// The number of checks with each verdict, such as `57 pass, 3 corrected`.
    pub fn counts(&self) -> String {
        let words = Verdict::ALL.map(|verdict| match self.count(verdict) {
            0 => None,
            count => Some(format!("{count} {verdict}")),
        });
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The largest absolute value of a series; NaN if any value is NaN.
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    let larger = |worst: f64, value: f64| match worst.is_nan() || value.is_nan() {
        true => f64::NAN,
        false => worst.max(value.abs()),
    };
    values.into_iter().fold(0.0, larger)
}

/// JSON has no NaN: it is written as null.
fn number_or_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

fn yes() -> bool {
    true
}
