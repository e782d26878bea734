//! How many images does it take? Denoising errors from the spectrum alone, for training on a sample of images.
//!
//! Deterministic equivalents: the limit of the error when dimensions and images are many, for images whose second
//! moment has the eigenvalues `tau` in the population. Errors are per image as in [`filters`](super::filters), at the
//! end of training, and without a bottleneck unless stated.

use super::scalar::LIMIT;
use super::search::{boundary, least};
use crate::Result;
use crate::error::{Error, within};

/// Range in which the best training noise is sought: `e^-9` to `e^5`.
const NOISE: [f64; 2] = [1.234_098_040_866_795_6e-4, 148.413_159_102_576_6];

/// Grid points of that search.
const GRID: u32 = 140;

/// The deterministic equivalent of a sample of images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalent {
    /// Directions far below this variance are lost, those far above are learned; 0 if the images fill the space.
    pub kappa: f64,
    /// Denoising error on new images.
    pub error: f64,
}

/// The best training noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestNoise {
    /// Its variance.
    pub epsilon: f64,
    /// The error with it.
    pub error: f64,
}

/// The error of training on `samples` images with noise redrawn every epoch: `W = S_N (S_N + e)^-1`.
///
/// ```text
/// kappa (1 - (1/N) sum tau/(tau + kappa)) = e
/// d = (1/N) sum tau^2/(tau + kappa)^2,   b = kappa^2 sum tau/(tau + kappa)^2
/// E = 1/2 { b/(1-d) + epsilon [ sum tau^2/(tau + kappa)^2 + (b/N)/(1-d) sum tau/(tau + kappa)^2 ] }
/// ```
///
/// # Errors
/// No images; a `tau` or `epsilon` (of the test) negative, not finite or above 1e50; `epsilon_train` not from 1e-50 to
/// 1e50 (its limit 0 is [`autoencoder`]).
///
/// # Numerical notes
/// `kappa` is found to the last bit. `1 - d = e/kappa + (1/N) sum tau kappa/(tau + kappa)^2`: nothing cancels.
///
/// # Reference
/// E. Dobriban and S. Wager, "High-dimensional asymptotics of prediction: ridge regression and classification", Annals
/// of Statistics 46(1), 2018, 247-279; T. Hastie, A. Montanari, S. Rosset and R. J. Tibshirani, "Surprises in
/// high-dimensional ridgeless least squares interpolation", Annals of Statistics 50(2), 2022, 949-986.
///
/// # Example
/// ```
/// use dae::theory::{filters, samples};
/// let tau = [4.0, 2.0, 1.0, 0.5];
/// let many = samples::redrawn(&tau, 1_000_000, 0.5, 0.5)?;
/// assert!((many.error / filters::floor(&tau, 0.5)? - 1.0).abs() < 1e-5);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn redrawn(
    tau: &[f64],
    samples: usize,
    epsilon_train: f64,
    epsilon: f64,
) -> Result<Equivalent> {
    let n = images(samples)?;
    variances(tau, epsilon)?;
    let e = training_noise(epsilon_train)?;
    let seen = |kappa: f64| tau.iter().map(|t| t / (t + kappa)).sum::<f64>() / n;
    let high = e + tau.iter().sum::<f64>() / n;
    let kappa = boundary(e, high, |kappa| kappa * (1.0 - seen(kappa)) <= e);
    // Shares of a direction that are kept and lost, f + r = 1.
    let (mut kept, mut between) = (0.0, 0.0);
    for t in tau {
        let (f, r) = (t / (t + kappa), kappa / (t + kappa));
        kept += f * f;
        between += f * r;
    }
    let slack = e / kappa + between / n;
    let error =
        0.5 * (kappa * (between / slack) + epsilon * (kept + between / n * (between / slack)));
    finite(Equivalent { kappa, error })
}

