//! The theory of Figure 7, from its settings, a seed and committed data; used to draw it and to judge its tables.

use dae::data::{DataSet, Directions, Spectrum};
use dae::theory::coupled::{Coupled, clock, free_start, growing_part, half_rise};
use dae::theory::deep::{Deep, Start, critical_eigenvalue};
use dae::theory::filters::{self, Best};
use dae::theory::{Mode, dynamics, masking, samples};
use dae::train::linear::Weights;

use super::committed::Masked;
use super::rows::{Method, Regulariser, Samples};
use super::settings::Settings;
use super::train::{regularised, samples as sizes, start};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::style::ascending;

/// A data set as the theory sees it: all eigenvalues, and the committed data on their directions.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub dataset: DataSet,
    pub lambda: Vec<f64>,
    pub directions: Directions,
}

impl Data {
    /// From the committed files.
    pub fn committed(dataset: DataSet) -> Result<Self> {
        let (spectrum, directions) = (
            Spectrum::committed(dataset)?,
            Directions::committed(dataset)?,
        );
        directions.belong_to(&spectrum)?;
        Ok(Self {
            dataset,
            lambda: spectrum.lambda,
            directions,
        })
    }

    /// The leading eigenvalues.
    pub fn leading(&self, directions: usize) -> &[f64] {
        &self.lambda[..directions.min(self.lambda.len())]
    }

    /// Denoising error of a mapping of the leading directions; the others map to zero.
    pub fn error(&self, epsilon: f64, mapping: &[f64]) -> Result<f64> {
        let mut all = mapping.to_vec();
        all.resize(self.lambda.len(), 0.0);
        Ok(filters::error(&self.directions.test_moment, epsilon, &all)?)
    }

    /// The least error of any linear map.
    pub fn floor(&self, epsilon: f64) -> Result<f64> {
        Ok(filters::floor(&self.directions.test_moment, epsilon)?)
    }
}

/// The three theories of a two-layer network.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub modes: Vec<Mode>,
    alpha: f64,
    own: Vec<f64>,
    free: Vec<f64>,
    coupled: Coupled,
}

impl Network {
    /// From the initial weights of training.
    pub fn new(modes: Vec<Mode>, weights: &Weights, alpha: f64) -> Result<Self> {
        let growing = growing_part(weights.encoder.view(), weights.decoder.t())?;
        Ok(Self {
            own: weights.growing_part().to_vec(),
            free: free_start(growing.view())?,
            coupled: Coupled::new(modes.clone(), growing)?,
            modes,
            alpha,
        })
    }

    /// The network of panel A.
    pub fn denoising(settings: &Settings, seed: u64, data: &Data, model: Model) -> Result<Self> {
        let size = (settings.directions, settings.hidden);
        let weights = start(seed, ["denoising", model.name()], size, settings.init_std)?;
        let modes = modes(settings, data.leading(settings.directions), model)?;
        Self::new(modes, &weights, settings.alpha)
    }

    /// The network of panel D.
    pub fn narrow(settings: &Settings, seed: u64, data: &Data, model: Model) -> Result<Self> {
        let width = &settings.width;
        let size = (width.directions, width.hidden);
        let weights = start(seed, ["width", model.name()], size, settings.init_std)?;
        let modes = modes(settings, data.leading(width.directions), model)?;
        Self::new(modes, &weights, settings.alpha)
    }

    /// The paper's formula: each mode from its own start, continuous time.
    pub fn paper(&self, epoch: u64) -> Result<Vec<f64>> {
        let s = self.alpha * epoch as f64;
        let pairs = self.modes.iter().zip(&self.own);
        let mapping = |(mode, &w0)| Ok(dynamics::balanced(mode, w0, s)?);
        pairs.map(mapping).collect()
    }

    /// By the clock of descent, each mode from what stronger modes leave free.
    pub fn free(&self, epoch: u64) -> Result<Vec<f64>> {
        let mapping = |(mode, &w0): (&Mode, &f64)| {
            let s = clock(mode, self.alpha, epoch as f64)?;
            Ok(dynamics::balanced(mode, w0, s)?)
        };
        self.modes.iter().zip(&self.free).map(mapping).collect()
    }

