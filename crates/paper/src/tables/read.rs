//! Reads tables, from disk or just made, and writes and reads other CSV files.

use std::path::Path;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Writer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rows::Row;
use super::table::Table;
use crate::system::files;
use crate::{Error, Result};

/// Where tables are read from: the folder of a profile, or memory.
#[derive(Debug, Clone, Copy)]
pub enum Tables<'a> {
    /// Below this folder, in `tables/`.
    In(&'a Path),
    /// Not written yet.
    Made(&'a [Table]),
}

impl Tables<'_> {
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        match self {
            Self::In(folder) => {
                let path = folder.join("tables").join(name);
                files::read(&path).map_err(Error::io(path))
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
    /// No such table, wrong columns, or an entry that is not of its column's kind or not finite; with the line, counted
    /// from 1 with the header.
    pub fn rows<R: Row>(&self) -> Result<Vec<R>> {
        parse(&self.bytes(R::FILE)?)
    }
}

/// Parses a table.
pub fn parse<R: Row>(bytes: &[u8]) -> Result<Vec<R>> {
    let damaged = |problem: String| Error::damaged(format!("tables/{}", R::FILE))(problem);
    let mut reader = Reader::from_reader(bytes);
    let header = reader.headers().map_err(|e| damaged(e.to_string()))?;
    if header != R::COLUMNS {
        let found = header.iter().collect::<Vec<_>>().join(",");
        let problem = format!("its columns are `{found}`, not `{}`", R::COLUMNS.join(","));
        return Err(damaged(problem));
    }
    let row = |(i, record): (usize, csv::Result<StringRecord>)| {
        let at = |what: String| damaged(format!("line {}{what}", i + 2));
        let record = record.map_err(|error| at(format!(": {error}")))?;
        let cell = |column: usize, what: &str| {
            let name = R::COLUMNS.get(column).unwrap_or(&"");
            let text = record.get(column).unwrap_or_default();
            at(format!(", column {name}: `{text}` is {what}"))
        };
        let row = record.deserialize(None).map_err(|e| match e.kind() {
            ErrorKind::Deserialize { err, .. } => {
                let what = format!("not what it should be ({})", err.kind());
                cell(err.field().unwrap_or(u64::MAX) as usize, &what)
            }
            _ => at(format!(": {e}")),
        })?;
        match not_finite(&record) {
            Some((column, _)) => Err(cell(column, "not a finite number")),
            None => Ok(row),
        }
    };
    reader.into_records().enumerate().map(row).collect()
}

/// The first column of a line with a number that is not finite, and that number.
fn not_finite(record: &StringRecord) -> Option<(usize, f64)> {
    let numbers = record.iter().map(str::parse).enumerate();
    let mut numbers = numbers.filter_map(|(column, number)| Some((column, number.ok()?)));
    numbers.find(|(_, number): &(usize, f64)| !number.is_finite())
}

/// The lines of a table, its header first.
pub(super) fn records(name: &str, bytes: &[u8]) -> Result<Vec<StringRecord>> {
    let reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let records = reader.into_records().collect::<csv::Result<_>>();
    records.map_err(Error::damaged(format!("tables/{name}")))
}

/// Other rows as CSV text: those of the audit and of benchmarks, which may lack a number.
pub fn to_csv<R: Serialize>(rows: &[R], file: &str) -> Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    let written = rows.iter().try_for_each(|row| writer.serialize(row));
    written.map_err(|error| Error::io(file)(error.into()))?;
    let text = writer.into_inner();
    text.map_err(|error| Error::io(file)(error.into_error()))
}

/// Reads rows as [`to_csv`] writes them.
pub fn from_csv<R: DeserializeOwned>(folder: &Path, file: &str) -> Result<Vec<R>> {
    let path = folder.join(file);
    let text = files::read(&path).map_err(Error::io(&path))?;
    let mut reader = Reader::from_reader(text.as_slice());
    let rows: csv::Result<_> = reader.deserialize().collect();
    rows.map_err(Error::damaged(file))
}
