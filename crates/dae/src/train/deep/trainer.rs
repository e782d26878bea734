//! Gradient descent on all layers at once.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use super::settings::DeepSettings;
use super::weights::DeepWeights;
use crate::error::{Error, non_negative};
use crate::numerics::blas;
use crate::{Checked, Result};

/// What is recorded of a training run at one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Updates done so far.
    pub epoch: u64,
    /// Loss, decay included.
    pub loss: f64,
    /// Mapping `(W_1 ... W_L)_ii` of each requested mode.
    pub mappings: Vec<f64>,
}

/// Full-batch gradient descent on a deep linear autoencoder, in the eigenbasis of its data.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::stream;
/// use dae::train::deep::{DeepSettings, DeepTrainer, DeepWeights};
///
/// let settings = DeepSettings { layers: 3, hidden: 2, alpha: 0.05, s2: 0.5, gamma: 0.0 };
/// let mut streams = ["1", "2", "3"].map(|layer| stream(1, &["layer", layer]));
/// let start = DeepWeights::balanced(&mut streams, 3, 2, 0.3)?;
/// let mut trainer = DeepTrainer::new(&settings.check()?, &[2.0, 1.0, 0.1], &start)?;
/// trainer.advance(5000);
/// let end = trainer.observe(&[0])?;
/// assert!((end.mappings[0] - 2.0 / 2.5).abs() < 1e-6);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct DeepTrainer {
    lambda: Array1<f64>,
    s2: f64,
    alpha: f64,
    gamma: f64,
    epoch: u64,
    weights: DeepWeights,
    work: Work,
}

/// Work space that every epoch computes anew.
struct Work {
    /// `P_1` to `P_{L-1}`, D x H. The first is a copy of `W_1`.
    P: Vec<Array2<f64>>,
    /// `sqrt(Lambda + s2) P_{L-1}`, D x H, whose Gram matrix is `M`.
    root: Array2<f64>,
    /// `M = P^T (Lambda + s2) P` and `G = W_L W_L^T`, with `P = P_{L-1}`, H x H.
    M: Array2<f64>,
    G: Array2<f64>,
    /// `((Lambda + s2) W - Lambda) Q_k^T`, D x H, for the layer at hand and for the one before.
    back: [Array2<f64>; 2],
    /// The gradient of the layer at hand without decay: for the last one, and for one between.
    last: Array2<f64>,
    inner: Array2<f64>,
}

impl DeepTrainer {
    /// Prepares training on a spectrum from given weights.
    ///
    /// # Shapes
    /// `lambda`: D eigenvalues; `start`: as in [`DeepWeights`].
    ///
    /// # Errors
    /// A wrong number of layers, shapes that do not fit, eigenvalues that are negative or not finite.
    pub fn new(
        settings: &Checked<DeepSettings>,
        lambda: &[f64],
        start: &DeepWeights,
    ) -> Result<Self> {
        Self::resume(settings, lambda, start, 0)
    }

    /// Resumes from the weights of an earlier trainer at some epoch, bit-identical to a run that never stopped.
    ///
    /// # Errors
    /// As [`DeepTrainer::new`].
    pub fn resume(
        settings: &Checked<DeepSettings>,
        lambda: &[f64],
        weights: &DeepWeights,
        epoch: u64,
    ) -> Result<Self> {
        let DeepSettings {
            layers,
            hidden,
            alpha,
            s2,
            gamma,
        } = **settings;
        let directions = lambda.len();
        weights.check(layers, directions, hidden)?;
        for &value in lambda {
            non_negative("lambda", value)?;
        }
        blas::use_one_thread();
        let tall = || Array2::zeros((directions, hidden));
        let square = || Array2::zeros((hidden, hidden));
        Ok(Self {
            lambda: Array1::from(lambda.to_vec()),
            s2,
            alpha,
            gamma,
            epoch,
            weights: weights.clone(),
            work: Work {
                P: (1..layers).map(|_| tall()).collect(),
                root: tall(),
                M: square(),
                G: square(),
                back: [tall(), tall()],
                last: Array2::zeros((hidden, directions)),
                inner: square(),
            },
        })
    }

    /// Updates done so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The weights as they are now.
    pub fn weights(&self) -> &DeepWeights {
        &self.weights
    }

