//! The starts `(w1, w2)` of the published Figures 1 and 4.

use super::ranges::count;
use crate::{Error, Result};

const FILE: &str = "data/figure1_starts.csv";
const TEXT: &str = include_str!("../../../../../data/figure1_starts.csv");

/// The published start of a trial.
///
/// # Errors
/// A trial that was not published.
///
/// # Example
/// ```
/// assert_eq!(paper::experiments::starts::published(7)?, [0.05577337509076097, 1.092660208317187]);
/// # Ok::<(), paper::Error>(())
/// ```
pub fn published(trial: usize) -> Result<[f64; 2]> {
    for row in csv::Reader::from_reader(TEXT.as_bytes()).into_deserialize() {
        let (number, w1, w2): (usize, f64, f64) = row.map_err(|error| Error::Repository {
            file: FILE.into(),
            problem: error.to_string(),
        })?;
        if number == trial {
            return Ok([w1, w2]);
        }
    }
    Err(Error::Unknown {
        kind: "trial",
        name: trial.to_string(),
        choices: format!("those in {FILE}"),
    })
}

/// Refuses zero or too many trials, and trials whose start was not published.
pub(crate) fn all_published(trials: &[usize]) -> dae::Result<()> {
    let several = "a list of 1 to 1000 trials";
    count("trials", trials.len() as u64, 1000, several)?;
    match trials.iter().find(|&&trial| published(trial).is_err()) {
        None => Ok(()),
        Some(trial) => {
            let allowed = "one of those in data/figure1_starts.csv";
            Err(dae::Error::out_of_range("trials", trial, allowed))
        }
    }
}
