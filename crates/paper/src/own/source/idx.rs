//! IDX, the format of MNIST's files: two zeros, the type of the numbers, the number of axes, their sizes, then the
//! numbers, all big-endian. Plain or gzipped.

use std::io::{BufRead, Read, Seek};
use std::path::Path;

use dae::data::archive::gunzip;

use super::{Decode, Plain, Visit, broken, sizes, up_to};
use crate::{Error, Result};

/// Reads the rows of an array.
pub(super) fn rows(mut source: impl BufRead + Seek, file: &Path, visit: &mut Visit) -> Result<()> {
    let start = source.fill_buf().map_err(|error| broken(file, error))?;
    match start.starts_with(&[0x1f, 0x8b]) {
        true => rows_of_plain(gunzip(source), file, visit),
        false => rows_of_plain(source, file, visit),
    }
}

fn rows_of_plain(mut source: impl Read, file: &Path, visit: &mut Visit) -> Result<()> {
    let unknown = || {
        let problem = "neither IDX nor called .npy, .npz or .csv; save it as one of these";
        Error::input(file, problem)
    };
    let start = up_to(&mut source, 4, file)?;
    let [0, 0, kind, axes] = start[..] else {
        return Err(unknown());
    };
    let (width, decode): (usize, &Decode) = match kind {
        0x08 => (1, &numbers(u8::from_be_bytes)),
        0x09 => (1, &numbers(i8::from_be_bytes)),
        0x0b => (2, &numbers(i16::from_be_bytes)),
        0x0c => (4, &numbers(i32::from_be_bytes)),
        0x0d => (4, &numbers(f32::from_be_bytes)),
        0x0e => (8, &numbers(f64::from_be_bytes)),
        _ => return Err(unknown()),
    };
    let head = up_to(&mut source, 4 * usize::from(axes), file)?;
    if head.len() < 4 * usize::from(axes) {
        return Err(Error::input(
            file,
            "the file ends in its header; fetch it again",
        ));
    }
    let size = |bytes: &[u8; 4]| u32::from_be_bytes(*bytes) as usize;
    let shape: Vec<usize> = head.as_chunks().0.iter().map(size).collect();
    let [rows, columns] = sizes(&shape, file)?;
    let plain = Plain {
        rows,
        columns,
        width,
        decode,
    };
    plain.rows(source, file, visit)
}

/// Reads numbers of one type.
fn numbers<const WIDTH: usize, T: Into<f64>>(
    number: fn([u8; WIDTH]) -> T,
) -> impl Fn(&[u8]) -> Option<Vec<f64>> {
    move |bytes| {
        let numbers = bytes.as_chunks().0.iter();
        Some(numbers.map(|&bytes| number(bytes).into()).collect())
    }
}
