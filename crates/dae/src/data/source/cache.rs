//! The cache: one folder for each data set, complete or not there at all.
//!
//! A folder is written under a private name beside its place and renamed when complete. Two
//! processes that fill the cache at once both write a folder of their own; the first rename wins,
//! and the other folder is dropped.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Form, SourceOptions, private_folder};
use crate::data::{DataSet, Expected, Images, cifar10, mnist};
use crate::files::{make_public, sync_folder};
use crate::{Error, Result};

/// The folder for verified data sets: `$DAE_CACHE_DIR`, or `$XDG_CACHE_HOME/dae`, or
/// `$HOME/.cache/dae`.
///
/// # Errors
/// [`Error::NoCacheDirectory`] if none of the three is set.
pub fn cache_dir() -> Result<PathBuf> {
    cache_dir_from(|name| env::var_os(name))
}

/// As [`cache_dir`], with an environment that tests can make up. An empty variable counts as unset.
fn cache_dir_from(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let path = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    path("DAE_CACHE_DIR")
        .or_else(|| path("XDG_CACHE_HOME").map(|base| base.join("dae")))
        .or_else(|| path("HOME").map(|home| home.join(".cache").join("dae")))
        .ok_or(Error::NoCacheDirectory)
}

/// What [`verify`] found for one data set.
#[derive(Debug)]
pub struct CacheEntry {
    /// The data set.
    pub dataset: DataSet,
    /// Where it is, or would be.
    pub folder: PathBuf,
    /// How it is.
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

/// The one form in which the cache keeps a data set: uncompressed, as it is read fastest.
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
            // Its content has moved on: nothing is left to remove.
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

/// Renames a bad entry to the first free `<name>.bad-<n>`, where it can be looked at.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_dir_prefers_the_most_specific_variable() {
        let all = [
            ("DAE_CACHE_DIR", "/a"),
            ("XDG_CACHE_HOME", "/b"),
            ("HOME", "/c"),
        ];
        for (from, found) in [(0, "/a"), (1, "/b/dae"), (2, "/c/.cache/dae")] {
            let set = &all[from..];
            let variable = |name: &str| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            };
            assert_eq!(cache_dir_from(variable).unwrap(), Path::new(found));
        }
        assert!(matches!(
            cache_dir_from(|_| None),
            Err(Error::NoCacheDirectory)
        ));
        assert!(matches!(
            cache_dir_from(|_| Some("".into())),
            Err(Error::NoCacheDirectory)
        ));
    }
}
