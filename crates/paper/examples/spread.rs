//! How much results move with the seed: what stands behind the tolerances of the published values.
//!
//! * `cargo run --release -p paper --example spread fig5 > data/seed_spread.csv` (some five minutes on two cores): every
//!   model on the MNIST spectrum at the paper's settings; the loss at each published epoch.
//! * `cargo run --release -p paper --example spread fig6 > data/mapping_spread.csv` (some 20 minutes): every model at the
//!   settings of `quick`, that is at the paper's widths and epochs on 2,000 images; the mapping at the last recorded
//!   epoch, and the first epoch above half of it. What is trained is kept in `results/quick/runs`, so that it can be
//!   stopped and started again.
//!
//! Both print the mean and the standard deviation over several seeds.

#![allow(clippy::indexing_slicing)] // all runs have the same settings, hence the same shape

use dae::Settings as _;
use dae::data::{DataSet, Spectrum};
use paper::experiments::fig6::run::Training;
use paper::experiments::{Context, fig5, fig6, load};
use paper::runs::Runs;
use paper::settings::Profile;
use paper::system::progress::Progress;

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("fig5") => losses(1..9),
        Some("fig6") => mappings(2018..2022),
        _ => anyhow::bail!("say which figure: fig5 or fig6"),
    }
}

fn losses(seeds: std::ops::Range<u64>) -> anyhow::Result<()> {
    let settings = load(Profile::Paper)?.0.fig5.check()?;
    let spectra = [(DataSet::Mnist, Spectrum::committed(DataSet::Mnist)?)];
    let (none, progress) = (Runs::none(), Progress::detect());
    let context = |seed| Context {
        seed,
        spectra: &spectra,
        runs: &none,
        progress: &progress,
    };
    let runs = seeds.map(|seed| fig5::run::run(&settings, &context(seed)));
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
    println!("dataset,model,epoch,seeds,mean,standard_deviation");
    for (i, training) in runs[0].trainings.iter().enumerate() {
        for (j, epoch) in training.epochs.iter().enumerate() {
            let [mean, deviation] = spread(runs.iter().map(|run| run.trainings[i].loss[j]));
            let (dataset, model, seeds) = (training.dataset, training.model.name(), runs.len());
            println!("{dataset},{model},{epoch},{seeds},{mean},{deviation}");
        }
    }
    Ok(())
}

fn mappings(seeds: std::ops::Range<u64>) -> anyhow::Result<()> {
    let settings = load(Profile::Quick)?.0.fig6.check()?;
    let (kept, progress) = (Runs::kept_in("results/quick/runs"), Progress::detect());
    let context = |seed| Context {
        seed,
        spectra: &[],
        runs: &kept,
        progress: &progress,
    };
    let runs = seeds.map(|seed| fig6::run::run(&settings, &context(seed)));
    let runs = runs.collect::<Result<Vec<_>, _>>()?;
    println!("dataset,model,mode,quantity,seeds,mean,standard_deviation");
    for (i, training) in runs[0].trainings.iter().enumerate() {
        for (j, mode) in training.modes.iter().enumerate() {
            for (name, of) in QUANTITIES {
                let [mean, deviation] = spread(runs.iter().map(|run| of(&run.trainings[i], j)));
                let (dataset, model, seeds) = (training.dataset, training.model.name(), runs.len());
                println!("{dataset},{model},{mode},{name},{seeds},{mean:.5},{deviation:.5}");
            }
        }
    }
    Ok(())
}

type Quantity = fn(&Training, usize) -> f64;

const QUANTITIES: [(&str, Quantity); 2] = [("mapping", mapping), ("half_rise_epoch", half_rise)];

/// The mapping of a mode at the last recorded epoch.
fn mapping(training: &Training, mode: usize) -> f64 {
    let last = training.record.observations.last();
    last.map_or(f64::NAN, |seen| seen.mappings[mode])
}

/// The first recorded epoch at which it is above half of that.
fn half_rise(training: &Training, mode: usize) -> f64 {
    let half = 0.5 * mapping(training, mode);
    let mut seen = training.record.observations.iter();
    seen.find(|seen| seen.mappings[mode] > half)
        .map_or(f64::NAN, |seen| seen.epoch as f64)
}

/// Mean and standard deviation (n - 1).
fn spread(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    [mean, (squares / (count - 1.0)).sqrt()]
}
