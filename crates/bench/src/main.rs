//! The benchmark: our trainers against NumPy and PyTorch, against the machine's limit, and by problem size.
//!
//! `make bench` runs all parts, `make bench PART=peers` one. Every part writes its table to `results/bench`, with a
//! record of where and with what it was measured. Timings are meaningful only on an otherwise idle machine.
//!
//! Each part is a module. They share [`case`] (what is trained), [`work`] (how much that is to compute), [`ours`] (our
//! trainers), [`process`] (a process that runs epochs on request), [`worker`] (this program as such a process) and
//! [`table`].

mod case;
mod costs;
mod first_use;
mod gpu;
mod kernels;
mod limit;
mod ours;
mod peers;
mod precision;
mod process;
mod scaling;
mod table;
mod work;
mod worker;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use paper::system::files;
use paper::system::provenance::Session;

use table::write;

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
    /// Our trainers and PyTorch on a card, in turns.
    Gpu(gpu::Options),
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
    paper::system::machine::use_fast_kernels();
    let Arguments { to, part } = Arguments::parse();
    let session = Session::begin();
    match part {
        Part::Worker(job) => job.run(),
        Part::Peers(options) => write(&to, "peers", &session, &options.run()?),
        Part::Gpu(options) => write(&to, "gpu", &session, &options.run()?),
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
