//! What else takes time and memory: loading, spectra, figures.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use dae::data::{DataSet, Eigen, SourceOptions, second_moment};
use paper::progress::Progress;
use paper::spectra;
use serde::Serialize;

#[derive(Args)]
pub struct Options {
    /// The `paper` command.
    #[arg(long)]
    paper: PathBuf,
}

#[derive(Debug, Serialize)]
pub struct Row {
    what: &'static str,
    measured: f64,
    unit: &'static str,
    target: f64,
    met: bool,
}

impl Options {
    pub fn run(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut add = |what, measured, unit, target| {
            let met = measured < target;
            rows.push(Row {
                what,
                measured,
                unit,
                target,
                met,
            });
        };
        let options = SourceOptions::from_env()?;
        let clock = Instant::now();
        let mut images = Vec::new();
        for dataset in DataSet::ALL {
            images.push((
                dataset,
                spectra::images(dataset, &options, &Progress::Silent)?,
            ));
        }
        add(
            "loading and verifying both data sets",
            clock.elapsed().as_secs_f64(),
            "s",
            3.0,
        );
        let cifar10 = images
            .iter()
            .find(|(dataset, _)| *dataset == DataSet::Cifar10);
        let (dataset, images) = cifar10.context("there is no CIFAR-10")?;
        let clock = Instant::now();
        let moment = second_moment(&images.train, dataset.paper_samples())?;
        let covariance = clock.elapsed().as_secs_f64();
        Eigen::of(&moment)?;
        let spectrum = clock.elapsed().as_secs_f64();
        add("covariance of CIFAR-10", covariance, "s", 8.0);
        add(
            "covariance and spectrum with eigenvectors of CIFAR-10",
            spectrum,
            "s",
            8.0,
        );
        let folder = tempfile::tempdir()?;
        let clock = Instant::now();
        let status = Command::new(&self.paper)
            .args(["run", "--profile", "paper", "--results"])
            .arg(folder.path())
            .args(["fig1", "fig2", "fig3", "fig4"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        anyhow::ensure!(status.success(), "Figures 1 to 4 failed");
        add("Figures 1 to 4", clock.elapsed().as_secs_f64(), "s", 3.0);
        Ok(rows)
    }
}
