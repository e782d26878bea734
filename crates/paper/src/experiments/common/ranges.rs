//! Ranges of settings that several experiments have.

use std::ops::RangeInclusive;

use dae::data::DataSet;
use dae::{Error, Result, within};

/// Refuses an empty list or one with a value outside `range`.
pub fn each_within(
    name: &'static str,
    values: &[f64],
    range: RangeInclusive<f64>,
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
pub fn count(name: &'static str, value: u64, most: u64, allowed: &'static str) -> Result<()> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        Err(Error::out_of_range(name, value, allowed))
    }
}

/// Refuses a table grid that is not part of the recorded grid.
pub fn multiple(name: &'static str, value: u64, of: u64) -> Result<()> {
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
pub const MOST_EPOCHS: u64 = 10_000_000;

/// Refuses modes that one of the data sets does not have, and a list of none or too many.
pub fn modes(modes: &[usize], directions: impl Fn(DataSet) -> usize) -> Result<()> {
    let fewest = DataSet::ALL.map(directions).into_iter().min();
    match modes.iter().find(|&&mode| Some(mode) >= fewest) {
        Some(mode) => Err(Error::out_of_range(
            "modes",
            mode,
            "below `directions` of both data sets",
        )),
        None => Ok(()),
    }
}