    /// Does `epochs` more updates.
    pub fn advance(&mut self, epochs: u64) {
        for _ in 0..epochs {
            self.step();
        }
        self.epoch += epochs;
    }

    /// Measures the loss, and the mapping of each given mode.
    ///
    /// # Errors
    /// A mode that does not exist; divergence, with the epoch.
    pub fn observe(&self, modes: &[usize]) -> Result<Observation> {
        let loss = self.loss();
        if !loss.is_finite() {
            return Err(Error::Diverged {
                what: "the loss",
                epoch: self.epoch,
            });
        }
        let mappings = self.weights.mappings();
        let mapping = |&mode: &usize| {
            let allowed = "below the number of directions";
            let found = mappings.get(mode).copied();
            found.ok_or_else(|| Error::out_of_range("mode", mode, allowed))
        };
        Ok(Observation {
            epoch: self.epoch,
            loss,
            mappings: modes.iter().map(mapping).collect::<Result<_>>()?,
        })
    }

    fn loss(&self) -> f64 {
        let Some((P, last)) = self.weights.halves() else {
            return f64::NAN;
        };
        let root = (&self.lambda + self.s2)
            .mapv(f64::sqrt)
            .insert_axis(Axis(1))
            * &P;
        let (M, G) = (root.t().dot(&root), last.dot(&last.t()));
        let cross = (&P * &last.t()).sum_axis(Axis(1)).dot(&self.lambda);
        let squares = |W: &Array2<f64>| W.iter().map(|x| x * x).sum::<f64>();
        let decay: f64 = self.weights.layers.iter().map(squares).sum();
        0.5 * (self.lambda.sum() - 2.0 * cross + (M * G).sum() + self.gamma * decay)
    }

    /// Updates all layers from the old weights. Backpropagation starts from the gradient of the output times `W_L^T`,
    /// by way of `G`, so nothing D x D is ever built.
    fn step(&mut self) {
        let Self {
            lambda,
            s2,
            weights,
            work,
            ..
        } = self;
        let (alpha, keep) = (self.alpha, 1.0 - self.alpha * self.gamma);
        let update = |W: &mut Array2<f64>, gradient: &Array2<f64>| {
            W.zip_mut_with(gradient, |w, g| *w = keep * *w - alpha * g);
        };
        let Some((last, others)) = weights.layers.split_last_mut() else {
            return;
        };
        let Some((first, inner)) = others.split_first_mut() else {
            return;
        };
        let Work {
            P,
            root,
            M,
            G,
            back: [back, before],
            ..
        } = work;
        if let Some(P1) = P.first_mut() {
            P1.assign(first);
        }
        for (W, k) in inner.iter().zip(1..) {
            let (left, right) = P.split_at_mut(k);
            if let (Some(P), Some(next)) = (left.last(), right.first_mut()) {
                general_mat_mul(1.0, P, W, 0.0, next);
            }
        }
        let Some((product, prefixes)) = P.split_last() else {
            return;
        };
        for ((mut to, from), l) in root
            .rows_mut()
            .into_iter()
            .zip(product.rows())
            .zip(&*lambda)
        {
            to.assign(&from);
            to *= (l + *s2).sqrt();
        }
        general_mat_mul(1.0, &root.t(), root, 0.0, M);
        general_mat_mul(1.0, last, &last.t(), 0.0, G);
        general_mat_mul(1.0, product, G, 0.0, back);
        let rows = back.rows_mut().into_iter().zip(last.columns());
        for ((mut back, last), l) in rows.zip(&*lambda) {
            back.zip_mut_with(&last, |back, w| *back = (l + *s2) * *back - l * w);
        }
        general_mat_mul(1.0, M, last, 0.0, &mut work.last);
        let columns = work.last.columns_mut().into_iter().zip(product.rows());
        for ((mut gradient, P), l) in columns.zip(&*lambda) {
            gradient.scaled_add(-l, &P);
        }
        update(last, &work.last);
        for (W, P) in inner.iter_mut().zip(prefixes).rev() {
            general_mat_mul(1.0, &P.t(), back, 0.0, &mut work.inner);
            general_mat_mul(1.0, back, &W.t(), 0.0, before);
            std::mem::swap(back, before);
            update(W, &work.inner);
        }
        update(first, back);
    }
}
