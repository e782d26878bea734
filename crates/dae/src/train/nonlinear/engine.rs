//! Forward pass, backward pass and update in one precision, the rows cut into lanes and blocks for threads.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::{ArcArray2, Array2, ArrayView2, Axis, Zip, s};

use super::activation::Activation;
use super::modes::{Modes, Observation};
use super::noise::{self, Noise, STRIP, Source};
use super::pixels::Order;
use super::settings::NonlinearSettings;
use crate::error::{Error, non_negative, shape};
use crate::numerics::products::{set_product, sum, sum_symmetric};
use crate::numerics::{Real, Weights, blas};
use crate::threads::in_turns;
use crate::{Checked, Result};

/// The most rows in a block, and the fewest while more are left; both are multiples of the noise's strips. From 512
/// rows on the products run at full speed, and fewer rows take less memory. A lane's last blocks are smaller, so
/// threads wait less for each other.
const BLOCK: usize = 1024;
const LAST_BLOCK: usize = 256;

/// The most lanes that rows are cut into, and the fewest rows for which another lane pays.
const LANES: usize = 8;
const LANE_ROWS: usize = 512;

/// Loss, mappings and gradient for given noise, in `f64`, computed by the training code.
///
/// The gradient is that of `loss + weight_decay/2 (||W1||^2 + ||W2||^2)`. The settings' `sigma` and `sampler` are
/// ignored; without `noise` there is none.
///
/// # Shapes
/// `data`, `noise`: N x D; `weights` and the gradient: as in [`Weights`], D x H twice.
///
/// # Errors
/// As [`NonlinearTrainer::new`](super::NonlinearTrainer::new), and a loss that is not finite.
pub fn gradient(
    settings: &Checked<NonlinearSettings>,
    data: &Array2<f64>,
    modes: Modes,
    weights: &Weights,
    noise: Option<&Array2<f64>>,
) -> Result<(Observation, Weights)> {
    let noise = match noise {
        None => Noise::Off,
        Some(Z) => {
            shape("noise", data.dim(), Z.dim())?;
            Noise::Direct(Source::Given(Z.clone()))
        }
    };
    let mut engine = Engine::new(settings, data.to_shared(), modes, noise)?;
    weights.check(engine.dim())?;
    engine.set([&weights.encoder, &weights.decoder]);
    engine.pass(0)?;
    Ok((engine.observe(0)?, engine.gradient()))
}

/// Data, weights and work space in one precision. Matrices with a row for each of the D pixels use an internal order.
pub(super) struct Engine<F> {
    order: Order,
    /// N x L: without the pixels that are 0 in every sample.
    X: ArcArray2<F>,
    modes: Modes,
    noise: Noise<F>,
    activation: Activation,
    alpha: f64,
    weight_decay: f64,
    /// `||X||^2`.
    total: f64,
    /// `[W1, W2^T]`, D x 2H.
    W: Array2<F>,
    /// `[X^T P, (X + Z)^T dH]`, D x 2H; `dH` without its factor `2/(N D)`, which would bring it close to underflow.
    sums: Array2<F>,
    lanes: Vec<Lane<F>>,
    /// `W2 W2^T`, H x H.
    G: Array2<F>,
    /// `P^T P`, H x H.
    C: Array2<F>,
    /// `W2^T C`, D x H.
    W2tC: Array2<F>,
}

/// Some of the rows, n of N, and what they add to the sums of an epoch.
struct Lane<F> {
    /// The first of the rows.
    first: usize,
    X: ArcArray2<F>,
    /// Rows done in this epoch.
    done: usize,
    noise: noise::Lane<F>,
    /// `[A, X W2^T]`, then `[P, dH]` of one block, rows x 2H.
    block: Array2<F>,
    /// As [`Engine::sums`].
    sums: Array2<F>,
    /// As [`Engine::C`], on and above the diagonal.
    C: Array2<F>,
}

impl<F: Real> Lane<F> {
    /// Rows still to do in this epoch.
    fn left(&self) -> usize {
        self.X.nrows() - self.done
    }

