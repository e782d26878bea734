//! Settings of Figure 7.

use std::fmt;

use dae::data::DataSet;
use dae::train::linear::Precision;
use dae::{Error, Result, within};
use serde::{Deserialize, Serialize};

use crate::experiments::common::ranges::{count, each_within, recorded};

/// Settings of Figure 7: those shared by its panels, and a group for each question.
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `samples` | 50,000 | leading training images of MNIST | those of the committed spectrum |
/// | `hidden` | 256 | hidden units | 1 to 1e4 |
/// | `hidden_cifar10` | 512 | hidden units for CIFAR-10, of which there is theory alone | 1 to 1e4 |
/// | `directions` | 784 | leading eigen-directions | 1 to the number of pixels |
/// | `init_std` | 1e-4 | standard deviation of the start | 1e-12 to 1 |
/// | `alpha` | 0.01 | learning rate | 1e-9 to 1e3 |
/// | `s2` | 0.5 | variance of the training noise (DAE) | 1e-6 to 1e6 |
/// | `gamma` | 0.195 | weight decay (WDAE) | 1e-6 to 1e6 |
/// | `epsilon` | 0.5 | variance of the noise on test images | 1e-6 to 1e6 |
/// | `precision` | `f32` | of training, but for deep networks | `f32`, `f64` |
/// | `denoising`, `price`, `few`, `width`, `seeds`, `depth`, `mask` | see the structures below | | |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table above has what each is")]
pub struct Settings {
    pub samples: usize,
    pub hidden: usize,
    pub hidden_cifar10: usize,
    pub directions: usize,
    pub init_std: f64,
    pub alpha: f64,
    pub s2: f64,
    pub gamma: f64,
    pub epsilon: f64,
    pub precision: Precision,
    pub denoising: DenoisingSettings,
    pub price: PriceSettings,
    pub few: FewSettings,
    pub width: WidthSettings,
    pub seeds: SeedsSettings,
    pub depth: DepthSettings,
    pub mask: MaskSettings,
}

/// Does it denoise?
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `epochs` | 5,000 | updates | 1 to 1e7 |
/// | `record_every` | 50 | epochs | 1 to `epochs` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct DenoisingSettings {
    pub epochs: u64,
    pub record_every: u64,
}

/// What does each regulariser cost? Stopping is measured along the AE of the previous panel. Noise and decay have their
/// own runs, with test noise of variances `trained_s2`. These start larger, which changes how long they take but not
/// where they end.
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `epsilon_start` | 0.03 | variance of the noise on test images | 1e-6 to `epsilon_end` |
/// | `epsilon_end` | 6 | variance of the noise on test images | 1e-6 to 1e6 |
/// | `points` | 40 | points on the lines | 2 to 1000 |
/// | `stopped` | 0.3, 0.5, 1, 2, 4 | noise at which stopping is measured | 1e-6 to 1e6 each |
/// | `trained_s2` | 0.5, 2 | variance of the training noise | 1e-6 to 1e6 each |
/// | `trained_gamma` | 0.195, 0.7 | weight decay, one for each of these | 1e-6 to 1e6 each |
/// | `trained_epochs` | 4,000, 2,000 | updates, a number for each of these | 1 to 1e7 each |
/// | `init_std` | 1e-2 | standard deviation of the start | 1e-12 to 1 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct PriceSettings {
    pub epsilon_start: f64,
    pub epsilon_end: f64,
    pub points: usize,
    pub stopped: Vec<f64>,
    pub trained_s2: Vec<f64>,
    pub trained_gamma: Vec<f64>,
    pub trained_epochs: Vec<u64>,
    pub init_std: f64,
}

/// How many images?
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `images` | 30 to 50,000 | leading images of MNIST, one sample each | 10 to those there are, not within 4 of the number of pixels |
/// | `cifar10` | 300, 1,000, 4,000 | the same of CIFAR-10, in the table alone | 10 to those there are, not within 4 of the number of pixels; may be empty |
/// | `draws` | 3 | draws of the noise that is kept | 1 to 1000 |
/// | `drawn_up_to` | 3,000 | images beyond which there is one draw | 1 to 60000 |
/// | `trained` | 100, 1,000, 10,000 | samples on whose spectrum a network is trained | some of `images`; may be empty |
/// | `epochs` | 2,000 | updates | 1 to 1e7 |
/// | `init_std` | 1e-2 | standard deviation of the start | 1e-12 to 1 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct FewSettings {
    pub images: Vec<usize>,
    pub cifar10: Vec<usize>,
    pub draws: usize,
    pub drawn_up_to: usize,
    pub trained: Vec<usize>,
    pub epochs: u64,
    pub init_std: f64,
}

