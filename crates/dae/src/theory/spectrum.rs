//! All modes of a data set at once.

use super::scalar::one_each;
use super::{Mode, coupled, dynamics};
use crate::Result;
use crate::error::Error;

/// The theory of a whole spectrum: one balanced mode for each eigenvalue, each with its own start.
///
/// # Example
/// ```
/// use dae::theory::spectrum::Theory;
/// let theory = Theory::isotropic(&[3.0, 1.0, 0.2], 0.5, 0.0, &[1e-4; 3])?;
/// assert_eq!(theory.mappings(0.0)?, vec![1e-4; 3]);
/// assert!(theory.loss(100.0)? < theory.loss(0.0)?);
/// # Ok::<(), dae::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Theory {
    modes: Vec<Mode>,
    w0: Vec<f64>,
}

impl Theory {
    /// Pairs modes with their starts; the noise may differ between modes (a noise covariance that is diagonal in
    /// the eigenbasis of the data).
    ///
    /// # Shapes
    /// `w0[i]` is the mapping of `modes[i]` at time 0.
    ///
    /// # Errors
    /// Lengths that differ, starts that are not finite.
    pub fn new(modes: Vec<Mode>, w0: Vec<f64>) -> Result<Self> {
        one_each("w0", modes.len(), w0.len())?;
        match w0.iter().find(|w| !w.is_finite()) {
            Some(bad) => Err(Error::out_of_range(
                "w0",
                bad,
                "a finite number for each mode",
            )),
            None => Ok(Self { modes, w0 }),
        }
    }

    /// The usual case: the same noise variance and decay in every direction.
    ///
    /// # Errors
    /// As [`Theory::new`] and [`Mode::new`].
    pub fn isotropic(lambda: &[f64], epsilon: f64, gamma: f64, w0: &[f64]) -> Result<Self> {
        let modes = lambda
            .iter()
            .map(|&l| Mode::new(l, epsilon, gamma))
            .collect::<Result<_>>()?;
        Self::new(modes, w0.to_vec())
    }

    /// The modes, in the order in which they were given.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Mapping of every mode at time `s`.
    ///
    /// # Errors
    /// `s` negative or not finite.
    pub fn mappings(&self, s: f64) -> Result<Vec<f64>> {
        let pairs = self.modes.iter().zip(&self.w0);
        pairs
            .map(|(mode, &w0)| dynamics::balanced(mode, w0, s))
            .collect()
    }

    /// Mapping of every mode after `epoch` steps of gradient descent: each mode at the time of its own
    /// [`clock`](coupled::clock).
    ///
    /// # Errors
    /// As [`clock`](coupled::clock).
    pub fn mappings_by_clock(&self, alpha: f64, epoch: f64) -> Result<Vec<f64>> {
        let pairs = self.modes.iter().zip(&self.w0);
        pairs
            .map(|(mode, &w0)| dynamics::balanced(mode, w0, coupled::clock(mode, alpha, epoch)?))
            .collect()
    }

    /// Total loss at time `s`: the sum over the modes, with `w1^2 + w2^2 = 2 |w|` for balanced weights.
    ///
    /// # Errors
    /// As [`Theory::mappings`].
    pub fn loss(&self, s: f64) -> Result<f64> {
        let losses = self.modes.iter().zip(self.mappings(s)?).map(|(mode, w)| {
            let root = w.abs().sqrt();
            mode.loss(root, root.copysign(w))
        });
        Ok(losses.sum())
    }

    /// The loss that training tends to: the sum of the global minima.
    pub fn final_loss(&self) -> f64 {
        let minima = self.modes.iter().map(|mode| {
            let root = mode.fixed_point().sqrt();
            mode.loss(root, root)
        });
        minima.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_falls_to_its_final_value() {
        let lambda = [38.3, 3.2, 0.7, 0.0];
        for (epsilon, gamma) in [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.3, 0.2)] {
            let theory = Theory::isotropic(&lambda, epsilon, gamma, &[1e-5; 4]).unwrap();
            let losses: Vec<f64> = (0..60)
                .map(|i| theory.loss(f64::from(i)).unwrap())
                .collect();
            assert!(losses.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12));
            assert!((theory.loss(1e6).unwrap() - theory.final_loss()).abs() < 1e-5);
        }
    }

    #[test]
    fn noise_may_differ_between_directions() {
        let modes = [0.0, 1.0].map(|epsilon| Mode::denoising(1.0, epsilon).unwrap());
        let theory = Theory::new(modes.to_vec(), vec![0.1, 0.1]).unwrap();
        let end = theory.mappings(1e3).unwrap();
        assert!((end[0] - 1.0).abs() < 1e-12 && (end[1] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn lengths_and_starts_are_checked() {
        assert!(Theory::isotropic(&[1.0], 0.0, 0.0, &[0.1, 0.1]).is_err());
        assert!(Theory::isotropic(&[1.0], 0.0, 0.0, &[f64::NAN]).is_err());
        assert!(Theory::isotropic(&[-1.0], 0.0, 0.0, &[0.1]).is_err());
        assert!(Theory::new(Vec::new(), vec![0.1]).is_err());
        assert!(
            Theory::isotropic(&[1.0], 0.0, 0.0, &[0.1])
                .unwrap()
                .loss(-1.0)
                .is_err()
        );
    }
}
