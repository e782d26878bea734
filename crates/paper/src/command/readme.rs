//! `paper readme`

use paper::say;
use std::path::PathBuf;

use clap::Args;
use paper::show::readme::update;

#[derive(Args)]
pub struct Readme {
    /// The folder of the repository.
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

impl Readme {
    pub fn run(self) -> anyhow::Result<bool> {
        for path in update(&self.root)? {
            say!("{} is up to date", path.display());
        }
        Ok(true)
    }
}