/// Why do theory and training differ? A narrow network.
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `hidden` | 24 | hidden units | 1 to 1e4 |
/// | `directions` | 200 | leading eigen-directions | 1 to the number of pixels |
/// | `modes` | 7, 15, 20, 22, 24, 31 | drawn, by descending eigenvalue | below `directions` |
/// | `epochs` | 4,000 | updates | 1 to 1e7 |
/// | `record_every` | 50 | epochs | 1 to `epochs` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct WidthSettings {
    pub hidden: usize,
    pub directions: usize,
    pub modes: Vec<usize>,
    pub epochs: u64,
    pub record_every: u64,
}

/// When is a mode learned, over many seeds?
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `seeds` | 24 | networks | 2 to 1000 |
/// | `hidden` | 64 | hidden units | 1 to 1e4 |
/// | `directions` | 100 | leading eigen-directions | 1 to the number of pixels |
/// | `rising` | 32 | leading modes that are looked at | 2 to `hidden`, learned within `epochs` |
/// | `epochs` | 3,500 | updates | 1 to 1e7 |
/// | `record_every` | 10 | epochs | 1 to `epochs` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct SeedsSettings {
    pub seeds: usize,
    pub hidden: usize,
    pub directions: usize,
    pub rising: usize,
    pub epochs: u64,
    pub record_every: u64,
}

/// What does depth do? As many hidden units as directions, balanced starts.
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `layers` | 2, 3, 4 | layers of each network | 2 to 5 each |
/// | `directions` | 96 | leading eigen-directions, and hidden units | 1 to the number of pixels |
/// | `a0` | 0.3 | size of the start of every layer | 1e-3 to 10 |
/// | `epochs` | 12,000 | updates | 1 to 1e7 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct DepthSettings {
    pub layers: Vec<usize>,
    pub directions: usize,
    pub a0: f64,
    pub epochs: u64,
}

/// Is masking noise?
///
/// | Name | Paper (ours) | Unit | Range |
/// |---|---|---|---|
/// | `q` | 0.5 | probability that a pixel is masked | 0.001 to 0.999 |
/// | `modes` | 0, 3, 7, 15, 31 | drawn, by descending eigenvalue | below `directions` |
/// | `epochs` | 3,000 | updates | 1 to 1e7 |
/// | `record_every` | 50 | epochs | 1 to `epochs` |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table says what each field is")]
pub struct MaskSettings {
    pub q: f64,
    pub modes: Vec<usize>,
    pub epochs: u64,
    pub record_every: u64,
}

impl Settings {
    /// Hidden units for a data set.
    pub fn hidden_of(&self, dataset: DataSet) -> usize {
        match dataset {
            DataSet::Mnist => self.hidden,
            DataSet::Cifar10 => self.hidden_cifar10,
        }
    }
}

impl dae::Settings for Settings {
    fn validate(&self) -> Result<()> {
        if self.samples != DataSet::Mnist.paper_samples() {
            let allowed = "the number of images of the committed spectrum (50000)";
            return Err(Error::out_of_range("samples", self.samples, allowed));
        }
        sizes(self.hidden, self.directions)?;
        let hidden = self.hidden_cifar10 as u64;
        count("hidden_cifar10", hidden, 10_000, "1 to 1e4")?;
        start(self.init_std)?;
        within("alpha", self.alpha, 1e-9..=1e3, "1e-9 to 1e3")?;
        variance("s2", self.s2)?;
        variance("gamma", self.gamma)?;
        variance("epsilon", self.epsilon)?;
        recorded(self.denoising.epochs, self.denoising.record_every)?;
        self.price.validate()?;
        self.few.validate()?;
        self.width.validate()?;
        self.seeds.validate()?;
        self.depth.validate()?;
        self.mask.validate(self.directions)
    }
}

impl PriceSettings {
    fn validate(&self) -> Result<()> {
        let end = variance("epsilon_end", self.epsilon_end)?;
        let allowed = "1e-6 to epsilon_end";
        within("epsilon_start", self.epsilon_start, 1e-6..=end, allowed)?;
        let points = self.points as u64;
        if points < 2 {
            return Err(Error::out_of_range("points", points, "2 to 1000"));
        }
        count("points", points, 1000, "2 to 1000")?;
        let range = || (1e-6..=1e6, "1e-6 to 1e6 each");
        for (name, values) in [
            ("stopped", &self.stopped),
            ("trained_s2", &self.trained_s2),
            ("trained_gamma", &self.trained_gamma),
        ] {
            let (range, allowed) = range();
            each_within(name, values, range, allowed)?;
        }
        each_count("trained_epochs", &self.trained_epochs)?;
        each_once("trained_s2", &self.trained_s2)?;
        each_once("trained_gamma", &self.trained_gamma)?;
        for (name, found) in [
            ("trained_gamma", self.trained_gamma.len()),
            ("trained_epochs", self.trained_epochs.len()),
        ] {
            if found != self.trained_s2.len() {
                let allowed = "a list as long as trained_s2";
                return Err(Error::out_of_range(
                    name,
                    format!("a list of {found}"),
                    allowed,
                ));
            }
        }
        start(self.init_std)
    }
}