    /// Forward and backward pass for the next block of rows.
    fn pass(&mut self, noise: &Noise<F>, activation: Activation, W: ArrayView2<F>, G: &Array2<F>) {
        let (from, to) = (self.done, self.done + block_rows(self.left()));
        self.done = to;
        // The first block overwrites the last epoch's sums.
        let keep = if from == 0 { F::zero() } else { F::one() };
        let X = self.X.slice(s![from..to, ..]);
        let mut block = self.block.slice_mut(s![..to - from, ..]);
        noise.forward(&mut self.noise, self.first + from, X, W, &mut block);
        let (mut P, mut dH) = block.view_mut().split_at(Axis(1), G.ncols());
        activation.apply(&mut P);
        let P = P.view();
        general_mat_mul(F::one(), &P, G, -F::one(), &mut dH);
        activation.pull_back(&P, &mut dH);
        F::gram(P, keep, &mut self.C);
        noise.backward(&mut self.noise, X, block.view(), keep, &mut self.sums);
    }
}

/// The rows of the next block: half of those that are left, within limits.
fn block_rows(left: usize) -> usize {
    let half = (left / 2).next_multiple_of(STRIP);
    half.clamp(LAST_BLOCK, BLOCK).min(left)
}

/// The rows of each lane: whole strips of noise, except in the last lane.
fn lane_rows(samples: usize) -> usize {
    let lanes = (samples / LANE_ROWS).clamp(1, LANES);
    samples.div_ceil(lanes).next_multiple_of(STRIP)
}

impl<F: Real> Engine<F> {
    pub(super) fn new(
        settings: &NonlinearSettings,
        X: ArcArray2<F>,
        modes: Modes,
        mut noise: Noise<F>,
    ) -> Result<Self> {
        let ((samples, pixels), hidden) = (X.dim(), settings.hidden);
        if samples == 0 || pixels == 0 {
            return Err(Error::out_of_range("samples x pixels", 0, "1 or more"));
        }
        modes.check(pixels)?;
        let total: f64 = X.iter().map(|x| x.widen().powi(2)).sum();
        non_negative("||X||^2", total)?;
        let (order, X) = Order::of(X);
        let vectors = order.arrange(&modes.vectors, Axis(0));
        let modes = Modes { vectors, ..modes };
        if let Noise::Direct(Source::Given(Z)) = &mut noise {
            *Z = order.arrange(Z, Axis(1));
        }
        blas::use_one_thread();
        let rows = lane_rows(samples);
        let lanes = (0..samples).step_by(rows).map(|first| {
            let last = samples.min(first + rows);
            let block = BLOCK.min(last - first);
            Lane {
                first,
                X: X.clone().slice_move(s![first..last, ..]),
                done: 0,
                noise: noise.lane(block, pixels),
                block: Array2::zeros((block, 2 * hidden)),
                sums: Array2::zeros((pixels, 2 * hidden)),
                C: Array2::zeros((hidden, hidden)),
            }
        });
        Ok(Self {
            lanes: lanes.collect(),
            order,
            X,
            modes,
            noise,
            activation: settings.activation,
            alpha: settings.alpha,
            weight_decay: settings.weight_decay,
            total,
            W: Array2::zeros((pixels, 2 * hidden)),
            sums: Array2::zeros((pixels, 2 * hidden)),
            G: Array2::zeros((hidden, hidden)),
            C: Array2::zeros((hidden, hidden)),
            W2tC: Array2::zeros((pixels, hidden)),
        })
    }

    /// Pixels and hidden units.
    pub(super) fn dim(&self) -> (usize, usize) {
        (self.W.nrows(), self.G.ncols())
    }

    /// `W1` and `W2^T`, pixels in the order of the data given.
    pub(super) fn weights(&self) -> [Array2<F>; 2] {
        let (W1, W2t) = self.W.view().split_at(Axis(1), self.G.ncols());
        [W1, W2t].map(|W| self.order.restore(W))
    }

    pub(super) fn set(&mut self, [W1, W2t]: [&Array2<F>; 2]) {
        let [W1, W2t] = [W1, W2t].map(|W| self.order.arrange(W, Axis(0)));
        let hidden = self.G.ncols();
        self.W.slice_mut(s![.., ..hidden]).assign(&W1);
        self.W.slice_mut(s![.., hidden..]).assign(&W2t);
    }

