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
//! An epoch costs about `3 D H^2` multiply-adds, whatever the number of samples. The directions are cut into parts that
//! threads work on; the parts depend on D alone, so that results do not depend on the number of threads.

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use std::mem::swap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use ndarray_linalg::{Cholesky, Eigh, SVD, UPLO};
use rayon::{current_num_threads, join};
use serde::{Deserialize, Serialize};

use super::barrier::share_out;
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
        self.engine.advance(epochs);
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
    fn advance(&mut self, epochs: u64);
    fn weights(&self) -> Weights;
}

/// Most parts that the directions are cut into, and fewest directions that make another part worth its sums.
const PARTS: usize = 4;
const PART_ROWS: usize = 384;

/// Weights, constants and work space in one precision.
struct Eigenbasis<F> {
    /// D and H.
    dim: (usize, usize),
    workers: Vec<Worker<F>>,
    /// What each part adds to `G` and `M`: before a step, and after it. The two change places in every step.
    shares: [Vec<Share<F>>; 2],
    constants: Constants<F>,
}

/// Written by the thread that has the part, read by all in the next step.
type Share<F> = RwLock<Grams<F>>;

/// Symmetric H x H matrices.
struct Grams<F> {
    /// `B B^T`.
    G: Array2<F>,
    /// `A^T (L + s2) A`.
    M: Array2<F>,
}

#[derive(Clone, Copy)]
struct Constants<F> {
    alpha: F,
    /// `1 - alpha gamma`.
    keep: F,
}

/// What one thread works on.
struct Worker<F> {
    /// Number of the first part among all.
    first: usize,
    parts: Vec<Part<F>>,
    /// The sums over all parts, which each thread adds up for itself: what the core of another has just written is
    /// slow to read.
    grams: Grams<F>,
    /// For one part: `A G`, and then `sqrt(L + s2) A`, whose Gram matrix `M` is.
    work: Array2<F>,
}

/// Some of the directions, n of D.
struct Part<F> {
    /// `A`, n x H.
    A: Array2<F>,
    /// `B^T`, n x H.
    Bt: Array2<F>,
    /// `B^T` after the step, n x H.
    next: Array2<F>,
    /// `lambda`, `lambda + s2` and its root for each direction.
    variances: Array1<[F; 3]>,
}

impl<F: Real> Eigenbasis<F> {
    fn new(settings: &LinearSettings, lambda: &Array1<f64>, start: &Weights) -> Self {
        blas::use_one_thread();
        let (directions, hidden) = start.encoder.dim();
        let parts = (directions / PART_ROWS).clamp(1, PARTS);
        let rows = directions.div_ceil(parts).max(1);
        let chunks = (start.encoder.axis_chunks_iter(Axis(0), rows))
            .zip(start.decoder.axis_chunks_iter(Axis(0), rows))
            .zip(lambda.axis_chunks_iter(Axis(0), rows));
        let mut parts: Vec<_> = chunks
            .map(|((A, Bt), lambda)| Part::new(settings.s2, lambda, [A, Bt]))
            .collect();
        let before = parts.iter().map(Part::grams).map(RwLock::new);
        let after = parts.iter().map(|_| RwLock::new(Grams::zeros(hidden)));
        let shares = [before.collect(), after.collect()];
        let each = parts.len().div_ceil(current_num_threads()).max(1);
        let mut workers = Vec::new();
        for first in (0..parts.len()).step_by(each) {
            workers.push(Worker {
                first,
                parts: parts.drain(..each.min(parts.len())).collect(),
                grams: Grams::zeros(hidden),
                work: Array2::zeros((rows, hidden)),
            });
        }
        Self {
            dim: (directions, hidden),
            workers,
            shares,
            constants: Constants {
                alpha: F::narrow(settings.alpha),
                keep: F::narrow(1.0 - settings.alpha * settings.gamma),
            },
        }
    }
}

impl<F: Real> Grams<F> {
    fn zeros(hidden: usize) -> Self {
        let [G, M] = [(); 2].map(|()| Array2::zeros((hidden, hidden)));
        Self { G, M }
    }
}

