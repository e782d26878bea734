//! Tidy tables: one observation a row, numbers in their shortest form that reads back exactly.

use super::Row;
use super::rows::{not_finite, records, to_csv};
use crate::{Error, Result};

/// A table under the name that it has under `tables/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without directory, such as `fig1_dynamics.csv`.
    pub name: &'static str,
    /// CSV, with a header.
    pub text: Vec<u8>,
}

impl Table {
    /// Puts rows together.
    ///
    /// # Errors
    /// A number that is not finite: no table of this project ever holds NaN.
    pub fn of<R: Row>(rows: &[R]) -> Result<Self> {
        let text = match rows {
            [] => format!("{}\n", R::COLUMNS.join(",")).into_bytes(),
            _ => to_csv(rows, R::FILE)?,
        };
        for (row, record) in records(R::FILE, &text)?.iter().skip(1).enumerate() {
            if let Some((column, value)) = not_finite(record) {
                let column = R::COLUMNS.get(column).unwrap_or(&"");
                let [table, column] = [R::FILE, column].map(str::to_owned);
                return Err(Error::NotFinite {
                    table,
                    column,
                    row,
                    value,
                });
            }
        }
        Ok(Self {
            name: R::FILE,
            text,
        })
    }
}
