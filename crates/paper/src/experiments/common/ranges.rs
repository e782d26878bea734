//! Ranges of settings shared by several experiments.

use std::ops::RangeInclusive;

use dae::data::DataSet;
use dae::{Error, Result, within};

/// Most epochs allowed anywhere: beyond this, the records would not fit in memory.
pub const MOST_EPOCHS: u64 = 10_000_000;

/// Refuses an empty list or one with a value outside `range`.
pub fn each_within(
    name: &'static str,
    values: &[f64],
    range: RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<()> {
    if values.is_empty() {
        let allowed = "a list with at least one entry";
        return Err(Error::out_of_range(name, "[]", allowed));
    }
    let mut values = values.iter();
    values.try_for_each(|&value| within(name, value, range.clone(), allowed).map(drop))
}

/// Refuses a count of zero or beyond `most`.
pub fn count(name: &'static str, value: u64, most: u64, allowed: &'static str) -> Result<()> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        Err(Error::out_of_range(name, value, allowed))
    }
}

/// Refuses zero or too many epochs, and a recording interval longer than the run.
pub fn recorded(epochs: u64, record_every: u64) -> Result<()> {
    count("epochs", epochs, MOST_EPOCHS, "1 to 1e7")?;
    count("record_every", record_every, epochs, "1 to epochs")
}

/// Refuses a table interval that is not a multiple of the recording interval.
pub fn multiple(name: &'static str, value: u64, of: u64) -> Result<()> {
    if value > 0 && value.is_multiple_of(of) {
        return Ok(());
    }
    let allowed = "a multiple of record_every";
    Err(Error::out_of_range(name, value, allowed))
}

/// Refuses modes missing from one of the data sets.
pub fn modes(modes: &[usize], directions: impl Fn(DataSet) -> usize) -> Result<()> {
    let fewest = DataSet::ALL.map(directions).into_iter().min();
    let Some(mode) = modes.iter().find(|&&mode| Some(mode) >= fewest) else {
        return Ok(());
    };
    let allowed = "below `directions` of both data sets";
    Err(Error::out_of_range("modes", mode, allowed))
}
