//! The linear autoencoder, trained in the eigenbasis of its data.
//!
//! The linear objective sees the data only through `S = X^T X / N = U diag(lambda) U^T`. With `A = U^T W1` and
//! `B = W2 U` the same gradient descent on the same loss needs no data, only the spectrum; with
//! `L = diag(lambda)`, `G = B B^T` and `M = A^T (L + s2) A`:
//!
//! ```text
//! dL/dA = (L + s2) A G - L B^T + gamma A
//! dL/dB = M B - L A^T + gamma B
//! loss  = 1/2 [ sum(lambda) - 2 tr(L A B) + tr(M G) ] + gamma/2 (||A||^2 + ||B||^2)
//! ```
//!
//! An epoch costs about `4 D H^2` multiply-adds, whatever the number of samples. The directions are cut into parts that
//! threads work on; the parts are always the same, so that results do not depend on the number of threads.

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip, s};
use ndarray_linalg::{Cholesky, Eigh, SVD, UPLO};
use rayon::{join, scope};
use serde::{Deserialize, Serialize};

use super::products::sum_symmetric;
pub use super::real::Precision;
use super::real::Real;
use crate::error::{Error, non_negative, positive, shape};
use crate::random::{Rng, normal_matrix};
use crate::{Checked, Result, Settings, blas};

/// Settings of a linear autoencoder.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `hidden` | none | hidden units H | 1 or more |
/// | `alpha` | none | learning rate | above 0 |
/// | `s2` | none | variance of the input noise | 0 or more |
/// | `gamma` | none | weight decay | 0 or more |
/// | `precision` | none | | `f32` or `f64` |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearSettings {
    /// Hidden units.
    pub hidden: usize,
    /// Learning rate.
    pub alpha: f64,
    /// Noise variance.
    pub s2: f64,
    /// Weight decay.
    pub gamma: f64,
    /// Precision of the weights.
    pub precision: Precision,
}

impl Settings for LinearSettings {
    fn validate(&self) -> Result<()> {
        if self.hidden == 0 {
            return Err(Error::out_of_range("hidden", 0, "1 or more"));
        }
        positive("alpha", self.alpha)?;
        non_negative("s2", self.s2)?;
        non_negative("gamma", self.gamma)?;
        Ok(())
    }
}

/// The weights of a linear autoencoder in some basis of the pixels.
///
/// # Shapes
/// Both D x H: `encoder` is `A` (or `W1`), `decoder` is the transpose of `B` (or `W2`), so that row `i` of each
/// belongs to direction `i`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// `A = U^T W1`.
    pub encoder: Array2<f64>,
    /// `B^T = (W2 U)^T`.
    pub decoder: Array2<f64>,
}

impl Weights {
    /// Draws `Normal(0, std^2)` weights, each matrix row after row from its own generator.
    ///
    /// The law is that of `W1, W2 ~ Normal(0, std^2)` in any orthonormal basis. The leading rows do not depend on
    /// how many follow, so that dropping trailing directions keeps the start of the others.
    ///
    /// # Errors
    /// `std` negative or not finite.
    pub fn normal(
        [encoder, decoder]: [&mut Rng; 2],
        directions: usize,
        hidden: usize,
        std: f64,
    ) -> Result<Self> {
        non_negative("init_std", std)?;
        Ok(Self {
            encoder: normal_matrix(encoder, directions, hidden, std),
            decoder: normal_matrix(decoder, directions, hidden, std),
        })
    }

    /// Refuses weights of another shape than D x H.
    pub(super) fn check(&self, expected: (usize, usize)) -> Result<()> {
        shape("encoder", expected, self.encoder.dim())?;
        shape("decoder", expected, self.decoder.dim())
    }

    /// The weights of the leading `directions` alone (all of them if there are fewer).
    pub fn leading(&self, directions: usize) -> Self {
        let kept = directions.min(self.encoder.nrows());
        Self {
            encoder: self.encoder.slice(s![..kept, ..]).to_owned(),
            decoder: self.decoder.slice(s![..kept, ..]).to_owned(),
        }
    }

    /// Mapping of every direction, `(A B)_ii`.
    pub fn mappings(&self) -> Array1<f64> {
        (&self.encoder * &self.decoder).sum_axis(Axis(1))
    }

