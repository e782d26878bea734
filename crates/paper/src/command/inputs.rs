//! `paper inputs`

use clap::Args;
use paper::results::regenerate::{Job, inputs_of_all};
use paper::say;
use paper::settings::Profile;

#[derive(Args)]
pub struct Inputs {
    /// Sizes and durations: smoke, quick or paper.
    #[arg(long, value_enum, default_value = "quick")]
    profile: Profile,
}

impl Inputs {
    /// Prints one JSON object with the inputs of each figure.
    pub fn run(self) -> anyhow::Result<bool> {
        let inputs = inputs_of_all(&Job::new(self.profile, "results"))?;
        say!("{}", serde_json::to_string_pretty(&inputs)?);
        Ok(true)
    }
}
