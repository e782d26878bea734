//! NumPy arrays (`.npy`).
//!
//! # Reference
//! `numpy.lib.format`, which documents the format. The crate `ndarray-npy` reads the header and the numbers. Input that
//! would make it allocate without bound or never finish is refused first.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use ndarray::{Array1, Array2};
use ndarray_npy::ReadableElement;
use ndarray_npy::npy::header::Header;

use super::{Plain, Visit, sizes, up_to};
use crate::{Error, Result};

/// Longest header accepted; NumPy pads that of a plain array to 128 bytes.
const MOST_HEADER: usize = 1_024;

/// Numbers of a column-major array transposed at a time.
const BLOCK: usize = 1 << 22;

/// Reads the rows of an array in a file.
pub(super) fn rows(mut source: impl Read + Seek, file: &Path, visit: &mut Visit) -> Result<()> {
    let head = Head::read(&mut source, file)?;
    match head.header.layout.is_fortran() {
        true => head.columnwise(source, file, visit),
        false => head.with_plain(|plain| plain.rows(source, file, visit)),
    }
}

/// Reads the rows of an array while decompressing it. A column-major array is held in memory as stored.
pub(super) fn rows_of_stream(mut source: impl Read, file: &Path, visit: &mut Visit) -> Result<()> {
    let head = Head::read(&mut source, file)?;
    if !head.header.layout.is_fortran() {
        return head.with_plain(|plain| plain.rows(source, file, visit));
    }
    // One extra byte is enough to notice too many.
    let limit = head.bytes().saturating_add(1);
    let content = up_to(
        &mut source,
        usize::try_from(limit).unwrap_or(usize::MAX),
        file,
    )?;
    let head = Head { start: 0, ..head };
    head.columnwise(Cursor::new(content), file, visit)
}

struct Head {
    header: Header,
    rows: usize,
    columns: usize,
    width: usize,
    /// Offset of the numbers.
    start: u64,
}

impl Head {
    fn read(source: &mut impl Read, file: &Path) -> Result<Self> {
        let mut bytes = up_to(source, 10, file)?;
        let length = match bytes[..] {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b] => u16::from_le_bytes([a, b]).into(),
            [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b] => {
                let more = up_to(source, 2, file)?;
                bytes.extend(&more);
                // If the upper half is not zero, the header has 64 KiB or more; if it is missing, the file is cut off.
                let upper = more.iter().any(|&byte| byte != 0) || more.len() < 2;
                if upper {
                    usize::MAX
                } else {
                    u16::from_le_bytes([a, b]).into()
                }
            }
            _ => {
                return Err(Error::input(
                    file,
                    "not an array of NumPy; save it with np.save",
                ));
            }
        };
        if length > MOST_HEADER {
            return Err(Error::input(
                file,
                records("its header is too long for one"),
            ));
        }
        bytes.extend(up_to(source, length, file)?);
        let text = bytes.get(10..).unwrap_or_default();
        // A plain array has one brace and one parenthesis; the parser takes exponential time if many are nested.
        if text.iter().filter(|byte| b"([{".contains(byte)).count() > 2 {
            return Err(Error::input(file, records("its elements have fields")));
        }
        let start = bytes.len() as u64;
        let header = Header::from_reader(&mut bytes.as_slice());
        let header = header.map_err(|e| {
            Error::input(
                file,
                format!("its header is damaged ({e}); save it again with np.save"),
            )
        })?;
        let width = width(&header, file)?;
        let [rows, columns] = sizes(&header.shape, file)?;
        let head = Self {
            header,
            rows,
            columns,
            width,
            start,
        };
        Ok(head)
    }

    fn with_plain(&self, read: impl FnOnce(Plain) -> Result<()>) -> Result<()> {
        read(Plain {
            rows: self.rows,
            columns: self.columns,
            width: self.width,
            decode: &|bytes| decode(&self.header, bytes, self.width),
        })
    }

    /// Total bytes of the numbers.
    fn bytes(&self) -> u64 {
        let row = (self.columns * self.width) as u64;
        row.saturating_mul(self.rows as u64)
    }

    /// Reads a column-major array in blocks of rows: a piece of every column per block.
    fn columnwise(
        &self,
        mut source: impl Read + Seek,
        file: &Path,
        visit: &mut Visit,
    ) -> Result<()> {
        let end = source.seek(SeekFrom::End(0)).map_err(Error::io(file))?;
        let found = end.saturating_sub(self.start);
        if found != self.bytes() {
            let expected = self.bytes();
            let problem =
                format!("{found} bytes of numbers, and its header says {expected}; save it again");
            return Err(Error::input(file, problem));
        }
        let places = places(self.header.shape.get(1..).unwrap_or_default());
        let at_once = (BLOCK / self.columns).max(1);
        for first in (0..self.rows).step_by(at_once) {
            let count = at_once.min(self.rows - first);
            let mut block = Array2::zeros((count, self.columns));
            for (mut column, place) in block.columns_mut().into_iter().zip(&places) {
                let at = self.start + ((place * self.rows + first) * self.width) as u64;
                source.seek(SeekFrom::Start(at)).map_err(Error::io(file))?;
                let bytes = up_to(&mut source, count * self.width, file)?;
                let numbers = decode(&self.header, &bytes, self.width);
                let numbers = numbers.filter(|numbers| numbers.len() == count);
                let changed = || Error::input(file, "changed while it was read");
                column.assign(&Array1::from(numbers.ok_or_else(changed)?));
            }
            let mut rows = block.rows().into_iter();
            rows.try_for_each(|row| visit(row.as_slice().unwrap_or_default()))?;
        }
        Ok(())
    }
}

