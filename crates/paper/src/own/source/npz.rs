//! NumPy archives (`.npz`): zip archives of `.npy` files, read while decompressing.

use std::io::{Read, Seek};
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive};

use super::{Visit, npy};
use crate::{Error, Result};

/// Reads the rows of the array `key`, or of the only array.
pub(super) fn rows(
    source: impl Read + Seek,
    key: Option<&str>,
    file: &Path,
    visit: &mut Visit,
) -> Result<()> {
    let damaged = |error| {
        Error::input(
            file,
            format!("damaged ({error}); save it again with np.savez"),
        )
    };
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_seekable(source, &mut buffer);
    let archive = archive.map_err(damaged)?;
    let mut arrays = Vec::new();
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        let name = name
            .strip_suffix(".npy")
            .map_or(name.clone(), str::to_owned);
        arrays.push((name, entry.wayfinder(), entry.compression_method()));
    }
    let names: Vec<&str> = arrays.iter().map(|(name, ..)| name.as_str()).collect();
    let chosen = chosen(&names, key).map_err(|problem| Error::input(file, problem))?;
    let Some((name, place, method)) = arrays.get(chosen) else {
        return Err(Error::input(file, "it holds no array"));
    };
    let inside = &file.join(name);
    let entry = archive.get_entry(*place).map_err(damaged)?;
    // The checksum is verified at the end.
    match *method {
        CompressionMethod::STORE => {
            npy::rows_of_stream(entry.verifying_reader(entry.reader()), inside, visit)
        }
        CompressionMethod::DEFLATE => {
            let decoder = DeflateDecoder::new(entry.reader());
            npy::rows_of_stream(entry.verifying_reader(decoder), inside, visit)
        }
        _ => {
            let problem = "compressed in a way that NumPy does not use; save it with np.savez";
            Err(Error::input(inside, problem))
        }
    }
}

/// The place of the requested array, or of the only one.
fn chosen(names: &[&str], key: Option<&str>) -> Result<usize, String> {
    let listed = || names.iter().take(8).copied().collect::<Vec<_>>().join(", ");
    let mut places = (0..names.len()).filter(|&i| key.is_none_or(|key| names.get(i) == Some(&key)));
    match (places.next(), places.next(), key) {
        (Some(place), None, _) => Ok(place),
        (None, _, None) => Err("it holds no array".to_owned()),
        (None, _, Some(key)) => Err(format!("no array `{key}`; choose one of {}", listed())),
        (Some(_), Some(_), None) => Err(format!(
            "it holds several arrays; choose one with --key: {}",
            listed()
        )),
        (Some(_), Some(_), Some(key)) => Err(format!("two arrays are called `{key}`")),
    }
}
