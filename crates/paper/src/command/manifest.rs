//! `paper manifest`

use std::path::PathBuf;

use clap::Args;
use paper::audit::update;
use paper::settings::Profile;

use super::run::audited;

#[derive(Args)]
pub struct ManifestCommand {
    /// The profile.
    #[arg(long, value_enum, default_value = "quick")]
    profile: Profile,
    /// Where results are written, one folder a profile.
    #[arg(long, default_value = "results")]
    results: PathBuf,
}

impl ManifestCommand {
    pub fn run(self) -> anyhow::Result<bool> {
        let folder = self.results.join(self.profile.name());
        let manifest = update(&folder)?;
        audited(&folder, &manifest)
    }
}
