//! Expectations: a number that was computed, what it should be, and how far off it may be.

use serde::{Deserialize, Serialize};

/// Where an expectation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A value in the outputs that the paper's authors published.
    Published,
    /// A consequence of the theory.
    Theory,
}

/// One expectation and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was measured.
    pub quantity: String,
    /// Where the expectation comes from.
    pub origin: Origin,
    /// What it should be.
    pub expected: f64,
    /// What it is.
    pub found: f64,
    /// Largest allowed absolute difference.
    pub tolerance: f64,
    /// Why the tolerance is what it is.
    pub reason: String,
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
        }
    }

    /// Whether the number is within its tolerance; NaN never is.
    pub fn passes(&self) -> bool {
        (self.found - self.expected).abs() <= self.tolerance
    }

    /// Deviation as a share of the tolerance, for ranking.
    pub fn share(&self) -> f64 {
        let deviation = (self.found - self.expected).abs();
        if deviation == 0.0 {
            0.0
        } else {
            deviation / self.tolerance
        }
    }
}

/// The largest absolute value of a series, and NaN if there is one in it.
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |worst: f64, value| {
        if worst.is_nan() || value.is_nan() {
            f64::NAN
        } else {
            worst.max(value.abs())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_never_passes() {
        assert!(Check::theory("x", 1.0, 1.1, 0.2, "").passes());
        assert!(!Check::theory("x", 1.0, 1.3, 0.2, "").passes());
        assert!(!Check::theory("x", 1.0, f64::NAN, f64::INFINITY, "").passes());
        assert!(largest([1.0, f64::NAN, 2.0]).is_nan());
        assert_eq!(largest([1.0, -3.0, 2.0]), 3.0);
    }
}