    /// The part of the start of every direction that grows: `|| (A_i. + B_.i^T) / 2 ||^2`.
    pub fn growing_part(&self) -> Array1<f64> {
        ((&self.encoder + &self.decoder) * 0.5)
            .mapv(|x| x * x)
            .sum_axis(Axis(1))
    }

    /// All H singular values of `W1 W2` in descending order (those beyond the rank are 0).
    ///
    /// With `W1^T W1 = K1 K1^T` and `W2 W2^T = K2 K2^T` they are the singular values of the H x H matrix
    /// `K1^T K2`, in any basis; D x D is never built.
    ///
    /// # Errors
    /// LAPACK failing, as it does on values that are not finite.
    ///
    /// # Numerical notes
    /// Absolute error about `sqrt(EPSILON)` times the largest one, from the roots of the Gram matrices.
    pub fn singular_values(&self) -> Result<Array1<f64>> {
        // A start is looked at before there is a trainer.
        blas::use_one_thread();
        let root = |W: &Array2<f64>| factor(&W.t().dot(W));
        let (encoder, decoder) = join(|| root(&self.encoder), || root(&self.decoder));
        let (_, values, _) = encoder?.t().dot(&decoder?).svd(false, false)?;
        Ok(values)
    }
}

/// Some `K` with `K K^T = gram`, for a symmetric positive semi-definite matrix.
pub(super) fn factor(gram: &Array2<f64>) -> Result<Array2<f64>> {
    // Cholesky fails where hidden units are linearly dependent; the eigen-decomposition never does.
    if let Ok(lower) = gram.cholesky(UPLO::Lower) {
        return Ok(lower);
    }
    let (values, vectors) = gram.eigh(UPLO::Lower)?;
    Ok(vectors * values.mapv(|x| x.max(0.0).sqrt()))
}

/// What is recorded of a training run at one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Updates done so far.
    pub epoch: u64,
    /// Loss, decay included.
    pub loss: f64,
    /// Mapping `(A B)_ii` of each mode that was asked for.
    pub mappings: Vec<f64>,
    /// Singular value of `W1 W2` of the same rank as each mode.
    pub singular_values: Vec<f64>,
}

/// Full-batch gradient descent on a linear autoencoder, in the eigenbasis of its data.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::stream;
/// use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
///
/// let settings = LinearSettings {
///     hidden: 3, alpha: 0.05, s2: 0.5, gamma: 0.0, precision: Precision::F64,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = Weights::normal([&mut a, &mut b], 4, 3, 0.01)?;
/// let mut trainer = LinearTrainer::new(&settings.check()?, &[2.0, 1.0, 0.5, 0.1], &start)?;
/// trainer.advance(2000);
/// let end = trainer.observe(&[0])?;
/// assert!((end.mappings[0] - 2.0 / 2.5).abs() < 1e-6);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct LinearTrainer {
    lambda: Array1<f64>,
    s2: f64,
    gamma: f64,
    epoch: u64,
    engine: Box<dyn Engine>,
}

impl LinearTrainer {
    /// Prepares training on a spectrum from given weights.
    ///
    /// # Shapes
    /// `lambda`: D eigenvalues; `start`: D x H twice.
    ///
    /// # Errors
    /// Shapes that do not fit, eigenvalues that are negative or not finite.
    pub fn new(
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        start: &Weights,
    ) -> Result<Self> {
        start.check((lambda.len(), settings.hidden))?;
        for &value in lambda {
            non_negative("lambda", value)?;
        }
        let lambda = Array1::from(lambda.to_vec());
        let engine: Box<dyn Engine> = match settings.precision {
            Precision::F32 => Box::new(Eigenbasis::<f32>::new(settings, &lambda, start)),
            Precision::F64 => Box::new(Eigenbasis::<f64>::new(settings, &lambda, start)),
        };
        Ok(Self {
            lambda,
            s2: settings.s2,
            gamma: settings.gamma,
            epoch: 0,
            engine,
        })
    }