impl<F: Real> Worker<F> {
    /// Both updates of these parts, and what they add to `G` and `M` after them.
    fn step(&mut self, old: &[Share<F>], new: &[Share<F>], constants: Constants<F>) {
        let Self { grams, work, .. } = self;
        {
            let old: Vec<_> = old.iter().map(read).collect();
            sum_symmetric(old.iter().map(|part| &part.G), &mut grams.G);
            sum_symmetric(old.iter().map(|part| &part.M), &mut grams.M);
        }
        for (part, new) in self.parts.iter_mut().zip(new.iter().skip(self.first)) {
            let mut work = work.slice_mut(s![..part.A.nrows(), ..]);
            let mut new = new.write().unwrap_or_else(PoisonError::into_inner);
            part.step(grams, &mut work, &mut new, constants);
        }
    }
}

fn read<F>(share: &Share<F>) -> RwLockReadGuard<'_, Grams<F>> {
    share.read().unwrap_or_else(PoisonError::into_inner)
}

impl<F: Real> Part<F> {
    fn new(s2: f64, lambda: ArrayView1<f64>, [A, Bt]: [ArrayView2<f64>; 2]) -> Self {
        Self {
            A: A.mapv(F::narrow),
            Bt: Bt.mapv(F::narrow),
            next: Array2::zeros(A.dim()),
            variances: lambda.mapv(|l| [l, l + s2, (l + s2).sqrt()].map(F::narrow)),
        }
    }

    /// What these directions add to `G` and `M`, on and above the diagonal.
    fn grams(&self) -> Grams<F> {
        let mut noisy = self.A.clone();
        for (mut row, &[_, _, root]) in noisy.rows_mut().into_iter().zip(&self.variances) {
            row *= root;
        }
        let mut grams = Grams::zeros(self.A.ncols());
        F::gram(self.Bt.view(), F::zero(), &mut grams.G);
        F::gram(noisy.view(), F::zero(), &mut grams.M);
        grams
    }

    /// Both updates from the old pair, each matrix being used again while it is in the cache.
    fn step(
        &mut self,
        Grams { G, M }: &Grams<F>,
        work: &mut ArrayViewMut2<F>,
        new: &mut Grams<F>,
        Constants { alpha, keep }: Constants<F>,
    ) {
        let (one, zero) = (F::one(), F::zero());
        let Self { A, Bt, next, .. } = self;
        general_mat_mul(one, A, G, zero, work);
        Zip::from(A.rows_mut())
            .and(Bt.rows())
            .and(next.rows_mut())
            .and(work.rows_mut())
            .and(&self.variances)
            .for_each(|a, b, next, work, &[lambda, noisy_lambda, root]| {
                let (up, down) = (alpha * lambda, alpha * noisy_lambda);
                Zip::from(a)
                    .and(b)
                    .and(next)
                    .and(work)
                    .for_each(|a, &b, next, work| {
                        *next = keep * b + up * *a;
                        *a = keep * *a - down * *work + up * b;
                        *work = root * *a;
                    });
            });
        F::gram(work.view(), zero, &mut new.M);
        general_mat_mul(-alpha, Bt, M, one, next);
        F::gram(next.view(), zero, &mut new.G);
        swap(Bt, next);
    }
}

impl<F: Real> Engine for Eigenbasis<F> {
    /// Every thread keeps its parts from the first step to the last, and meets the others once in each.
    fn advance(&mut self, epochs: u64) {
        let Self {
            workers,
            shares: [old, new],
            constants,
            ..
        } = self;
        share_out(workers, |workers, barrier| {
            let (mut old, mut new) = (&*old, &*new);
            for _ in 0..epochs {
                for worker in &mut *workers {
                    worker.step(old, new, *constants);
                }
                barrier.wait();
                swap(&mut old, &mut new);
            }
        });
        if epochs % 2 == 1 {
            swap(old, new);
        }
    }

    fn weights(&self) -> Weights {
        let parts = || self.workers.iter().flat_map(|worker| &worker.parts);
        let whole = |of: fn(&Part<F>) -> &Array2<F>| {
            let mut whole = Array2::zeros(self.dim);
            let rows = parts().flat_map(|part| of(part).rows());
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
