//! What a trainer on another device shares with the CPU trainers, so that one seed is one run on either.
//!
//! Not a public interface: it changes with the trainers.

// Matrices are capital letters, as in the equations of the trainers.
#![allow(non_snake_case)]

use ndarray::{ArcArray2, Array1, Array2, ArrayView2, Axis};

use super::linear::Weights;
use super::nonlinear::noise::{STRIP, Source};
use super::nonlinear::normal::BATCH;
use super::nonlinear::pixels::Order;
use super::nonlinear::{Modes, NonlinearSettings, Sampler, settings};
use crate::Result;
use crate::numerics::random::Key;
use crate::numerics::{Real, blas, factors};

/// Rows of a noise matrix that share a random stream.
pub const NOISE_STRIP: usize = STRIP;

/// Numbers that the transform of training noise makes at a time: half of them sines, then as many cosines.
pub const NOISE_BATCH: usize = BATCH;

/// The ChaCha8 key of one noise matrix of one epoch, as eight little-endian words. The stream is the strip's number.
pub fn noise_key(key: Key, epoch: u64, matrix: &str) -> [u32; 8] {
    let seed = key.epoch(epoch, matrix).strip(0).get_seed();
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(seed.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    words
}

/// The rows of a noise matrix from `first` on, a multiple of [`NOISE_STRIP`], as the CPU draws them.
pub fn noise(
    (key, epoch, matrix): (Key, u64, &str),
    sigma: f64,
    first: usize,
    (rows, columns): (usize, usize),
) -> Array2<f32> {
    let (source, nothing) = (
        Source::Drawn { key, sigma, epoch },
        Array2::zeros((rows, 0)),
    );
    let mut noise = Array2::zeros((rows, columns));
    source.set_rows(matrix, first, nothing.view(), &mut noise.view_mut());
    noise
}

/// The sampler that a run on data of this many samples and pixels uses, if any.
pub fn sampler(settings: &NonlinearSettings, data: (usize, usize)) -> Option<Sampler> {
    settings::choose(settings, data)
}

/// Refuses modes that do not fit the data.
///
/// # Errors
/// A shape other than pixels x modes; an eigenvalue that is not above 0.
pub fn check_modes(modes: &Modes, pixels: usize) -> Result<()> {
    modes.check(pixels)
}

/// Refuses weights whose shape is not D x H.
///
/// # Errors
/// The side that does not fit.
pub fn check_weights(weights: &Weights, expected: (usize, usize)) -> Result<()> {
    weights.check(expected)
}

/// Refuses an array whose shape does not fit the others.
///
/// # Errors
/// Two shapes that differ.
pub fn check_shape(
    what: &'static str,
    expected: (usize, usize),
    found: (usize, usize),
) -> Result<()> {
    crate::error::shape(what, expected, found)
}

/// A thin factorisation `W1 = Q R`, as the CPU's law-equal sampler computes it.
///
/// # Errors
/// LAPACK failing.
pub fn orthonormal(W1: &Array2<f32>) -> Result<[Array2<f32>; 2]> {
    let (Q, R) = factors::orthonormal(&W1.mapv(f64::from))?;
    Ok([Q, R].map(|matrix| matrix.mapv(f32::narrow)))
}

/// `K^T` of some `K` with `K K^T = gram`, as the CPU's law-equal sampler computes it.
///
/// # Errors
/// LAPACK failing.
pub fn factor(gram: &Array2<f32>) -> Result<Array2<f32>> {
    let K = factors::factor(&gram.mapv(f64::from))?;
    Ok(K.reversed_axes().mapv(f32::narrow))
}

/// The singular values of `W1 W2` in descending order, from `W1^T W1` and `W2 W2^T`, as [`Weights::singular_values`].
///
/// # Errors
/// LAPACK failing, as it does on values that are not finite.
pub fn singular_values(grams: [&Array2<f64>; 2]) -> Result<Array1<f64>> {
    blas::use_one_thread();
    factors::singular_values(grams)
}

/// The order in which trainers keep pixels: those that are 0 in every sample come last.
pub struct PixelOrder(Order);

impl PixelOrder {
    /// The order for `X`, and the data in it without pixels that are always 0. If all are, none is left out.
    pub fn of(X: ArcArray2<f32>) -> (Self, ArcArray2<f32>) {
        let (order, X) = Order::of(X);
        (Self(order), X)
    }

    /// Puts rows that stand for pixels in this order.
    pub fn arrange(&self, rows: &Array2<f32>) -> Array2<f32> {
        self.0.arrange(rows, Axis(0))
    }

    /// Puts rows of double precision that stand for pixels in this order.
    pub fn arrange_wide(&self, rows: &Array2<f64>) -> Array2<f64> {
        self.0.arrange(rows, Axis(0))
    }

    /// Undoes [`PixelOrder::arrange`].
    pub fn restore(&self, rows: ArrayView2<f32>) -> Array2<f32> {
        self.0.restore(rows)
    }
}