    /// Goes on from the weights that an earlier trainer had at some epoch.
    ///
    /// The result is that of a run that never stopped, to the last bit: `f32` weights survive the way through `f64`.
    ///
    /// # Errors
    /// As [`LinearTrainer::new`].
    pub fn resume(
        settings: &Checked<LinearSettings>,
        lambda: &[f64],
        weights: &Weights,
        epoch: u64,
    ) -> Result<Self> {
        let trainer = Self::new(settings, lambda, weights)?;
        Ok(Self { epoch, ..trainer })
    }

    /// Updates done so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Does `epochs` more updates.
    pub fn advance(&mut self, epochs: u64) {
        // Among rayon's threads from the first step to the last: handing over and waking up takes a tenth of a step.
        scope(|_| (0..epochs).for_each(|_| self.engine.step()));
        self.epoch += epochs;
    }

    /// The weights as they are now.
    pub fn weights(&self) -> Weights {
        self.engine.weights()
    }

    /// Measures the loss, and mapping and singular value of each of the given modes.
    ///
    /// # Errors
    /// A mode that does not exist; divergence, with the epoch.
    ///
    /// # Numerical notes
    /// Computed in `f64` from the current weights, whatever the precision of training.
    pub fn observe(&self, modes: &[usize]) -> Result<Observation> {
        let weights = self.weights();
        let loss = self.loss(&weights);
        if !loss.is_finite() {
            return Err(Error::Diverged {
                what: "the loss",
                epoch: self.epoch,
            });
        }
        let mappings = weights.mappings();
        let singular_values = weights.singular_values()?;
        let pick = |values: &Array1<f64>, padded: bool| -> Result<Vec<f64>> {
            let value = |&mode: &usize| match values.get(mode) {
                Some(&value) => Ok(value),
                None if padded && mode < self.lambda.len() => Ok(0.0),
                None => Err(Error::out_of_range(
                    "mode",
                    mode,
                    "below the number of directions",
                )),
            };
            modes.iter().map(value).collect()
        };
        Ok(Observation {
            epoch: self.epoch,
            loss,
            mappings: pick(&mappings, false)?,
            singular_values: pick(&singular_values, true)?,
        })
    }

    fn loss(&self, Weights { encoder, decoder }: &Weights) -> f64 {
        let noisy = || {
            let roots = (&self.lambda + self.s2).mapv(f64::sqrt);
            roots.insert_axis(Axis(1)) * encoder
        };
        let gram = |W: &Array2<f64>| W.t().dot(W);
        let (G, M) = join(|| gram(decoder), || gram(&noisy()));
        let cross = (encoder * decoder).sum_axis(Axis(1)).dot(&self.lambda);
        let decay = encoder.mapv(|x| x * x).sum() + decoder.mapv(|x| x * x).sum();
        0.5 * (self.lambda.sum() - 2.0 * cross + (M * G).sum() + self.gamma * decay)
    }
}

/// A trainer of either precision.
trait Engine: Send + Sync {
    fn step(&mut self);
    fn weights(&self) -> Weights;
}

/// Parts that the directions are cut into, for threads.
const PARTS: usize = 4;

/// Weights, constants and work space in one precision.
struct Eigenbasis<F> {
    parts: Vec<Part<F>>,
    /// `B B^T`, H x H.
    G: Array2<F>,
    /// `A^T (L + s2) A`, H x H.
    M: Array2<F>,
    step: Step<F>,
}

/// Constants of a step.
struct Step<F> {
    alpha: F,
    /// `1 - alpha gamma`.
    keep: F,
}

/// Some of the directions, n of D.
struct Part<F> {
    /// `A`, n x H.
    A: Array2<F>,
    /// `B^T`, n x H.
    Bt: Array2<F>,
    /// `sqrt(L + s2) A`, n x H, kept up to date with `A` because `M` is its Gram matrix.
    noisy: Array2<F>,
    /// `A G`, n x H.
    AG: Array2<F>,
    /// `B^T M`, n x H.
    BtM: Array2<F>,
    /// What these directions add to `G`, on and above the diagonal.
    G: Array2<F>,
    /// What these directions add to `M`, on and above the diagonal.
    M: Array2<F>,
    /// `lambda`, `lambda + s2` and its root for each direction.
    variances: Array1<[F; 3]>,
}

