//! Small frames for a cell: built from columns, or some rows of a table.

use std::io::Cursor;

use polars::error::PolarsError;
use polars::prelude::{
    BooleanChunked, Column, CsvReadOptions, DataFrame, DataType, NewChunkedArray, SerReader as _,
};

use crate::tables::Table;
use crate::{Error, Result};

/// Name under which errors speak of what a cell builds.
const HERE: &str = "of this cell";

/// A frame from named columns of numbers.
///
/// # Errors
/// Columns of unequal length; a number that is not finite.
///
/// # Example
/// ```
/// let frame = paper::notebook::frame([("lambda", vec![2.0, 1.0]), ("fixed point", vec![0.8, 0.5])])?;
/// assert_eq!(frame.height(), 2);
/// # Ok::<(), paper::Error>(())
/// ```
pub fn frame<const N: usize>(columns: [(&str, Vec<f64>); N]) -> Result<DataFrame> {
    for (column, values) in &columns {
        let mut numbers = values.iter().enumerate();
        if let Some((row, &value)) = numbers.find(|(_, value)| !value.is_finite()) {
            return Err(Error::NotFinite {
                table: HERE.to_owned(),
                column: (*column).to_owned(),
                row,
                value,
            });
        }
    }
    let columns = columns.map(|(name, values)| Column::new(name.into(), values));
    DataFrame::new_infer_height(columns.into()).map_err(at(HERE))
}

fn at(table: &str) -> impl Fn(PolarsError) -> Error {
    move |source| Error::Table {
        table: table.to_owned(),
        source,
    }
}

impl Table {
    /// The rows as a frame.
    ///
    /// # Errors
    /// None that is known: every table can be read back.
    pub fn frame(&self) -> Result<DataFrame> {
        let options = CsvReadOptions::default().with_infer_schema_length(None);
        let reader = options.into_reader_with_file_handle(Cursor::new(&self.text));
        reader.finish().map_err(at(self.name))
    }
}

/// Some rows of a table.
pub trait Rows {
    /// The rows in which a column has one of the given values.
    ///
    /// # Errors
    /// A column that does not exist; a value that is not a number for a column of numbers.
    fn rows<V: ToString>(
        &self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<DataFrame>;
}

impl Rows for DataFrame {
    fn rows<V: ToString>(
        &self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<DataFrame> {
        // Not `self.column`: that looks into a hash table which the frame keeps, and in a notebook the cell that made
        // it and the cell that looks are two libraries, whose hashes have different seeds.
        let named = self.columns().iter().find(|found| found.name() == column);
        let found = named.ok_or_else(|| Error::Unknown {
            kind: "column",
            name: column.to_owned(),
            choices: self
                .columns()
                .iter()
                .map(|c| c.name().to_string())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        let wanted: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        let mask: Vec<bool> = if found.dtype() == &DataType::String {
            let texts = found.str().map_err(at(HERE))?;
            let is = |text: Option<&str>| text.is_some_and(|text| wanted.iter().any(|w| w == text));
            texts.iter().map(is).collect()
        } else {
            let wanted = wanted.iter().map(|text| {
                text.parse::<f64>().map_err(|_| Error::Unknown {
                    kind: "number",
                    name: text.clone(),
                    choices: format!("those in column {column}"),
                })
            });
            let wanted = wanted.collect::<Result<Vec<f64>>>()?;
            let numbers = found.cast(&DataType::Float64).map_err(at(HERE))?;
            let numbers = numbers.f64().map_err(at(HERE))?;
            let is = |number: Option<f64>| number.is_some_and(|number| wanted.contains(&number));
            numbers.iter().map(is).collect()
        };
        let mask = BooleanChunked::from_slice("rows".into(), &mask);
        self.filter(&mask).map_err(at(HERE))
    }
}

impl Rows for Table {
    fn rows<V: ToString>(
        &self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<DataFrame> {
        self.frame()?.rows(column, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_number_and_by_name() {
        let text = b"model,epoch,epsilon\nAE,0,0.0\nDAE,0,1.0\nDAE,100,0.2\n".to_vec();
        let name = "t.csv";
        let table = Table { name, text };
        assert_eq!(table.rows("model", ["DAE"]).unwrap().height(), 2);
        assert_eq!(table.rows("epoch", [100]).unwrap().height(), 1);
        assert_eq!(table.rows("epsilon", [1.0, 0.2]).unwrap().height(), 2);
        let both = table
            .rows("model", ["DAE"])
            .unwrap()
            .rows("epoch", [0])
            .unwrap();
        assert_eq!(both.height(), 1);
        let error = table.rows("epohc", [0]).unwrap_err().to_string();
        assert!(error.contains("model, epoch, epsilon"), "{error}");
        assert!(table.rows("epoch", ["AE"]).is_err());
    }

    #[test]
    fn a_frame_refuses_columns_that_do_not_fit() {
        assert!(frame([("a", vec![1.0]), ("b", vec![])]).is_err());
        assert!(frame([("a", vec![f64::NAN])]).is_err());
    }
}
