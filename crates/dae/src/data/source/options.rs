//! Where to look for data sets, and what the environment says about it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::data::images::DataSet;
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
/// | `connect_timeout` | 5 | s | for resolving a site's name, and again for connecting to it |
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
    /// How long resolving a site's name may take, and connecting to it.
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

    /// The defaults, with what the environment says: `DAE_CACHE_DIR` names the cache ([`cache_dir`] has the
    /// alternatives), `DAE_DATA_MIRROR` the mirror, and `DAE_OFFLINE` (1, true, yes, on; or 0, false, no, off, empty)
    /// forbids the network. `SSL_CERT_FILE` and `SSL_CERT_DIR` mean what they mean to curl. An empty variable counts as
    /// unset.
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
    pub(super) fn sites(&self, dataset: DataSet) -> &[String] {
        match dataset {
            DataSet::Mnist => &self.mnist_sites,
            DataSet::Cifar10 => &self.cifar10_sites,
        }
    }
}

/// The folder for verified data sets: `$DAE_CACHE_DIR`, or `$XDG_CACHE_HOME/dae`, or
/// `$HOME/.cache/dae`.
///
/// # Errors
/// [`Error::NoCacheDirectory`] if none of the three is set.
pub fn cache_dir() -> Result<PathBuf> {
    cache_dir_from(|name| env::var_os(name))
}

/// As [`cache_dir`], with an environment that tests can supply. An empty variable counts as unset.
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    // `tests/test_setup.py` has the same table for make and the scripts.
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
