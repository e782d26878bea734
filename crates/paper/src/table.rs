//! Tidy tables: one observation a row, written as CSV by polars.

use polars::prelude::{Column, CsvWriter, DataFrame, DataType, SerWriter};

use crate::{Error, Result};

/// A table under the name that it has under `tables/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// File name without directory, such as `fig1_dynamics.csv`.
    pub name: &'static str,
    /// The rows.
    pub frame: DataFrame,
}

impl Table {
    /// Puts columns of equal length together.
    ///
    /// # Errors
    /// Columns of unequal length; a number that is not finite (no table of this project ever holds NaN).
    pub fn new(name: &'static str, columns: Vec<Column>) -> Result<Self> {
        for column in &columns {
            refuse_non_finite(name, column)?;
        }
        let frame = DataFrame::new_infer_height(columns).map_err(at(name))?;
        Ok(Self { name, frame })
    }

    /// The table as CSV text, floats in their shortest form that reads back exactly.
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

fn refuse_non_finite(table: &str, column: &Column) -> Result<()> {
    if column.dtype() != &DataType::Float64 {
        return Ok(());
    }
    let values = column.f64().map_err(at(table))?;
    match values
        .iter()
        .enumerate()
        .find(|(_, value)| !value.is_some_and(f64::is_finite))
    {
        None => Ok(()),
        Some((row, value)) => Err(Error::NotFinite {
            table: table.to_owned(),
            column: column.name().to_string(),
            row,
            value: value.unwrap_or(f64::NAN),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_and_nan_does_not() {
        let numbers = [1e-6, 0.1, 1.0 / 3.0, -2.5e300, 0.0];
        let table = Table::new("t.csv", vec![Column::new("x".into(), numbers)]).unwrap();
        let text = String::from_utf8(table.csv().unwrap()).unwrap();
        let back: Vec<f64> = text
            .lines()
            .skip(1)
            .map(|line| line.parse().unwrap())
            .collect();
        assert_eq!(back, numbers);
        for bad in [f64::NAN, f64::INFINITY] {
            let error = Table::new("t.csv", vec![Column::new("x".into(), [0.0, bad])]).unwrap_err();
            assert!(matches!(error, Error::NotFinite { row: 1, .. }), "{error}");
        }
    }
}
