//! Tables read back from their CSV files.

use std::fs;
use std::path::Path;

use csv::StringRecord;

use crate::{Error, Result};

/// A table as it lies on disk: a header, and rows that all have its length.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// File name, such as `fig1_paths.csv`.
    pub name: String,
    columns: Vec<String>,
    rows: Vec<StringRecord>,
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// No such file, or a row that is not as long as the header.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(Error::io(path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &bytes)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// As [`Sheet::read`].
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        let damaged = |error: csv::Error| Error::Damaged {
            file: name.to_owned(),
            problem: error.to_string(),
        };
        let mut reader = csv::Reader::from_reader(bytes);
        let columns = reader.headers().map_err(damaged)?.iter();
        let columns = columns.map(str::to_owned).collect();
        let rows = reader.into_records().collect::<Result<_, _>>();
        Ok(Self {
            name: name.to_owned(),
            columns,
            rows: rows.map_err(damaged)?,
        })
    }

    /// Names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Entries as they are written, row by row.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.rows.iter().map(StringRecord::iter)
    }

    /// Number of rows, the header not counted.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line of the file that a row is in, from 1; the header is line 1.
    pub fn line(row: usize) -> usize {
        row + 2
    }

    /// A column as it is written.
    ///
    /// # Errors
    /// No such column.
    pub fn words(&self, column: &str) -> Result<Vec<&str>> {
        let index = self.columns.iter().position(|name| name == column);
        let index = index.ok_or_else(|| self.damaged(format!("it has no column `{column}`")))?;
        Ok(self.rows.iter().map(|row| &row[index]).collect())
    }

    /// A column of finite numbers.
    ///
    /// # Errors
    /// No such column, or an entry that is not a finite number.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>> {
        let finite = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        self.parsed(column, "a finite number", finite)
    }

    /// A column of whole numbers.
    ///
    /// # Errors
    /// No such column, or an entry that is not a whole number.
    pub fn counts(&self, column: &str) -> Result<Vec<u64>> {
        self.parsed(column, "a whole number", |text| text.parse().ok())
    }

    /// Several columns as they are written, row by row.
    ///
    /// # Errors
    /// As [`Sheet::words`], of the first column that is not there.
    pub fn words_by_row<const N: usize>(&self, columns: [&str; N]) -> Result<Vec<[&str; N]>> {
        self.by_row([""; N], columns.map(|column| self.words(column)))
    }

    /// Several columns of finite numbers, row by row.
    ///
    /// # Errors
    /// As [`Sheet::numbers`], of the first column that is not as it should be.
    pub fn numbers_by_row<const N: usize>(&self, columns: [&str; N]) -> Result<Vec<[f64; N]>> {
        self.by_row([0.0; N], columns.map(|column| self.numbers(column)))
    }

    /// Several columns of whole numbers, row by row.
    ///
    /// # Errors
    /// As [`Sheet::counts`], of the first column that is not as it should be.
    pub fn counts_by_row<const N: usize>(&self, columns: [&str; N]) -> Result<Vec<[u64; N]>> {
        self.by_row([0; N], columns.map(|column| self.counts(column)))
    }

    /// Columns turned into rows, each of which starts as `empty`.
    fn by_row<T: Copy, const N: usize>(
        &self,
        empty: [T; N],
        columns: [Result<Vec<T>>; N],
    ) -> Result<Vec<[T; N]>> {
        let mut rows = vec![empty; self.len()];
        for (k, column) in columns.into_iter().enumerate() {
            let entries = rows.iter_mut().filter_map(|row| row.get_mut(k));
            for (entry, value) in entries.zip(column?) {
                *entry = value;
            }
        }
        Ok(rows)
    }

    fn parsed<T>(
        &self,
        column: &str,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>> {
        let words = self.words(column)?;
        let parsed = words.iter().enumerate().map(|(row, text)| {
            parse(text).ok_or_else(|| {
                let line = Self::line(row);
                self.damaged(format!(
                    "line {line}, column {column}: `{text}` is not {what}"
                ))
            })
        });
        parsed.collect()
    }

    fn damaged(&self, problem: String) -> Error {
        Error::Damaged {
            file: self.name.clone(),
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_table_of_numbers_is_named_by_line_and_column() {
        let sheet = |text: &str| Sheet::parse("t.csv", text.as_bytes());
        let good = sheet("model,w\nAE,0.5\nDAE,1e-3\n").unwrap();
        assert_eq!(good.numbers("w").unwrap(), [0.5, 1e-3]);
        assert_eq!(good.words("model").unwrap(), ["AE", "DAE"]);
        assert_eq!(
            good.words_by_row(["w", "model"]).unwrap(),
            [["0.5", "AE"], ["1e-3", "DAE"]]
        );
        assert_eq!(
            good.numbers_by_row(["w", "w"]).unwrap(),
            [[0.5; 2], [1e-3; 2]]
        );
        for bad in ["NaN", "inf", "", "1,2", "o.5"] {
            let error = sheet(&format!("model,w\nAE,0.5\nDAE,{bad}\n"))
                .and_then(|sheet| sheet.numbers("w"))
                .unwrap_err()
                .to_string();
            assert!(error.contains("t.csv"), "{error}");
            assert!(
                error.contains("line 3") || error.contains("line: 3"),
                "{error}"
            );
        }
        assert!(good.numbers("v").unwrap_err().to_string().contains("`v`"));
        assert!(good.counts("w").is_err());
        assert!(good.counts_by_row(["w"]).is_err());
        let error = good.numbers_by_row(["w", "v"]).unwrap_err().to_string();
        assert!(error.contains("`v`"), "{error}");
    }
}
