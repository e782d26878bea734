//! Other costs in time and memory: loading, spectra, figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use dae::data::{DataSet, Eigen, SourceOptions, Spectrum, cache_dir, second_moment};
use paper::experiments::spectra;
use paper::results::Recorded;
use paper::system::progress::Progress;

use crate::table::Cost;

const MIB: f64 = 1048576.0;

/// Epochs of each training run whose memory is measured: it does not grow after the first.
const EPOCHS: u64 = 50;

#[derive(Args)]
pub struct Options {
    /// The `paper` command.
    #[arg(long)]
    paper: PathBuf,
}

impl Options {
    pub fn run(&self) -> anyhow::Result<Vec<Cost>> {
        let mut rows = Vec::new();
        let mut add = |what, measured, unit, target| {
            rows.push(Cost::new(what, measured, unit, target));
        };
        let options = SourceOptions::from_env()?;
        let clock = Instant::now();
        let load = |dataset| spectra::images(dataset, &options, &Progress::Silent);
        let [_mnist, cifar10] = [load(DataSet::Mnist)?, load(DataSet::Cifar10)?];
        let seconds = clock.elapsed().as_secs_f64();
        add("loading and verifying both data sets", seconds, "s", 3.0);

        let samples = DataSet::Cifar10.paper_samples();
        let clock = Instant::now();
        Spectrum::of_images(&cifar10, samples)?;
        let seconds = clock.elapsed().as_secs_f64();
        add("covariance and spectrum of CIFAR-10", seconds, "s", 8.0);
        let clock = Instant::now();
        let moment = second_moment(&cifar10.train, samples)?;
        let seconds = clock.elapsed().as_secs_f64();
        add("of these the covariance", seconds, "s", 8.0);
        let clock = Instant::now();
        Eigen::of(&moment)?;
        let seconds = clock.elapsed().as_secs_f64();
        add(
            "eigenvectors of CIFAR-10's covariance",
            seconds,
            "s",
            f64::INFINITY,
        );

        let folder = tempfile::tempdir()?;
        let clock = Instant::now();
        self.paper(folder.path(), &["fig1", "fig2", "fig3", "fig4"])?;
        let seconds = clock.elapsed().as_secs_f64();
        add("Figures 1 to 4 at paper", seconds, "s", 3.0);

        // Fresh cache folders, so that no previously computed spectrum is found.
        for (what, with_images, target) in [
            ("peak memory of Figure 5 from spectra", false, 200.0),
            ("peak memory of Figure 5 with images", true, 1024.0),
        ] {
            let folder = tempfile::tempdir()?;
            let cache = folder.path().join("cache");
            fs::create_dir(&cache)?;
            if with_images {
                for dataset in DataSet::ALL {
                    let images = cache_dir()?.join(dataset.name());
                    std::os::unix::fs::symlink(images, cache.join(dataset.name()))?;
                }
            }
            let few = format!("fig5.epochs={EPOCHS}");
            let results = folder.path().join("results");
            self.paper_with(&cache, &results, &["fig5", "--set", &few])?;
            add(
                what,
                peak_memory(&results.join("paper"))? / MIB,
                "MiB",
                target,
            );
        }
        Ok(rows)
    }

    fn paper(&self, results: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        self.paper_with(&cache_dir()?, results, arguments)
    }

    /// Runs figures at the paper's sizes.
    fn paper_with(&self, cache: &Path, results: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        let status = Command::new(&self.paper)
            .args(["run", "--profile", "paper", "--results"])
            .arg(results)
            .args(arguments)
            .env("DAE_CACHE_DIR", cache)
            .stdout(Stdio::null())
            .status()?;
        // With few epochs Figure 5 misses the published values, and the command says so.
        anyhow::ensure!(
            status.code().is_some_and(|code| code < 2),
            "{arguments:?} failed"
        );
        Ok(())
    }
}

/// The largest resident memory of Figure 5, in bytes.
fn peak_memory(results: &Path) -> anyhow::Result<f64> {
    let records = Recorded::open(results)?.records;
    let peak = records.values().find_map(|record| record.peak_memory());
    Ok(peak.context("no peak memory was recorded")? as f64)
}
