//! What was measured on images for Figure 7, for those who have none: stands behind `data/few_samples.csv`.
//!
//! `cargo run --release -p paper --example few_samples results/paper > data/few_samples.csv`, after `paper run fig7
//! --profile paper` with the images of both data sets in the cache.

use std::path::PathBuf;

use anyhow::Context as _;
use paper::experiments::Figure;
use paper::experiments::fig7::Settings;
use paper::experiments::fig7::committed::Committed;
use paper::experiments::fig7::rows::{Mask, Samples};
use paper::results::Recorded;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.context("say which results: results/paper")?;
    let recorded = Recorded::open(&folder)?;
    let record = recorded.records.get(&Figure::Fig7);
    let seed = record.context("Figure 7 has not been made")?.inputs.seed;
    let settings = recorded.settings::<Settings>(Figure::Fig7)?;
    let settings = settings.context("Figure 7 has not been made")?;
    let tables = recorded.tables();
    let (samples, mask) = (tables.rows::<Samples>()?, tables.rows::<Mask>()?);
    print!(
        "{}",
        Committed::of(&settings, seed, &samples, &mask).to_csv()
    );
    Ok(())
}
