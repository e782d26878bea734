//! Reads known files from a `.tar.gz` or `.tar` archive, and never writes to a path that the archive names.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use tar::Archive;

use super::bytes::{GZIP, OneGzip, exactly, read_error, refuse};
use super::images::Expected;
use crate::{Error, Result};

/// A file that an archive must hold.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    name: &'a str,
    size: usize,
    exact: bool,
}

impl<'a> Member<'a> {
    /// A file whose size is known.
    pub fn exactly(name: &'a str, size: usize) -> Self {
        Self {
            name,
            size,
            exact: true,
        }
    }

    /// A file that may be smaller than `size`.
    pub fn at_most(name: &'a str, size: usize) -> Self {
        Self {
            name,
            size,
            exact: false,
        }
    }

    /// Whether a name in an archive is that of this file.
    fn is_called(&self, mut name: &[u8]) -> bool {
        while let Some(rest) = name.strip_prefix(b"./") {
            name = rest;
        }
        let alone = self.name.rsplit('/').next();
        name == self.name.as_bytes() || alone.is_some_and(|alone| name == alone.as_bytes())
    }
}

/// How many bytes of an archive of `expected` to decompress at most: twice the size of the data, plus a little for
/// headers and other members.
pub(crate) fn limit(expected: &Expected) -> u64 {
    2 * expected.bytes() as u64 + (1 << 20)
}

/// Reads `wanted`, in that order, from a tar archive, plain or compressed with gzip. Reads at most `limit` bytes after
/// decompression.
///
/// Names are compared byte for byte with the wanted ones, and never used as paths. They may begin with `./`, and may
/// lack the folder, as in repacked archives. All other members are skipped, extensions such as long names included.
///
/// # Errors
/// [`Error::Format`], which names `file`, if the archive is damaged, too long, lacks a wanted file, has it twice, in
/// another size, or as a link or anything else but a regular file.
pub fn read_members(
    reader: impl Read,
    wanted: &[Member],
    limit: u64,
    file: &Path,
) -> Result<Vec<Vec<u8>>> {
    let mut reader = BufReader::new(reader);
    let start = reader.fill_buf().map_err(Error::io(file))?;
    let content: Box<dyn Read> = if start.starts_with(GZIP) {
        Box::new(GzDecoder::new(reader))
    } else {
        Box::new(reader)
    };
    let mut archive = Archive::new(content.take(limit));
    let members = collect(&mut archive, wanted, file);
    // The rest is decompressed too: the checksum comes last.
    let mut rest = archive.into_inner();
    let drained = io::copy(&mut rest, &mut io::sink());
    if rest.limit() == 0 {
        return Err(refuse(
            file,
            format!("less than {limit} bytes after decompression"),
            "more",
        ));
    }
    let members = members?;
    drained.map_err(read_error(file, "a whole gzip stream"))?;
    Ok(members)
}

/// Decompresses one gzip stream. Reading fails if the stream is damaged or anything follows it.
///
/// It is decompressed as it is read: the caller decides how much is enough.
pub fn gunzip(reader: impl BufRead) -> impl Read {
    OneGzip::new(reader)
}

fn collect(
    archive: &mut Archive<impl Read>,
    wanted: &[Member],
    file: &Path,
) -> Result<Vec<Vec<u8>>> {
    let damaged = read_error(file, "a tar archive, plain or in gzip");
    let mut found: Vec<Option<Vec<u8>>> = vec![None; wanted.len()];
    // Raw: the tar crate would otherwise read long names and extensions into memory.
    for entry in archive.entries().map_err(&damaged)?.raw(true) {
        let mut entry = entry.map_err(&damaged)?;
        let name = entry.path_bytes();
        let mut places = wanted.iter().zip(&mut found);
        let Some((member, place)) = places.find(|(member, _)| member.is_called(&name)) else {
            continue;
        };
        let inside = file.join(member.name);
        if !entry.header().entry_type().is_file() {
            return Err(refuse(
                &inside,
                "a regular file",
                "another kind of archive member",
            ));
        }
        if place.is_some() {
            return Err(refuse(&inside, "one such member", "two of that name"));
        }
        let size = check_size(member, entry.size(), &inside)?;
        *place = Some(exactly(&mut entry, size, &inside)?);
    }
    let missing = |member: &Member| refuse(file, format!("the member {}", member.name), "none");
    found
        .into_iter()
        .zip(wanted)
        .map(|(bytes, member)| bytes.ok_or_else(|| missing(member)))
        .collect()
}

/// Returns the size that a member states, if it is allowed.
fn check_size(member: &Member, stated: u64, inside: &Path) -> Result<usize> {
    let limit = member.size;
    match usize::try_from(stated) {
        Ok(size) if size == limit || (size < limit && !member.exact) => Ok(size),
        _ => {
            let at_most = if member.exact { "" } else { "at most " };
            Err(refuse(
                inside,
                format!("{at_most}{limit} bytes"),
                format!("{stated} bytes"),
            ))
        }
    }
}
