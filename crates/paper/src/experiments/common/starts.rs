//! The starts `(w1, w2)` that the published Figures 1 and 4 were drawn from.

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
    for line in TEXT.lines().skip(1) {
        let (number, start) = parse(line).ok_or_else(|| Error::Repository {
            file: FILE.into(),
            problem: format!("cannot read `{line}`"),
        })?;
        if number == trial {
            return Ok(start);
        }
    }
    Err(Error::Unknown {
        kind: "trial",
        name: trial.to_string(),
        choices: format!("those in {FILE}"),
    })
}

/// Refuses no or too many trials, and those whose start was not published.
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

fn parse(line: &str) -> Option<(usize, [f64; 2])> {
    let mut fields = line.split(',');
    let trial = fields.next()?.parse().ok()?;
    let start = [fields.next()?.parse().ok()?, fields.next()?.parse().ok()?];
    fields.next().is_none().then_some((trial, start))
}
