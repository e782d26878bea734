//! The head of a table: enough rows to see what is in it.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use super::super::number;
use super::words;

/// Rows that are shown.
const ROWS: usize = 6;

/// The head of a table.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Path below the profile's folder, which is also the link.
    pub path: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// Rows in the whole table.
    pub total: String,
    pub size: String,
}

/// A column of it.
#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    /// What it holds, if its name does not say so.
    pub meaning: Option<&'static str>,
}

impl Head {
    /// Reads the head of `folder/path`.
    ///
    /// # Errors
    /// A file that is not there, or not a table.
    pub fn read(folder: &Path, path: &str) -> Result<Self, String> {
        let file = folder.join(path);
        let size = fs::metadata(&file).map_err(|error| error.to_string())?;
        let open = File::open(&file).map_err(|error| error.to_string())?;
        let mut reader = csv::Reader::from_reader(BufReader::new(open));
        let headers = reader.headers().map_err(|error| error.to_string())?;
        let column = |name: &str| Column {
            name: name.to_owned(),
            meaning: words::meaning(name),
        };
        let columns = headers.iter().map(column).collect();
        let (mut rows, mut total) = (Vec::new(), 0);
        for record in reader.records() {
            let record = record.map_err(|error| error.to_string())?;
            if total < ROWS {
                rows.push(record.iter().map(|cell| number::cell(cell, 5)).collect());
            }
            total += 1;
        }
        Ok(Self {
            path: path.to_owned(),
            columns,
            rows,
            total: number::count(total),
            size: number::bytes(size.len()).to_string(),
        })
    }

    /// Whether there is more than what is shown.
    pub fn shortened(&self) -> bool {
        self.total != self.rows.len().to_string()
    }

    /// The file name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_short_and_knows_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "epoch,thing\n".to_owned();
        for epoch in 0..20 {
            text.push_str(&format!("{epoch},0.333333333\n"));
        }
        fs::write(folder.path().join("t.csv"), &text).unwrap();
        let head = Head::read(folder.path(), "t.csv").unwrap();
        assert_eq!((head.rows.len(), head.total.as_str()), (ROWS, "20"));
        assert!(head.shortened());
        assert_eq!(head.rows[1], ["1", "0.33333"]);
        assert!(head.columns[0].meaning.is_some() && head.columns[1].meaning.is_none());
        fs::write(folder.path().join("t.csv"), "a,b\n1\n").unwrap();
        assert!(Head::read(folder.path(), "t.csv").is_err());
        assert!(Head::read(folder.path(), "none.csv").is_err());
    }
}
