//! The verbs of the `paper` command: long ones have a file each, short ones share one.

mod arguments;
mod data;
mod predict;
mod run;
mod short;
mod status;
mod stopping;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use paper::settings::Profile;
use paper::system::machine::start_threads;
use paper::system::sources;

use arguments::{Changes, Place};
use data::Data;

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
    /// Say what a linear DAE would learn of your own data, when, and with which settings; trains only if asked to.
    Predict(Box<predict::Predict>),
    /// Bring comparison, claims and manifest up to date with the tables, without making any figure.
    Manifest(Place),
    /// Write the tables of the results into README.md and docs.
    Readme {
        /// The folder of the repository.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// List training runs: done, under way, waiting, and the time that is left.
    Status(Changes),
    /// Write the report of a profile, one HTML file that shows figures, tables, comparisons and their origin.
    Report(Place),
    /// Draw Figure 4 in motion, as an animated PNG.
    Animate {
        /// The file.
        #[arg(long, default_value = "docs/animation.png")]
        to: PathBuf,
    },
    /// Print what the results of each figure depend on: settings, seed, data and sources, as JSON.
    Inputs {
        /// Sizes and durations: smoke, quick or paper.
        #[arg(long, value_enum, default_value = "quick")]
        profile: Profile,
    },
    /// Say what computes here: processor, BLAS and its kernels, threads.
    Machine {
        /// Only the name of the kernels, as OPENBLAS_CORETYPE takes it.
        #[arg(long)]
        kernels: bool,
    },
    /// Fetch, verify or locate the data sets.
    #[command(subcommand)]
    Data(Data),
    /// Say what the cache holds, and remove what no clone needs any more.
    Cache {
        /// Remove what was built for clones that are gone.
        #[arg(long)]
        clean: bool,
    },
    /// Show the eigenvalues of the data, and recompute them from the images where those are present.
    Spectrum(data::SpectrumCommand),
}

impl Command {
    /// Whether its output is its only purpose: then it fails if the output cannot be printed.
    pub fn is_for_its_output(&self) -> bool {
        matches!(
            self.verb,
            Verb::List
                | Verb::Status(_)
                | Verb::Inputs { .. }
                | Verb::Machine { .. }
                | Verb::Data(Data::Path | Data::Verify)
                | Verb::Cache { .. }
        )
    }

    /// Runs the verb; `false` means that a check failed.
    pub fn run(self) -> anyhow::Result<bool> {
        match self.verb {
            Verb::List | Verb::Machine { .. } | Verb::Data(_) | Verb::Cache { .. } => {}
            // All other verbs make or judge results, and rely on the sources beside them.
            _ => sources::check()?,
        }
        start_threads()?;
        let done = match self.verb {
            Verb::Run(run) => return run.run(),
            Verb::Verify(verify) => return verify.run(),
            Verb::Manifest(place) => return short::manifest(&place),
            Verb::Data(Data::Verify) => return data::verify_cache(),
            Verb::Predict(predict) => predict.run(),
            Verb::List => short::list(),
            Verb::Readme { root } => short::readme(&root),
            Verb::Status(changes) => status::status(&changes),
            Verb::Report(place) => short::report(&place),
            Verb::Animate { to } => short::animate(&to),
            Verb::Inputs { profile } => short::inputs(profile),
            Verb::Machine { kernels } => short::machine(kernels),
            Verb::Data(Data::Fetch(fetch)) => fetch.run(),
            Verb::Data(Data::Path) => data::path(),
            Verb::Cache { clean } => short::cache(clean),
            Verb::Spectrum(spectrum) => spectrum.run(),
        };
        done.map(|()| true)
    }
}

/// The exit code: 2 for a refused setting or argument, 130 for an interruption, 1 for everything else.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    use paper::Error::{Interrupted, SettingsFile, Stopped, Unknown};
    match error.downcast_ref() {
        Some(SettingsFile { .. } | Unknown { .. }) => 2,
        Some(Interrupted { .. } | Stopped) => 130,
        _ => 1,
    }
}
