//! Gaussian noise on the input of the nonlinear autoencoder: drawn directly, or from fewer numbers with the same law.
//!
//! An epoch sees the noise `Z ~ Normal(0, sigma^2)` (N x D) only through `Z W1` and `Z^T dH`, where `dH` (N x H, the
//! gradient at the hidden pre-activations) depends on `Z` through `Z W1` alone. With `W1 = Q R` (`Q`: D x r with
//! orthonormal columns, r = min(D, H)), `Y ~ Normal(0, sigma^2)` of size N x r, `E ~ Normal(0, sigma^2)` of size D x H
//! and any `K` with `K K^T = dH^T dH`, the pair
//!
//! ```text
//! Z W1   = Y R
//! Z^T dH = Q (Y^T dH) + (I - Q Q^T) E K^T
//! ```
//!
//! has the joint law of the directly drawn one: `Y` stands for `Z Q`, and given `Y` the rest of `Z` is independent of
//! it. That takes N r + D H random numbers instead of N D, and three more products of size N H^2.

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

use super::normal::{self, BATCH};
use crate::Result;
use crate::error::Error;
use crate::numerics::Real;
use crate::numerics::factors::{factor, orthonormal};
use crate::numerics::products::{add_triangular, set_product, sum, sum_symmetric};
use crate::numerics::random::Key;

/// Rows of a noise matrix that share a random stream. Fixed: changing it changes every draw of a seed.
pub(crate) const STRIP: usize = 128;

/// The products with the data that an epoch needs, with the noise in them.
///
/// For every block of rows `X` of the data: [`Noise::forward`] sets `[A, B]` to `[(X + Z) W1, X W2^T]`, and
/// [`Noise::backward`] adds `X^T P` and `(X + Z)^T dH` to the sums `[X^T P, (X + Z)^T dH]`. Only the first L of D
/// pixels are in `X`; the others are 0. Lanes of rows share this, and each has its own [`Lane`].
pub(super) enum Noise<F> {
    /// None: two products with matrices of twice the width, which is faster than four.
    Off,
    /// Drawn directly: `Z` block by block.
    Direct(Source<F>),
    /// As described at the head of this file.
    LawEqual(Box<LawEqual<F>>),
}

/// Work space for the noise of one lane of rows. Matrices that the current sampler does not use are empty.
pub(super) struct Lane<F> {
    /// `X + Z` of the current block, rows x D.
    noisy: Array2<F>,
    /// Current block of `Y`, rows x r.
    Y: Array2<F>,
    /// `Y^T dH`, r x H, summed over the blocks.
    YtdH: Array2<F>,
    /// `dH^T dH`, H x H, summed over the blocks, on and above the diagonal.
    gram: Array2<F>,
}

impl<F: Real> Noise<F> {
    /// Work space for the noise of blocks of this many rows.
    pub(super) fn lane(&self, rows: usize, pixels: usize) -> Lane<F> {
        let [mut noisy, mut Y, mut YtdH, mut gram] = [(); 4].map(|()| Array2::zeros((0, 0)));
        match self {
            Self::Off => {}
            Self::Direct(_) => noisy = Array2::zeros((rows, pixels)),
            Self::LawEqual(law) => {
                let (rank, hidden) = law.R.dim();
                Y = Array2::zeros((rows, rank));
                YtdH = Array2::zeros((rank, hidden));
                gram = Array2::zeros((hidden, hidden));
            }
        }
        Lane {
            noisy,
            Y,
            YtdH,
            gram,
        }
    }

    /// Prepares an epoch that starts from the encoder `W1`.
    pub(super) fn start(&mut self, W1: ArrayView2<F>, epoch: u64) -> Result<()> {
        match self {
            Self::Off => Ok(()),
            Self::Direct(source) => {
                source.start(epoch);
                Ok(())
            }
            Self::LawEqual(law) => law.start(W1, epoch),
        }
    }

