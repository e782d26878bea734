//! What the theory predicts from a spectrum: where each direction ends, and when.

use dae::data::rounding;
use dae::theory::{Mode, coupled, rates, spectrum::Theory};
use serde::Serialize;

use super::rows::{Curve, Direction};
use crate::Result;
use crate::experiments::Model;

/// Fraction of its fixed point at which a direction counts as learned.
pub const LEARNED: f64 = 0.95;

/// Share of the variance to keep by default, if neither a number of directions nor the noise is given.
pub const SHARE: f64 = 0.9;

/// Largest default number of epochs for the curves.
const LONGEST: u64 = 100_000;

/// Most intervals in a curve.
const POINTS: u64 = 400;

/// How much noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Noise {
    /// Its variance, `sigma^2`, 0 or more.
    Epsilon(f64),
    /// Enough to leave exactly this many directions above one half.
    Keep(usize),
    /// Enough to leave above one half the leading directions that hold nine tenths of the variance.
    Share,
}

/// Settings with which a linear autoencoder is, or would be, trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// Hidden units H; by default the larger of 256 and twice the directions kept, at most D.
    pub hidden: Option<usize>,
    /// Learning rate; by default the largest that is stable for all three models.
    pub alpha: Option<f64>,
    /// Standard deviation of the start.
    pub init_std: f64,
    /// Epochs of curves and training; by default until every direction drawn is learned, at most 100,000.
    pub epochs: Option<u64>,
}

impl Noise {
    /// Its variance, for a spectrum with `rank` directions above rounding error.
    fn epsilon(self, lambda: &[f64], rank: usize) -> Result<f64> {
        let total = lambda.iter().sum::<f64>();
        let enough = |&keep: &usize| {
            let share = lambda.iter().take(keep).sum::<f64>() / total;
            share >= SHARE && noise_that_keeps(lambda, rank, keep).is_ok()
        };
        match self {
            Self::Epsilon(epsilon) => {
                let allowed = "a number from 0 to 1e40";
                Ok(dae::within("epsilon", epsilon, 0.0..=1e40, allowed)?)
            }
            Self::Keep(keep) => noise_that_keeps(lambda, rank, keep),
            Self::Share => {
                let keep = (1..rank).find(enough).unwrap_or(rank);
                noise_that_keeps(lambda, rank, keep)
            }
        }
    }
}

impl Network {
    /// Checks every field; returns the hidden units for `columns` columns and `kept` directions.
    fn hidden_units(&self, columns: usize, kept: usize) -> Result<usize> {
        dae::within("init_std", self.init_std, 1e-12..=1.0, "1e-12 to 1")?;
        if let Some(alpha) = self.alpha {
            let allowed = "a number from 1e-50 to 1e50";
            dae::within("alpha", alpha, 1e-50..=1e50, allowed)?;
        }
        if let Some(epochs) = self
            .epochs
            .filter(|epochs| !(1..=10_000_000).contains(epochs))
        {
            return Err(dae::Error::out_of_range("epochs", epochs, "1 to 1e7").into());
        }
        let hidden = self.hidden.unwrap_or(columns.min(256.max(2 * kept)));
        match hidden {
            1..=10_000 => Ok(hidden),
            _ => Err(dae::Error::out_of_range("hidden", hidden, "1 to 10000").into()),
        }
    }
}

/// The theory of a spectrum. All variances are those of the averaged second moment, `epsilon = sigma^2`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// Variance of the noise.
    pub epsilon: f64,
    /// Learning rate.
    pub alpha: f64,
    /// The largest learning rate that is stable for all three models, `1/(2 lambda_0 + 3 epsilon)`.
    pub largest_alpha: f64,
    /// Hidden units.
    pub hidden: usize,
    /// Standard deviation of the start.
    pub init_std: f64,
    /// Directions whose variance exceeds rounding error.
    pub rank: usize,
    /// Directions whose mapping ends above one half: those with `lambda > epsilon`.
    pub kept: usize,
    /// Share of the variance in the kept directions.
    pub kept_share: f64,
    /// Variance of the trained DAE's output as a share of the input's, `sum lambda f^2 / sum lambda`, with f the fixed
    /// points.
    pub passed_share: f64,
    /// The directions drawn, from 0.
    #[serde(skip)]
    pub drawn: Vec<usize>,
    /// Epochs of the curves.
    pub epochs: u64,
    /// All D directions.
    #[serde(skip)]
    pub directions: Vec<Direction>,
}