    /// Forward and backward pass: fills `G`, `C`, `W2tC` and `sums` for the current weights.
    pub(super) fn pass(&mut self, epoch: u64) -> Result<()> {
        let Self {
            lanes, noise, W, G, ..
        } = self;
        let (W1, W2t) = W.view().split_at(Axis(1), G.ncols());
        set_product(W2t.t(), W2t, G);
        noise.start(W1, epoch)?;
        let activation = self.activation;
        lanes.iter_mut().for_each(|lane| lane.done = 0);
        in_turns(lanes, Lane::left, |lane| {
            lane.pass(noise, activation, W.view(), G);
        });
        sum_symmetric(lanes.iter().map(|lane| &lane.C), &mut self.C);
        set_product(W2t, self.C.view(), &mut self.W2tC);
        let sums: Vec<_> = lanes.iter().map(|lane| &lane.sums).collect();
        sum(&sums, &mut self.sums);
        let noises: Vec<_> = lanes.iter().map(|lane| &lane.noise).collect();
        noise.finish(&noises, &mut self.sums)
    }

    /// Loss and mappings of the last pass, which must have used the current weights.
    pub(super) fn observe(&self, epoch: u64) -> Result<Observation> {
        let (pixels, hidden) = self.dim();
        let samples = self.X.nrows() as f64;
        let W2t = self.W.slice(s![.., hidden..]).mapv(F::widen);
        let XtP = self.sums.slice(s![.., ..hidden]).mapv(F::widen);
        let quadratic = (self.C.mapv(F::widen) * self.G.mapv(F::widen)).sum();
        let cross = (&W2t * &XtP).sum();
        let loss = (quadratic - 2.0 * cross + self.total) / (samples * pixels as f64);
        let U = &self.modes.vectors;
        let covariances = (U.t().dot(&W2t) * U.t().dot(&XtP)).sum_axis(Axis(1));
        let scaled = covariances.iter().zip(&self.modes.lambda);
        let mappings: Vec<f64> = scaled.map(|(c, lambda)| c / (samples * lambda)).collect();
        for (what, value) in std::iter::once(("the loss", loss))
            .chain(mappings.iter().map(|&mapping| ("a mapping", mapping)))
        {
            if !value.is_finite() {
                return Err(Error::Diverged { what, epoch });
            }
        }
        Ok(Observation {
            epoch,
            loss,
            mappings,
        })
    }

    /// `2/(N D)`, the factor of the mean's derivative.
    fn scale(&self) -> f64 {
        2.0 / (self.X.nrows() as f64 * self.W.nrows() as f64)
    }

    /// The gradient that the last pass found, decay included.
    fn gradient(&self) -> Weights {
        let (scale, decay) = (self.scale(), self.weight_decay);
        let [W1, W2t] = self.weights().map(|W| W.mapv(F::widen));
        let (XtP, XtdH) = self.sums.view().split_at(Axis(1), self.G.ncols());
        let [for_W1, for_W2t] = [XtdH, (&self.W2tC - &XtP).view()]
            .map(|gradient| self.order.restore(gradient).mapv(F::widen));
        Weights {
            encoder: for_W1 * scale + W1 * decay,
            decoder: for_W2t * scale + W2t * decay,
        }
    }

    /// One step down the gradient that the last pass found.
    pub(super) fn update(&mut self) {
        let rate = F::narrow(self.alpha * self.scale());
        let keep = F::narrow(1.0 - self.alpha * self.weight_decay);
        let hidden = self.G.ncols();
        let (mut W1, mut W2t) = self.W.view_mut().split_at(Axis(1), hidden);
        let (XtP, XtdH) = self.sums.view().split_at(Axis(1), hidden);
        Zip::from(&mut W1)
            .and(&XtdH)
            .par_for_each(|w, &d| *w = keep * *w - rate * d);
        Zip::from(&mut W2t)
            .and(&self.W2tC)
            .and(&XtP)
            .par_for_each(|w, &c, &p| *w = keep * *w - rate * (c - p));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_shrink_towards_the_end_of_a_lane_and_begin_with_a_strip() {
        for rows in (1..2_000).chain([3_840, 6_272, 50_000]) {
            let (mut done, mut last) = (0, BLOCK);
            while done < rows {
                assert_eq!(done % STRIP, 0, "{rows}");
                let block = block_rows(rows - done);
                assert!(0 < block && block <= last, "{rows}");
                (done, last) = (done + block, block);
            }
            assert_eq!(done, rows);
        }
    }
}
