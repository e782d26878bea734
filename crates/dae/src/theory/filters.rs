//! Does it denoise? The error of a mapping on noisy test data, and the least error that each regulariser can reach.
//!
//! The error is per image, `E ||x - (x + z) W||^2 / 2` with noise of variance `epsilon` on test images with second
//! moment `T = U^T S_test U` in the basis `U` of the training moment; `mu_i = T_ii`.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::ArrayView2;

use super::scalar::{LIMIT, one_each};
use super::search::least;
use crate::Result;
use crate::error::{Error, positive, shape, within};

/// Denoising error of a mapping: what is left of the data plus what is left of the noise.
///
/// ```text
/// E = 1/2 sum_i [ mu_i (1 - w_i)^2 + epsilon w_i^2 ]
/// ```
///
/// # Shapes
/// `mu` and `mapping` have one number for each mode.
///
/// # Errors
/// Lengths that differ; numbers out of range (variances 0 to 1e50, mappings -1e50 to 1e50).
///
/// # Numerical notes
/// The off-diagonals of `T` and of `W` are left out; [`exact_error`] has them.
///
/// # Example
/// ```
/// use dae::theory::filters;
/// // The noise alone, the data alone, and the best of both.
/// assert_eq!(filters::error(&[3.0], 1.0, &[1.0])?, 0.5);
/// assert_eq!(filters::error(&[3.0], 1.0, &[0.0])?, 1.5);
/// assert_eq!(filters::error(&[3.0], 1.0, &[0.75])?, filters::floor(&[3.0], 1.0)?);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn error(mu: &[f64], epsilon: f64, mapping: &[f64]) -> Result<f64> {
    one_each("mapping", mu.len(), mapping.len())?;
    variance("epsilon", epsilon)?;
    let mut sum = 0.0;
    for (&mu, &w) in mu.iter().zip(mapping) {
        variance("mu", mu)?;
        within("mapping", w, -LIMIT..=LIMIT, "a number from -1e50 to 1e50")?;
        sum += mu * (1.0 - w).powi(2) + epsilon * w * w;
    }
    Ok(0.5 * sum)
}

/// Denoising error of the weights themselves, with all off-diagonals.
///
/// ```text
/// E = 1/2 [ tr T - 2 tr(B T A) + tr((A^T T A)(B B^T)) ] + epsilon/2 tr((A^T A)(B B^T))
/// ```
///
/// # Shapes
/// `T` is D x D, `A = U^T W1` is D x H, `B = W2 U` is H x D.
///
/// # Errors
/// Shapes that do not fit together; `epsilon` out of range; an error that is not finite.
///
/// # Example
/// ```
/// use dae::theory::filters;
/// use ndarray::array;
/// let (T, A, B) = (array![[2.0, 0.3], [0.3, 1.0]], array![[1.0], [0.0]], array![[0.5, 0.0]]);
/// let diagonal = filters::error(&[2.0, 1.0], 0.1, &[0.5, 0.0])?;
/// assert_eq!(filters::exact_error(T.view(), 0.1, A.view(), B.view())?, diagonal);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn exact_error(
    T: ArrayView2<f64>,
    epsilon: f64,
    A: ArrayView2<f64>,
    B: ArrayView2<f64>,
) -> Result<f64> {
    let (D, H) = A.dim();
    shape("T", (D, D), T.dim())?;
    shape("B", (H, D), B.dim())?;
    variance("epsilon", epsilon)?;
    let TA = T.dot(&A);
    let G = B.dot(&B.t());
    let data = T.diag().sum() - 2.0 * (&TA * &B.t()).sum() + (&A.t().dot(&TA) * &G).sum();
    let noise = (&A.t().dot(&A) * &G).sum();
    let error = 0.5 * (data + epsilon * noise);
    within(
        "error",
        error,
        f64::MIN..=f64::MAX,
        "finite: check T and the weights",
    )
}