impl Prediction {
    /// Predicts training from a spectrum.
    ///
    /// # Shapes
    /// `lambda`: D eigenvalues in descending order, the first above zero.
    ///
    /// # Errors
    /// [`dae::Error::OutOfRange`]: noise, directions, hidden units, learning rate, start or epochs out of range, or a
    /// number of directions that separates equal eigenvalues.
    pub fn new(lambda: &[f64], noise: Noise, network: &Network) -> Result<Self> {
        let zero = rounding(lambda);
        let rank = lambda.iter().filter(|&&value| value > zero).count();
        let total = lambda.iter().sum::<f64>();
        let epsilon = noise.epsilon(lambda, rank)?;
        let kept = above(lambda, rank, epsilon);
        let hidden = network.hidden_units(lambda.len(), kept)?;
        let largest = lambda.first().copied().unwrap_or_default();
        let largest_alpha = rates::optimal(&Mode::denoising(largest, epsilon)?)?;
        let mut prediction = Self {
            epsilon,
            alpha: network.alpha.unwrap_or(largest_alpha),
            largest_alpha,
            hidden,
            init_std: network.init_std,
            rank,
            kept,
            kept_share: lambda.iter().take(kept).sum::<f64>() / total,
            passed_share: 0.0,
            drawn: spread(kept.clamp(1, hidden)),
            epochs: 0,
            directions: Vec::new(),
        };
        prediction.follow(lambda, total)?;
        prediction.epochs = network.epochs.unwrap_or_else(|| prediction.long_enough());
        Ok(prediction)
    }

    /// Fills in the directions.
    fn follow(&mut self, lambda: &[f64], total: f64) -> Result<()> {
        let (mut cumulative, mut passed) = (0.0, 0.0);
        for (mode, &lambda) in lambda.iter().enumerate() {
            let [ae, wdae, dae] = self.modes(lambda)?;
            let fixed_point = dae.fixed_point();
            cumulative += lambda;
            passed += lambda * fixed_point * fixed_point;
            let learned = mode < self.rank.min(self.hidden);
            let epochs = |of: &Mode| match learned {
                true => self.epochs_to_learn(of),
                false => Ok(None),
            };
            let direction = Direction {
                direction: mode + 1,
                lambda,
                share: lambda / total,
                cumulative: (cumulative / total).min(1.0),
                fixed_point,
                matched_decay: wdae.gamma(),
                epochs_ae: epochs(&ae)?,
                epochs_wdae: epochs(&wdae)?,
                epochs_dae: epochs(&dae)?,
            };
            self.directions.push(direction);
        }
        self.passed_share = passed / total;
        Ok(())
    }

    /// A direction in each model, in the order of [`Model::ALL`]; the decay is matched to the fixed point of the noise.
    pub(super) fn modes(&self, lambda: f64) -> Result<[Mode; 3]> {
        let dae = Mode::denoising(lambda, self.epsilon)?;
        let wdae = Mode::decaying(lambda, dae.matched_gamma())?;
        Ok([Mode::denoising(lambda, 0.0)?, wdae, dae])
    }

    /// The expected start of a direction, `H std^2 / 2`: the growing part of random weights.
    pub fn expected_start(&self) -> f64 {
        0.5 * self.hidden as f64 * self.init_std * self.init_std
    }