    /// Sets `AB` to `[(X + Z) W1, X W2^T]`, where `W` is `[W1, W2^T]` and `first` the first of these rows.
    pub(super) fn forward(
        &self,
        lane: &mut Lane<F>,
        first: usize,
        X: ArrayView2<F>,
        W: ArrayView2<F>,
        AB: &mut ArrayViewMut2<F>,
    ) {
        let (one, zero) = (F::one(), F::zero());
        let (for_X, _) = W.split_at(Axis(0), X.ncols());
        match self {
            Self::Off => general_mat_mul(one, &X, &for_X, zero, AB),
            Self::Direct(source) => {
                let mut noisy = lane.noisy.slice_mut(s![..X.nrows(), ..]);
                source.set_rows("Z", first, X, &mut noisy);
                let hidden = W.ncols() / 2;
                let (W1, W2t) = (W.slice(s![.., ..hidden]), for_X.slice(s![.., hidden..]));
                let (mut A, mut B) = AB.view_mut().split_at(Axis(1), hidden);
                general_mat_mul(one, &noisy, &W1, zero, &mut A);
                general_mat_mul(one, &X, &W2t, zero, &mut B);
            }
            Self::LawEqual(law) => {
                general_mat_mul(one, &X, &for_X, zero, AB);
                let mut Y = lane.Y.slice_mut(s![..X.nrows(), ..]);
                law.source
                    .set_rows("Y", first, X.slice(s![.., ..0]), &mut Y);
                let mut A = AB.slice_mut(s![.., ..law.R.ncols()]);
                add_triangular(Y.view(), &law.R, &mut A);
            }
        }
    }

    /// Sets `sums` to `keep sums + [X^T P, (X + Z)^T dH]`, where `PdH` is `[P, dH]` for the rows last seen by
    /// `forward`; the lane's own sums likewise. `keep` is 0 or 1.
    pub(super) fn backward(
        &self,
        lane: &mut Lane<F>,
        X: ArrayView2<F>,
        PdH: ArrayView2<F>,
        keep: F,
        sums: &mut Array2<F>,
    ) {
        let one = F::one();
        let hidden = PdH.ncols() / 2;
        let mut of_X = sums.slice_mut(s![..X.ncols(), ..]);
        match self {
            Self::Off => general_mat_mul(one, &X.t(), &PdH, keep, &mut of_X),
            Self::Direct(_) => {
                let noisy = lane.noisy.slice(s![..X.nrows(), ..]);
                let (P, dH) = PdH.split_at(Axis(1), hidden);
                general_mat_mul(one, &X.t(), &P, keep, &mut of_X.slice_mut(s![.., ..hidden]));
                let mut for_dH = sums.slice_mut(s![.., hidden..]);
                general_mat_mul(one, &noisy.t(), &dH, keep, &mut for_dH);
            }
            Self::LawEqual(_) => {
                general_mat_mul(one, &X.t(), &PdH, keep, &mut of_X);
                let Y = lane.Y.slice(s![..X.nrows(), ..]);
                let dH = PdH.slice(s![.., hidden..]);
                general_mat_mul(one, &Y.t(), &dH, keep, &mut lane.YtdH);
                F::gram(dH, keep, &mut lane.gram);
            }
        }
    }

    /// Adds to `sums` what can be known only after the last block.
    pub(super) fn finish(&mut self, lanes: &[&Lane<F>], sums: &mut Array2<F>) -> Result<()> {
        match self {
            Self::Off | Self::Direct(_) => Ok(()),
            Self::LawEqual(law) => law.finish(lanes, sums),
        }
    }
}

/// Where the numbers of a noise matrix come from.
pub(crate) enum Source<F> {
    /// `Normal(0, sigma^2)` from a stream for every epoch and strip of rows.
    Drawn { key: Key, sigma: f64, epoch: u64 },
    /// The same matrix every epoch, for checks.
    Given(Array2<F>),
}

impl<F: Real> Source<F> {
    fn start(&mut self, now: u64) {
        if let Self::Drawn { epoch, .. } = self {
            *epoch = now;
        }
    }

    /// Sets `rows` to `[X, 0] + Z`, where `Z` are the rows of `matrix` from `first` on, a multiple of [`STRIP`].
    ///
    /// It goes a strip at a time, so the noise finds the strip in the cache.
    pub(crate) fn set_rows(
        &self,
        matrix: &str,
        first: usize,
        X: ArrayView2<F>,
        rows: &mut ArrayViewMut2<F>,
    ) {
        let strips = rows.axis_chunks_iter_mut(Axis(0), STRIP);
        let data = X.axis_chunks_iter(Axis(0), STRIP);
        for (i, (mut strip, X)) in strips.zip(data).enumerate() {
            let (mut data, mut rest) = strip.view_mut().split_at(Axis(1), X.ncols());
            data.assign(&X);
            rest.fill(F::zero());
            self.add(matrix, first + i * STRIP, strip);
        }
    }

