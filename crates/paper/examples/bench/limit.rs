//! Multiply-adds a second that an epoch does of those it needs, beside what sgemm reaches on matrices of these shapes.
//!
//! Symmetric products count once: `P^T P` needs `N H (H+1)/2` multiply-adds. Pixels that are 0 in every sample count only
//! where noise falls on them. Drawing noise and everything elementwise counts as nothing, so it lowers the fraction.

// Matrices are capital letters, as in the trainers.
#![allow(non_snake_case)]

use std::time::Instant;

use clap::ValueEnum as _;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

use super::case::{Case, Sizes};
use super::spread;
use super::worker::Process;

/// Turns for each: many, because neighbours' work can be seen in a single one.
const ROUNDS: usize = 15;

/// Multiply-adds of the general products in a round: a second on two cores, beside which waking up after a pause is
/// little.
const BILLIONS: &str = "100";

#[derive(Debug, Serialize)]
pub struct Row {
    case: &'static str,
    threads: usize,
    /// Billions of needed multiplications and additions a second: two for each multiply-add, as is usual.
    gflops: f64,
    sgemm_gflops: f64,
    fraction: f64,
    fraction_min: f64,
    fraction_max: f64,
}

pub fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &case in Case::value_variants() {
        let used = case.used_pixels()?;
        for threads in [2, 1] {
            let sizes = case.sizes(threads)?;
            let needed = 2.0 * needed(case.linear(), &sizes, used);
            let (mut trainer, _) = Process::worker(&["--case", case.name()], threads)?;
            let (mut products, _) = Process::worker(&["--sgemm", "--case", case.name()], threads)?;
            let epochs = case.turn();
            trainer.ask("1")?;
            products.ask(BILLIONS)?;
            let (mut ours, mut sgemm, mut fractions) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let seconds = trainer.ask(&epochs.to_string())?.seconds / f64::from(epochs);
                let [multiply_adds, time] = products.ask(BILLIONS)?.sgemm;
                let (rate, limit) = (needed / seconds / 1e9, 2.0 * multiply_adds / time / 1e9);
                ours.push(rate);
                sgemm.push(limit);
                fractions.push(rate / limit);
            }
            let [fraction, fraction_min, fraction_max] = spread(&fractions);
            eprintln!("{} on {threads}: {fraction:.3}", case.name());
            rows.push(Row {
                case: case.name(),
                threads,
                gflops: spread(&ours)[0],
                sgemm_gflops: spread(&sgemm)[0],
                fraction,
                fraction_min,
                fraction_max,
            });
        }
    }
    Ok(rows)
}

/// Multiply-adds that an epoch needs if so many pixels are used: not 0 in every sample.
pub fn needed(linear: bool, sizes: &Sizes, used: usize) -> f64 {
    let [N, D, H] = [sizes.samples, sizes.pixels, sizes.hidden].map(|size| size as f64);
    let half = H * (H + 1.0) / 2.0;
    if linear {
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
    /// `X W`, `X^T P` and `P G` for the rows of one block.
    Nonlinear(Box<[Array2<f32>; 6]>),
}

impl Products {
    pub fn of(linear: bool, sizes: &Sizes) -> Self {
        let value = |(i, j): (usize, usize)| ((7 * i + 3 * j) % 11) as f32 / 11.0 - 0.4;
        let (D, H) = (sizes.pixels, sizes.hidden);
        let some = |rows, columns| Array2::from_shape_fn((rows, columns), value);
        if linear {
            let [A, G, AG, M] = [some(D, H), some(H, H), some(D, H), some(H, H)];
            return Self::Linear(Box::new([A, G, AG, M]));
        }
        // As many rows as the trainer has in a block.
        let n = sizes.samples.min(1024);
        let [X, W, XW] = [some(n, D), some(D, 2 * H), some(n, 2 * H)];
        let [P, G, PG] = [some(n, H), some(H, H), some(n, H)];
        Self::Nonlinear(Box::new([X, W, XW, P, G, PG]))
    }

    /// Does at least so many multiply-adds; how many, and in how many seconds.
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
                    // Into the place of W, which is set back so that nothing grows from round to round.
                    multiply_adds += product(X.t(), XW, W);
                    W.fill(1e-3);
                }
            }
        }
        [multiply_adds, clock.elapsed().as_secs_f64()]
    }
}
