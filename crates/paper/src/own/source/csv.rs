//! Comma-separated numbers.
//!
//! Polars, which writes the tables of this project, pads short rows with nulls and reports neither row nor column of a
//! word. The crate `csv` does what is needed here, a line at a time.

use std::io::BufRead;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::{Visit, checked_columns};
use crate::plot::thousands;
use crate::{Error, Result};

/// Reads rows of numbers. The first line is a header if none of its cells is a number.
pub(super) fn rows(source: impl BufRead, file: &Path, visit: &mut Visit) -> Result<()> {
    let mut options = ReaderBuilder::new();
    let options = options.has_headers(false).flexible(true).trim(Trim::All);
    let mut reader = options.from_reader(source);
    let (mut record, mut row) = (ByteRecord::new(), 0);
    let (mut columns, mut names) = (None, ByteRecord::new());
    let mut numbers = Vec::new();
    loop {
        let read = reader.read_byte_record(&mut record);
        let read = read.map_err(|error| {
            Error::input_at(file, row, None, format!("it cannot be read ({error})"))
        })?;
        if !read {
            return Ok(());
        }
        let columns = match columns {
            Some(columns) => columns,
            None => *columns.insert(checked_columns(record.len(), file)?),
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != columns {
            let found = thousands(record.len());
            let problem = format!("line {line} has {found} cells, and the first one has {columns}");
            return Err(Error::input_at(file, row, None, problem));
        }
        if row == 0 && names.is_empty() && record.iter().all(|cell| number(cell).is_none()) {
            names = record.clone();
            continue;
        }
        numbers.clear();
        for (column, cell) in record.iter().enumerate() {
            let found = number(cell);
            numbers.push(found.ok_or_else(|| {
                let problem = not_a_number(cell, names.get(column), line);
                Error::input_at(file, row, Some(column), problem)
            })?);
        }
        visit(&numbers)?;
        row += 1;
    }
}

fn number(cell: &[u8]) -> Option<f64> {
    // Some programs start a file with a byte-order mark.
    let cell = cell.strip_prefix("\u{feff}".as_bytes()).unwrap_or(cell);
    std::str::from_utf8(cell).ok()?.parse().ok()
}

fn not_a_number(cell: &[u8], name: Option<&[u8]>, line: u64) -> String {
    let short = |text| {
        String::from_utf8_lossy(text)
            .chars()
            .take(40)
            .collect::<String>()
    };
    let name = name.map_or(String::new(), |name| format!(" of `{}`", short(name)));
    match cell {
        b"" => format!("the cell{name} in line {line} is empty; fill it in or leave the row out"),
        _ => format!(
            "`{}`{name} in line {line} is not a number; numbers are separated by commas, below one header at most",
            short(cell)
        ),
    }
}
