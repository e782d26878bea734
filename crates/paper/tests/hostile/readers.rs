//! Every reader of bytes that come from outside, as a function of those bytes.
//!
//! The mutation tests beside this file and the fuzz targets in `fuzz/` go through this one list. Seeds, which are files
//! that the readers accept, lie in `fuzz/seeds/<name>`.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use dae::Settings as _;
use dae::data::archive::{Member, gunzip, read_members};
use dae::data::{DataSet, Directions, Expected, Spectrum, cifar10, mnist};
use dae::train::linear::{Observation, Weights};
use dae::train::nonlinear::State;
use flate2::bufread::DeflateDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc};
use paper::experiments::fig5::rows::Dynamics;
use paper::experiments::fig7::committed::Committed;
use paper::experiments::load_with;
use paper::own::{Format, MOST_COLUMNS};
use paper::results::Manifest;
use paper::results::parse_record;
use paper::settings::Profile;
use paper::system::files::sha256;
use paper::tables::{parse_published, read};
use paper::{Error, Result, runs};

/// A reader.
pub struct Reader {
    /// Its name, which is that of its fuzz target and of the folder of its seeds.
    pub name: &'static str,
    read: fn(&[u8]) -> Result<()>,
    /// Puts checksums right, so that damage gets past them and further in.
    mend: fn(&mut Vec<u8>),
}

/// All of them.
pub const READERS: [Reader; 22] = [
    reader("idx_images", idx_images),
    reader("idx_labels", idx_labels),
    reader("idx_gz", idx_gz),
    mended("mnist_npz", mnist_npz, |bytes| mend_zip(bytes)),
    reader("cifar10_batch", cifar10_batch),
    reader("cifar10_pickle", cifar10_pickle),
    reader("cifar10_labels", cifar10_labels),
    mended("png_sheet", png_sheet, |bytes| mend_png(bytes)),
    mended("tar_gz", tar_gz, zip_tar),
    reader("spectrum_csv", spectrum_csv),
    reader("directions_csv", directions_csv),
    reader("few_samples_csv", few_samples_csv),
    reader("settings_toml", settings_toml),
    reader("manifest_json", manifest_json),
    reader("record_json", record_json),
    mended("checkpoint", checkpoint, mend_checkpoint),
    reader("published_csv", published_csv),
    reader("table_csv", table_csv),
    reader("samples_npy", |bytes| samples(Format::Npy, bytes)),
    mended(
        "samples_npz",
        |bytes| samples(Format::Npz, bytes),
        |bytes| mend_zip(bytes),
    ),
    reader("samples_csv", |bytes| samples(Format::Csv, bytes)),
    reader("samples_idx", |bytes| samples(Format::Idx, bytes)),
];

const fn reader(name: &'static str, read: fn(&[u8]) -> Result<()>) -> Reader {
    mended(name, read, |_| {})
}

const fn mended(
    name: &'static str,
    read: fn(&[u8]) -> Result<()>,
    mend: fn(&mut Vec<u8>),
) -> Reader {
    Reader { name, read, mend }
}

impl Reader {
    /// Reads `bytes` as they are.
    pub fn read(&self, bytes: &[u8]) -> Result<()> {
        (self.read)(bytes)
    }

    /// Reads `bytes` with their checksums put right.
    pub fn read_mended(&self, bytes: &[u8]) -> Result<()> {
        let mut bytes = bytes.to_vec();
        (self.mend)(&mut bytes);
        (self.read)(&bytes)
    }
}

/// The reader of that name.
#[allow(dead_code)]
pub fn find(name: &str) -> Option<&'static Reader> {
    const ALL: &[Reader] = &READERS;
    ALL.iter().find(|reader| reader.name == name)
}

/// What a fuzz target does with its input.
#[allow(dead_code)]
pub fn fuzz(name: &str, bytes: &[u8]) {
    if let Some(reader) = find(name) {
        drop((reader.read(bytes), reader.read_mended(bytes)));
    }
}

fn file() -> &'static Path {
    Path::new("outside")
}

/// Insists on what a reader promises of a file that it accepts.
fn promise(kept: bool) {
    assert!(kept, "accepted, but not what was asked for");
}

fn idx_images(bytes: &[u8]) -> Result<()> {
    promise(mnist::read_images(bytes, 2, file())?.len() == 2 * 784);
    Ok(())
}

fn idx_labels(bytes: &[u8]) -> Result<()> {
    let labels = mnist::read_labels(bytes, 20, file())?;
    promise(labels.len() == 20 && labels.iter().all(|&label| label < 10));
    Ok(())
}