fn records(why: &str) -> String {
    format!("not an array of plain numbers ({why}); save one field of it as an array")
}

/// The column-major position of each number of a sample flattened in row-major order.
fn places(axes: &[usize]) -> Vec<usize> {
    let place = |mut number: usize| {
        let mut place = 0;
        for &size in axes.iter().rev() {
            place = place * size + number % size;
            number /= size;
        }
        place
    };
    (0..axes.iter().product()).map(place).collect()
}

/// The number type as NumPy writes it, without byte order: `f8`.
fn kind(header: &Header) -> &str {
    let text = header
        .type_descriptor
        .as_string()
        .map_or("", |text| text.as_str());
    text.trim_start_matches(['<', '>', '|'])
}

/// Bytes per number.
fn width(header: &Header, file: &Path) -> Result<usize> {
    let digit = kind(header)
        .chars()
        .last()
        .and_then(|digit| digit.to_digit(10));
    match (decode(header, &[], 1), digit) {
        (Some(_), Some(width @ (1 | 2 | 4 | 8))) => Ok(width as usize),
        _ => {
            let what = match kind(header) {
                "O" => "Python objects (perhaps rows of unequal length)".to_owned(),
                kind => format!("of kind `{}`", kind.chars().take(20).collect::<String>()),
            };
            let problem = format!(
                "its elements are {what}; save numbers, with np.save(file, array.astype('float32'))"
            );
            Err(Error::input(file, problem))
        }
    }
}

/// Decodes bytes into numbers; `None` if the array holds no numbers.
fn decode(header: &Header, bytes: &[u8], width: usize) -> Option<Vec<f64>> {
    let length = bytes.len() / width;
    macro_rules! of {
        ($($kind:literal: $type:ty),*) => {
            match kind(header) {
                $($kind => {
                    let numbers = <$type>::read_to_end_exact_vec(bytes, &header.type_descriptor, length);
                    Some(numbers.ok()?.into_iter().map(|number| number as f64).collect())
                })*
                _ => None,
            }
        };
    }
    of!("u1": u8, "i1": i8, "u2": u16, "i2": i16, "u4": u32, "i4": i32, "u8": u64, "i8": i64, "f4": f32, "f8": f64)
}