impl FewSettings {
    fn validate(&self) -> Result<()> {
        let empty = "a list with at least one entry";
        if self.images.is_empty() {
            return Err(Error::out_of_range("images", "[]", empty));
        }
        for (name, dataset, images) in [
            ("images", DataSet::Mnist, &self.images),
            ("cifar10", DataSet::Cifar10, &self.cifar10),
        ] {
            let (most, pole) = (dataset.expected().train, dataset.pixels());
            let good = |n: usize| (10..=most).contains(&n) && n.abs_diff(pole) > 4;
            if let Some(&n) = images.iter().find(|&&n| !good(n)) {
                let allowed = "10 to those there are, not within 4 of the number of pixels";
                return Err(Error::out_of_range(name, n, allowed));
            }
        }
        each_once("images", &self.images)?;
        each_once("cifar10", &self.cifar10)?;
        each_once("trained", &self.trained)?;
        count("draws", self.draws as u64, 1000, "1 to 1000")?;
        let up_to = self.drawn_up_to as u64;
        count("drawn_up_to", up_to, 60_000, "1 to 60000")?;
        if let Some(n) = self.trained.iter().find(|n| !self.images.contains(n)) {
            return Err(Error::out_of_range("trained", n, "some of images"));
        }
        count("epochs", self.epochs, 10_000_000, "1 to 1e7")?;
        start(self.init_std)
    }
}

impl WidthSettings {
    fn validate(&self) -> Result<()> {
        sizes(self.hidden, self.directions)?;
        modes(&self.modes, self.directions)?;
        recorded(self.epochs, self.record_every)
    }
}

impl SeedsSettings {
    fn validate(&self) -> Result<()> {
        sizes(self.hidden, self.directions)?;
        at_least_two("seeds", self.seeds, 1000, "2 to 1000")?;
        let most = self.hidden.min(self.directions);
        let allowed = "2 to hidden, and to directions";
        at_least_two("rising", self.rising, most, allowed)?;
        recorded(self.epochs, self.record_every)
    }
}

impl DepthSettings {
    fn validate(&self) -> Result<()> {
        let allowed = "a list of 2 to 5 each";
        let good = |layers: &usize| (2..=5).contains(layers);
        if self.layers.is_empty() || !self.layers.iter().all(good) {
            let found = format!("{:?}", self.layers);
            return Err(Error::out_of_range("layers", found, allowed));
        }
        each_once("layers", &self.layers)?;
        sizes(1, self.directions)?;
        within("a0", self.a0, 1e-3..=10.0, "1e-3 to 10")?;
        count("epochs", self.epochs, 10_000_000, "1 to 1e7")
    }
}

impl MaskSettings {
    fn validate(&self, directions: usize) -> Result<()> {
        within("q", self.q, 0.001..=0.999, "0.001 to 0.999")?;
        modes(&self.modes, directions)?;
        recorded(self.epochs, self.record_every)
    }
}

fn variance(name: &'static str, value: f64) -> Result<f64> {
    within(name, value, 1e-6..=1e6, "1e-6 to 1e6")
}

fn start(init_std: f64) -> Result<()> {
    within("init_std", init_std, 1e-12..=1.0, "1e-12 to 1").map(drop)
}

/// Refuses numbers of hidden units and directions that MNIST does not allow.
fn sizes(hidden: usize, directions: usize) -> Result<()> {
    count("hidden", hidden as u64, 10_000, "1 to 1e4")?;
    let (directions, pixels) = (directions as u64, DataSet::Mnist.pixels() as u64);
    let allowed = "1 to the number of pixels";
    count("directions", directions, pixels, allowed)
}

fn modes(modes: &[usize], directions: usize) -> Result<()> {
    count(
        "modes",
        modes.len() as u64,
        1000,
        "a list of 1 to 1000 modes",
    )?;
    each_once("modes", modes)?;
    match modes.iter().find(|&&mode| mode >= directions) {
        Some(mode) => Err(Error::out_of_range("modes", mode, "below `directions`")),
        None => Ok(()),
    }
}

/// Refuses a list with duplicates, since its values identify runs or rows.
fn each_once<T: PartialEq + fmt::Display>(name: &'static str, values: &[T]) -> Result<()> {
    let twice = |(place, value): &(usize, &T)| values[..*place].contains(value);
    match values.iter().enumerate().find(twice) {
        Some((_, value)) => Err(Error::out_of_range(name, value, "in the list once")),
        None => Ok(()),
    }
}

fn each_count(name: &'static str, values: &[u64]) -> Result<()> {
    let allowed = "a list of 1 to 1e7 each";
    if values.is_empty() {
        return Err(Error::out_of_range(name, "[]", allowed));
    }
    let mut values = values.iter();
    values.try_for_each(|&value| count(name, value, 10_000_000, allowed))
}

fn at_least_two(
    name: &'static str,
    value: usize,
    most: usize,
    allowed: &'static str,
) -> Result<()> {
    match (2..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::out_of_range(name, value, allowed)),
    }
}
