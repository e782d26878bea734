//! The cache: one folder for each data set, complete or absent.
//!
//! A folder is written under a private name beside its place, and renamed when complete. If two processes fill the
//! cache at once, each writes a folder of its own; the first rename wins, and the other folder is dropped.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::form::Form;
use super::options::SourceOptions;
use super::private::private_folder;
use crate::data::images::{DataSet, Expected, Images};
use crate::data::{cifar10, mnist};
use crate::files::{make_public, sync_folder};
use crate::{Error, Result};

/// What [`verify`] found for one data set.
#[derive(Debug)]
pub struct CacheEntry {
    /// The data set.
    pub dataset: DataSet,
    /// Where it is, or would be.
    pub folder: PathBuf,
    /// Its state.
    pub state: CacheState,
}

/// The state of a data set in the cache.
#[derive(Debug)]
pub enum CacheState {
    /// It is not there.
    Absent,
    /// It is there, and has this fingerprint, which is the expected one.
    Good(String),
    /// It is there, but cannot be used, for this reason.
    Bad(Error),
}

/// Looks at both data sets in the cache, and changes nothing.
pub fn verify(options: &SourceOptions) -> Vec<CacheEntry> {
    let look = |dataset: DataSet| verify_expected(&dataset.expected(), options);
    DataSet::ALL.into_iter().map(look).collect()
}

/// Looks at one data set in the cache, and changes nothing.
pub fn verify_expected(expected: &Expected, options: &SourceOptions) -> CacheEntry {
    let dataset = expected.dataset;
    let folder = folder(dataset, options);
    let read = || form(dataset, &folder).read(expected);
    let state = match folder.try_exists() {
        Ok(false) => CacheState::Absent,
        Ok(true) => match read().and_then(|images| expected.check(images)) {
            Ok(_) => CacheState::Good(expected.fingerprint.clone()),
            Err(error) => CacheState::Bad(error),
        },
        Err(error) => CacheState::Bad(Error::io(&folder)(error)),
    };
    CacheEntry {
        dataset,
        folder,
        state,
    }
}

/// The place of a data set in the cache.
pub(super) fn folder(dataset: DataSet, options: &SourceOptions) -> PathBuf {
    options.cache.join(dataset.name())
}

/// The one form in which the cache keeps a data set: uncompressed, the fastest to read.
pub(super) fn form(dataset: DataSet, folder: &Path) -> Form {
    match dataset {
        DataSet::Mnist => Form::MnistFiles(mnist::FILES.map(|name| folder.join(name))),
        DataSet::Cifar10 => Form::Cifar10Files(cifar10::FILES.map(|name| folder.join(name))),
    }
}

/// Writes a verified data set into the cache, unless another process was quicker.
pub(super) fn store(images: &Images, options: &SourceOptions) -> Result<()> {
    let place = folder(images.dataset, options);
    let beside = private_folder(".writing-", &options.cache)?;
    match images.dataset {
        DataSet::Mnist => write_all(beside.path(), &mnist::FILES, &mnist::write_files(images))?,
        DataSet::Cifar10 => {
            write_all(
                beside.path(),
                &cifar10::FILES,
                &cifar10::write_files(images),
            )?;
        }
    }
    make_public(beside.path(), 0o755);
    sync_folder(beside.path());
    match fs::rename(beside.path(), &place) {
        Ok(()) => {
            // The folder has been renamed: nothing is left to remove.
            beside.keep();
            sync_folder(&options.cache);
            Ok(())
        }
        Err(_) if place.is_dir() => Ok(()),
        Err(error) => Err(Error::io(place)(error)),
    }
}

fn write_all(folder: &Path, names: &[&str], contents: &[Vec<u8>]) -> Result<()> {
    for (name, content) in names.iter().zip(contents) {
        let path = folder.join(name);
        let mut file = fs::File::create(&path).map_err(Error::io(&path))?;
        file.write_all(content)
            .and_then(|()| file.sync_all())
            .map_err(Error::io(&path))?;
    }
    Ok(())
}

/// Renames a bad entry to the first free `<name>.bad-<n>`, where it can be inspected.
pub(super) fn quarantine(folder: &Path) -> Result<PathBuf> {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".bad-");
    for number in 1..10_000 {
        let mut name = name.clone();
        name.push(number.to_string());
        let to = folder.with_file_name(name);
        if !to.exists() {
            fs::rename(folder, &to).map_err(Error::io(folder))?;
            return Ok(to);
        }
    }
    Err(Error::io(folder)(std::io::Error::other(
        "too many bad copies: remove them",
    )))
}
