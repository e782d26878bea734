//! The head of a table: enough rows to see what is in it.

use std::fs;
use std::path::Path;

use super::super::number;

/// Rows that are shown.
const ROWS: usize = 6;

pub(super) struct Head {
    /// Path below the profile's folder, which is also the link.
    pub path: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    total: usize,
    pub size: String,
}

impl Head {
    /// Reads the head of `folder/path`, and all rows, to count them.
    pub fn read(folder: &Path, path: &str) -> csv::Result<Self> {
        let file = folder.join(path);
        let size = number::bytes(fs::metadata(&file)?.len());
        let mut reader = csv::Reader::from_path(&file)?;
        let columns = reader.headers()?.iter().map(str::to_owned).collect();
        let (mut rows, mut total) = (Vec::new(), 0);
        for record in reader.records() {
            let record = record?;
            if total < ROWS {
                rows.push(record.iter().map(|cell| number::cell(cell, 5)).collect());
            }
            total += 1;
        }
        Ok(Self {
            path: path.to_owned(),
            columns,
            rows,
            total,
            size,
        })
    }

    /// How many rows there are in the whole table.
    pub fn total(&self) -> String {
        number::count(self.total)
    }

    pub fn is_shortened(&self) -> bool {
        self.total > self.rows.len()
    }

    /// The file name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}
