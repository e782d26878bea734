//! What can be asked of the `paper` command; one file a verb.

mod cache;
mod data;
mod inputs;
mod list;
mod machine;
mod manifest;
mod readme;
mod report;
mod run;
mod spectrum;
mod status;
mod stopping;
mod values;
mod verify;

use clap::{Parser, Subcommand};
use data::Data;
use paper::system::machine::start_threads;

/// Regenerates the figures of "Learning Dynamics of Linear Denoising Autoencoders" (ICML 2018).
#[derive(Parser)]
#[command(name = "paper", version, max_term_width = 100)]
pub struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List figures, tables and profiles.
    List,
    /// Regenerate figures with their tables, and compare them with the published values.
    Run(run::Run),
    /// Verify recorded results: files, theory, published values and claims; if asked for, by computing them again.
    Verify(verify::Verify),
    /// Bring comparison, claims and manifest up to date with the tables, without making any figure.
    Manifest(manifest::ManifestCommand),
    /// Write what the results say into README.md and docs/CLAIMS.md.
    Readme(readme::Readme),
    /// List training runs: done, under way, waiting, and the time that is left.
    Status(status::Status),
    /// Write the report of a profile, one HTML file that shows figures, tables, comparisons and their origin.
    Report(report::Report),
    /// Print what the results of each figure depend on: settings, seed, data and sources, as JSON.
    Inputs(inputs::Inputs),
    /// Say what computes here: processor, BLAS and its kernels, threads.
    Machine(machine::Machine),
    /// Fetch, verify or locate the data sets.
    #[command(subcommand)]
    Data(Data),
    /// Say what the cache holds, and remove what no clone needs any more.
    Cache(cache::CacheCommand),
    /// Show the eigenvalues of the data, and recompute them from the images where those are present.
    Spectrum(spectrum::SpectrumCommand),
}

impl Command {
    /// Whether what it prints is all that it is for: it has failed if that could not be printed.
    pub fn is_for_its_output(&self) -> bool {
        matches!(
            self.verb,
            Verb::List
                | Verb::Status(_)
                | Verb::Inputs(_)
                | Verb::Machine(_)
                | Verb::Data(Data::Path | Data::Verify)
                | Verb::Cache(_)
        )
    }

    /// Does what was asked for; `false` means that a check failed.
    pub fn run(self) -> anyhow::Result<bool> {
        match self.verb {
            Verb::List | Verb::Machine(_) | Verb::Data(_) | Verb::Cache(_) => {}
            // Results are made and judged by what the sources beside them say.
            _ => paper::system::sources::check()?,
        }
        start_threads()?;
        match self.verb {
            Verb::List => list::list(),
            Verb::Run(run) => run.run(),
            Verb::Verify(verify) => verify.run(),
            Verb::Manifest(manifest) => manifest.run(),
            Verb::Readme(readme) => readme.run(),
            Verb::Status(status) => status.run(),
            Verb::Report(report) => report.run(),
            Verb::Inputs(inputs) => inputs.run(),
            Verb::Machine(machine) => machine.run(),
            Verb::Data(data) => data.run(),
            Verb::Cache(cache) => cache.run(),
            Verb::Spectrum(spectrum) => spectrum.run(),
        }
    }
}

/// 2 for a setting or argument that was refused, 130 for an interruption, 1 for everything else.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    use paper::Error::{Interrupted, SettingsFile, Stopped, Unknown};
    match error.downcast_ref() {
        Some(SettingsFile { .. } | Unknown { .. }) => 2,
        Some(Interrupted { .. } | Stopped) => 130,
        _ => 1,
    }
}
