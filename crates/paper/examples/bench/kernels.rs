//! What the micro-benchmarks of `benches/kernels` measured, gathered from the files that criterion wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Args)]
pub struct Options {
    /// The folder that criterion wrote to.
    #[arg(long)]
    criterion: PathBuf,
}

#[derive(Debug, Serialize)]
pub struct Row {
    kernel: String,
    median_s: f64,
    /// Confidence interval of the median, 95%.
    median_low_s: f64,
    median_high_s: f64,
    /// Standard deviation of an iteration.
    deviation_s: f64,
    /// Elements or bytes a second, where that says something.
    per_second: Option<f64>,
    unit: &'static str,
}

/// `benchmark.json`, as far as it is needed.
#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
enum Throughput {
    Bytes(f64),
    Elements(f64),
}

/// `estimates.json`, in nanoseconds.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
    std_dev: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

impl Options {
    pub fn run(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for group in folders(&self.criterion)? {
            for kernel in folders(&group)? {
                rows.push(row(&kernel.join("new"))?);
            }
        }
        anyhow::ensure!(
            !rows.is_empty(),
            "{} has no benchmarks",
            self.criterion.display()
        );
        rows.sort_by(|a, b| a.kernel.cmp(&b.kernel));
        Ok(rows)
    }
}

fn row(folder: &Path) -> anyhow::Result<Row> {
    let Benchmark {
        full_id,
        throughput,
    } = read(&folder.join("benchmark.json"))?;
    let Estimates { median, std_dev } = read(&folder.join("estimates.json"))?;
    let seconds = |nanoseconds: f64| nanoseconds / 1e9;
    let (amount, unit) = match throughput {
        Some(Throughput::Bytes(bytes)) => (Some(bytes), "bytes"),
        Some(Throughput::Elements(elements)) => (Some(elements), "elements"),
        None => (None, ""),
    };
    let median_s = seconds(median.point_estimate);
    Ok(Row {
        kernel: full_id,
        median_s,
        median_low_s: seconds(median.confidence_interval.lower_bound),
        median_high_s: seconds(median.confidence_interval.upper_bound),
        deviation_s: seconds(std_dev.point_estimate),
        per_second: amount.map(|amount| amount / median_s),
        unit,
    })
}

fn folders(place: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(place).with_context(|| place.display().to_string())?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let paths: anyhow::Result<Vec<PathBuf>> = paths.collect();
    Ok(paths?.into_iter().filter(|path| path.is_dir()).collect())
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}
