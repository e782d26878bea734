//! `paper status`

use paper::say;
use std::path::PathBuf;

use clap::Args;
use paper::results::regenerate::{Job, training_runs};
use paper::runs::{Header, State};
use paper::settings::Profile;

use super::values;

#[derive(Args)]
pub struct Status {
    /// The profile to look at.
    #[arg(long, value_enum, default_value = "quick")]
    profile: Profile,
    /// Seed, if not the one of the settings.
    #[arg(long, allow_negative_numbers = true, value_parser = values::seed)]
    seed: Option<u64>,
    /// A setting that was changed for the runs, such as `fig6.cifar10.samples=5000`; can be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where results are written, one folder a profile.
    #[arg(long, default_value = "results")]
    results: PathBuf,
}

impl Status {
    pub fn run(self) -> anyhow::Result<bool> {
        let job = Job {
            seed: self.seed,
            set: self.set,
            ..Job::new(self.profile, self.results)
        };
        say!("training runs, profile {}", self.profile);
        for (figure, label, state) in training_runs(&job)? {
            say!("  {figure}  {label:18} {}", describe(&state));
        }
        Ok(true)
    }
}

fn describe(state: &State) -> String {
    match state {
        State::Done => "done".to_owned(),
        State::Waiting => "waiting".to_owned(),
        State::UnderWay {
            checkpoint: None, ..
        } => "running, no checkpoint yet".to_owned(),
        State::UnderWay {
            checkpoint: Some(header),
            running,
        } => {
            let how = if *running { "running" } else { "stopped" };
            let Header {
                epoch,
                epochs,
                seconds,
                ..
            } = header;
            let left = seconds / (*epoch).max(1) as f64 * (epochs - epoch) as f64;
            format!(
                "{how}, checkpoint at epoch {epoch} of {epochs}, about {:.0} min left after it",
                left / 60.0
            )
        }
    }
}
