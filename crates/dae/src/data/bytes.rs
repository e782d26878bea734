//! Reading no more than is expected from something that may lie about its size.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::{Error, Result};

/// What a gzip stream begins with.
pub(crate) const GZIP: &[u8] = &[0x1f, 0x8b];

/// Builds [`Error::Format`].
pub(crate) fn refuse(file: &Path, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::Format {
        file: file.to_path_buf(),
        expected: expected.into(),
        found: found.into(),
    }
}

/// Tells a broken file from a broken disk: decoders report both as I/O errors.
pub(crate) fn read_error(file: &Path, expected: &str) -> impl Fn(io::Error) -> Error {
    let (file, expected) = (file.to_path_buf(), expected.to_owned());
    move |error| match error.kind() {
        io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => refuse(&file, &*expected, format!("damage: {error}")),
        _ => Error::Io {
            path: file.clone(),
            source: error,
        },
    }
}

/// Opens a regular file. A named pipe would block for ever, so anything else is refused.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>> {
    if !path.metadata().map_err(Error::io(path))?.is_file() {
        return Err(refuse(path, "a regular file", "something else"));
    }
    File::open(path)
        .map(BufReader::new)
        .map_err(Error::io(path))
}

/// Reads `N` bytes of header.
pub(crate) fn header<const N: usize>(reader: &mut impl Read, file: &Path) -> Result<[u8; N]> {
    let bytes = up_to(reader, N, file)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| {
        refuse(
            file,
            format!("{N} bytes of header"),
            format!("{found} bytes"),
        )
    })
}

/// Reads exactly `length` bytes, after which the file must end.
pub(crate) fn exactly(reader: &mut impl Read, length: usize, file: &Path) -> Result<Vec<u8>> {
    // One extra byte is enough to notice an excess, and makes decoders verify their checksum.
    let bytes = up_to(reader, length + 1, file)?;
    let found = match bytes.len() {
        n if n == length => return Ok(bytes),
        n if n > length => "more".to_owned(),
        n => format!("the end after {n} bytes"),
    };
    Err(refuse(file, format!("{length} bytes of content"), found))
}

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn at_most(reader: &mut impl Read, limit: usize, file: &Path) -> Result<Vec<u8>> {
    let bytes = up_to(reader, limit + 1, file)?;
    if bytes.len() > limit {
        return Err(refuse(file, format!("at most {limit} bytes"), "more"));
    }
    Ok(bytes)
}

/// Reads until `limit` bytes or the end. Memory grows with what arrives, not with what is promised.
pub(crate) fn up_to(reader: &mut impl Read, limit: usize, file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(limit as u64)
        .read_to_end(&mut bytes)
        .map_err(read_error(file, "readable content"))?;
    Ok(bytes)
}

/// Decompresses what is in gzip format and passes on everything else, whatever the file is called.
pub(crate) fn plain_or_gzip<'a>(
    mut reader: impl BufRead + 'a,
    file: &Path,
) -> Result<Box<dyn Read + 'a>> {
    let start = reader.fill_buf().map_err(Error::io(file))?;
    Ok(if start.starts_with(GZIP) {
        Box::new(OneGzip::new(reader))
    } else {
        Box::new(reader)
    })
}

/// A reader of one gzip stream that fails if anything follows the stream.
pub(crate) struct OneGzip<R> {
    decoder: GzDecoder<R>,
}

impl<R: BufRead> OneGzip<R> {
    /// Decompresses `reader`.
    pub(crate) fn new(reader: R) -> Self {
        Self {
            decoder: GzDecoder::new(reader),
        }
    }
}

impl<R: BufRead> Read for OneGzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        let ended = count == 0 && !buffer.is_empty();
        if ended && !self.decoder.get_mut().fill_buf()?.is_empty() {
            let what = "more bytes after the end of the gzip stream";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(count)
    }
}
