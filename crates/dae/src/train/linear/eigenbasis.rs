//! One step of the trainer in one precision, cut into parts for threads: noise that is independent in each direction.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use std::mem::swap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rayon::current_num_threads;

use super::settings::LinearSettings;
use crate::numerics::blas;
use crate::numerics::products::sum_symmetric;
use crate::numerics::{Real, Weights};
use crate::threads::share_out;

/// A trainer of either precision.
pub(super) trait Engine: Send + Sync {
    fn advance(&mut self, epochs: u64);
    fn weights(&self) -> Weights;
}

/// The most parts that directions are cut into, and the fewest directions for which another part pays.
const PARTS: usize = 4;
const PART_ROWS: usize = 384;

/// Weights, constants and work space in one precision.
pub(super) struct Eigenbasis<F> {
    /// D and H.
    dim: (usize, usize),
    workers: Vec<Worker<F>>,
    /// What each part adds to `G` and `M`, before a step and after it. The two swap in every step.
    shares: [Vec<Share<F>>; 2],
    constants: Constants<F>,
}

/// Written by the thread that owns the part, read by all in the next step.
type Share<F> = RwLock<Grams<F>>;

/// Symmetric H x H matrices.
struct Grams<F> {
    /// `B B^T`.
    G: Array2<F>,
    /// `A^T (L + N) A`.
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
    /// The sums over all parts. Each thread adds them up itself, because reading what another core has just written is
    /// slow.
    grams: Grams<F>,
    /// For one part: `A G`, and then `sqrt(L + N) A`, whose Gram matrix is `M`.
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
    /// `lambda`, `lambda + noise` and its root for each direction.
    variances: Array1<[F; 3]>,
}

impl<F: Real> Eigenbasis<F> {
    /// `noise`: the variance of the noise in each direction.
    pub(super) fn new(
        settings: &LinearSettings,
        lambda: &Array1<f64>,
        noise: &Array1<f64>,
        start: &Weights,
    ) -> Self {
        blas::use_one_thread();
        let (directions, hidden) = start.encoder.dim();
        let parts = (directions / PART_ROWS).clamp(1, PARTS);
        let rows = directions.div_ceil(parts).max(1);
        let chunks = (start.encoder.axis_chunks_iter(Axis(0), rows))
            .zip(start.decoder.axis_chunks_iter(Axis(0), rows))
            .zip(lambda.axis_chunks_iter(Axis(0), rows))
            .zip(noise.axis_chunks_iter(Axis(0), rows));
        let mut parts: Vec<_> = chunks
            .map(|(((A, Bt), lambda), noise)| Part::new([lambda, noise], [A, Bt]))
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
    /// Updates these parts, and computes what they then add to `G` and `M`.
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
    fn new([lambda, noise]: [ArrayView1<f64>; 2], [A, Bt]: [ArrayView2<f64>; 2]) -> Self {
        let variances = Zip::from(lambda).and(noise);
        Self {
            A: A.mapv(F::narrow),
            Bt: Bt.mapv(F::narrow),
            next: Array2::zeros(A.dim()),
            variances: variances.map_collect(|l, n| [*l, l + n, (l + n).sqrt()].map(F::narrow)),
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

    /// Updates both matrices from the old pair, and uses each again while it is in the cache.
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
    /// Every thread keeps its parts from the first step to the last, and meets the others once a step.
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
