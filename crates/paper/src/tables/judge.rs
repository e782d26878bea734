//! Compares tables row by row, and says where they are wrong.

use std::collections::BTreeMap;
use std::fmt::Debug;

use csv::StringRecord;

use super::read::{Tables, records};
use super::rows::Row;
use super::table::Table;
use crate::Result;

/// Rows shown of each wrong column.
const SHOWN: usize = 3;

/// Rounding: the same formula on another processor or with another math library.
pub const ROUNDING: f64 = 1e-10;

/// Collects what is wrong with the tables of a figure.
pub struct Judge<'a> {
    tables: Tables<'a>,
    /// Seed of everything random in the tables, for a theory that starts where training does.
    pub seed: u64,
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

impl<'a> Judge<'a> {
    /// Judges tables.
    pub fn new(tables: Tables<'a>) -> Self {
        Self {
            tables,
            seed: 0,
            judged: 0,
            problems: Vec::new(),
            columns: BTreeMap::new(),
        }
    }

    /// Reads a table, as [`Tables::rows`].
    pub(crate) fn rows<R: Row>(&self) -> Result<Vec<R>> {
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

    /// As [`Judge::value`], within rounding for a value of this size.
    pub fn exact(&mut self, at: At, [expected, found]: [f64; 2], why: &str) {
        let tolerance = ROUNDING * expected.abs().max(1.0);
        self.value(at, [expected, found], tolerance, why);
    }

    /// Judges that a value exceeds another by no more than a tolerance; the excess is what is judged.
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
            // Lines are counted from 1, and the first is the header.
            let line = at.row + 2;
            self.wrong_table(at.file, format!("line {line}, {}: {words}", at.column));
        }
    }

    /// Enters what is wrong with a whole table, in words.
    pub fn wrong_table(&mut self, file: &str, words: String) {
        self.problems.push((format!("tables/{file}"), words));
    }

    /// Judges the keys of the rows: `true` if they are those that the settings give, in order.
    pub fn keys<R: Row, K: PartialEq + Debug>(
        &mut self,
        rows: &[R],
        key: impl Fn(&R) -> K,
        expected: impl IntoIterator<Item = K>,
    ) -> bool {
        let expected: Vec<K> = expected.into_iter().collect();
        self.judged += expected.len();
        let problem = if rows.len() != expected.len() {
            let (found, expected) = (rows.len(), expected.len());
            Some(format!("{found} rows, where the settings give {expected}"))
        } else {
            let mut pairs = rows.iter().map(key).zip(expected).zip(2..);
            let wrong = pairs.find(|((found, wanted), _)| found != wanted);
            wrong.map(|((found, wanted), line)| {
                format!("line {line}: the settings give {wanted:?}, found {found:?}")
            })
        };
        let fits = problem.is_none();
        if let Some(words) = problem {
            self.wrong_table(R::FILE, words);
        }
        fits
    }

    /// Judges a whole table against its recomputation, entry by entry.
    pub fn same(&mut self, again: &Table) -> Result<()> {
        let file = again.name;
        let expected = records(file, &again.csv()?)?;
        let found = records(file, &self.tables.bytes(file)?)?;
        let [ours, theirs] = [&expected, &found].map(|lines| lines.first());
        if expected.len() != found.len() || ours != theirs {
            let words = format!(
                "{} lines that begin with {:?}, computed again {} that begin with {:?}",
                found.len(),
                theirs.map(StringRecord::as_slice),
                expected.len(),
                ours.map(StringRecord::as_slice),
            );
            self.wrong_table(file, words);
            return Ok(());
        }
        let names = ours.into_iter().flatten();
        for (row, (expected, found)) in expected.iter().zip(&found).skip(1).enumerate() {
            for ((a, b), column) in expected.iter().zip(found).zip(names.clone()) {
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