impl<F: Real> Eigenbasis<F> {
    fn new(settings: &LinearSettings, lambda: &Array1<f64>, start: &Weights) -> Self {
        blas::use_one_thread();
        let (directions, hidden) = start.encoder.dim();
        let rows = directions.div_ceil(PARTS).max(1);
        let chunks = (start.encoder.axis_chunks_iter(Axis(0), rows))
            .zip(start.decoder.axis_chunks_iter(Axis(0), rows))
            .zip(lambda.axis_chunks_iter(Axis(0), rows));
        let parts = chunks.map(|((A, Bt), lambda)| Part::new(settings.s2, lambda, [A, Bt]));
        Self {
            parts: parts.collect(),
            G: Array2::zeros((hidden, hidden)),
            M: Array2::zeros((hidden, hidden)),
            step: Step {
                alpha: F::narrow(settings.alpha),
                keep: F::narrow(1.0 - settings.alpha * settings.gamma),
            },
        }
    }
}

impl<F: Real> Part<F> {
    fn new(s2: f64, lambda: ArrayView1<f64>, [A, Bt]: [ArrayView2<f64>; 2]) -> Self {
        let (directions, hidden) = A.dim();
        let variances = lambda.mapv(|l| [l, l + s2, (l + s2).sqrt()].map(F::narrow));
        let A = A.mapv(F::narrow);
        let mut noisy = A.clone();
        Zip::from(noisy.rows_mut())
            .and(&variances)
            .for_each(|mut row, v| row *= v[2]);
        let mut part = Self {
            A,
            Bt: Bt.mapv(F::narrow),
            noisy,
            AG: Array2::zeros((directions, hidden)),
            BtM: Array2::zeros((directions, hidden)),
            G: Array2::zeros((hidden, hidden)),
            M: Array2::zeros((hidden, hidden)),
            variances,
        };
        part.multiply();
        part
    }

    /// Brings what these directions add to `G` and `M` up to date with the weights.
    fn multiply(&mut self) {
        F::gram(self.Bt.view(), F::zero(), &mut self.G);
        F::gram(self.noisy.view(), F::zero(), &mut self.M);
    }

    /// Both updates from the old pair, in one pass over the weights.
    fn update(&mut self, G: &Array2<F>, M: &Array2<F>, &Step { alpha, keep }: &Step<F>) {
        let (one, zero) = (F::one(), F::zero());
        general_mat_mul(one, &self.A, G, zero, &mut self.AG);
        general_mat_mul(one, &self.Bt, M, zero, &mut self.BtM);
        Zip::from(self.A.rows_mut())
            .and(self.Bt.rows_mut())
            .and(self.noisy.rows_mut())
            .and(self.AG.rows())
            .and(self.BtM.rows())
            .and(&self.variances)
            .for_each(|a, b, noisy, ag, bm, &[lambda, noisy_lambda, root]| {
                let (up, down) = (alpha * lambda, alpha * noisy_lambda);
                Zip::from(a)
                    .and(b)
                    .and(noisy)
                    .and(ag)
                    .and(bm)
                    .for_each(|a, b, noisy, &ag, &bm| {
                        let old = *a;
                        *a = keep * old - down * ag + up * *b;
                        *b = keep * *b - alpha * bm + up * old;
                        *noisy = root * *a;
                    });
            });
    }
}

impl<F: Real> Engine for Eigenbasis<F> {
    fn step(&mut self) {
        let Self { parts, G, M, step } = self;
        join(
            || sum_symmetric(parts.iter().map(|part| &part.G), G),
            || sum_symmetric(parts.iter().map(|part| &part.M), M),
        );
        // Each part goes on to its Gram matrices while it is in the cache.
        parts.par_iter_mut().for_each(|part| {
            part.update(G, M, step);
            part.multiply();
        });
    }

    fn weights(&self) -> Weights {
        let directions = self.parts.iter().map(|part| part.A.nrows()).sum();
        let whole = |of: fn(&Part<F>) -> &Array2<F>| {
            let mut whole = Array2::zeros((directions, self.G.ncols()));
            let rows = self.parts.iter().flat_map(|part| of(part).rows());
            for (mut to, from) in whole.rows_mut().into_iter().zip(rows) {
                to.zip_mut_with(&from, |to, from| *to = from.widen());
            }
            whole
        };
        Weights {
            encoder: whole(|part| &part.A),
            decoder: whole(|part| &part.Bt),
        }
    }
}
