//! Noise that is not isotropic: masks, and noise for any desired filter.
//!
//! Where the covariance of the noise is diagonal in the eigenbasis of the data, each mode has its own `epsilon`, and
//! nothing else in the theory changes. The growth of a mode does not depend on noise, so only fixed points move.

use super::Mode;
use super::scalar::{LIMIT, one_each};
use crate::Result;
use crate::error::{Error, within};

/// Variance of masking noise relative to the variance of what it masks, `r = q / (1 - q)`.
///
/// A pixel is kept with probability `1 - q` and divided by `1 - q`; otherwise it is 0.
///
/// # Errors
/// `q` below 0, or 1 and above.
///
/// # Example
/// ```
/// assert_eq!(dae::theory::masking::ratio(0.5)?, 1.0);
/// assert!(dae::theory::masking::ratio(1.0).is_err());
/// # Ok::<(), dae::Error>(())
/// ```
pub fn ratio(q: f64) -> Result<f64> {
    if (0.0..1.0).contains(&q) {
        Ok(q / (1.0 - q))
    } else {
        Err(Error::out_of_range("q", q, "0 or more and below 1"))
    }
}

/// Modes under masking noise: `epsilon_i = r k_i`.
///
/// ```text
/// expected loss = loss of the AE + 1/2 tr(W^T N W),   N = r diag(S) in pixels = r K in the eigenbasis
/// K = U^T diag(S) U,   k_i = K_ii
/// ```
///
/// `K` is not diagonal, so modes do not decouple; its off-diagonals are what this theory leaves out.
///
/// # Shapes
/// `lambda` and `pixel_moment` (the `k_i`) have one number for each mode.
///
/// # Errors
/// Lengths that differ; `q` out of range; numbers out of the range of [`Mode::new`].
///
/// # Reference
/// H. Steck, "Autoencoders that don't overfit towards the identity", NeurIPS 2020 (dropout of the input of a linear
/// autoencoder is such a penalty). Averaged, uncentred convention.
///
/// # Example
/// ```
/// let modes = dae::theory::masking::shaped(&[4.0, 1.0], &[2.0, 3.0], 0.5, 0.0)?;
/// assert_eq!(modes[1].fixed_point(), 1.0 / 4.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn shaped(lambda: &[f64], pixel_moment: &[f64], q: f64, gamma: f64) -> Result<Vec<Mode>> {
    one_each("pixel_moment", lambda.len(), pixel_moment.len())?;
    let r = ratio(q)?;
    let pairs = lambda.iter().zip(pixel_moment);
    pairs
        .map(|(&lambda, &k)| Mode::new(lambda, r * k, gamma))
        .collect()
}

/// The isotropic noise with the same total variance as masking noise: `epsilon = r tr(S) / D`.
///
/// # Errors
/// No modes; `q` out of range; an eigenvalue that is negative, not finite or above 1e50.
///
/// # Example
/// ```
/// assert_eq!(dae::theory::masking::isotropic(&[4.0, 1.0], 0.5)?, 2.5);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn isotropic(lambda: &[f64], q: f64) -> Result<f64> {
    if lambda.is_empty() {
        return Err(Error::Shape {
            what: "lambda",
            expected: "at least one mode".into(),
            found: "none".into(),
        });
    }
    let mut trace = 0.0;
    for &lambda in lambda {
        trace += within("lambda", lambda, 0.0..=LIMIT, "a number from 0 to 1e50")?;
    }
    Ok(ratio(q)? * (trace / lambda.len() as f64))
}

/// Modes whose noise makes training end in any desired filter `f`: `epsilon_i = lambda_i (1/f_i - 1)`.
///
/// Noise is prior knowledge: the noise in a direction says how far to trust that direction.
///
/// # Shapes
/// `lambda` and `filter` have one number for each mode.
///
/// # Errors
/// Lengths that differ; a filter not above 0 or above 1; an `epsilon` beyond 1e50.
///
/// # Numerical notes
/// A mode with `lambda = 0` is never learned, whatever its filter; it gets no noise.
///
/// # Example
/// ```
/// let modes = dae::theory::masking::filtering(&[4.0, 1.0], &[0.3, 0.9])?;
/// assert!((modes[0].fixed_point() - 0.3).abs() < 1e-15);
/// assert!((modes[1].fixed_point() - 0.9).abs() < 1e-15);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn filtering(lambda: &[f64], filter: &[f64]) -> Result<Vec<Mode>> {
    one_each("filter", lambda.len(), filter.len())?;
    let mode = |(&lambda, &f): (&f64, &f64)| {
        if !(f > 0.0 && f <= 1.0) {
            return Err(Error::out_of_range("filter", f, "above 0 and at most 1"));
        }
        Mode::denoising(lambda, lambda * ((1.0 - f) / f))
    };
    lambda.iter().zip(filter).map(mode).collect()
}
