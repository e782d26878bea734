//! The rows of a table as Rust knows them: one type a table, written through polars and read back as they are.

use std::fs;
use std::path::Path;

use csv::{ErrorKind, Reader};
use dae::data::DataSet;
use polars::prelude::Column;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Table;
use crate::{Error, Result};

/// A row of a table; [`rows!`](crate::rows) makes one.
pub trait Row: Serialize + DeserializeOwned {
    /// File name of the table, such as `fig1_dynamics.csv`.
    const FILE: &'static str;
    /// Names of its columns.
    const COLUMNS: &'static [&'static str];

    /// The rows as columns.
    fn columns(rows: &[Self]) -> Vec<Column>;

    /// The first column that holds no finite number where it should.
    fn not_finite(&self) -> Option<&'static str>;
}

/// Something that can stand in a column.
pub trait Cell {
    /// A column of such values.
    fn column<'a>(name: &str, values: impl Iterator<Item = &'a Self>) -> Column
    where
        Self: 'a;

    /// Whether it may stand in a table: no table of this project ever holds NaN.
    fn is_finite(&self) -> bool {
        true
    }
}

impl Cell for f64 {
    fn column<'a>(name: &str, values: impl Iterator<Item = &'a Self>) -> Column {
        Column::new(name.into(), values.copied().collect::<Vec<_>>())
    }

    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}

/// Lets a type stand in a column by what polars has for it: `cell!(Model: |model| model.name())`.
macro_rules! cell {
    ($type:ty: $value:expr) => {
        impl $crate::tables::rows::Cell for $type {
            fn column<'a>(
                name: &str,
                values: impl Iterator<Item = &'a Self>,
            ) -> ::polars::prelude::Column {
                let values: Vec<_> = values.map($value).collect();
                ::polars::prelude::Column::new(name.into(), values)
            }
        }
    };
}
pub(crate) use cell;

cell!(u64: |value| *value);
cell!(usize: |value| *value as u64);
cell!(String: |text| text.as_str());
cell!(DataSet: |dataset| dataset.name());

/// Defines the row of a table: its type, the name of its file, and a field for each column.
///
/// # Example
/// ```
/// paper::rows! {
///     /// One epoch.
///     Seen in "seen.csv" {
///         /// Epoch.
///         epoch: u64,
///         /// Loss.
///         loss: f64,
///     }
/// }
/// let table = paper::tables::Table::of(&[Seen { epoch: 1, loss: 0.5 }])?;
/// assert_eq!(table.csv()?, b"epoch,loss\n1,0.5\n");
/// # Ok::<(), paper::Error>(())
/// ```
#[macro_export]
macro_rules! rows {
    ($(#[$about:meta])* $name:ident in $file:literal {
        $($(#[$doc:meta])* $field:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl $crate::tables::Row for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn columns(rows: &[Self]) -> Vec<::polars::prelude::Column> {
                vec![$($crate::tables::rows::Cell::column(stringify!($field), rows.iter().map(|row| &row.$field))),+]
            }

            fn not_finite(&self) -> Option<&'static str> {
                $(if !$crate::tables::rows::Cell::is_finite(&self.$field) {
                    return Some(stringify!($field));
                })+
                None
            }
        }
    };
}

/// Where tables are read from: as they lie below the folder of a profile, or as they were just made.
#[derive(Debug, Clone, Copy)]
pub enum Tables<'a> {
    /// Below this folder, in `tables/`.
    In(&'a Path),
    /// Not written yet.
    Made(&'a [Table]),
}

impl Tables<'_> {
    /// The bytes of a table.
    ///
    /// # Errors
    /// No such table.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        match self {
            Self::In(folder) => {
                let path = folder.join("tables").join(name);
                fs::read(&path).map_err(Error::io(path))
            }
            Self::Made(tables) => match tables.iter().find(|table| table.name == name) {
                Some(table) => table.csv(),
                None => Err(Error::Unknown {
                    kind: "table",
                    name: name.to_owned(),
                    choices: "those of the figure".to_owned(),
                }),
            },
        }
    }

    /// The rows of a table.
    ///
    /// # Errors
    /// No such table, other columns than it should have, or an entry that is not of its column's kind or not finite;
    /// with the line, counted from 1 with the header.
    pub fn rows<R: Row>(&self) -> Result<Vec<R>> {
        parse(&self.bytes(R::FILE)?)
    }
}

