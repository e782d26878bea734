//! Arguments of several verbs, and value parsers whose errors say what is allowed.

use std::path::PathBuf;

use clap::Args;
use paper::results::Job;
use paper::say;
use paper::settings::Profile;
use paper::system::device::{self, Choice, Device};

/// Whose results.
#[derive(Args)]
pub struct Place {
    /// The profile: how much is computed.
    #[arg(long, value_enum, default_value = "quick")]
    pub profile: Profile,
    /// Where results are, one folder a profile.
    #[arg(long, default_value = "results")]
    pub results: PathBuf,
}

/// Which settings.
#[derive(Args)]
pub struct Changes {
    #[command(flatten)]
    place: Place,
    /// Seed of everything random, instead of the one of the settings.
    #[arg(long, allow_negative_numbers = true, value_parser = whole)]
    seed: Option<u64>,
    /// A setting to change, such as `fig6.cifar10.samples=5000`; can be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Changes {
    /// The job with these settings.
    pub fn job(&self) -> Job {
        Job {
            seed: self.seed,
            set: self.set.clone(),
            ..Job::new(self.place.profile, &self.place.results)
        }
    }
}

/// On what.
#[derive(Args)]
pub struct Trains {
    /// What trains: cpu, cuda (or cuda:N), or auto: a card if this program was built for one and there is one with room.
    #[arg(long, env = device::VARIABLE, default_value_t)]
    device: Choice,
}

impl Trains {
    /// The device; prints a line about it if there is something to say.
    pub fn device(&self) -> anyhow::Result<Device> {
        let (device, line) = Device::choose(self.device)?;
        if let Some(line) = line {
            say!("{line}");
        }
        Ok(device)
    }
}

/// A seed, or how many to show.
pub fn whole(text: &str) -> Result<u64, String> {
    let refused = |_| format!("it must be a whole number from 0 to {}", u64::MAX);
    text.parse().map_err(refused)
}

/// Minutes, at most a year.
pub fn minutes(text: &str) -> Result<f64, String> {
    const YEAR: f64 = 525_600.0;
    let minutes = text.parse().ok();
    let minutes = minutes.filter(|minutes| (0.0..=YEAR).contains(minutes));
    minutes.ok_or_else(|| format!("it must be a number of minutes from 0 to {YEAR}"))
}

/// A finite number above zero.
pub fn above_zero(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|x| (f64::MIN_POSITIVE..=f64::MAX).contains(x));
    number.ok_or_else(|| "it must be a finite number above zero".to_owned())
}

/// A finite number, zero or more.
pub fn or_zero(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x| (0.0..=f64::MAX).contains(x));
    number.ok_or_else(|| "it must be a finite number, zero or more".to_owned())
}

/// The plain name of a folder, which cannot lead out of its parent.
pub fn folder_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    match text.chars().all(plain) && !text.starts_with('.') && !text.is_empty() {
        true => Ok(text.to_owned()),
        false => Err(
            "it must be letters, digits, `-`, `_` and `.`, which it must not begin with".to_owned(),
        ),
    }
}
