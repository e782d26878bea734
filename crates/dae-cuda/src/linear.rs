//! The linear trainer on a device.

// Matrices are capital letters, as in the equations of `dae::train::linear`.
#![allow(non_snake_case)]

use dae::train::LinearDescent;
use dae::train::linear::{LinearSettings, Observation, Precision, Weights};
use dae::train::parts;
use dae::{Checked, Error, Result, non_negative};
use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::matrix::{Matrix, Wide};
use crate::operations::{LinearStep, Operations};

/// Full-batch gradient descent on a linear autoencoder in the eigenbasis of its data, as
/// [`dae::train::linear::LinearTrainer`], on a device.
///
/// An epoch is four products and one fused update; on a card ten epochs are launched at once.
///
/// # Memory
/// [`LinearTrainer::memory`]: five matrices of D x H and two of H x H in single precision, one of each in double
/// precision (CIFAR-10: 47 MiB).
///
/// # Numerical notes
/// Training runs in single precision, never lower. Results match the processor's up to the rounding of products.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::stream;
/// use dae::train::LinearDescent as _;
/// use dae::train::linear::{LinearSettings, Precision, Weights};
/// use dae_cuda::{Host, LinearTrainer};
///
/// let settings = LinearSettings {
///     hidden: 3, alpha: 0.05, s2: 0.5, gamma: 0.0, precision: Precision::F32,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = Weights::normal([&mut a, &mut b], 4, 3, 0.01)?;
/// let lambda = [2.0, 1.0, 0.5, 0.1];
/// let mut trainer = LinearTrainer::new(Host::default(), &settings.check()?, &lambda, &start)?;
/// trainer.advance(2000)?;
/// assert!((trainer.observe(&[0])?.mappings[0] - 2.0 / 2.5).abs() < 1e-3);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct LinearTrainer<O: Operations> {
    // Dropped before the matrices that it refers to.
    recording: Option<O::Recording>,
    operations: O,
    matrices: Matrices,
    settings: Checked<LinearSettings>,
    lambda: Vec<f64>,
    epoch: u64,
}

#[derive(Clone, Copy)]
struct Matrices {
    step: LinearStep,
    /// `B B^T`, H x H.
    G: Matrix,
    /// `A^T (L + s2) A`, H x H.
    M: Matrix,
    sight: Sight,
}

/// Matrices for observations, in double precision.
#[derive(Clone, Copy)]
struct Sight {
    /// Ones, D x 1.
    ones: Wide,
    /// `lambda + s2`, D x 1.
    noisy: Wide,
    /// Weights, D x H.
    wide: Wide,
}

impl<O: Operations> LinearTrainer<O> {
    /// Prepares training on a spectrum from given weights.
    ///
    /// # Shapes
    /// `lambda`: D eigenvalues; `start`: D x H twice.
    ///
    /// # Errors
    /// As [`dae::train::linear::LinearTrainer::new`]; a precision other than `f32`; a device that fails or has too
    /// little memory.
    pub fn new(
        operations: O,
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        start: &Weights,
    ) -> Result<Self> {
        Self::resume(operations, settings, lambda, start, 0)
    }

    /// Resumes from the weights that an earlier trainer had at `epoch`, on this device or another.
    ///
    /// # Errors
    /// As [`LinearTrainer::new`].
    pub fn resume(
        mut operations: O,
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        weights: &Weights,
        epoch: u64,
    ) -> Result<Self> {
        let sizes = (lambda.len(), settings.hidden);
        parts::check_weights(weights, sizes)?;
        for &value in lambda {
            non_negative("lambda", value)?;
        }
        if settings.precision != Precision::F32 {
            let (given, allowed) = (settings.precision, "f32 on a device beside the processor");
            return Err(Error::out_of_range("precision", given, allowed));
        }
        operations.require(Self::memory(sizes))?;
        let matrices = Matrices::new(&mut operations, settings, lambda, weights)?;
        let mut trainer = Self {
            recording: None,
            operations,
            matrices,
            settings: *settings,
            lambda: lambda.to_vec(),
            epoch,
        };
        trainer.matrices.grams(&mut trainer.operations)?;
        Ok(trainer)
    }

    /// Device memory in bytes for the matrices of a trainer with this many directions and hidden units.
    pub fn memory((directions, hidden): (usize, usize)) -> u64 {
        let single = 5 * directions * hidden + 3 * directions + 2 * hidden * hidden;
        // Observations read back a Gram matrix and a number for each direction.
        let results = hidden * hidden + directions;
        let double = directions * hidden + 2 * directions + results;
        (4 * single + 8 * double) as u64
    }

    /// The device, to query what it used.
    pub fn operations(&self) -> &O {
        &self.operations
    }
}