    /// Whole epochs from the expected start to [`LEARNED`]; `None` if the fixed point is not above the start.
    fn epochs_to_learn(&self, mode: &Mode) -> Result<Option<f64>> {
        let start = self.expected_start();
        if mode.fixed_point() <= start {
            return Ok(None);
        }
        let time = rates::learning_time(mode, start, LEARNED)?;
        Ok(Some((time / coupled::clock(mode, self.alpha, 1.0)?).ceil()))
    }

    /// Epochs, at most `LONGEST`, by which the slowest direction drawn has been learned for a while in every model.
    fn long_enough(&self) -> u64 {
        let drawn = self
            .drawn
            .iter()
            .filter_map(|&mode| self.directions.get(mode));
        let epochs = drawn.flat_map(|d| [d.epochs_ae, d.epochs_wdae, d.epochs_dae]);
        let slowest = epochs.flatten().fold(1.0, f64::max);
        // The cast saturates.
        ((1.2 * slowest).ceil() as u64).min(LONGEST)
    }

    /// The epochs at which curves have points.
    pub fn points(&self) -> Vec<u64> {
        crate::experiments::common::epochs(self.epochs, self.epochs.div_ceil(POINTS))
    }

    /// The mappings of the directions drawn at the given epochs, by the closed form in steps of descent.
    ///
    /// # Shapes
    /// `starts`: one for each direction drawn.
    ///
    /// # Errors
    /// Starts that are not finite.
    pub fn curves(&self, model: Model, starts: &[f64], epochs: &[u64]) -> Result<Vec<Curve>> {
        let drawn = self
            .drawn
            .iter()
            .filter_map(|&mode| self.directions.get(mode));
        let mut rows = Vec::new();
        for (direction, &start) in drawn.zip(starts) {
            let [ae, wdae, dae] = self.modes(direction.lambda)?;
            let mode = match model {
                Model::Ae => ae,
                Model::Wdae => wdae,
                Model::Dae => dae,
            };
            let theory = Theory::new(vec![mode], vec![start])?;
            for &epoch in epochs {
                let mapping = theory.mappings_by_clock(self.alpha, epoch as f64)?;
                rows.push(Curve {
                    model,
                    direction: direction.direction,
                    epoch,
                    theory: mapping.first().copied().unwrap_or_default(),
                    mapping: None,
                });
            }
        }
        Ok(rows)
    }
}

/// Directions that end above one half: those stronger than the noise.
fn above(lambda: &[f64], rank: usize, epsilon: f64) -> usize {
    let directions = lambda.iter().take(rank);
    directions.filter(|&&value| value > epsilon).count()
}

/// The noise variance at which `keep` directions end above one half: the geometric mean of the last eigenvalue kept and
/// the first dropped, or half the last one if none follows.
fn noise_that_keeps(lambda: &[f64], rank: usize, keep: usize) -> Result<f64> {
    let refused = |allowed| Err(dae::Error::out_of_range("keep", keep, allowed).into());
    if keep == 0 || keep > rank {
        return refused("1 to the number of directions with variance");
    }
    let at = |i: usize| lambda.get(i).copied().filter(|_| i < rank);
    let [last, next] = [
        at(keep - 1).unwrap_or_default(),
        at(keep).unwrap_or_default(),
    ];
    let epsilon = match next > 0.0 {
        true => last.sqrt() * next.sqrt(),
        false => 0.5 * last,
    };
    match above(lambda, rank, epsilon) == keep {
        true => Ok(epsilon),
        false => refused("a number that does not cut directions of equal variance apart"),
    }
}

/// Up to five of `count` directions: the first, the last, and some between at equal ratios.
fn spread(count: usize) -> Vec<usize> {
    let place = |i: i32| (count as f64).powf(f64::from(i) / 4.0).round() as usize;
    let mut places: Vec<usize> = (0..5).map(|i| place(i).clamp(1, count) - 1).collect();
    places.dedup();
    places
}
