//! Gradient descent on the data matrix, in its most obvious form.
//!
//! ```text
//! L = 1/(2N) ||X W1 W2 - X||_F^2 + s2/2 tr(W^T W) + gamma/2 (||W1||_F^2 + ||W2||_F^2),   W = W1 W2
//! ```
//!
//! Slow (its cost grows with the number of samples) and obvious: it exists to verify [`super::linear`].

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use ndarray::Array2;

use super::linear::LinearSettings;
use crate::error::Error;
use crate::numerics::{Precision, Real, Weights};
use crate::{Checked, Result};

/// Full-batch gradient descent on `X`, with the noise marginalised.
pub struct ReferenceTrainer {
    engine: Box<dyn Engine>,
}

impl ReferenceTrainer {
    /// Prepares training on `X` from given weights, in the basis of the pixels.
    ///
    /// # Shapes
    /// `X`: N x D; `start.encoder` is `W1`, `start.decoder` is `W2^T`, both D x H.
    ///
    /// # Errors
    /// Shapes that do not fit, no samples.
    pub fn new(
        settings: &Checked<LinearSettings>,
        data: &Array2<f64>,
        start: &Weights,
    ) -> Result<Self> {
        if data.nrows() == 0 {
            return Err(Error::out_of_range("samples", 0, "1 or more"));
        }
        start.check((data.ncols(), settings.hidden))?;
        let engine: Box<dyn Engine> = match settings.precision {
            Precision::F32 => Box::new(Descent::<f32>::new(settings, data, start)),
            Precision::F64 => Box::new(Descent::<f64>::new(settings, data, start)),
        };
        Ok(Self { engine })
    }

    /// Does `epochs` updates.
    pub fn advance(&mut self, epochs: u64) {
        for _ in 0..epochs {
            self.engine.step();
        }
    }

    /// The weights as they are now.
    pub fn weights(&self) -> Weights {
        self.engine.weights()
    }

    /// The loss as it is now, decay and marginalised noise included.
    pub fn loss(&self) -> f64 {
        self.engine.loss()
    }
}

trait Engine {
    fn step(&mut self);
    fn weights(&self) -> Weights;
    fn loss(&self) -> f64;
}

struct Descent<F> {
    X: Array2<F>,
    W1: Array2<F>,
    W2: Array2<F>,
    alpha: F,
    s2: F,
    gamma: F,
}

impl<F: Real> Descent<F> {
    fn new(settings: &LinearSettings, data: &Array2<f64>, start: &Weights) -> Self {
        Self {
            X: data.mapv(F::narrow),
            W1: start.encoder.mapv(F::narrow),
            W2: start.decoder.t().mapv(F::narrow),
            alpha: F::narrow(settings.alpha),
            s2: F::narrow(settings.s2),
            gamma: F::narrow(settings.gamma),
        }
    }
}

impl<F: Real> Engine for Descent<F> {
    fn step(&mut self) {
        let samples = F::narrow(self.X.nrows() as f64);
        let hidden = self.X.dot(&self.W1);
        let error = (hidden.dot(&self.W2) - &self.X) / samples;
        let W = self.W1.dot(&self.W2);
        let dW1 = self.X.t().dot(&error.dot(&self.W2.t()))
            + W.dot(&self.W2.t()) * self.s2
            + &self.W1 * self.gamma;
        let dW2 = hidden.t().dot(&error) + self.W1.t().dot(&W) * self.s2 + &self.W2 * self.gamma;
        self.W1.scaled_add(-self.alpha, &dW1);
        self.W2.scaled_add(-self.alpha, &dW2);
    }

    fn weights(&self) -> Weights {
        Weights {
            encoder: self.W1.mapv(F::widen),
            decoder: self.W2.t().mapv(F::widen),
        }
    }

    fn loss(&self) -> f64 {
        let square = |m: &Array2<F>| m.iter().map(|x| x.widen().powi(2)).sum::<f64>();
        let W = self.W1.dot(&self.W2);
        let error = self.X.dot(&W) - &self.X;
        0.5 * (square(&error) / self.X.nrows() as f64
            + self.s2.widen() * square(&W)
            + self.gamma.widen() * (square(&self.W1) + square(&self.W2)))
    }
}
