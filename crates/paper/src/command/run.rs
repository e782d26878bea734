//! `paper run`

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context;
use clap::Args;
use paper::check::{Check, Origin};
use paper::profile::Profile;
use paper::progress::Progress;
use paper::regenerate::{Figure, Job, Outcome, regenerate};

use super::list::print_differences;

#[derive(Args)]
pub struct Run {
    /// Figures to regenerate; all of them if none is named.
    figures: Vec<Figure>,
    /// How much to compute.
    #[arg(long, value_enum, default_value = "quick")]
    profile: Profile,
    /// Seed of everything random, instead of the one of the settings.
    #[arg(long)]
    seed: Option<u64>,
    /// Where results are written, one folder a profile.
    #[arg(long, default_value = "results")]
    results: PathBuf,
    /// Compute everything again, even what has not changed.
    #[arg(long)]
    fresh: bool,
}

impl Run {
    pub fn run(self) -> anyhow::Result<bool> {
        let progress = Progress::detect();
        let mut figures = if self.figures.is_empty() {
            Figure::ALL.to_vec()
        } else {
            self.figures
        };
        figures.sort();
        figures.dedup();
        println!("profile {}", self.profile);
        print_differences(self.profile)?;
        let job = Job {
            seed: self.seed,
            fresh: self.fresh,
            ..Job::new(self.profile, self.results)
        };
        let stop = Arc::clone(&job.stop);
        ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed))?;
        let mut outcomes = Vec::new();
        for figure in figures {
            let outcome =
                regenerate(figure, &job, &progress).with_context(|| figure.to_string())?;
            println!("{}", line(&outcome));
            outcomes.push(outcome);
        }
        println!("\nsummary, profile {}", self.profile);
        for outcome in &outcomes {
            print_outcome(outcome);
        }
        let passed = outcomes.iter().all(Outcome::passes);
        println!(
            "{}",
            if passed {
                "all figures pass"
            } else {
                "SOME CHECKS FAILED, see above"
            }
        );
        Ok(passed)
    }
}

fn line(outcome: &Outcome) -> String {
    let figure = outcome.record.figure;
    if outcome.unchanged {
        format!("{figure}: nothing changed since it was made, kept as it is")
    } else {
        format!("{figure}: regenerated in {:.1} s", outcome.record.seconds)
    }
}

fn print_outcome(outcome: &Outcome) {
    let record = &outcome.record;
    let verdict = if outcome.passes() { "pass" } else { "FAIL" };
    let how = if outcome.unchanged {
        "unchanged, was made in"
    } else {
        "made in"
    };
    println!(
        "{}  {verdict}  {how} {:.1} s  {}",
        record.figure,
        record.seconds,
        outcome.picture.display()
    );
    for (origin, name) in [
        (Origin::Published, "published values"),
        (Origin::Theory, "theory"),
    ] {
        let checks: Vec<&Check> = record
            .checks
            .iter()
            .filter(|c| c.origin == origin)
            .collect();
        let passed = checks.iter().filter(|check| check.passes()).count();
        let worst = checks.iter().max_by(|a, b| a.share().total_cmp(&b.share()));
        if let Some(worst) = worst {
            println!(
                "      {name}: {passed} of {} within tolerance; furthest off: {}",
                checks.len(),
                show(worst)
            );
        }
    }
    for check in record.checks.iter().filter(|check| !check.passes()) {
        println!("      FAILED: {} ({})", show(check), check.reason);
    }
}

fn show(check: &Check) -> String {
    format!(
        "{}: expected {}, found {}, off by {:.2e}, tolerance {:.2e}",
        check.quantity,
        check.expected,
        check.found,
        (check.found - check.expected).abs(),
        check.tolerance
    )
}