/// The least error that any linear map can have, Wiener's filter: `1/2 sum_i mu_i epsilon / (mu_i + epsilon)`.
///
/// # Errors
/// A variance that is negative, not finite or above 1e50.
pub fn floor(mu: &[f64], epsilon: f64) -> Result<f64> {
    variance("epsilon", epsilon)?;
    let mut sum = 0.0;
    for &mu in mu {
        if variance("mu", mu)? > 0.0 {
            sum += mu * (epsilon / (mu + epsilon));
        }
    }
    Ok(0.5 * sum)
}

/// What keeps a linear autoencoder from the identity; each has one setting to choose.
///
/// | Regulariser | Setting | Mapping at the end |
/// |---|---|---|
/// | `Noise` | variance `e` of the training noise | `lambda / (lambda + e)` |
/// | `Decay` | weight decay `gamma` | `max(0, 1 - gamma / lambda)` |
/// | `StoppingOneLayer` | time `s` | `1 - e^{-lambda s}`, with `W` trained directly from 0 |
/// | `Stopping` | time `s` | `1 / (1 + (1/w0 - 1) e^{-2 lambda s})`, a step at `lambda = ln(1/w0) / (2 s)` |
///
/// # Reference
/// A. Ali, J. Z. Kolter and R. J. Tibshirani, "A continuous-time view of early stopping for least squares regression",
/// AISTATS 2019 (one layer); A. Saxe, J. McClelland and S. Ganguli, ICLR 2014, and G. Gidel, F. Bach and
/// S. Lacoste-Julien, "Implicit regularization of discrete gradient dynamics in linear neural networks", NeurIPS 2019
/// (two layers learn one mode after the other).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Regulariser {
    /// Noise on the training data, in expectation.
    Noise,
    /// Weight decay.
    Decay,
    /// Early stopping of a network with one layer.
    StoppingOneLayer,
    /// Early stopping of a network with two layers.
    Stopping {
        /// The mapping at the start, above 0 and below 1: `H init_std^2 / 2`.
        w0: f64,
    },
}

/// A regulariser at its best setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// The setting.
    pub setting: f64,
    /// The error there.
    pub error: f64,
    /// The error divided by the [`floor`].
    pub price: f64,
}

impl Regulariser {
    /// Points of the grid on which the best setting is sought.
    const GRID: u32 = 800;

