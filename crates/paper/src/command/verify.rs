//! `paper verify`

use std::path::PathBuf;

use clap::Args;
use paper::audit::verify::{Again, verify};
use paper::say;
use paper::settings::Profile;
use paper::system::device::Device;
use paper::system::progress::Progress;

use super::arguments::Trains;

#[derive(Args)]
pub struct Verify {
    /// The profile; `paper` is the one whose results are committed.
    #[arg(long, value_enum, default_value = "paper")]
    profile: Profile,
    /// Where results are, one folder a profile.
    #[arg(long, default_value = "results")]
    results: PathBuf,
    /// Compute everything cheap again (Figures 1 to 4) from the recorded settings, and compare.
    #[arg(long)]
    recompute: bool,
    /// Train this run again from the recorded settings, and compare; a figure for all of its runs, `all` for every one. May be
    /// repeated.
    #[arg(long, value_name = "FIGURE/DATASET/MODEL")]
    run: Vec<String>,
    #[command(flatten)]
    trains: Trains,
}

impl Verify {
    pub fn run(self) -> anyhow::Result<bool> {
        let folder = self.results.join(self.profile.name());
        let again = Again {
            cheap: self.recompute,
            device: match self.run.is_empty() {
                true => Device::processor(),
                false => self.trains.device()?,
            },
            runs: self.run,
        };
        say!("verifying {}", folder.display());
        let found = verify(&folder, &again, &Progress::detect())?;
        for (part, what) in &found.done {
            say!("  {part:10}  {what}");
        }
        for note in &found.notes {
            say!("  note: {note}");
        }
        for wrong in &found.findings {
            say!("WRONG ({})  {}: {}", wrong.part, wrong.file, wrong.problem);
        }
        match found.findings.len() {
            0 => say!("everything holds"),
            1 => say!("NOT EVERYTHING HOLDS: 1 finding"),
            n => say!("NOT EVERYTHING HOLDS: {n} findings"),
        }
        Ok(found.holds())
    }
}