    /// By the clock, all modes together.
    pub fn coupled(&self, epoch: u64) -> Result<Vec<f64>> {
        Ok(self.coupled.mappings_by_clock(self.alpha, epoch as f64)?)
    }
}

fn modes(settings: &Settings, lambda: &[f64], model: Model) -> Result<Vec<Mode>> {
    let (s2, gamma) = regularised(settings, model);
    let mode = |&lambda: &f64| Ok(Mode::new(lambda, s2, gamma)?);
    lambda.iter().map(mode).collect()
}

/// The mean initial mapping of a two-layer network with H units: `H init_std^2 / 2`.
pub(crate) fn mean_start(settings: &Settings, dataset: DataSet) -> f64 {
    0.5 * settings.hidden_of(dataset) as f64 * settings.init_std.powi(2)
}

/// The rule for the best epoch to stop at.
pub(crate) fn stopping_epoch(settings: &Settings) -> Result<f64> {
    let w0 = mean_start(settings, DataSet::Mnist);
    Ok(filters::stopping_epoch(
        w0,
        settings.alpha,
        settings.epsilon,
    )?)
}

/// The test noise at which prices are computed: equal steps of its logarithm, and wherever something was measured.
pub(crate) fn epsilons(settings: &Settings) -> Vec<f64> {
    let price = &settings.price;
    let (low, high) = (price.epsilon_start, price.epsilon_end);
    let last = (price.points - 1) as f64;
    let step = |i: usize| match i {
        0 => low,
        _ if i + 1 == price.points => high,
        _ => low * (high / low).powf(i as f64 / last),
    };
    let measured = price.stopped.iter().chain(&price.trained_s2).copied();
    ascending((0..price.points).map(step).chain(measured))
}

/// A regulariser at its best.
pub(crate) fn best(
    settings: &Settings,
    data: &Data,
    regulariser: Regulariser,
    epsilon: f64,
) -> Result<Best> {
    let filter = match regulariser {
        Regulariser::Noise => filters::Regulariser::Noise,
        Regulariser::Decay => filters::Regulariser::Decay,
        Regulariser::StoppingOneLayer => filters::Regulariser::StoppingOneLayer,
        Regulariser::Stopping => filters::Regulariser::Stopping {
            w0: mean_start(settings, data.dataset),
        },
    };
    let mu = &data.directions.test_moment;
    let hidden = settings.hidden_of(data.dataset);
    Ok(filter.best(&data.lambda, mu, hidden, epsilon)?)
}