    /// Adds one strip of noise to `rows`, the first of which is number `first`.
    fn add(&self, matrix: &str, first: usize, mut rows: ArrayViewMut2<F>) {
        match self {
            Self::Given(Z) => rows += &Z.slice(s![first..first + rows.nrows(), ..]),
            Self::Drawn { key, sigma, epoch } => {
                let mut rng = key.epoch(*epoch, matrix).strip((first / STRIP) as u64);
                // Rows of work space are whole and contiguous, so they always form a slice.
                let values = rows.as_slice_mut().unwrap_or_default();
                for values in values.chunks_mut(BATCH) {
                    let normal = normal::draw(&mut rng, *sigma as f32);
                    for (value, z) in values.iter_mut().zip(normal) {
                        *value += F::single(z);
                    }
                }
            }
        }
    }
}

/// The noise drawn through the thin factorisation of `W1`.
pub(super) struct LawEqual<F> {
    source: Source<F>,
    epoch: u64,
    /// D x r, orthonormal columns.
    Q: Array2<F>,
    /// r x H, upper triangular.
    R: Array2<F>,
    /// `Y^T dH`, r x H, summed over the lanes.
    YtdH: Array2<F>,
    /// `dH^T dH`, H x H, summed over the lanes.
    gram: Array2<F>,
    /// `E`, D x H.
    E: Array2<F>,
    /// `E K^T`, then `Z^T dH`, D x H.
    ZtdH: Array2<F>,
}

impl<F: Real> LawEqual<F> {
    pub(super) fn new(key: Key, sigma: f64, [pixels, hidden]: [usize; 2]) -> Self {
        let rank = pixels.min(hidden);
        let epoch = 0;
        Self {
            source: Source::Drawn { key, sigma, epoch },
            epoch,
            Q: Array2::zeros((pixels, rank)),
            R: Array2::zeros((rank, hidden)),
            YtdH: Array2::zeros((rank, hidden)),
            gram: Array2::zeros((hidden, hidden)),
            E: Array2::zeros((pixels, hidden)),
            ZtdH: Array2::zeros((pixels, hidden)),
        }
    }

    fn start(&mut self, W1: ArrayView2<F>, epoch: u64) -> Result<()> {
        self.source.start(epoch);
        self.epoch = epoch;
        let (Q, R) = orthonormal(&W1.mapv(F::widen))?;
        self.Q = Q.mapv(F::narrow);
        self.R = R.mapv(F::narrow);
        Ok(())
    }

    /// Adds `Z^T dH = E K^T + Q (Y^T dH - Q^T E K^T)`.
    fn finish(&mut self, lanes: &[&Lane<F>], sums: &mut Array2<F>) -> Result<()> {
        sum_symmetric(lanes.iter().map(|lane| &lane.gram), &mut self.gram);
        let gram = self.gram.mapv(F::widen);
        // LAPACK is never asked to factor values that are not finite: its behaviour is undefined then.
        if !gram.sum().is_finite() {
            let (what, epoch) = ("the gradient", self.epoch);
            return Err(Error::Diverged { what, epoch });
        }
        let Kt = factor(&gram)?.reversed_axes().mapv(F::narrow);
        let strips = self.E.axis_chunks_iter_mut(Axis(0), STRIP).into_par_iter();
        strips.enumerate().for_each(|(i, mut strip)| {
            strip.fill(F::zero());
            self.source.add("E", i * STRIP, strip);
        });
        set_product(self.E.view(), Kt.view(), &mut self.ZtdH);
        let YtdH: Vec<_> = lanes.iter().map(|lane| &lane.YtdH).collect();
        sum(&YtdH, &mut self.YtdH);
        general_mat_mul(-F::one(), &self.Q.t(), &self.ZtdH, F::one(), &mut self.YtdH);
        general_mat_mul(F::one(), &self.Q, &self.YtdH, F::one(), &mut self.ZtdH);
        let mut for_dH = sums.slice_mut(s![.., self.R.ncols()..]);
        for_dH += &self.ZtdH;
        Ok(())
    }
}
