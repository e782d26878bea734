//! Comparing tables row by row, and saying where they are wrong.

use std::collections::BTreeMap;
use std::fmt::Debug;

use csv::StringRecord;

use super::{Row, Table, Tables};
use crate::{Error, Result};

/// Of each column that is wrong, as many rows are shown.
const SHOWN: usize = 3;

/// Rounding: the same formula on another processor or with another mathematical library.
pub const ROUNDING: f64 = 1e-10;

/// Collects what is wrong with the tables of a figure.
pub struct Judge<'a> {
    tables: Tables<'a>,
    judged: usize,
    problems: Vec<(String, String)>,
    columns: BTreeMap<(&'static str, String), usize>,
}

/// A place in a table; [`at!`](crate::at) makes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At<'a> {
    /// File name of the table.
    pub file: &'static str,
    /// The row, from 0.
    pub row: usize,
    /// Name of the column.
    pub column: &'a str,
}

/// A place in a table: the type of its rows, the number of the row from 0, and the field that is the column.
#[macro_export]
macro_rules! at {
    ($type:ty, $row:expr, $field:ident) => {{
        let _ = |row: &$type| {
            let _ = &row.$field;
        };
        $crate::tables::At {
            file: <$type as $crate::tables::Row>::FILE,
            row: $row,
            column: stringify!($field),
        }
    }};
}

impl At<'_> {
    /// The line of the file, from 1; the header is line 1.
    fn line(self) -> usize {
        self.row + 2
    }
}

impl<'a> Judge<'a> {
    /// Judges tables.
    pub fn new(tables: Tables<'a>) -> Self {
        Self {
            tables,
            judged: 0,
            problems: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// Reads a table.
    ///
    /// # Errors
    /// No such table, or a damaged one.
    pub fn rows<R: Row>(&self) -> Result<Vec<R>> {
        self.tables.rows()
    }

    /// How many values were judged.
    pub fn judged(&self) -> usize {
        self.judged
    }

    /// What is wrong, by file.
    pub fn problems(&self) -> Vec<(String, String)> {
        let more = self.columns.iter().filter(|(_, count)| **count > SHOWN);
        let more = more.map(|((file, column), count)| {
            let rest = count - SHOWN;
            let problem = format!("column {column}: and {rest} further rows");
            (format!("tables/{file}"), problem)
        });
        self.problems.iter().cloned().chain(more).collect()
    }

    /// Judges the value at a place; a value that is not finite is never right.
    pub fn value(&mut self, at: At, [expected, found]: [f64; 2], tolerance: f64, why: &str) {
        self.judged += 1;
        let off = (found - expected).abs();
        if off <= tolerance {
            return;
        }
        let words = format!(
            "expected {expected}, found {found}, off by {off:.2e}, tolerance {tolerance:.2e} ({why})"
        );
        self.wrong(at, &words);
    }

    /// As [`Judge::value`], within rounding of the size of the value.
    pub fn exact(&mut self, at: At, [expected, found]: [f64; 2], why: &str) {
        let tolerance = ROUNDING * expected.abs().max(1.0);
        self.value(at, [expected, found], tolerance, why);
    }

    /// Judges that a value is not above another, but for a tolerance; what is judged is by how much it is.
    pub fn at_most(&mut self, at: At, [most, found]: [f64; 2], tolerance: f64, why: &str) {
        // NaN is never right, and `max` would lose it.
        let above = if found > most {
            found - most
        } else {
            0.0 * found
        };
        self.value(at, [0.0, above], tolerance, why);
    }

    /// Enters what is wrong with the value at a place, in words.
    pub fn wrong(&mut self, at: At, words: &str) {
        let count = self.columns.entry((at.file, at.column.to_owned()));
        let count = count.or_default();
        *count += 1;
        if *count <= SHOWN {
            let problem = format!("line {}, {}: {words}", at.line(), at.column);
            self.problems.push((format!("tables/{}", at.file), problem));
        }
    }

    /// Enters what is wrong with a whole table, in words.
    pub fn wrong_table(&mut self, file: &str, words: String) {
        self.problems.push((format!("tables/{file}"), words));
    }

    /// Judges which rows there are: `true` if their keys are those that the settings give, in order.
    pub fn keys<R: Row, K: PartialEq + Debug>(
        &mut self,
        rows: &[R],
        key: impl Fn(&R) -> K,
        expected: impl IntoIterator<Item = K>,
    ) -> bool {
        let expected: Vec<K> = expected.into_iter().collect();
        self.judged += expected.len();
        if rows.len() != expected.len() {
            let (found, expected) = (rows.len(), expected.len());
            let words = format!("{found} rows, where the settings give {expected}");
            self.wrong_table(R::FILE, words);
            return false;
        }
        let mut pairs = rows.iter().map(key).zip(expected).enumerate();
        if let Some((row, (found, expected))) = pairs.find(|(_, (found, wanted))| found != wanted) {
            let line = row + 2;
            let words = format!("line {line}: the settings give {expected:?}, found {found:?}");
            self.wrong_table(R::FILE, words);
            return false;
        }
        true
    }

    /// Judges a whole table by the same one computed again, entry by entry.
    ///
    /// # Errors
    /// No such table, or a damaged one.
    pub fn same(&mut self, again: &Table) -> Result<()> {
        let (expected, found) = (again.csv()?, self.tables.bytes(again.name)?);
        let (expected, found) = (
            records(again.name, &expected)?,
            records(again.name, &found)?,
        );
        if expected.len() != found.len() || expected.first() != found.first() {
            let words = format!(
                "{} lines that begin with {:?}, computed again {} that begin with {:?}",
                found.len(),
                found.first().map(StringRecord::as_slice),
                expected.len(),
                expected.first().map(StringRecord::as_slice),
            );
            self.wrong_table(again.name, words);
            return Ok(());
        }
        let names = expected.first().cloned().unwrap_or_default();
        for (row, (expected, found)) in expected.iter().zip(&found).skip(1).enumerate() {
            for ((a, b), column) in expected.iter().zip(found).zip(&names) {
                let file = again.name;
                let at = At { file, row, column };
                match (a.parse(), b.parse()) {
                    (Ok(a), Ok(b)) => self.exact(at, [a, b], "computed again"),
                    _ if a == b => self.judged += 1,
                    _ => self.wrong(at, &format!("expected {a}, found {b}")),
                }
            }
        }
        Ok(())
    }
}

/// The lines of a table, its header first.
fn records(name: &str, bytes: &[u8]) -> Result<Vec<StringRecord>> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(bytes);
    let records = reader.into_records().collect::<csv::Result<_>>();
    records.map_err(|error| Error::Damaged {
        file: format!("tables/{name}"),
        problem: error.to_string(),
    })
}