/// Numbers of images in the rows of a data set: those measured and, for MNIST, those that make up a line.
pub(crate) fn counts(settings: &Settings, dataset: DataSet) -> Vec<usize> {
    /// Steps between the evenly spaced points of the line.
    const POINTS: u32 = 40;
    /// Distances from the pole, where the line is steep.
    const NEAR: [usize; 6] = [5, 10, 20, 40, 80, 160];
    let measured = sizes(settings, dataset);
    let mut all = measured.to_vec();
    if let (DataSet::Mnist, Some(&low), Some(&high)) =
        (dataset, measured.iter().min(), measured.iter().max())
    {
        let (pole, ratio) = (dataset.pixels(), high as f64 / low as f64);
        let step = |i| (low as f64 * ratio.powf(f64::from(i) / f64::from(POINTS))).round() as usize;
        let near = NEAR.iter().flat_map(|&d| [pole - d, pole + d]);
        let line = (0..=POINTS).map(step).chain(near);
        let shown = |n: &usize| (low..=high).contains(n) && n.abs_diff(pole) > 4;
        all.extend(line.filter(shown));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The training noise and the error.
pub(crate) fn few(
    settings: &Settings,
    data: &Data,
    method: Method,
    count: usize,
) -> Result<[f64; 2]> {
    let (tau, epsilon) = (&data.lambda, settings.epsilon);
    Ok(match method {
        Method::Ae => {
            let hidden = settings.hidden_of(data.dataset);
            let end = samples::autoencoder(tau, count, hidden, epsilon)?;
            [0.0, end.error]
        }
        Method::Redrawn => [
            epsilon,
            samples::redrawn(tau, count, epsilon, epsilon)?.error,
        ],
        Method::Once => [epsilon, samples::once(tau, count, epsilon, epsilon)?.error],
        Method::OnceBest => {
            let best = samples::best_once(tau, count, epsilon)?;
            [best.epsilon, best.error]
        }
    })
}

/// The law of half-rise epochs of a mode: mean, standard deviation, and the mean by the paper's formula.
pub(crate) fn rises(settings: &Settings, data: &Data, mode: usize) -> Result<[f64; 3]> {
    let scalar = Mode::denoising(data.lambda[mode], settings.s2)?;
    let law = |index| {
        let hidden = settings.seeds.hidden;
        half_rise(&scalar, index, hidden, settings.init_std, settings.alpha)
    };
    let own = law(mode)?;
    Ok([own.mean, own.standard_deviation, law(0)?.mean])
}

/// The fixed point of a mode in a deep network, and the eigenvalue below which it is not learned.
pub(crate) fn deep(
    settings: &Settings,
    (layers, model): (usize, Model),
    lambda: f64,
) -> Result<[f64; 2]> {
    let (s2, gamma) = regularised(settings, model);
    let network = Deep::new(layers, Mode::new(lambda, s2, gamma)?)?;
    let (a0, size) = (settings.depth.a0, settings.depth.directions);
    let start = Start::orthonormal(a0, size, size)?;
    Ok([
        network.fixed_point(),
        critical_eigenvalue(layers, gamma, &start)?,
    ])
}

/// The two theories of a network trained on masked images: with the noise of the mask in each direction, and with
/// isotropic noise of the same variance.
pub(crate) struct Mask {
    shaped: Network,
    isotropic: Network,
}

impl Mask {
    /// From the initial weights of such a network.
    pub fn new(of: &Masked, data: &Data) -> Result<Self> {
        let lambda = data.leading(of.directions);
        let k = &data.directions.pixel_moment[..lambda.len()];
        let size = (lambda.len(), of.hidden);
        let weights = start(of.seed, ["mask", ""], size, of.init_std)?;
        let epsilon = masking::isotropic(&data.lambda, of.q)?;
        let isotropic = lambda.iter().map(|&l| Mode::denoising(l, epsilon));
        let isotropic = isotropic.collect::<dae::Result<Vec<_>>>()?;
        let shaped = masking::shaped(lambda, k, of.q, 0.0)?;
        Ok(Self {
            shaped: Network::new(shaped, &weights, of.alpha)?,
            isotropic: Network::new(isotropic, &weights, of.alpha)?,
        })
    }

    /// Both at an epoch.
    pub fn at(&self, epoch: u64) -> Result<[Vec<f64>; 2]> {
        Ok([self.shaped.free(epoch)?, self.isotropic.free(epoch)?])
    }
}

/// Test errors of the best map under masks and of the best map under isotropic noise of the same variance, each under
/// its own noise.
pub(crate) fn masked_errors(data: &Data, q: f64) -> Result<[f64; 2]> {
    let shaped = masking::shaped(&data.lambda, &data.directions.pixel_moment, q, 0.0)?;
    let isotropic = masking::isotropic(&data.lambda, q)?;
    let mut sums = [0.0; 2];
    for (mode, &mu) in shaped.iter().zip(&data.directions.test_moment) {
        for (sum, epsilon) in sums.iter_mut().zip([mode.epsilon(), isotropic]) {
            let w = Mode::denoising(mode.lambda(), epsilon)?.fixed_point();
            *sum += filters::error(&[mu], epsilon, &[w])?;
        }
    }
    Ok(sums)
}

/// Widens a tolerance for what the theory neglects, given for the paper's start and 256 units: modes compete more the
/// larger the start and the narrower the network.
pub(crate) fn from_start(tolerance: f64, settings: &Settings) -> f64 {
    let start = (settings.init_std / 1e-4).max(1.0);
    tolerance * start * (256.0 / settings.hidden as f64).sqrt().max(1.0)
}

/// Whether an autoencoder on few images is too narrow for the theory. What it misses is variance of the sample, not of
/// the population, which matters if it misses much.
pub(crate) fn too_narrow(settings: &Settings, data: &Data, row: &Samples) -> bool {
    let hidden = settings.hidden_of(data.dataset);
    let missed: f64 = data.lambda.iter().skip(hidden).sum();
    row.method == Method::Ae && row.samples > hidden && 0.5 * missed > 0.1 * row.theory
}