/// The error of training on `samples` images with one draw of noise for each, which is kept: `W = (X + Z)^+ X`.
///
/// ```text
/// sigma = tau + e,   beta = tau + epsilon,   N < D: sum sigma/(sigma + kappa) = N;   N > D: kappa = 0
/// d = (1/N) sum sigma^2/(sigma + kappa)^2,   c = (1/N) sum beta sigma/(sigma + kappa)^2 / (1 - d)
/// E = 1/2 { sum tau - 2 sum tau^2/(sigma + kappa)
///           + sum (tau/sigma)^2 (beta sigma^2 + kappa^2 c sigma)/(sigma + kappa)^2 + c sum tau e/sigma }
/// ```
///
/// # Errors
/// As [`redrawn`], and `samples` equal to the number of modes, where the error has a pole.
///
/// # Numerical notes
/// Evaluated as a sum of squares; `1 - d = (1/N) sum sigma kappa/(sigma + kappa)^2` for N < D.
///
/// # Reference
/// R. Sonthalia and R. R. Nadakuditi, "Training data size induced double descent for denoising feedforward neural
/// networks and the role of training noise", TMLR 2023; C. Kausik, K. Srivastava and R. Sonthalia, "Double descent and
/// overfitting under noisy inputs and distribution shift for linear denoisers", TMLR 2024: data of low rank. Here the
/// spectrum is arbitrary.
///
/// # Example
/// ```
/// use dae::theory::samples;
/// let tau = [1.0; 50];
/// let error = |n| samples::once(&tau, n, 1.0, 1.0).map(|e| e.error);
/// assert!(error(49)? > error(10)? && error(51)? > error(500)?);
/// assert!(error(50).is_err());
/// # Ok::<(), dae::Error>(())
/// ```
pub fn once(tau: &[f64], samples: usize, epsilon_train: f64, epsilon: f64) -> Result<Equivalent> {
    let n = images(samples)?;
    variances(tau, epsilon)?;
    let e = training_noise(epsilon_train)?;
    if samples == tau.len() {
        let allowed = "another number than that of the modes, where the error has a pole";
        return Err(Error::out_of_range("samples", samples, allowed));
    }
    let kappa = if samples < tau.len() {
        let seen = |kappa: f64| tau.iter().map(|t| (t + e) / (t + e + kappa)).sum::<f64>();
        let high = tau.iter().map(|t| t + e).sum::<f64>() / n;
        boundary(0.0, high, |kappa| seen(kappa) >= n)
    } else {
        0.0
    };
    // N (1 - d), and N c (1 - d).
    let (mut slack, mut variance) = (0.0, 0.0);
    for t in tau {
        let (sigma, beta) = (t + e, t + epsilon);
        let g = sigma / (sigma + kappa);
        slack += g * (kappa / (sigma + kappa));
        variance += g * g * (beta / sigma);
    }
    if samples > tau.len() {
        slack = n - tau.len() as f64;
    }
    let c = variance / slack;
    let mut sum = 0.0;
    for t in tau {
        let sigma = t + e;
        let (g, r, wiener) = (sigma / (sigma + kappa), kappa / (sigma + kappa), t / sigma);
        let w = wiener * g;
        sum += t * (1.0 - w) * (1.0 - w) + epsilon * w * w;
        sum += c * (wiener * wiener * sigma * r * r + wiener * e);
    }
    finite(Equivalent {
        kappa,
        error: 0.5 * sum,
    })
}

