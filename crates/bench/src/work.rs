//! Operation counts: the multiply-adds that an epoch needs, and general products of the same shapes.
//!
//! Symmetric products count once: `P^T P` needs `N H (H+1)/2` multiply-adds. Pixels that are 0 in every sample count
//! only where noise falls on them. Drawing noise and elementwise work are not counted.

// Matrices are capital letters, as in the trainers.
#![allow(non_snake_case)]

use std::time::Instant;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};

use crate::case::Sizes;

/// Multiply-adds that an epoch needs if this many pixels are used, that is, not 0 in every sample.
pub fn needed(sizes: &Sizes, used: usize) -> f64 {
    let [N, D, H] = [sizes.samples, sizes.pixels, sizes.hidden].map(|size| size as f64);
    let half = H * (H + 1.0) / 2.0;
    if sizes.linear {
        // The Gram matrices G and M, and the products with them.
        2.0 * D * half + 2.0 * D * H * H
    } else {
        let L = used as f64;
        let noisy = if sizes.noise > 0.0 { D } else { L };
        // X W2^T and X^T P; (X + Z) W1 and (X + Z)^T dH; P G; P^T P; W2 W2^T; W2^T C.
        2.0 * N * (L + noisy) * H + N * H * H + N * half + D * half + D * H * H
    }
}

/// General products of the shapes that dominate an epoch, in single precision.
pub enum Products {
    /// `A G` and `A^T A`.
    Linear(Box<[Array2<f32>; 4]>),
    /// `X W`, `P G` and `X^T (X W)` for the rows of one block.
    Nonlinear(Box<[Array2<f32>; 6]>),
}

impl Products {
    pub fn of(sizes: &Sizes) -> Self {
        let value = |(i, j): (usize, usize)| ((7 * i + 3 * j) % 11) as f32 / 11.0 - 0.4;
        let (D, H) = (sizes.pixels, sizes.hidden);
        let some = |rows, columns| Array2::from_shape_fn((rows, columns), value);
        if sizes.linear {
            let [A, G, AG, M] = [some(D, H), some(H, H), some(D, H), some(H, H)];
            return Self::Linear(Box::new([A, G, AG, M]));
        }
        // As many rows as a block of the trainer.
        let n = sizes.samples.min(1024);
        let [X, W, XW] = [some(n, D), some(D, 2 * H), some(n, 2 * H)];
        let [P, G, PG] = [some(n, H), some(H, H), some(n, H)];
        Self::Nonlinear(Box::new([X, W, XW, P, G, PG]))
    }

    /// Does at least this many billions of multiply-adds; returns how many, and the seconds they took.
    pub fn measure(&mut self, billions: u64) -> [f64; 2] {
        let product = |A: ArrayView2<f32>, B: &Array2<f32>, C: &mut Array2<f32>| {
            general_mat_mul(1.0, &A, B, 0.0, C);
            (A.nrows() * A.ncols() * B.ncols()) as f64
        };
        let (mut multiply_adds, clock) = (0.0, Instant::now());
        while multiply_adds < billions as f64 * 1e9 {
            match self {
                Self::Linear(all) => {
                    let [A, G, AG, M] = all.as_mut();
                    multiply_adds += product(A.view(), G, AG);
                    multiply_adds += product(A.t(), &*A, M);
                }
                Self::Nonlinear(all) => {
                    let [X, W, XW, P, G, PG] = all.as_mut();
                    multiply_adds += product(X.view(), W, XW);
                    multiply_adds += product(P.view(), G, PG);
                    // Overwrites W, which is then reset so that nothing grows from round to round.
                    multiply_adds += product(X.t(), XW, W);
                    W.fill(1e-3);
                }
            }
        }
        [multiply_adds, clock.elapsed().as_secs_f64()]
    }
}