    /// The mapping of a mode.
    ///
    /// # Errors
    /// `lambda` or `setting` negative, not finite or above 1e50; `w0` not between 0 and 1.
    ///
    /// # Example
    /// ```
    /// use dae::theory::filters::Regulariser;
    /// assert_eq!(Regulariser::Noise.mapping(3.0, 1.0)?, 0.75);
    /// assert_eq!(Regulariser::Decay.mapping(3.0, 1.5)?, 0.5);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn mapping(&self, lambda: f64, setting: f64) -> Result<f64> {
        self.check()?;
        variance("lambda", lambda)?;
        within("setting", setting, 0.0..=LIMIT, "a number from 0 to 1e50")?;
        Ok(self.at(lambda, setting))
    }

    /// The mapping of every mode, which is 0 for those from `hidden` on.
    ///
    /// # Errors
    /// As [`Regulariser::mapping`].
    pub fn mappings(&self, lambda: &[f64], hidden: usize, setting: f64) -> Result<Vec<f64>> {
        let learned = lambda.iter().take(hidden);
        let mut mappings: Vec<f64> = learned
            .map(|&lambda| self.mapping(lambda, setting))
            .collect::<Result<_>>()?;
        mappings.resize(lambda.len(), 0.0);
        Ok(mappings)
    }

    /// The setting with the least error on test data with noise of variance `epsilon`.
    ///
    /// # Shapes
    /// `lambda` (descending) and `mu` have one number for each mode; those from `hidden` on are not learned.
    ///
    /// # Errors
    /// Lengths that differ; variances out of range; no variance in `lambda` or in `mu`; `epsilon` not above zero.
    ///
    /// # Numerical notes
    /// The search ranges from far below to far above what the largest eigenvalue and `epsilon` call for. The error is
    /// flat at its minimum: settings have some seven digits where errors have fifteen.
    ///
    /// # Example
    /// ```
    /// use dae::theory::filters::Regulariser;
    /// let best = Regulariser::Noise.best(&[3.0, 1.0], &[3.0, 1.0], 2, 0.5)?;
    /// assert!((best.setting - 0.5).abs() < 1e-6 && (best.price - 1.0).abs() < 1e-12);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn best(&self, lambda: &[f64], mu: &[f64], hidden: usize, epsilon: f64) -> Result<Best> {
        self.check()?;
        one_each("mu", lambda.len(), mu.len())?;
        let floor = positive("floor", floor(mu, positive("epsilon", epsilon)?)?)?;
        let mut largest: f64 = 0.0;
        for &lambda in lambda {
            largest = largest.max(variance("lambda", lambda)?);
        }
        positive("the largest lambda", largest)?;
        // A filter passes what lies above some lambda. That cut is sought far around epsilon and the largest lambda.
        let cut = [1e-4 * epsilon.min(largest), 1e2 * epsilon.max(largest)];
        let range = match self {
            Self::Noise => cut,
            Self::Decay => [1e-4 * epsilon.min(largest), largest],
            Self::StoppingOneLayer => cut.map(|cut| 1.0 / cut),
            Self::Stopping { w0 } => cut.map(|cut| -w0.ln() / (2.0 * cut)),
        };
        let [a, b] = range.map(|x| x.clamp(f64::MIN_POSITIVE, LIMIT));
        let learned = || lambda.iter().take(hidden).zip(mu);
        let missed: f64 = mu.iter().skip(hidden).sum();
        let (setting, error) = least([a.min(b), a.max(b)], Self::GRID, |setting| {
            let sum: f64 = learned()
                .map(|(&lambda, &mu)| {
                    let w = self.at(lambda, setting);
                    mu * (1.0 - w).powi(2) + epsilon * w * w
                })
                .sum();
            Ok(0.5 * (sum + missed))
        })?;
        let price = error / floor;
        Ok(Best {
            setting,
            error,
            price,
        })
    }

    fn check(&self) -> Result<()> {
        match *self {
            Self::Stopping { w0 } if !(w0 > 0.0 && w0 < 1.0) => {
                Err(Error::out_of_range("w0", w0, "above 0 and below 1"))
            }
            _ => Ok(()),
        }
    }

    /// [`Regulariser::mapping`] without its checks.
    fn at(&self, lambda: f64, setting: f64) -> f64 {
        if lambda == 0.0 {
            return match *self {
                Self::Stopping { w0 } => w0,
                _ => 0.0,
            };
        }
        match *self {
            Self::Noise => lambda / (lambda + setting),
            Self::Decay => ((lambda - setting) / lambda).max(0.0),
            Self::StoppingOneLayer => -(-lambda * setting).exp_m1(),
            Self::Stopping { w0 } => w0 / (w0 + (1.0 - w0) * (-2.0 * lambda * setting).exp()),
        }
    }
}

/// Rule for the epoch at which to stop an autoencoder of two layers: it puts the step of the filter at the noise.
///
/// ```text
/// t* = ln(1/w0) / (2 alpha epsilon),   w0 = H init_std^2 / 2
/// ```
///
/// It is accurate to first order in `1 / ln(1/w0)`, the relative width of the step.
///
/// # Errors
/// `w0` not between 0 and 1; `alpha` or `epsilon` zero, negative or not finite; an epoch that is not finite.
///
/// # Example
/// ```
/// let w0 = 256.0 * 1e-8 / 2.0;
/// let epoch = dae::theory::filters::stopping_epoch(w0, 0.01, 0.5)?;
/// assert_eq!(epoch.round(), 1357.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn stopping_epoch(w0: f64, alpha: f64, epsilon: f64) -> Result<f64> {
    Regulariser::Stopping { w0 }.check()?;
    let rate = 2.0 * positive("alpha", alpha)? * positive("epsilon", epsilon)?;
    let epoch = -w0.ln() / positive("2 alpha epsilon", rate)?;
    within(
        "epoch",
        epoch,
        0.0..=f64::MAX,
        "finite: alpha epsilon is too small",
    )
}

fn variance(name: &'static str, value: f64) -> Result<f64> {
    within(name, value, 0.0..=LIMIT, "a number from 0 to 1e50")
}
