//! Tidy tables: one observation per row, written as CSV by polars.

use polars::prelude::{Column, CsvWriter, DataFrame, SerWriter};

use super::rows::Row;
use crate::{Error, Result};

/// A table, with its name under `tables/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without directory, such as `fig1_dynamics.csv`.
    pub name: &'static str,
    /// The rows.
    pub frame: DataFrame,
}

impl Table {
    /// Builds a table from rows.
    ///
    /// # Errors
    /// A number that is not finite (no table of this project ever holds NaN).
    pub fn of<R: Row>(rows: &[R]) -> Result<Self> {
        Self::new(R::FILE, R::columns(rows))
    }

    /// Builds a table from columns of equal length.
    ///
    /// # Errors
    /// Columns of unequal length; a number that is not finite.
    pub fn new(name: &'static str, columns: Vec<Column>) -> Result<Self> {
        for column in &columns {
            let numbers = column.f64().into_iter().flat_map(|numbers| numbers.iter());
            let mut numbers = numbers.enumerate();
            // Only a column of `Option<f64>` has gaps.
            let bad = |(row, number): (usize, Option<f64>)| {
                Some((row, number.filter(|n| !n.is_finite())?))
            };
            if let Some((row, value)) = numbers.find_map(bad) {
                return Err(Error::NotFinite {
                    table: name.to_owned(),
                    column: column.name().to_string(),
                    row,
                    value,
                });
            }
        }
        let frame = DataFrame::new_infer_height(columns).map_err(at(name))?;
        Ok(Self { name, frame })
    }

    /// The table as CSV text, with floats in the shortest form that reads back exactly.
    ///
    /// # Errors
    /// polars failing to write.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        let mut frame = self.frame.clone();
        CsvWriter::new(&mut text)
            .finish(&mut frame)
            .map_err(at(self.name))?;
        Ok(text)
    }
}

fn at(table: &str) -> impl FnOnce(polars::error::PolarsError) -> Error {
    let table = table.to_owned();
    move |source| Error::Table { table, source }
}