/// Understands the content of a table.
///
/// # Errors
/// As [`Tables::rows`].
pub fn parse<R: Row>(bytes: &[u8]) -> Result<Vec<R>> {
    let damaged = |problem: String| Error::Damaged {
        file: format!("tables/{}", R::FILE),
        problem,
    };
    let mut reader = Reader::from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| damaged(error.to_string()))?;
    if header != R::COLUMNS {
        let found = header.iter().collect::<Vec<_>>().join(",");
        let columns = R::COLUMNS.join(",");
        return Err(damaged(format!(
            "its columns are `{found}`, not `{columns}`"
        )));
    }
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    loop {
        let line = rows.len() + 2;
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(error) => return Err(damaged(format!("line {line}: {error}"))),
        }
        let cell = |column: &str, what: &str| {
            let place = R::COLUMNS.iter().position(|name| *name == column);
            let text = place
                .and_then(|place| record.get(place))
                .unwrap_or_default();
            damaged(format!("line {line}, column {column}: `{text}` is {what}"))
        };
        let row: R = record
            .deserialize(None)
            .map_err(|error| match error.kind() {
                ErrorKind::Deserialize { err, .. } => {
                    let column = err.field().and_then(|field| R::COLUMNS.get(field as usize));
                    let what = format!("not what it should be ({})", err.kind());
                    cell(column.unwrap_or(&""), &what)
                }
                _ => damaged(format!("line {line}: {error}")),
            })?;
        if let Some(column) = row.not_finite() {
            return Err(cell(column, "not a finite number"));
        }
        rows.push(row);
    }
}

/// Other rows as CSV text: those of the audit and of benchmarks, in which a number may be missing.
///
/// # Errors
/// Rows that have no CSV form.
pub fn to_csv<R: Serialize>(rows: &[R], file: &str) -> Result<Vec<u8>> {
    let broken = |problem: String| Error::io(file)(std::io::Error::other(problem));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let written = writer.serialize(row);
        written.map_err(|error| broken(error.to_string()))?;
    }
    let text = writer.into_inner();
    text.map_err(|error| broken(error.to_string()))
}

/// Reads rows as [`to_csv`] writes them.
///
/// # Errors
/// No file, or a damaged one.
pub fn from_csv<R: DeserializeOwned>(folder: &Path, file: &str) -> Result<Vec<R>> {
    let path = folder.join(file);
    let text = fs::read(&path).map_err(Error::io(&path))?;
    let rows = Reader::from_reader(text.as_slice()).into_deserialize();
    let rows = rows.collect::<csv::Result<_>>();
    rows.map_err(|error| Error::Damaged {
        file: file.to_owned(),
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::rows! {
        /// A row to try.
        Tried in "t.csv" {
            /// A word.
            model: String,
            /// A whole number.
            mode: usize,
            /// A number.
            w: f64,
        }
    }

    #[test]
    fn rows_are_read_back_as_they_were_written() {
        let row = |model: &str, mode, w| Tried {
            model: model.to_owned(),
            mode,
            w,
        };
        let rows = [row("AE", 0, 1.0 / 3.0), row("DAE", 7, -2.5e300)];
        let made = [Table::of(&rows).unwrap()];
        assert_eq!(Tables::Made(&made).rows::<Tried>().unwrap(), rows);
        let error = Table::of(&[row("AE", 0, f64::NAN)]).unwrap_err();
        assert!(matches!(error, Error::NotFinite { row: 0, .. }), "{error}");
        assert!(Tables::Made(&[]).rows::<Tried>().is_err());
    }

    #[test]
    fn what_is_not_a_table_of_numbers_is_named_by_line_and_column() {
        let read = |text: &str| parse::<Tried>(text.as_bytes());
        let good = "model,mode,w\nAE,0,0.5\nDAE,1,1e-3\n";
        assert_eq!(read(good).unwrap()[1].w, 1e-3);
        for bad in ["NaN", "inf", "", "1,2", "o.5"] {
            let error = read(&good.replace("1e-3", bad)).unwrap_err().to_string();
            assert!(
                error.contains("t.csv") && error.contains("line 3"),
                "{error}"
            );
        }
        let error = read(&good.replace("DAE,1", "DAE,1.5"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("column mode: `1.5`"), "{error}");
        let error = read(&good.replace("mode", "node")).unwrap_err().to_string();
        assert!(error.contains("not `model,mode,w`"), "{error}");
    }
}
