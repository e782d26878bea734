//! One mode: the scalar network `x -> w2 w1 x` and its loss surface.

use crate::Result;
use crate::error::{Error, within};

/// Magnitude up to which parameters and weights are accepted, so that no intermediate result overflows.
pub(super) const LIMIT: f64 = 1e50;

/// One eigen-direction of the data with its noise and weight decay.
///
/// ```text
/// loss = lambda/2 (1 - w2 w1)^2 + epsilon/2 (w2 w1)^2 + gamma/2 (w1^2 + w2^2)
/// ```
///
/// | Name | Unit | Range |
/// |---|---|---|
/// | `lambda` | variance of the data | 0 to 1e50 |
/// | `epsilon` | variance of the noise | 0 to 1e50 |
/// | `gamma` | weight decay | 0 to 1e50 |
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018), averaged convention (see the documentation of the crate).
///
/// # Example
/// ```
/// use dae::theory::Mode;
/// let dae = Mode::denoising(1.0, 0.25)?;
/// assert_eq!(dae.fixed_point(), 0.8);
/// let wdae = Mode::decaying(1.0, dae.matched_gamma())?;
/// assert!((wdae.fixed_point() - 0.8).abs() < 1e-15);
/// # Ok::<(), dae::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    lambda: f64,
    epsilon: f64,
    gamma: f64,
}

/// What the origin `w1 = w2 = 0` is on the loss surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `gamma < lambda`: learning starts slowly there and then leaves.
    Saddle,
    /// `gamma >= lambda`: nothing is ever learned from this mode.
    GlobalMinimum,
}

/// What the Hessian says about a point, if it is a critical point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curvature {
    /// Both eigenvalues above zero.
    Minimum,
    /// One eigenvalue above zero, one below.
    Saddle,
    /// Both eigenvalues below zero.
    Maximum,
    /// An eigenvalue is zero (to rounding): flat in some direction, as along a curve of minima.
    Degenerate,
}

/// All global minima of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GlobalMinima {
    /// No decay: both branches of the hyperbola `w1 w2 = product`; the two axes if `product` is 0.
    Curve {
        /// `lambda / (lambda + epsilon)`.
        product: f64,
    },
    /// Decay below lambda: the two points `(w, w)` and `(-w, -w)`.
    Points {
        /// `sqrt((lambda - gamma) / (lambda + epsilon))`.
        weight: f64,
    },
    /// Decay of lambda or more: the origin alone.
    Origin,
    /// `lambda = epsilon = gamma = 0`: the loss is zero everywhere.
    Everywhere,
}

impl Mode {
    /// Builds a mode with any noise and any decay.
    ///
    /// # Errors
    /// A parameter that is negative, not finite or above 1e50.
    pub fn new(lambda: f64, epsilon: f64, gamma: f64) -> Result<Self> {
        let check = |name, value| within(name, value, 0.0..=LIMIT, "a number from 0 to 1e50");
        Ok(Self {
            lambda: check("lambda", lambda)?,
            epsilon: check("epsilon", epsilon)?,
            gamma: check("gamma", gamma)?,
        })
    }

    /// Builds the mode of a denoising autoencoder (DAE).
    ///
    /// # Errors
    /// As [`Mode::new`].
    pub fn denoising(lambda: f64, epsilon: f64) -> Result<Self> {
        Self::new(lambda, epsilon, 0.0)
    }

    /// Builds the mode of a weight-decay autoencoder (WDAE).
    ///
    /// # Errors
    /// As [`Mode::new`].
    pub fn decaying(lambda: f64, gamma: f64) -> Result<Self> {
        Self::new(lambda, 0.0, gamma)
    }

    /// Eigenvalue of `X^T X / N`.
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// Variance of the input noise in this direction.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// Weight decay.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// `lambda + epsilon`, the variance of the noisy input.
    pub fn input_variance(&self) -> f64 {
        self.lambda + self.epsilon
    }

    /// `xi = lambda - gamma`, half the rate at which a small balanced mapping grows.
    pub fn growth(&self) -> f64 {
        self.lambda - self.gamma
    }

    /// Loss `lambda/2 (1 - w)^2 + epsilon/2 w^2 + gamma/2 (w1^2 + w2^2)` with `w = w2 w1`.
    pub fn loss(&self, w1: f64, w2: f64) -> f64 {
        let w = w1 * w2;
        0.5 * (self.lambda * (1.0 - w).powi(2)
            + self.epsilon * w * w
            + self.gamma * (w1 * w1 + w2 * w2))
    }

