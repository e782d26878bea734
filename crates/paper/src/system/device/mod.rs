//! The device that trains: the processor, or a graphics card if there is one.
//!
//! Experiments ask a [`Device`] for a trainer and do not know which they get. Only a build with the feature `cuda`,
//! made by `make GPU=1`, supports cards.

#[cfg(feature = "cuda")]
mod card;
#[cfg(not(feature = "cuda"))]
#[path = "no_card.rs"]
mod card;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use dae::Checked;
use dae::random::Key;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::nonlinear::{Modes, NonlinearSettings, NonlinearTrainer, State};
use dae::train::{LinearDescent, NonlinearDescent};
use ndarray::ArcArray2;

use super::{Error, Result};
use card::Card;

/// The environment variable that stands for `--device`.
pub const VARIABLE: &str = "DAE_DEVICE";

/// Name of the processor in provenance and messages.
const PROCESSOR: &str = "processor";

/// Which device should train.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// A card if there is one with room, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The card with this number, as the driver counts, or the one with the most free memory.
    Cuda(Option<usize>),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |number: &str| number.parse().ok().map(|number| Self::Cuda(Some(number)));
        let choice = match text {
            "auto" => Some(Self::Auto),
            "cpu" => Some(Self::Cpu),
            "cuda" => Some(Self::Cuda(None)),
            _ => text.strip_prefix("cuda:").and_then(number),
        };
        choice.ok_or_else(|| "it must be cpu, cuda, cuda:N or auto".to_owned())
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(None) => f.write_str("cuda"),
            Self::Cuda(Some(number)) => write!(f, "cuda:{number}"),
        }
    }
}

/// The device that trains.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// `None` is the processor.
    card: Option<Card>,
    /// Whether the processor may do what the card has no room for.
    only_preferred: bool,
}

impl Device {
    /// The processor.
    pub fn processor() -> Self {
        Self::default()
    }

    /// The requested device, and a line about it if there is something to say.
    ///
    /// # Errors
    /// A card was requested that is missing or cannot be used.
    pub fn choose(choice: Choice) -> Result<(Self, Option<String>)> {
        match choice {
            Choice::Cpu => Ok((Self::processor(), None)),
            Choice::Cuda(number) => {
                let card = Card::open(number).map_err(|why| Error::NoDevice {
                    device: choice.to_string(),
                    why,
                });
                Ok(Self::on(card?, false))
            }
            Choice::Auto if cfg!(feature = "cuda") => match Card::open(None) {
                Ok(card) => Ok(Self::on(card, true)),
                Err(why) => {
                    let line = format!("training on the processor: {why}");
                    Ok((Self::processor(), Some(line)))
                }
            },
            Choice::Auto => {
                let seen = Path::new("/proc/driver/nvidia/version").exists();
                let line = "an NVIDIA card is here, which this program was not built for: `make GPU=1` builds one that \
                            trains on it";
                Ok((Self::processor(), seen.then(|| line.to_owned())))
            }
        }
    }

    fn on(card: Card, only_preferred: bool) -> (Self, Option<String>) {
        let line = format!("training on {}", card.name());
        let card = Some(card);
        let device = Self {
            card,
            only_preferred,
        };
        (device, Some(line))
    }

    /// What it is: `processor`, or the card with the versions of its driver and of cuBLAS.
    pub fn name(&self) -> String {
        self.card
            .as_ref()
            .map_or_else(|| PROCESSOR.to_owned(), Card::name)
    }

    /// Peak memory of the card that trainers held, in bytes.
    pub fn memory(&self) -> Option<u64> {
        self.card.as_ref().and_then(Card::memory)
    }

    /// Whether the processor may do what this device refuses.
    pub fn only_preferred(&self) -> bool {
        self.only_preferred
    }

    /// A linear trainer that resumes from the weights at `epoch`.
    ///
    /// # Errors
    /// As [`LinearTrainer::resume`]; a card that has no room, or fails; [`Error::DoublePrecision`] on a card.
    pub fn linear(
        &self,
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        weights: &Weights,
        epoch: u64,
    ) -> Result<Box<dyn LinearDescent>> {
        match &self.card {
            Some(_) if settings.precision == Precision::F64 => Err(Error::DoublePrecision),
            Some(card) => card.linear(settings, lambda, weights, epoch),
            None => Ok(Box::new(LinearTrainer::resume(
                settings, lambda, weights, epoch,
            )?)),
        }
    }

    /// A nonlinear trainer that resumes from a state.
    ///
    /// # Errors
    /// As [`NonlinearTrainer::new`]; a card that has no room, or fails.
    pub fn nonlinear(
        &self,
        settings: &Checked<NonlinearSettings>,
        data: ArcArray2<f32>,
        modes: Modes,
        key: Key,
        state: &State,
    ) -> Result<Box<dyn NonlinearDescent>> {
        match &self.card {
            Some(card) => card.nonlinear(settings, data, modes, key, state),
            None => Ok(Box::new(NonlinearTrainer::new(
                settings, data, modes, key, state,
            )?)),
        }
    }
}
