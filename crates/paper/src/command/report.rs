//! `paper report`

use paper::say;
use std::path::PathBuf;

use clap::Args;
use paper::settings::Profile;
use paper::show::report;

#[derive(Args)]
pub struct Report {
    /// The profile to report on.
    #[arg(long, value_enum, default_value = "quick")]
    profile: Profile,
    /// Where results are, one folder a profile.
    #[arg(long, default_value = "results")]
    results: PathBuf,
}

impl Report {
    pub fn run(self) -> anyhow::Result<bool> {
        let path = report::write(&self.results, self.profile)?;
        say!("{}", path.display());
        Ok(true)
    }
}