    /// Gradient of [`Mode::loss`], `[d/dw1, d/dw2]`.
    pub fn gradient(&self, w1: f64, w2: f64) -> [f64; 2] {
        let pull = self.lambda - w1 * w2 * self.input_variance();
        [self.gamma * w1 - w2 * pull, self.gamma * w2 - w1 * pull]
    }

    /// Hessian of [`Mode::loss`], symmetric.
    pub fn hessian(&self, w1: f64, w2: f64) -> [[f64; 2]; 2] {
        let k = self.input_variance();
        let mixed = 2.0 * k * w1 * w2 - self.lambda;
        [
            [k * w2 * w2 + self.gamma, mixed],
            [mixed, k * w1 * w1 + self.gamma],
        ]
    }

    /// Eigenvalues of the Hessian, the larger one first.
    pub fn curvatures(&self, w1: f64, w2: f64) -> [f64; 2] {
        let [[a, b], [_, d]] = self.hessian(w1, w2);
        let mean = 0.5 * (a + d);
        let radius = (0.5 * (a - d)).hypot(b);
        [mean + radius, mean - radius]
    }

    /// Classifies a critical point by its Hessian.
    ///
    /// # Numerical notes
    /// An eigenvalue counts as zero below `8 EPSILON` times the size of the Hessian's terms.
    pub fn classify(&self, w1: f64, w2: f64) -> Curvature {
        let [high, low] = self.curvatures(w1, w2);
        let size = self.input_variance() * (w1 * w1 + w2 * w2) + self.lambda + self.gamma;
        let zero = 8.0 * f64::EPSILON * size;
        match (high > zero, low > zero, low < -zero) {
            (true, true, _) => Curvature::Minimum,
            (true, _, true) => Curvature::Saddle,
            (false, _, true) if high < -zero => Curvature::Maximum,
            _ => Curvature::Degenerate,
        }
    }

    /// What the origin is: a saddle if and only if `gamma < lambda`.
    pub fn origin(&self) -> Origin {
        if self.gamma < self.lambda {
            Origin::Saddle
        } else {
            Origin::GlobalMinimum
        }
    }

    /// The mapping `w2 w1` that training tends to: `max(0, lambda - gamma) / (lambda + epsilon)`.
    ///
    /// For `lambda = epsilon = 0` no mapping is preferred and the answer is 0.
    pub fn fixed_point(&self) -> f64 {
        if self.growth() > 0.0 {
            self.growth() / self.input_variance()
        } else {
            0.0
        }
    }

    /// All global minima of the loss.
    pub fn global_minima(&self) -> GlobalMinima {
        if self.gamma > 0.0 {
            match self.origin() {
                Origin::Saddle => GlobalMinima::Points {
                    weight: self.fixed_point().sqrt(),
                },
                Origin::GlobalMinimum => GlobalMinima::Origin,
            }
        } else if self.input_variance() > 0.0 {
            GlobalMinima::Curve {
                product: self.fixed_point(),
            }
        } else {
            GlobalMinima::Everywhere
        }
    }

    /// The decay whose fixed point equals that of this mode's noise:
    /// `gamma = lambda epsilon / (lambda + epsilon)`, and 0 for `lambda = epsilon = 0`.
    pub fn matched_gamma(&self) -> f64 {
        if self.epsilon == 0.0 {
            0.0
        } else {
            self.lambda * (self.epsilon / self.input_variance())
        }
    }

    /// The noise variance whose fixed point equals that of this mode's decay:
    /// `epsilon = lambda gamma / (lambda - gamma)`.
    ///
    /// # Errors
    /// `gamma >= lambda > 0` (no finite noise stops all learning), or any decay at `lambda = 0`.
    pub fn matched_epsilon(&self) -> Result<f64> {
        if self.gamma == 0.0 {
            Ok(0.0)
        } else if self.growth() > 0.0 {
            Ok(self.gamma * (self.lambda / self.growth()))
        } else {
            Err(Error::out_of_range(
                "gamma",
                self.gamma,
                "below lambda to be matched by noise",
            ))
        }
    }
}

/// `w2^2 - w1^2`: conserved by the gradient flow under noise, decaying as `e^{-2 gamma s}` under decay.
pub fn imbalance(w1: f64, w2: f64) -> f64 {
    (w2 - w1) * (w2 + w1)
}

/// Checks a pair of weights.
pub(super) fn weights(w1: f64, w2: f64) -> Result<[f64; 2]> {
    for (name, w) in [("w1", w1), ("w2", w2)] {
        within(name, w, -LIMIT..=LIMIT, "a number from -1e50 to 1e50")?;
    }
    Ok([w1, w2])
}

