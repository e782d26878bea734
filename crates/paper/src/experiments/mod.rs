//! One module an experiment, each in the same order: settings, run, tables, figure, checks.

pub mod fig1;
pub mod fig2;
pub mod fig3;
pub mod fig4;
pub mod fig5;
pub mod fig6;
pub mod landscape;
pub mod style;

use std::iter;

use dae::{Error, Result, within};
use serde::{Deserialize, Serialize};

/// The three models of the paper; one objective with different noise and decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Model {
    /// Plain autoencoder: no noise, no weight decay.
    #[serde(rename = "AE")]
    Ae,
    /// Weight-decay autoencoder.
    #[serde(rename = "WDAE")]
    Wdae,
    /// Denoising autoencoder.
    #[serde(rename = "DAE")]
    Dae,
}

impl Model {
    /// The three models in the order in which they are drawn and tabulated.
    pub const ALL: [Self; 3] = [Self::Ae, Self::Wdae, Self::Dae];

    /// The name in tables and figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ae => "AE",
            Self::Wdae => "WDAE",
            Self::Dae => "DAE",
        }
    }
}

/// Epochs `0, every, 2 every, ...` up to and including the last one.
pub(crate) fn epochs(last: u64, every: u64) -> Vec<u64> {
    let regular = (0..=last).step_by(every.max(1) as usize);
    if last.is_multiple_of(every.max(1)) {
        regular.collect()
    } else {
        regular.chain(iter::once(last)).collect()
    }
}

/// Refuses an empty list or one with a value outside `range`.
pub(crate) fn each_within(
    name: &'static str,
    values: &[f64],
    range: std::ops::RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<()> {
    if values.is_empty() {
        return Err(Error::out_of_range(
            name,
            "[]",
            "a list with at least one entry",
        ));
    }
    values
        .iter()
        .try_for_each(|&value| within(name, value, range.clone(), allowed).map(|_| ()))
}

/// Refuses a count of zero or beyond `most`.
pub(crate) fn count(
    name: &'static str,
    value: u64,
    most: u64,
    allowed: &'static str,
) -> Result<()> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        Err(Error::out_of_range(name, value, allowed))
    }
}

/// Refuses a table grid that is not part of the recorded grid.
pub(crate) fn multiple(name: &'static str, value: u64, of: u64) -> Result<()> {
    if value > 0 && value.is_multiple_of(of) {
        Ok(())
    } else {
        Err(Error::out_of_range(
            name,
            value,
            "a multiple of record_every",
        ))
    }
}

/// Epochs beyond this are refused everywhere: memory for the records would run out first.
pub(crate) const MOST_EPOCHS: u64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_epoch_is_always_recorded() {
        assert_eq!(epochs(6, 2), [0, 2, 4, 6]);
        assert_eq!(epochs(5, 2), [0, 2, 4, 5]);
        assert_eq!(epochs(0, 3), [0]);
    }
}