fn idx_gz(bytes: &[u8]) -> Result<()> {
    promise(mnist::read_images(gunzip(bytes), 2, file())?.len() == 2 * 784);
    Ok(())
}

fn mnist_npz(bytes: &[u8]) -> Result<()> {
    let expected = Expected {
        train: 2,
        test: 1,
        ..DataSet::Mnist.expected()
    };
    let images = mnist::read_arrays(bytes, &expected, file())?;
    promise(images.train.pixels.dim() == (2, 784) && images.test.pixels.dim() == (1, 784));
    let mut labels = images.train.labels.iter().chain(&images.test.labels);
    promise(labels.all(|&label| label < 10));
    Ok(())
}

fn cifar10_batch(bytes: &[u8]) -> Result<()> {
    promise(cifar10::read_batch(bytes, 2, file())?.pixels.dim() == (2, 3072));
    Ok(())
}

fn cifar10_pickle(bytes: &[u8]) -> Result<()> {
    let batch = cifar10::read_pickle(bytes, 2, file())?;
    promise(batch.pixels.dim() == (2, 3072) && batch.labels.iter().all(|&label| label < 10));
    Ok(())
}

fn cifar10_labels(bytes: &[u8]) -> Result<()> {
    promise(cifar10::read_label_list(bytes, 20, file())?.len() == 20);
    Ok(())
}

fn png_sheet(bytes: &[u8]) -> Result<()> {
    promise(cifar10::read_sheet(bytes, 2, file())?.len() == 2 * 3072);
    Ok(())
}

fn tar_gz(bytes: &[u8]) -> Result<()> {
    let wanted = [Member::exactly("in/a", 3), Member::at_most("in/b", 600)];
    let found = read_members(bytes, &wanted, 1 << 16, file())?;
    promise(found[0].len() == 3 && found[1].len() <= 600);
    Ok(())
}

fn spectrum_csv(bytes: &[u8]) -> Result<()> {
    let spectrum = Spectrum::parse(&String::from_utf8_lossy(bytes), file())?;
    let again = Spectrum::parse(&spectrum.to_csv(), file())?;
    promise(spectrum == again && spectrum.half_trace() >= 0.0);
    Ok(())
}

fn directions_csv(bytes: &[u8]) -> Result<()> {
    let directions = Directions::parse(&String::from_utf8_lossy(bytes), file())?;
    let again = Directions::parse(&directions.to_csv(), file())?;
    let mut numbers = (directions.test_moment.iter()).chain(&directions.pixel_moment);
    promise(directions == again && numbers.all(|x| x.is_finite() && *x >= 0.0));
    promise(directions.test_moment.len() == directions.pixel_moment.len());
    Ok(())
}

fn few_samples_csv(bytes: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(bytes);
    let committed = Committed::parse(&text)?;
    promise(committed.to_csv() == text);
    Ok(())
}

/// What follows `--set` goes the way of a settings file, and may hold as many settings as one.
fn settings_toml(bytes: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (settings, _) = load_with(Profile::Paper, &[text])?;
    settings.fig1.check()?;
    settings.fig2.check()?;
    settings.fig3.check()?;
    settings.fig4.check()?;
    settings.fig5.check()?;
    settings.fig6.check()?;
    Ok(())
}

fn manifest_json(bytes: &[u8]) -> Result<()> {
    let manifest = Manifest::parse(bytes)?;
    promise(manifest.expected().keys().all(|path| stays_inside(path)));
    let (text, content, seal) = (
        manifest.text()?,
        manifest.content(),
        manifest.expected_seal(),
    );
    promise(Manifest::parse(&text)?.content() == content && seal.len() == 64);
    Ok(())
}

fn record_json(bytes: &[u8]) -> Result<()> {
    let record = parse_record(bytes, "record")?;
    promise(record.outputs.keys().all(|path| stays_inside(path)));
    Ok(())
}

/// Whether a file of that name in a folder is below the folder.
fn stays_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| !["", ".", ".."].contains(&part))
}

/// The contents of checkpoints of Figures 5 and 6 are made of these.
type Checkpoint = (u64, Weights, State, Vec<Observation>);

fn checkpoint(bytes: &[u8]) -> Result<()> {
    let damaged = || Error::Damaged {
        file: "checkpoint".to_owned(),
        problem: "it counts as absent".to_owned(),
    };
    let (header, _) = runs::parse_checkpoint::<Checkpoint>(bytes).ok_or_else(damaged)?;
    promise(std::time::Duration::try_from_secs_f64(header.seconds).is_ok());
    Ok(())
}

