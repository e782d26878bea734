//! Small frames for a cell: built from columns, or some rows of a table.

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, NewChunkedArray};

use crate::tables::Table;
use crate::{Error, Result};

/// The name in errors for what a cell builds.
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
    let columns = columns.map(|(name, values)| Column::new(name.into(), values));
    Ok(Table::new(HERE, columns.into())?.frame)
}

/// A table whose rows can be selected.
pub trait Rows {
    /// The whole table.
    fn frame(&self) -> &DataFrame;

    /// The rows in which a column has one of the given values.
    ///
    /// # Errors
    /// A column that does not exist; a value that is not a number for a column of numbers.
    fn rows<V: ToString>(
        &self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<DataFrame> {
        let frame = self.frame();
        let at = |source| Error::Table {
            table: HERE.to_owned(),
            source,
        };
        // Not `self.column`, which uses a hash table inside the frame. In a notebook, the cell that made the frame and
        // the cell that looks are two libraries, whose hashes have different seeds.
        let names = frame.columns().iter().map(|own| own.name().as_str());
        let named = frame.columns().iter().find(|found| found.name() == column);
        let found = named.ok_or_else(|| Error::Unknown {
            kind: "column",
            name: column.to_owned(),
            choices: names.collect::<Vec<_>>().join(", "),
        })?;
        let wanted: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        let mask: Vec<bool> = if found.dtype() == &DataType::String {
            let texts = found.str().map_err(at)?.iter();
            let is = |text: Option<&str>| wanted.iter().any(|own| text == Some(own));
            texts.map(is).collect()
        } else {
            let number = |text: &String| {
                text.parse::<f64>().map_err(|_| Error::Unknown {
                    kind: "number",
                    name: text.clone(),
                    choices: format!("those in column {column}"),
                })
            };
            let wanted = wanted.iter().map(number).collect::<Result<Vec<f64>>>()?;
            let numbers = found.cast(&DataType::Float64).map_err(at)?;
            let is = |found: Option<f64>| wanted.iter().any(|&own| found == Some(own));
            numbers.f64().map_err(at)?.iter().map(is).collect()
        };
        let mask = BooleanChunked::from_slice("rows".into(), &mask);
        frame.filter(&mask).map_err(at)
    }
}

impl Rows for DataFrame {
    fn frame(&self) -> &DataFrame {
        self
    }
}

impl Rows for Table {
    fn frame(&self) -> &DataFrame {
        &self.frame
    }
}
