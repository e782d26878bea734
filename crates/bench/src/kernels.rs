//! What the micro-benchmarks of `benches/kernels.rs` measured, gathered from the files that criterion wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

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
    /// Elements or bytes per second, where meaningful.
    per_second: Option<f64>,
    unit: &'static str,
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

/// A row of `benchmark.json` and `estimates.json`, whose times are in nanoseconds.
fn row(folder: &Path) -> anyhow::Result<Row> {
    let (benchmark, estimates) = (
        read(&folder.join("benchmark.json"))?,
        read(&folder.join("estimates.json"))?,
    );
    let seconds = |pointer: &str| {
        let value = estimates.pointer(pointer).and_then(Value::as_f64);
        let value = value.with_context(|| format!("{}: no {pointer}", folder.display()))?;
        anyhow::Ok(value / 1e9)
    };
    let median_s = seconds("/median/point_estimate")?;
    let kinds = [
        ("/throughput/Bytes", "bytes"),
        ("/throughput/Elements", "elements"),
    ];
    let throughput = kinds
        .into_iter()
        .find_map(|(pointer, unit)| Some((benchmark.pointer(pointer)?.as_f64()?, unit)));
    let name = benchmark.pointer("/full_id").and_then(Value::as_str);
    Ok(Row {
        kernel: name.context("a benchmark without a name")?.to_owned(),
        median_s,
        median_low_s: seconds("/median/confidence_interval/lower_bound")?,
        median_high_s: seconds("/median/confidence_interval/upper_bound")?,
        deviation_s: seconds("/std_dev/point_estimate")?,
        per_second: throughput.map(|(amount, _)| amount / median_s),
        unit: throughput.map_or("", |(_, unit)| unit),
    })
}

fn folders(place: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(place).with_context(|| place.display().to_string())?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let paths: anyhow::Result<Vec<PathBuf>> = paths.collect();
    Ok(paths?.into_iter().filter(|path| path.is_dir()).collect())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}