impl Matrices {
    fn new<O: Operations>(
        operations: &mut O,
        settings: &LinearSettings,
        lambda: &[f64],
        weights: &Weights,
    ) -> Result<Self> {
        let (directions, hidden) = weights.encoder.dim();
        let narrow = |matrix: &Array2<f64>| matrix.mapv(|x| x as f32);
        let variances = Array2::from_shape_fn((directions, 3), |(i, k)| {
            let lambda = lambda.get(i).copied().unwrap_or_default();
            let noisy = lambda + settings.s2;
            [lambda, noisy, noisy.sqrt()]
                .get(k)
                .map_or(0.0, |&x| x as f32)
        });
        let (encoder, decoder) = (narrow(&weights.encoder), narrow(&weights.decoder));
        let roots = variances.column(2).insert_axis(Axis(1));
        let mut put = |values: &Array2<f32>| {
            let matrix = operations.zeros(values.nrows(), values.ncols())?;
            operations.write(values.view(), matrix)?;
            Ok::<_, Error>(matrix)
        };
        let (A, Bt) = (put(&encoder)?, put(&decoder)?);
        let (noisy, variances) = (put(&(&encoder * &roots))?, put(&variances)?);
        let AG = operations.zeros(directions, hidden)?;
        let BtM = operations.zeros(directions, hidden)?;
        let noisy_variances = Array1::from(lambda.to_vec()) + settings.s2;
        let sight = Sight {
            ones: operations.wide(&Array2::ones((directions, 1)))?,
            noisy: operations.wide(&noisy_variances.insert_axis(Axis(1)))?,
            wide: operations.wide(&Array2::zeros((directions, hidden)))?,
        };
        Ok(Self {
            sight,
            step: LinearStep {
                A,
                Bt,
                noisy,
                AG,
                BtM,
                variances,
                alpha: settings.alpha as f32,
                keep: (1.0 - settings.alpha * settings.gamma) as f32,
            },
            G: operations.zeros(hidden, hidden)?,
            M: operations.zeros(hidden, hidden)?,
        })
    }

    /// Computes `G` and `M` from the current weights.
    fn grams<O: Operations>(&self, operations: &mut O) -> Result<()> {
        let LinearStep { Bt, noisy, .. } = self.step;
        operations.product(1.0, Bt.t(), Bt.into(), 0.0, self.G)?;
        operations.product(1.0, noisy.t(), noisy.into(), 0.0, self.M)
    }

    /// One epoch.
    fn step<O: Operations>(&self, operations: &mut O) -> Result<()> {
        let LinearStep { A, Bt, AG, BtM, .. } = self.step;
        operations.product(1.0, A.into(), self.G.into(), 0.0, AG)?;
        operations.product(1.0, Bt.into(), self.M.into(), 0.0, BtM)?;
        operations.step_linear(self.step)?;
        self.grams(operations)
    }
}

impl<O: Operations> LinearDescent for LinearTrainer<O> {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn advance(&mut self, epochs: u64) -> Result<()> {
        let matrices = self.matrices;
        self.operations
            .repeat(epochs, &mut self.recording, |operations| {
                matrices.step(operations)
            })?;
        self.epoch += epochs;
        Ok(())
    }

    fn observe(&mut self, modes: &[usize]) -> Result<Observation> {
        let Matrices { step, sight, .. } = self.matrices;
        let (A, Bt, operations) = (step.A, step.Bt, &mut self.operations);
        let mappings = operations.dot_rows(A, Bt)?;
        let mut gram = |side, factors| {
            operations.widen(side, factors, sight.wide)?;
            operations.project(sight.wide, side)
        };
        let (AtA, G) = (gram(A, sight.ones)?, gram(Bt, sight.ones)?);
        let M = gram(A, sight.noisy)?;
        let lambda = ArrayView1::from(&self.lambda);
        let decay = AtA.diag().sum() + G.diag().sum();
        let fit = lambda.sum() - 2.0 * mappings.dot(&lambda) + (M * &G).sum();
        let loss = 0.5 * (fit + self.settings.gamma * decay);
        let epoch = self.epoch;
        if !loss.is_finite() {
            let what = "the loss";
            return Err(Error::Diverged { what, epoch });
        }
        let values = parts::singular_values([&AtA, &G])?;
        let directions = self.lambda.len();
        let pick = |values: &Array1<f64>| -> Result<Vec<f64>> {
            let value = |&mode: &usize| match values.get(mode) {
                Some(&value) => Ok(value),
                // Beyond the rank.
                None if mode < directions => Ok(0.0),
                None => {
                    let allowed = "below the number of directions";
                    Err(Error::out_of_range("mode", mode, allowed))
                }
            };
            modes.iter().map(value).collect()
        };
        Ok(Observation {
            epoch,
            loss,
            mappings: pick(&mappings)?,
            singular_values: pick(&values)?,
        })
    }

    fn weights(&self) -> Result<Weights> {
        let LinearStep { A, Bt, .. } = self.matrices.step;
        Ok(Weights {
            encoder: self.operations.read(A)?.mapv(f64::from),
            decoder: self.operations.read(Bt)?.mapv(f64::from),
        })
    }
}
