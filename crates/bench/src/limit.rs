//! Needed multiply-adds per second of an epoch, against what sgemm reaches on matrices of these shapes.
//!
//! Drawing noise and elementwise work are not counted, so they lower the fraction.

use clap::ValueEnum as _;
use serde::Serialize;

use crate::case::Case;
use crate::process::Process;
use crate::table::spread;
use crate::work::needed;

/// Turns for each: many, because a single one shows the load of other processes.
const ROUNDS: usize = 15;

/// Multiply-adds of the general products per round, in billions: a second on two cores, so that waking up after a pause
/// is negligible.
const BILLIONS: &str = "100";

#[derive(Debug, Serialize)]
pub struct Row {
    case: &'static str,
    threads: usize,
    /// Billions of needed multiplications and additions per second: two for each multiply-add, as is usual.
    gflops: f64,
    sgemm_gflops: f64,
    fraction: f64,
    fraction_min: f64,
    fraction_max: f64,
}

pub fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &case in Case::value_variants() {
        let used = case.used_pixels()?;
        for threads in [2, 1] {
            let sizes = case.sizes(threads)?;
            let needed = 2.0 * needed(&sizes, used);
            let (mut trainer, _) = Process::worker(&["case", case.name()], threads)?;
            let (mut products, _) = Process::worker(&["products", case.name()], threads)?;
            let epochs = case.turn();
            trainer.ask("1")?;
            products.ask(BILLIONS)?;
            let (mut ours, mut sgemm, mut fractions) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let seconds = trainer.ask(&epochs.to_string())?.seconds / f64::from(epochs);
                let done = products.ask(BILLIONS)?;
                let rate = needed / seconds / 1e9;
                let limit = 2.0 * done.multiply_adds / done.seconds / 1e9;
                ours.push(rate);
                sgemm.push(limit);
                fractions.push(rate / limit);
            }
            let [fraction, fraction_min, fraction_max] = spread(&fractions);
            eprintln!("{} on {threads}: {fraction:.3}", case.name());
            rows.push(Row {
                case: case.name(),
                threads,
                gflops: spread(&ours)[0],
                sgemm_gflops: spread(&sgemm)[0],
                fraction,
                fraction_min,
                fraction_max,
            });
        }
    }
    Ok(rows)
}