fn table_csv(bytes: &[u8]) -> Result<()> {
    for row in read::parse::<Dynamics>(bytes)? {
        promise(row.mapping.is_finite() && row.theory.is_finite());
    }
    Ok(())
}

fn published_csv(bytes: &[u8]) -> Result<()> {
    for value in parse_published(bytes)? {
        promise(value.tolerance > 0.0 && !value.check(f64::NAN).passes());
        drop(value.name());
    }
    Ok(())
}

/// The user's own samples, in whatever form: rows of equal length. In an archive of several arrays it is the one called `x`.
fn samples(format: Format, bytes: &[u8]) -> Result<()> {
    let key = Some("x").filter(|_| format == Format::Npz);
    let mut length = None;
    format.rows(Cursor::new(bytes), key, file(), &mut |row| {
        promise(*length.get_or_insert(row.len()) == row.len());
        promise((1..=MOST_COLUMNS).contains(&row.len()));
        Ok(())
    })
}

/// Gives every chunk of a PNG the checksum that belongs to it.
fn mend_png(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let end = u64::from(u32::from_be_bytes(*length)) + at as u64 + 8;
        let end = usize::try_from(end).unwrap_or(usize::MAX);
        let Some(chunk) = bytes.get(at + 4..end) else {
            return;
        };
        let mut crc = Crc::new();
        crc.update(chunk);
        let Some(place) = bytes.get_mut(end..end + 4) else {
            return;
        };
        place.copy_from_slice(&crc.sum().to_be_bytes());
        at = end + 4;
    }
}

/// Gives every entry in the directory of a zip archive the checksum and the size of what it points at.
fn mend_zip(bytes: &mut [u8]) {
    let number = |bytes: &[u8], at: usize, width: usize| {
        let digits = bytes.get(at..at + width)?.iter().rev();
        Some(digits.fold(0, |number, &digit| (number << 8) | usize::from(digit)))
    };
    for at in 0..bytes.len() {
        if !bytes[at..].starts_with(b"PK\x01\x02") {
            continue;
        }
        let entry = |offset, width| number(bytes, at + offset, width);
        let content = || {
            let (method, size, place) = (entry(10, 2)?, entry(20, 4)?, entry(42, 4)?);
            let start = place + 30 + number(bytes, place + 26, 2)? + number(bytes, place + 28, 2)?;
            let stored = bytes.get(start..start.checked_add(size)?)?;
            let mut content = Vec::new();
            match method {
                8 => {
                    let decoder = DeflateDecoder::new(stored);
                    drop(decoder.take(1 << 16).read_to_end(&mut content));
                }
                _ => content.extend_from_slice(stored),
            }
            Some(content)
        };
        let Some(content) = content() else { continue };
        let mut crc = Crc::new();
        crc.update(&content);
        let size = u32::try_from(content.len()).unwrap_or(u32::MAX);
        for (offset, value) in [(16, crc.sum()), (24, size)] {
            if let Some(place) = bytes.get_mut(at + offset..at + offset + 4) {
                place.copy_from_slice(&value.to_le_bytes());
            }
        }
    }
}

/// Gives the headers in a tar archive the checksums that belong to them, and compresses it.
///
/// What is compressed already is decompressed first, so that one seed serves for both.
fn zip_tar(bytes: &mut Vec<u8>) {
    let mut tar = Vec::new();
    // Nothing, or what comes before the damage: all will do.
    drop(
        gunzip(Cursor::new(&bytes))
            .take(1 << 16)
            .read_to_end(&mut tar),
    );
    if tar.is_empty() {
        tar.clone_from(bytes);
    }
    for header in tar.chunks_exact_mut(512) {
        if header[257..].starts_with(b"ustar") {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
            let sum = format!("{sum:06o}\0 ");
            header[148..156].copy_from_slice(&sum.as_bytes()[..8]);
        }
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    if encoder.write_all(&tar).is_ok()
        && let Ok(zipped) = encoder.finish()
    {
        *bytes = zipped;
    }
}

/// Puts the hash of what follows into the header of a checkpoint.
fn mend_checkpoint(bytes: &mut Vec<u8>) {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return;
    };
    let (header, content) = bytes.split_at(end);
    if let Ok(mut header) = serde_json::from_slice::<serde_json::Value>(header)
        && let Some(header) = header.as_object_mut()
    {
        header.insert("sha256".to_owned(), sha256(&content[1..]).into());
        *bytes = [serde_json::json!(header).to_string().as_bytes(), content].concat();
    }
}
