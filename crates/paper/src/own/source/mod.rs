//! Reads the user's own samples, a row at a time, from untrusted files.
//!
//! Memory grows with the actual data, not with what a header claims; only a column-major array in an archive is held
//! whole. Every refusal names the file and, if known, the row and the column, counted from 1.

mod csv;
mod idx;
mod npy;
mod npz;

use std::ffi::OsStr;
use std::io::{BufRead, ErrorKind, Read, Seek};
use std::path::Path;

use indicatif::DecimalBytes;

use crate::plot::thousands;
use crate::{Error, Result};

/// Most columns of a second moment.
pub const MOST_COLUMNS: usize = 10_000;

/// Numbers read at a time.
const AT_ONCE: usize = 8_192;

/// Called with each row.
pub type Visit<'a> = dyn FnMut(&[f64]) -> Result<()> + 'a;

/// The file format of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// NumPy array of integers or floats, row-major (C) or column-major (Fortran).
    Npy,
    /// NumPy archive of such arrays.
    Npz,
    /// Comma-separated numbers, with or without a header.
    Csv,
    /// The format of MNIST's files, plain or gzipped.
    Idx,
}

impl Format {
    /// The format by the file extension: `.npy`, `.npz` or `.csv`; anything else is taken for IDX.
    pub fn of(path: &Path) -> Self {
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "npy" => Self::Npy,
            "npz" => Self::Npz,
            "csv" => Self::Csv,
            _ => Self::Idx,
        }
    }

    /// Passes the rows of a file to `visit`, one by one. Flattens samples with more than one axis.
    ///
    /// # Shapes
    /// An array of N x anything gives N rows of equal length D, 1 to [`MOST_COLUMNS`]; an array of N gives rows of one
    /// number.
    ///
    /// # Errors
    /// [`Error::Input`], which names `file`, for any other content; the errors of `visit`.
    pub fn rows(
        self,
        source: impl BufRead + Seek,
        key: Option<&str>,
        file: &Path,
        visit: &mut Visit,
    ) -> Result<()> {
        if key.is_some() && self != Self::Npz {
            let problem = "only an archive (.npz) has arrays with keys; leave --key out";
            return Err(Error::input(file, problem));
        }
        match self {
            Self::Npy => npy::rows(source, file, visit),
            Self::Npz => npz::rows(source, key, file, visit),
            Self::Csv => csv::rows(source, file, visit),
            Self::Idx => idx::rows(source, file, visit),
        }
    }
}

/// Decodes bytes into numbers; `None` if they are invalid.
type Decode<'a> = dyn Fn(&[u8]) -> Option<Vec<f64>> + 'a;

/// Consecutive numbers of one type, row-major.
struct Plain<'a> {
    rows: usize,
    columns: usize,
    /// Bytes per number.
    width: usize,
    /// Decodes the bytes of whole numbers.
    decode: &'a Decode<'a>,
}

impl Plain<'_> {
    /// Reads all rows, after which the source must end.
    fn rows(&self, mut source: impl Read, file: &Path, visit: &mut Visit) -> Result<()> {
        let row = self.columns * self.width;
        let (at_once, mut done) = ((AT_ONCE / self.columns).max(1), 0);
        while done < self.rows {
            let wanted = at_once.min(self.rows - done);
            let bytes = up_to(&mut source, wanted * row, file)?;
            let whole = bytes.chunks_exact(row).len();
            for bytes in bytes.chunks_exact(row) {
                let numbers = (self.decode)(bytes).filter(|it| it.len() == self.columns);
                visit(&numbers.ok_or_else(|| self.cut_off(file, done))?)?;
            }
            done += whole;
            if whole < wanted {
                return Err(self.cut_off(file, done));
            }
        }
        match up_to(&mut source, 1, file)?.is_empty() {
            true => Ok(()),
            false => Err(self.too_long(file)),
        }
    }

    fn cut_off(&self, file: &Path, whole: usize) -> Error {
        let rows = thousands(self.rows);
        let problem = format!("the file ends here, and should have {rows} rows; save it again");
        Error::input_at(file, whole as u64, None, problem)
    }

    fn too_long(&self, file: &Path) -> Error {
        let [rows, columns] = [self.rows, self.columns].map(thousands);
        let problem = format!("more follows after {rows} rows of {columns}; save it again");
        Error::input(file, problem)
    }
}

/// Rows and columns of an array of this shape.
fn sizes(shape: &[usize], file: &Path) -> Result<[usize; 2]> {
    let Some((&rows, rest)) = shape.split_first() else {
        let problem = "a 0-d array is a single number; save samples as rows, N x D";
        return Err(Error::input(file, problem));
    };
    let columns = rest
        .iter()
        .try_fold(1, |all: usize, &one| all.checked_mul(one));
    Ok([rows, checked_columns(columns.unwrap_or(usize::MAX), file)?])
}

/// Refuses rows that are empty or too long for their second moment.
fn checked_columns(columns: usize, file: &Path) -> Result<usize> {
    match columns {
        0 => Err(Error::input(
            file,
            "a row has no numbers; save samples as rows, N x D",
        )),
        1..=MOST_COLUMNS => Ok(columns),
        _ => {
            let memory =
                |columns: usize| DecimalBytes((columns as u64).saturating_pow(2).saturating_mul(8));
            let problem = format!(
                "{} columns: their second moment alone would take {} of memory; at most {} columns ({}) are decomposed, \
                 so leave some out or average neighbours",
                thousands(columns),
                memory(columns),
                thousands(MOST_COLUMNS),
                memory(MOST_COLUMNS),
            );
            Err(Error::input(file, problem))
        }
    }
}

/// Reads until `limit` bytes or the end.
fn up_to(source: &mut impl Read, limit: usize, file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = source.take(limit as u64).read_to_end(&mut bytes);
    read.map_err(|error| broken(file, error))?;
    Ok(bytes)
}

/// Tells a broken file from a broken disk: decoders report both as I/O errors.
fn broken(file: &Path, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::InvalidData
        | ErrorKind::InvalidInput
        | ErrorKind::UnexpectedEof
        | ErrorKind::Other => Error::input(file, format!("damaged ({error}); save it again")),
        _ => Error::io(file)(error),
    }
}
