//! What is recorded of a training run: the loss, and the mapping of some modes.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::{positive, shape};

/// The directions whose mapping is recorded: eigenvectors of `X^T X / N` and their eigenvalues.
///
/// # Shapes
/// `vectors`: D x k, one direction a column; `lambda`: k.
#[derive(Debug, Clone, PartialEq)]
pub struct Modes {
    /// `u_i` as columns.
    pub vectors: Array2<f64>,
    /// `lambda_i`, above 0.
    pub lambda: Vec<f64>,
}

impl Modes {
    /// No modes: only the loss is recorded.
    pub fn none(pixels: usize) -> Self {
        let vectors = Array2::zeros((pixels, 0));
        let lambda = Vec::new();
        Self { vectors, lambda }
    }

    pub(crate) fn check(&self, pixels: usize) -> Result<()> {
        shape("modes", (pixels, self.lambda.len()), self.vectors.dim())?;
        for &lambda in &self.lambda {
            positive("lambda", lambda)?;
        }
        Ok(())
    }
}

/// What one epoch's forward pass saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Updates done before that pass.
    pub epoch: u64,
    /// Mean squared error over N D, weight decay not included.
    pub loss: f64,
    /// Mapping of each mode.
    pub mappings: Vec<f64>,
}
