//! NumPy's array archives (`.npz`, a zip archive of `.npy` files), as far as Keras's `mnist.npz` needs them.
//!
//! # Reference
//! `numpy.lib.format`, which documents the header of a `.npy` file.

use std::io::Read;
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::bytes::{exactly, header, refuse, up_to};
use crate::Result;

/// Decompresses the array `name` of an archive and returns its elements, each a byte. NumPy's type must be `|u1` or
/// another integer type, and the shape must be `shape`.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for a damaged archive, an array that is missing,
/// duplicated, or of another type or shape, and for an element outside 0 to 255.
pub(crate) fn read(npz: &[u8], name: &str, shape: &[usize], file: &Path) -> Result<Vec<u8>> {
    let damaged = |error| refuse(file, "a zip archive", format!("damage: {error}"));
    let inside = file.join(name);
    let archive = ZipArchive::from_slice(npz).map_err(damaged)?;
    let mut place = None;
    for entry in archive.entries() {
        let entry = entry.map_err(damaged)?;
        if entry.file_path().as_bytes() == name.as_bytes() {
            let here = (entry.wayfinder(), entry.compression_method());
            if place.replace(here).is_some() {
                return Err(refuse(&inside, "one such member", "two of that name"));
            }
        }
    }
    let (place, method) =
        place.ok_or_else(|| refuse(file, format!("the member {name}"), "none"))?;
    let entry = archive.get_entry(place).map_err(damaged)?;
    // The checksum is verified at the end.
    match method {
        CompressionMethod::STORE => {
            read_array(entry.verifying_reader(entry.data()), shape, &inside)
        }
        CompressionMethod::DEFLATE => {
            let decoder = DeflateDecoder::new(entry.data());
            read_array(entry.verifying_reader(decoder), shape, &inside)
        }
        other => {
            let found = format!("method {}", other.as_u16());
            Err(refuse(&inside, "a stored or deflated member", found))
        }
    }
}

/// Reads a `.npy` file.
fn read_array(mut reader: impl Read, shape: &[usize], file: &Path) -> Result<Vec<u8>> {
    let [magic @ .., major, _] = header::<8>(&mut reader, file)?;
    let length = match (&magic, major) {
        (b"\x93NUMPY", 1) => u16::from_le_bytes(header(&mut reader, file)?).into(),
        (b"\x93NUMPY", 2 | 3) => u32::from_le_bytes(header(&mut reader, file)?),
        _ => {
            let found = magic.escape_ascii().to_string();
            return Err(refuse(file, "an array in NumPy's format 1 to 3", found));
        }
    };
    if length > 1024 {
        let found = format!("{length} bytes");
        return Err(refuse(file, "at most 1024 bytes of header", found));
    }
    let text = up_to(&mut reader, length as usize, file)?;
    let (width, is_big) = check_header(&text, shape, file)?;
    let count = shape.iter().product::<usize>();
    let mut bytes = exactly(&mut reader, count * width, file)?;
    if width == 1 {
        return Ok(bytes);
    }
    if is_big {
        bytes.reverse();
    }
    let small = |number: &[u8]| match number {
        [low, high @ ..] if high.iter().all(|&byte| byte == 0) => Some(*low),
        _ => None,
    };
    let numbers: Option<Vec<u8>> = bytes.chunks_exact(width).map(small).collect();
    let mut numbers =
        numbers.ok_or_else(|| refuse(file, "numbers from 0 to 255", "another one"))?;
    if is_big {
        numbers.reverse();
    }
    Ok(numbers)
}

/// Compares the header with the one that NumPy writes. Returns the bytes per number, and whether they are big-endian.
fn check_header(text: &[u8], shape: &[usize], file: &Path) -> Result<(usize, bool)> {
    let text: String = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .flat_map(|byte| byte.escape_ascii().map(char::from))
        .collect();
    let text = text.replace("\\'", "'");
    let sizes: Vec<_> = shape.iter().map(usize::to_string).collect();
    let comma = if sizes.len() == 1 { "," } else { "" };
    let shape = format!("({}{comma})", sizes.join(","));
    let rest = format!("','fortran_order':False,'shape':{shape},}}");
    let number = text
        .strip_prefix("{'descr':'")
        .and_then(|text| text.strip_suffix(&*rest));
    let width = match number {
        Some("|u1" | "|i1") => Some((1, false)),
        Some("<u2" | "<i2") => Some((2, false)),
        Some("<u4" | "<i4") => Some((4, false)),
        Some("<u8" | "<i8") => Some((8, false)),
        Some(">u2" | ">i2") => Some((2, true)),
        Some(">u4" | ">i4") => Some((4, true)),
        Some(">u8" | ">i8") => Some((8, true)),
        _ => None,
    };
    width.ok_or_else(|| {
        let found: String = text.chars().take(120).collect();
        refuse(
            file,
            format!("integers of shape {shape}, row after row"),
            found,
        )
    })
}
