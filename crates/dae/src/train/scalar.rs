//! Gradient descent on the scalar network `x -> w2 w1 x`.

use serde::{Deserialize, Serialize};

use crate::error::{Error, non_negative, positive, within};
use crate::{Checked, Result, Settings};

/// Settings of a scalar gradient descent.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `lambda` | none | variance of the data | 0 or more |
/// | `epsilon` | none | variance of the noise | 0 or more |
/// | `gamma` | none | weight decay | 0 or more |
/// | `alpha` | none | learning rate | above 0 |
/// | `epochs` | none | updates | 0 or more |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalarSettings {
    /// Eigenvalue of the data.
    pub lambda: f64,
    /// Noise variance.
    pub epsilon: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Learning rate.
    pub alpha: f64,
    /// Number of updates.
    pub epochs: u64,
}

impl Settings for ScalarSettings {
    fn validate(&self) -> Result<()> {
        non_negative("lambda", self.lambda)?;
        non_negative("epsilon", self.epsilon)?;
        non_negative("gamma", self.gamma)?;
        positive("alpha", self.alpha)?;
        Ok(())
    }
}

/// State of the scalar network after some epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScalarState {
    /// Updates done so far.
    pub epoch: u64,
    /// Encoder weight.
    pub w1: f64,
    /// Decoder weight.
    pub w2: f64,
    /// Loss at these weights.
    pub loss: f64,
}

/// Runs plain gradient descent from `(w1, w2)` and returns every state from epoch 0 to the last.
///
/// Both weights are updated from the old pair:
///
/// ```text
/// w1 <- w1 + alpha ( w2 (lambda - w1 w2 (lambda + epsilon)) - gamma w1 ),   and the same with 1 and 2 swapped
/// ```
///
/// # Errors
/// A start that is not finite; divergence, with the epoch at which it was seen.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::train::scalar::{ScalarSettings, descend};
/// let settings = ScalarSettings { lambda: 1.0, epsilon: 1.0, gamma: 0.0, alpha: 0.01, epochs: 2000 };
/// let path = descend(&settings.check()?, [0.2, 0.9])?;
/// let end = path.last().unwrap();
/// assert!((end.w1 * end.w2 - 0.5).abs() < 1e-9);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn descend(settings: &Checked<ScalarSettings>, [w1, w2]: [f64; 2]) -> Result<Vec<ScalarState>> {
    within("w1", w1, f64::MIN..=f64::MAX, "a finite number")?;
    within("w2", w2, f64::MIN..=f64::MAX, "a finite number")?;
    let ScalarSettings {
        lambda,
        epsilon,
        gamma,
        alpha,
        epochs,
    } = **settings;
    let mut path = Vec::new();
    let (mut w1, mut w2) = (w1, w2);
    for epoch in 0..=epochs {
        let w = w1 * w2;
        let loss =
            0.5 * (lambda * (1.0 - w).powi(2) + epsilon * w * w + gamma * (w1 * w1 + w2 * w2));
        if !loss.is_finite() {
            return Err(Error::Diverged {
                what: "the loss",
                epoch,
            });
        }
        path.push(ScalarState {
            epoch,
            w1,
            w2,
            loss,
        });
        let pull = lambda - w * (lambda + epsilon);
        (w1, w2) = (
            w1 + alpha * (w2 * pull - gamma * w1),
            w2 + alpha * (w1 * pull - gamma * w2),
        );
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: ScalarSettings = ScalarSettings {
        lambda: 1.0,
        epsilon: 0.5,
        gamma: 0.1,
        alpha: 0.01,
        epochs: 10,
    };

    #[test]
    fn every_field_is_checked() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let refused = |settings: ScalarSettings, name: &str| {
                let message = settings.check().unwrap_err().to_string();
                assert!(message.starts_with(name), "{message}");
            };
            refused(
                ScalarSettings {
                    lambda: bad,
                    ..GOOD
                },
                "lambda",
            );
            refused(
                ScalarSettings {
                    epsilon: bad,
                    ..GOOD
                },
                "epsilon",
            );
            refused(ScalarSettings { gamma: bad, ..GOOD }, "gamma");
            refused(ScalarSettings { alpha: bad, ..GOOD }, "alpha");
        }
        assert!(ScalarSettings { alpha: 0.0, ..GOOD }.check().is_err());
        let checked = GOOD.check().unwrap();
        assert!(descend(&checked, [f64::NAN, 0.0]).is_err());
        assert_eq!(descend(&checked, [0.1, 0.2]).unwrap().len(), 11);
    }

    #[test]
    fn divergence_names_its_epoch() {
        let wild = ScalarSettings {
            alpha: 10.0,
            epochs: 100,
            ..GOOD
        }
        .check()
        .unwrap();
        let error = descend(&wild, [1.0, 2.0]).unwrap_err();
        assert!(
            matches!(error, Error::Diverged { epoch: 1..=100, .. }),
            "{error}"
        );
    }
}
