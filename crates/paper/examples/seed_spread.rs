//! How much the published losses of Figure 5 move with the seed: the source of their tolerances.
//!
//! Trains every model on the MNIST spectrum at the paper's settings from several seeds and prints, for each published
//! epoch, the mean and the standard deviation of the loss over the seeds as CSV:
//! `cargo run --release -p paper --example seed_spread > data/seed_spread.csv` (some five minutes on two cores).

#![allow(clippy::indexing_slicing)] // all runs have the same settings, hence the same shape

use dae::data::{DataSet, Spectrum};
use paper::experiments::fig5::run::run;
use paper::experiments::{self, Context};
use paper::runs::Runs;
use paper::settings::Profile;
use paper::system::progress::Progress;

const SEEDS: std::ops::Range<u64> = 1..9;

fn main() -> anyhow::Result<()> {
    use dae::Settings as _;
    let (settings, _) = experiments::load(Profile::Paper)?;
    let settings = settings.fig5.check()?;
    let spectra = [(DataSet::Mnist, Spectrum::committed(DataSet::Mnist)?)];
    let mut runs = Vec::new();
    for seed in SEEDS {
        let context = Context {
            seed,
            spectra: &spectra,
            runs: &Runs::none(),
            progress: &Progress::detect(),
        };
        runs.push(run(&settings, &context)?);
    }
    println!("dataset,model,epoch,seeds,mean,standard_deviation");
    for (i, training) in runs[0].trainings.iter().enumerate() {
        for (j, epoch) in training.epochs.iter().enumerate() {
            let losses: Vec<f64> = runs.iter().map(|run| run.trainings[i].loss[j]).collect();
            let count = losses.len() as f64;
            let mean = losses.iter().sum::<f64>() / count;
            let squares = losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>();
            let deviation = (squares / (count - 1.0)).sqrt();
            let (dataset, model) = (training.dataset, training.model.name());
            println!("{dataset},{model},{epoch},{count},{mean},{deviation}");
        }
    }
    Ok(())
}
