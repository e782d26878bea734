//! How much the mappings of Figure 6 move with the seed: what stands behind the tolerances of its published values.
//!
//! Trains every model at the settings of `quick`, that is at the paper's widths and epochs on 2,000 images, from several
//! seeds, and prints the mean and the standard deviation over the seeds of the mapping at the last recorded epoch and of the
//! first epoch above half of it as CSV:
//! `cargo run --release -p paper --example mapping_spread > data/mapping_spread.csv` (some 20 minutes on two cores; what is
//! trained is kept in `results/quick/runs`, so that it can be stopped and started again).

#![allow(clippy::indexing_slicing)] // all runs have the same settings, hence the same shape

use paper::experiments::fig6::run::{Training, run};
use paper::experiments::{self, Context};
use paper::runs::Runs;
use paper::settings::Profile;
use paper::system::progress::Progress;

const SEEDS: std::ops::Range<u64> = 2018..2022;

fn main() -> anyhow::Result<()> {
    use dae::Settings as _;
    let (settings, _) = experiments::load(Profile::Quick)?;
    let settings = settings.fig6.check()?;
    let kept = Runs::kept_in("results/quick/runs");
    let mut runs = Vec::new();
    for seed in SEEDS {
        let context = Context {
            seed,
            spectra: &[],
            runs: &kept,
            progress: &Progress::detect(),
        };
        runs.push(run(&settings, &context)?);
    }
    println!("dataset,model,mode,quantity,seeds,mean,standard_deviation");
    for (i, training) in runs[0].trainings.iter().enumerate() {
        for (j, mode) in training.modes.iter().enumerate() {
            for quantity in [Quantity::Mapping, Quantity::HalfRise] {
                let values = runs.iter().map(|run| quantity.of(&run.trainings[i], j));
                let [mean, deviation] = spread(&values.collect::<Vec<f64>>());
                let name = quantity.name();
                let (dataset, model, seeds) = (training.dataset, training.model.name(), runs.len());
                println!("{dataset},{model},{mode},{name},{seeds},{mean:.5},{deviation:.5}");
            }
        }
    }
    Ok(())
}

/// What is compared with the published curves.
#[derive(Clone, Copy)]
enum Quantity {
    /// The mapping at the last recorded epoch.
    Mapping,
    /// The first recorded epoch above half of it.
    HalfRise,
}

impl Quantity {
    fn name(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::HalfRise => "half_rise_epoch",
        }
    }

    fn of(self, training: &Training, mode: usize) -> f64 {
        let seen = &training.record.observations;
        let last = seen.last().map_or(f64::NAN, |seen| seen.mappings[mode]);
        match self {
            Self::Mapping => last,
            Self::HalfRise => {
                let above = seen.iter().find(|seen| seen.mappings[mode] > 0.5 * last);
                above.map_or(f64::NAN, |seen| seen.epoch as f64)
            }
        }
    }
}

/// Mean and standard deviation (n - 1).
fn spread(values: &[f64]) -> [f64; 2] {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>();
    [mean, (squares / (count - 1.0)).sqrt()]
}
