//! One step of the trainer where the noise is correlated between directions.

// Matrices are capital letters, as in the equations of `mod.rs`.
#![allow(non_snake_case)]

use std::iter::once;

use ndarray::{Array1, Array2, Zip};
use rayon::join;

use super::eigenbasis::Engine;
use super::settings::LinearSettings;
use crate::numerics::products::{set_product, sum_symmetric};
use crate::numerics::{Real, Weights, blas};

/// Weights, constants and work space in one precision.
///
/// With `P = L + N` and `V = P A` kept from step to step, one product with the D x D matrix is enough for a step: the
/// gradient `P A G` is `V G`, and `M = A^T V`.
pub(super) struct Dense<F> {
    /// `L + N`, D x D.
    P: Array2<F>,
    lambda: Array1<F>,
    alpha: F,
    /// `1 - alpha gamma`.
    keep: F,
    /// `A`, `B^T` and `P A`, D x H.
    A: Array2<F>,
    Bt: Array2<F>,
    V: Array2<F>,
    /// `V G` and `B^T M`, D x H.
    VG: Array2<F>,
    BtM: Array2<F>,
    /// `B B^T`, on and above its diagonal, then whole; `A^T P A`. H x H.
    half: Array2<F>,
    G: Array2<F>,
    M: Array2<F>,
}

impl<F: Real> Dense<F> {
    pub(super) fn new(
        settings: &LinearSettings,
        lambda: &Array1<f64>,
        noise: &Array2<f64>,
        start: &Weights,
    ) -> Self {
        blas::use_one_thread();
        let wide = || Array2::zeros(start.encoder.dim());
        let small = || Array2::zeros((start.encoder.ncols(), start.encoder.ncols()));
        let P = noise + &Array2::from_diag(lambda);
        let mut engine = Self {
            P: P.mapv(F::narrow),
            lambda: lambda.mapv(F::narrow),
            alpha: F::narrow(settings.alpha),
            keep: F::narrow(1.0 - settings.alpha * settings.gamma),
            A: start.encoder.mapv(F::narrow),
            Bt: start.decoder.mapv(F::narrow),
            V: wide(),
            VG: wide(),
            BtM: wide(),
            half: small(),
            G: small(),
            M: small(),
        };
        set_product(engine.P.view(), engine.A.view(), &mut engine.V);
        engine
    }

    /// Updates both matrices from the old pair.
    fn step(&mut self) {
        let Self {
            A, Bt, V, VG, BtM, ..
        } = self;
        let (half, G, M) = (&mut self.half, &mut self.G, &mut self.M);
        join(
            || {
                F::gram(Bt.view(), F::zero(), half);
                sum_symmetric(once(&*half), G);
            },
            || set_product(A.t(), V.view(), M),
        );
        set_product(V.view(), G.view(), VG);
        set_product(Bt.view(), M.view(), BtM);
        let (alpha, keep) = (self.alpha, self.keep);
        let rows = Zip::from(A.rows_mut())
            .and(Bt.rows_mut())
            .and(VG.rows())
            .and(BtM.rows())
            .and(&self.lambda);
        rows.for_each(|a, b, vg, bm, &lambda| {
            let up = alpha * lambda;
            Zip::from(a)
                .and(b)
                .and(vg)
                .and(bm)
                .for_each(|a, b, &vg, &bm| {
                    let old = *a;
                    *a = keep * old - alpha * vg + up * *b;
                    *b = keep * *b - alpha * bm + up * old;
                });
        });
        set_product(self.P.view(), A.view(), V);
    }
}

impl<F: Real> Engine for Dense<F> {
    fn advance(&mut self, epochs: u64) {
        for _ in 0..epochs {
            self.step();
        }
    }

    fn weights(&self) -> Weights {
        Weights {
            encoder: self.A.mapv(F::widen),
            decoder: self.Bt.mapv(F::widen),
        }
    }
}