/// Refuses a list without exactly one number for each mode.
pub(super) fn one_each(what: &'static str, modes: usize, found: usize) -> Result<()> {
    if modes == found {
        return Ok(());
    }
    Err(Error::Shape {
        what,
        expected: format!("{modes} numbers, one for each mode"),
        found: found.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_out_of_range_are_refused_by_name() {
        for bad in [-1e-300, f64::NAN, f64::INFINITY, 1e51] {
            for (name, result) in [
                ("lambda", Mode::new(bad, 0.0, 0.0)),
                ("epsilon", Mode::new(1.0, bad, 0.0)),
                ("gamma", Mode::new(1.0, 0.0, bad)),
            ] {
                assert!(
                    result.unwrap_err().to_string().starts_with(name),
                    "{name} = {bad}"
                );
            }
        }
    }

    #[test]
    fn the_origin_is_a_saddle_only_below_lambda() {
        for (lambda, gamma, origin, curvature) in [
            (1.0, 0.5, Origin::Saddle, Curvature::Saddle),
            (1.0, 0.0, Origin::Saddle, Curvature::Saddle),
            (1.0, 1.0, Origin::GlobalMinimum, Curvature::Degenerate),
            (1.0, 1.5, Origin::GlobalMinimum, Curvature::Minimum),
            (0.0, 0.0, Origin::GlobalMinimum, Curvature::Degenerate),
        ] {
            let mode = Mode::new(lambda, 0.3, gamma).unwrap();
            assert_eq!(mode.origin(), origin, "lambda {lambda}, gamma {gamma}");
            assert_eq!(
                mode.classify(0.0, 0.0),
                curvature,
                "lambda {lambda}, gamma {gamma}"
            );
        }
    }

    #[test]
    fn no_random_point_lies_below_the_global_minima() {
        for (lambda, epsilon, gamma) in [
            (1.0, 0.0, 0.0),
            (1.0, 5.0, 0.0),
            (2.5, 0.0, 0.4),
            (1.0, 0.2, 1.0),
            (0.0, 1.0, 0.0),
            (0.0, 0.0, 0.0),
            (0.7, 0.3, 2.0),
        ] {
            let mode = Mode::new(lambda, epsilon, gamma).unwrap();
            let minima: Vec<[f64; 2]> = match mode.global_minima() {
                GlobalMinima::Curve { product } => {
                    vec![[0.5, product / 0.5], [-2.0, -product / 2.0]]
                }
                GlobalMinima::Points { weight } => vec![[weight, weight], [-weight, -weight]],
                GlobalMinima::Origin => vec![[0.0, 0.0]],
                GlobalMinima::Everywhere => vec![[0.0, 0.0], [3.0, -4.0]],
            };
            let lowest = mode.loss(minima[0][0], minima[0][1]);
            for [w1, w2] in minima {
                assert!((mode.loss(w1, w2) - lowest).abs() < 1e-14);
                let [g1, g2] = mode.gradient(w1, w2);
                assert!(
                    g1.abs() < 1e-14 && g2.abs() < 1e-14,
                    "{mode:?} at {w1}, {w2}"
                );
            }
            for i in -40..=40 {
                for j in -40..=40 {
                    let (w1, w2) = (f64::from(i) / 20.0, f64::from(j) / 20.0);
                    assert!(
                        mode.loss(w1, w2) >= lowest - 1e-14,
                        "{mode:?} at {w1}, {w2}"
                    );
                }
            }
        }
    }

    #[test]
    fn matching_there_and_back_is_the_identity() {
        for (lambda, epsilon) in [(1.0, 0.5), (38.3, 0.5), (1e-9, 3.0), (1e20, 1e-20)] {
            let gamma = Mode::denoising(lambda, epsilon).unwrap().matched_gamma();
            let wdae = Mode::decaying(lambda, gamma).unwrap();
            // Where epsilon << lambda or the reverse, lambda - gamma cancels: the error grows by that ratio.
            let amplification = 1.0 + epsilon / lambda;
            match wdae.matched_epsilon() {
                Ok(back) => {
                    assert!((back / epsilon - 1.0).abs() < 4.0 * f64::EPSILON * amplification)
                }
                Err(_) => assert!(amplification > 1e15),
            }
        }
        assert!(Mode::decaying(1.0, 1.0).unwrap().matched_epsilon().is_err());
        assert_eq!(Mode::new(0.0, 0.0, 0.0).unwrap().matched_gamma(), 0.0);
    }
}
