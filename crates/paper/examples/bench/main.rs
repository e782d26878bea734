//! The benchmark: our trainers beside NumPy and PyTorch, beside the machine's limit, and against the sizes.
//!
//! `make bench` runs all parts, `make bench PART=peers` one; every part writes its table to `results/bench` with a
//! record of where and with what it was measured. Timings are worth something only on a machine with nothing else to do.

mod case;
mod costs;
mod first_use;
mod kernels;
mod limit;
mod ours;
mod peers;
mod precision;
mod scaling;
mod worker;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use paper::provenance::{Provenance, Session};
use paper::{comparison, files};
use serde::Serialize;

#[derive(Parser)]
struct Arguments {
    /// Where tables are written.
    #[arg(long, default_value = "results/bench")]
    to: PathBuf,
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Our trainers and the peers, in turns.
    Peers(peers::Options),
    /// Multiply-adds a second beside those of sgemm.
    Limit,
    /// Time of an epoch against D, H, N and threads.
    Scaling,
    /// Training in single against double precision.
    Precision,
    /// Loading, spectra, figures, memory.
    Costs(costs::Options),
    /// The table of the micro-benchmarks.
    Kernels(kernels::Options),
    /// From a clone with empty caches to the figures.
    FirstUse,
    /// One process that answers on standard output; started by the other parts.
    #[command(hide = true)]
    Worker(worker::Job),
}

fn main() -> anyhow::Result<()> {
    paper::machine::use_fast_kernels();
    let Arguments { to, part } = Arguments::parse();
    let session = Session::begin();
    match part {
        Part::Worker(job) => job.run(),
        Part::Peers(options) => write(&to, "peers", &session, &options.run()?),
        Part::Limit => write(&to, "limit", &session, &limit::run()?),
        Part::Scaling => {
            let rows = scaling::run()?;
            let picture = scaling::figure(&rows).draw()?;
            files::write(&to.join("scaling.svg"), picture.svg.as_bytes())?;
            files::write(&to.join("scaling.png"), &picture.png)?;
            write(&to, "scaling", &session, &rows)
        }
        Part::Precision => write(&to, "precision", &session, &precision::run()?),
        Part::Costs(options) => write(&to, "costs", &session, &options.run()?),
        Part::Kernels(options) => write(&to, "kernels", &session, &options.run()?),
        Part::FirstUse => write(&to, "first-use", &session, &first_use::run()?),
    }
}

/// How a table came about.
#[derive(Serialize)]
struct Record {
    table: String,
    sha256: String,
    provenance: Provenance,
}

fn write(to: &Path, name: &str, session: &Session, rows: &[impl Serialize]) -> anyhow::Result<()> {
    let file = format!("{name}.csv");
    let bytes = comparison::csv(rows, &file)?;
    let record = Record {
        sha256: files::sha256(&bytes),
        provenance: session.provenance(session.elapsed().as_secs_f64()),
        table: file,
    };
    files::write(&to.join(&record.table), &bytes)?;
    files::write_json(&to.join(format!("{name}.json")), &record)?;
    println!("{}", String::from_utf8_lossy(&bytes));
    Ok(())
}

/// Median, least and greatest.
fn spread(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let middle = (at(sorted.len().saturating_sub(1) / 2) + at(sorted.len() / 2)) / 2.0;
    [middle, at(0), at(sorted.len().saturating_sub(1))]
}
