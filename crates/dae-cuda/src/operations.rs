//! What the trainers need from a device.

// Matrices are capital letters, as in the equations of the trainers.
#![allow(non_snake_case)]

use dae::Result;
use dae::random::Key;
use dae::train::nonlinear::Activation;
use ndarray::{Array1, Array2, ArrayView2};

use crate::matrix::{Factor, Matrix, Wide};

/// One noise matrix, from some row on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// The key of the run's noise.
    pub key: Key,
    /// The epoch that it is drawn for.
    pub epoch: u64,
    /// The name of the matrix: `Z`, `Y` or `E`.
    pub matrix: &'static str,
    /// Standard deviation.
    pub sigma: f64,
    /// The first row, a multiple of [`NOISE_STRIP`](dae::train::parts::NOISE_STRIP).
    pub first: usize,
}

/// The matrices of a linear trainer.
///
/// # Shapes
/// `G`, `M`: H x H; `variances`: D x 3, `lambda`, `lambda + s2` and its root in each row; all others: D x H.
#[derive(Debug, Clone, Copy)]
pub struct LinearStep {
    /// The encoder.
    pub A: Matrix,
    /// The decoder's transpose.
    pub Bt: Matrix,
    /// `sqrt(L + s2) A`.
    pub noisy: Matrix,
    /// `A G`.
    pub AG: Matrix,
    /// `B^T M`.
    pub BtM: Matrix,
    /// The variances of each direction.
    pub variances: Matrix,
    /// Learning rate.
    pub alpha: f32,
    /// `1 - alpha gamma`.
    pub keep: f32,
}

/// The matrices of a nonlinear trainer's update.
///
/// # Shapes
/// `W` and `sums`: D x 2H; `W2tC`: D x H.
#[derive(Debug, Clone, Copy)]
pub struct NonlinearStep {
    /// `[W1, W2^T]`.
    pub W: Matrix,
    /// `[X^T P, (X + Z)^T dH]`.
    pub sums: Matrix,
    /// `W2^T C`.
    pub W2tC: Matrix,
    /// Learning rate times the derivative of the mean.
    pub rate: f32,
    /// `1 - alpha weight_decay`.
    pub keep: f32,
}

/// A device that trains: a card, or the processor in its place ([`Host`](crate::Host)).
///
/// Calls may return before their work is done. They take effect in order, and reads see the effect of all earlier
/// calls. Products and updates are in single precision, sums for observations in double precision.
///
/// # Errors
/// Always [`dae::Error::Device`]: the device failed. Callers are responsible for shapes.
pub trait Operations: Send {
    /// A recorded sequence of calls, replayed at once.
    type Recording: Send;

    /// Refuses a trainer that needs more bytes of memory than are free.
    ///
    /// # Errors
    /// Less memory is free; the message is one line with both numbers.
    fn require(&self, bytes: u64) -> Result<()>;

    /// A new matrix of zeros, which lives as long as the device.
    ///
    /// # Errors
    /// Out of memory.
    fn zeros(&mut self, rows: usize, columns: usize) -> Result<Matrix>;

    /// A new matrix in double precision.
    ///
    /// # Errors
    /// Out of memory.
    fn wide(&mut self, values: &Array2<f64>) -> Result<Wide>;

    /// Copies values from host memory into a matrix with contiguous rows.
    ///
    /// # Errors
    /// The device fails.
    fn write(&mut self, values: ArrayView2<f32>, to: Matrix) -> Result<()>;

    /// The values of a matrix.
    ///
    /// # Errors
    /// The device fails, now or in an earlier call.
    fn read(&self, from: Matrix) -> Result<Array2<f32>>;

    /// Sets `to` to `from`.
    ///
    /// # Errors
    /// The device fails.
    fn copy(&mut self, from: Matrix, to: Matrix) -> Result<()>;

    /// Adds `from` to `to`.
    ///
    /// # Errors
    /// The device fails.
    fn add(&mut self, from: Matrix, to: Matrix) -> Result<()>;

    /// Sets `C` to `alpha A B + beta C`; with `beta` 0, the old `C` is ignored.
    ///
    /// # Errors
    /// The device fails.
    fn product(&mut self, alpha: f32, A: Factor, B: Factor, beta: f32, C: Matrix) -> Result<()>;

    /// Replaces pre-activations by activations. NaN stays NaN.
    ///
    /// # Errors
    /// The device fails.
    fn activate(&mut self, activation: Activation, P: Matrix) -> Result<()>;

    /// Multiplies the gradients `dH` by the slope at the activations `P`.
    ///
    /// # Errors
    /// The device fails.
    fn pull_back(&mut self, activation: Activation, P: Matrix, dH: Matrix) -> Result<()>;

    /// Sets `to` to `X + Z`, or to `Z` without `X`, for rows of a noise matrix `Z` with the same bits as on the
    /// processor. The rows of all matrices are contiguous.
    ///
    /// # Errors
    /// The device fails.
    fn noise(&mut self, noise: Noise, X: Option<Matrix>, to: Matrix) -> Result<()>;

    /// Both updates of a linear trainer, from the old pair.
    ///
    /// # Errors
    /// The device fails.
    fn step_linear(&mut self, step: LinearStep) -> Result<()>;

    /// Both updates of a nonlinear trainer.
    ///
    /// # Errors
    /// The device fails.
    fn step_nonlinear(&mut self, step: NonlinearStep) -> Result<()>;

    /// The dot products of corresponding rows, in double precision.
    ///
    /// # Errors
    /// The device fails.
    fn dot_rows(&mut self, A: Matrix, B: Matrix) -> Result<Array1<f64>>;

    /// Sets `to` to `A`, each row times its factor (D x 1), in double precision.
    ///
    /// # Errors
    /// The device fails.
    fn widen(&mut self, A: Matrix, factors: Wide, to: Wide) -> Result<()>;

    /// `U^T A`, in double precision.
    ///
    /// # Errors
    /// The device fails.
    fn project(&mut self, U: Wide, A: Matrix) -> Result<Array2<f64>>;

    /// Runs `body` `times` times. A device may record and replay it, so `body` must make the same calls every time, and
    /// read nothing.
    ///
    /// # Errors
    /// Those of `body`.
    fn repeat(
        &mut self,
        times: u64,
        recording: &mut Option<Self::Recording>,
        body: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()>;
}
