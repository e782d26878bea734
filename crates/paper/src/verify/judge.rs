//! Comparing tables row by row, and saying where they are wrong.

use std::collections::BTreeMap;

use crate::Result;
use crate::recorded::Recorded;
use crate::sheet::Sheet;

/// Of each column that is wrong, as many rows are shown.
const SHOWN: usize = 3;

/// Rounding: the same formula on another processor or with another mathematical library.
pub const ROUNDING: f64 = 1e-10;

/// Collects what is wrong with the tables of a figure.
pub struct Judge<'a> {
    recorded: &'a Recorded,
    judged: usize,
    problems: Vec<(String, String)>,
    columns: BTreeMap<(String, String), usize>,
}

/// What the entries of a column should be.
pub enum Keys<'a> {
    Words(Vec<&'a str>),
    Numbers(Vec<f64>),
}

impl<'a> Judge<'a> {
    pub fn new(recorded: &'a Recorded) -> Self {
        Self {
            recorded,
            judged: 0,
            problems: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// Reads a table.
    ///
    /// # Errors
    /// No such table, or a damaged one.
    pub fn table(&self, name: &str) -> Result<Sheet> {
        self.recorded.table(name)
    }

    /// How many values were judged.
    pub fn judged(&self) -> usize {
        self.judged
    }

    /// What is wrong, by file.
    pub fn problems(&self) -> Vec<(String, String)> {
        let more = self.columns.iter().filter(|(_, count)| **count > SHOWN);
        let more = more.map(|((table, column), count)| {
            let rest = count - SHOWN;
            (
                format!("tables/{table}"),
                format!("column {column}: and {rest} further rows"),
            )
        });
        self.problems.iter().cloned().chain(more).collect()
    }

    /// Judges the value of a row; a value that is not finite is never right.
    pub fn value(
        &mut self,
        sheet: &Sheet,
        (row, column): (usize, &str),
        [expected, found]: [f64; 2],
        tolerance: f64,
        why: &str,
    ) {
        self.judged += 1;
        if (found - expected).abs() <= tolerance {
            return;
        }
        let line = Sheet::line(row);
        self.wrong(
            sheet,
            column,
            format!(
                "line {line}, {column}: expected {expected}, found {found}, off by {:.2e}, tolerance {tolerance:.2e} ({why})",
                (found - expected).abs()
            ),
        );
    }

    /// As [`Judge::value`], within rounding of the size of the value.
    pub fn exact(
        &mut self,
        sheet: &Sheet,
        at: (usize, &str),
        [expected, found]: [f64; 2],
        why: &str,
    ) {
        let tolerance = ROUNDING * expected.abs().max(1.0);
        self.value(sheet, at, [expected, found], tolerance, why);
    }

    /// Enters a problem of a column in words.
    pub fn wrong(&mut self, sheet: &Sheet, column: &str, problem: String) {
        let key = (sheet.name.clone(), column.to_owned());
        let count = self.columns.entry(key).or_default();
        *count += 1;
        if *count <= SHOWN {
            self.problems
                .push((format!("tables/{}", sheet.name), problem));
        }
    }

    /// Judges which rows there are: `true` if they are those that the settings give, in order.
    ///
    /// # Errors
    /// A column missing or not of its kind.
    pub fn rows(&mut self, sheet: &Sheet, columns: &[(&str, Keys)]) -> Result<bool> {
        for (name, keys) in columns {
            let expected = match keys {
                Keys::Words(words) => words.len(),
                Keys::Numbers(numbers) => numbers.len(),
            };
            if sheet.len() != expected {
                let found = sheet.len();
                self.wrong(
                    sheet,
                    "",
                    format!("{found} rows, where the settings give {expected}"),
                );
                return Ok(false);
            }
            let wrong = match keys {
                Keys::Words(words) => first_difference(words, &sheet.words(name)?),
                Keys::Numbers(numbers) => first_difference(numbers, &sheet.numbers(name)?),
            };
            self.judged += expected;
            if let Some((row, expected, found)) = wrong {
                let line = Sheet::line(row);
                self.wrong(
                    sheet,
                    name,
                    format!("line {line}, {name}: the settings give {expected}, found {found}"),
                );
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The first row in which two columns differ, with what is there.
fn first_difference<T: PartialEq + ToString>(
    expected: &[T],
    found: &[T],
) -> Option<(usize, String, String)> {
    let mut rows = expected.iter().zip(found).enumerate();
    let (row, (expected, found)) = rows.find(|(_, (expected, found))| expected != found)?;
    Some((row, expected.to_string(), found.to_string()))
}