/// An autoencoder at the end of its training on `samples` images: the projection on their leading `hidden` directions.
///
/// ```text
/// N <= H:  sum tau/(tau + kappa) = N,   E = 1/2 [ b/(1-d) + epsilon N ] = 1/2 [ kappa N + epsilon N ]
/// N > H:   E = 1/2 [ epsilon H + sum_{i >= H} tau_i ]
/// ```
///
/// # Errors
/// As [`redrawn`], and no hidden units.
///
/// # Numerical notes
/// Directions without variance (below `D EPSILON` of the largest eigenvalue) appear in no image and are never learned,
/// so they take up neither images nor units. The second line takes the sample's leading directions for the
/// population's, so it needs many more images than units, and images in every direction. MNIST: with 256 units it is
/// too low by 1.4% at 260 images, by 0.4% at 1,000; without a bottleneck it is too high by 20% at 1,000 images, where a
/// hundred pixels are black that are not in 50,000.
///
/// # Reference
/// As [`redrawn`], of which the first line is the limit without noise.
///
/// # Example
/// ```
/// use dae::theory::samples;
/// // Two images out of very many equal directions.
/// let tau = vec![1.0; 1000];
/// let end = samples::autoencoder(&tau, 2, 100, 0.5)?;
/// assert!((end.error - 0.5 * (998.0 + 2.0 * 0.5)).abs() < 1e-9);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn autoencoder(tau: &[f64], samples: usize, hidden: usize, epsilon: f64) -> Result<Equivalent> {
    let n = images(samples)?;
    variances(tau, epsilon)?;
    if hidden == 0 {
        return Err(Error::out_of_range("hidden", hidden, "at least 1"));
    }
    let mut tau = tau.to_vec();
    tau.sort_by(|a, b| b.total_cmp(a));
    let nothing = tau
        .first()
        .map_or(0.0, |t| t * tau.len() as f64 * f64::EPSILON);
    let rank = tau.iter().filter(|&&t| t > nothing).count();
    if samples <= hidden && samples < rank {
        let seen = |kappa: f64| tau.iter().map(|t| t / (t + kappa)).sum::<f64>();
        let kappa = boundary(0.0, tau.iter().sum::<f64>() / n, |kappa| {
            kappa == 0.0 || seen(kappa) >= n
        });
        let error = 0.5 * n * (kappa + epsilon);
        return finite(Equivalent { kappa, error });
    }
    let learned = rank.min(hidden);
    let missed: f64 = tau.iter().skip(learned).sum();
    let error = 0.5 * (epsilon * learned as f64 + missed);
    finite(Equivalent { kappa: 0.0, error })
}

/// The training noise from `e^-9` to `e^5` with the least error of [`redrawn`].
///
/// # Errors
/// As [`redrawn`].
pub fn best_redrawn(tau: &[f64], samples: usize, epsilon: f64) -> Result<BestNoise> {
    best(|e| redrawn(tau, samples, e, epsilon))
}

/// The training noise from `e^-9` to `e^5` with the least error of [`once`].
///
/// # Errors
/// As [`once`].
///
/// # Example
/// ```
/// use dae::theory::samples;
/// // Close to the pole more noise in training is less error in the test.
/// let best = samples::best_once(&[1.0; 50], 52, 5.0)?;
/// assert!(best.epsilon > 2.0 * 5.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn best_once(tau: &[f64], samples: usize, epsilon: f64) -> Result<BestNoise> {
    best(|e| once(tau, samples, e, epsilon))
}

fn best(equivalent: impl Fn(f64) -> Result<Equivalent>) -> Result<BestNoise> {
    let (epsilon, error) = least(NOISE, GRID, |e| Ok(equivalent(e)?.error))?;
    Ok(BestNoise { epsilon, error })
}

fn images(samples: usize) -> Result<f64> {
    if samples == 0 {
        return Err(Error::out_of_range("samples", samples, "at least 1"));
    }
    Ok(samples as f64)
}

fn variances(tau: &[f64], epsilon: f64) -> Result<()> {
    let allowed = "a number from 0 to 1e50";
    within("epsilon", epsilon, 0.0..=LIMIT, allowed)?;
    for &t in tau {
        within("tau", t, 0.0..=LIMIT, allowed)?;
    }
    Ok(())
}

fn training_noise(epsilon: f64) -> Result<f64> {
    within(
        "epsilon_train",
        epsilon,
        LIMIT.recip()..=LIMIT,
        "a number from 1e-50 to 1e50",
    )
}

fn finite(equivalent: Equivalent) -> Result<Equivalent> {
    within(
        "error",
        equivalent.error,
        0.0..=f64::MAX,
        "finite: check tau and the noise",
    )?;
    Ok(equivalent)
}
