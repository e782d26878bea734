//! Noise on the input: none, drawn directly, or drawn law-equal from fewer numbers, as on the processor.
//!
//! [`dae::train::nonlinear`] has the equations of the law-equal sampler: with `W1 = Q R` the noise enters only through
//! `Z W1 = Y R` and `Z^T dH = Q (Y^T dH) + (I - Q Q^T) E K^T`.

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use dae::random::Key;
use dae::train::nonlinear::Sampler;
use dae::train::parts;
use dae::{Error, Result};

use super::{Sizes, sides};
use crate::matrix::Matrix;
use crate::operations::{Noise, Operations};

/// The products of an epoch with the noisy data.
pub(super) struct Sampled {
    kind: Kind,
    key: Key,
    sigma: f64,
    epoch: u64,
}

enum Kind {
    /// No noise: two products with matrices of twice the width, which is faster than four.
    Off,
    /// `X + Z` of the current block, rows x D.
    Direct(Matrix),
    LawEqual(Box<LawEqual>),
}

/// The noise drawn through the thin factorisation of `W1`.
#[derive(Clone, Copy)]
struct LawEqual {
    /// D x r, orthonormal columns.
    Q: Matrix,
    /// r x H, upper triangular.
    R: Matrix,
    /// Current block of `Y`, rows x r.
    Y: Matrix,
    /// `Y^T dH`, r x H.
    YtdH: Matrix,
    /// `dH^T dH`, H x H.
    gram: Matrix,
    /// `K^T`, H x H.
    Kt: Matrix,
    /// `E`, D x H.
    E: Matrix,
    /// `E K^T`, then `Z^T dH`, D x H.
    ZtdH: Matrix,
}

/// Numbers per row of noise, for this many pixels and hidden units.
pub(super) fn columns(sampler: Option<Sampler>, (pixels, hidden): (usize, usize)) -> usize {
    match sampler {
        None | Some(Sampler::Auto) => 0,
        Some(Sampler::Direct) => pixels,
        Some(Sampler::LawEqual) => pixels.min(hidden),
    }
}

/// Numbers that the noise of a trainer needs.
pub(super) fn numbers(sampler: Option<Sampler>, sizes: Sizes) -> usize {
    let (D, H) = (sizes.pixels, sizes.hidden);
    let rank = D.min(H);
    let fixed = match sampler {
        Some(Sampler::LawEqual) => D * rank + 2 * rank * H + 2 * H * H + 2 * D * H,
        _ => 0,
    };
    fixed + sizes.block.min(sizes.samples) * columns(sampler, (D, H))
}

impl Sampled {
    pub(super) fn new<O: Operations>(
        operations: &mut O,
        sampler: Option<Sampler>,
        sizes: Sizes,
        (key, sigma): (Key, f64),
    ) -> Result<Self> {
        let (pixels, hidden) = (sizes.pixels, sizes.hidden);
        let (block, rank) = (sizes.block.min(sizes.samples), pixels.min(hidden));
        let mut zeros = |rows, columns| operations.zeros(rows, columns);
        let kind = match sampler {
            None | Some(Sampler::Auto) => Kind::Off,
            Some(Sampler::Direct) => Kind::Direct(zeros(block, pixels)?),
            Some(Sampler::LawEqual) => Kind::LawEqual(Box::new(LawEqual {
                Q: zeros(pixels, rank)?,
                R: zeros(rank, hidden)?,
                Y: zeros(block, rank)?,
                YtdH: zeros(rank, hidden)?,
                gram: zeros(hidden, hidden)?,
                Kt: zeros(hidden, hidden)?,
                E: zeros(pixels, hidden)?,
                ZtdH: zeros(pixels, hidden)?,
            })),
        };
        Ok(Self {
            kind,
            key,
            sigma,
            epoch: 0,
        })
    }

    /// Rows of one noise matrix of this epoch.
    fn rows(&self, matrix: &'static str, first: usize) -> Noise {
        Noise {
            key: self.key,
            epoch: self.epoch,
            matrix,
            sigma: self.sigma,
            first,
        }
    }

    /// Prepares an epoch that starts from the encoder `W1`.
    pub(super) fn start<O: Operations>(
        &mut self,
        operations: &mut O,
        W1: Matrix,
        epoch: u64,
    ) -> Result<()> {
        self.epoch = epoch;
        if let Kind::LawEqual(law) = &self.kind {
            let LawEqual { Q, R, .. } = **law;
            let [q, r] = parts::orthonormal(&operations.read(W1)?)?;
            operations.write(q.view(), Q)?;
            operations.write(r.view(), R)?;
        }
        Ok(())
    }

    /// Sets `AB` to `[(X + Z) W1, X W2^T]`, where `W` is `[W1, W2^T]`, `first` the first of these rows, and X is 0 in
    /// all pixels but the first `used`.
    pub(super) fn forward<O: Operations>(
        &self,
        operations: &mut O,
        (X, first): (Matrix, usize),
        (W, used): (Matrix, usize),
        AB: Matrix,
    ) -> Result<()> {
        let (for_X, of_X) = (W.rows(0..used), X.columns(0..used));
        let ([W1, _], [_, W2t], [A, B]) = (sides(W), sides(for_X), sides(AB));
        match &self.kind {
            Kind::Off => operations.product(1.0, of_X.into(), for_X.into(), 0.0, AB),
            Kind::Direct(noisy) => {
                let noisy = noisy.rows(0..X.dim().0);
                operations.noise(self.rows("Z", first), Some(X), noisy)?;
                operations.product(1.0, noisy.into(), W1.into(), 0.0, A)?;
                operations.product(1.0, of_X.into(), W2t.into(), 0.0, B)
            }
            Kind::LawEqual(law) => {
                let LawEqual { Y, R, .. } = **law;
                operations.product(1.0, of_X.into(), for_X.into(), 0.0, AB)?;
                let Y = Y.rows(0..X.dim().0);
                operations.noise(self.rows("Y", first), None, Y)?;
                operations.product(1.0, Y.into(), R.into(), 1.0, A)
            }
        }
    }

    /// Sets `sums` to `keep sums + [X^T P, (X + Z)^T dH]`, where `PdH` is `[P, dH]` for the rows last seen by
    /// `forward`, and updates its own sums likewise. `keep` is 0 or 1.
    pub(super) fn backward<O: Operations>(
        &self,
        operations: &mut O,
        (X, used): (Matrix, usize),
        PdH: Matrix,
        keep: f32,
        sums: Matrix,
    ) -> Result<()> {
        let (of_X, X_t) = (sums.rows(0..used), X.columns(0..used).t());
        let [P, dH] = sides(PdH);
        match &self.kind {
            Kind::Off => operations.product(1.0, X_t, PdH.into(), keep, of_X),
            Kind::Direct(noisy) => {
                let ([for_P, _], [_, for_dH]) = (sides(of_X), sides(sums));
                let noisy = noisy.rows(0..X.dim().0);
                operations.product(1.0, X_t, P.into(), keep, for_P)?;
                operations.product(1.0, noisy.t(), dH.into(), keep, for_dH)
            }
            Kind::LawEqual(law) => {
                let LawEqual { Y, YtdH, gram, .. } = **law;
                operations.product(1.0, X_t, PdH.into(), keep, of_X)?;
                let Y = Y.rows(0..X.dim().0);
                operations.product(1.0, Y.t(), dH.into(), keep, YtdH)?;
                operations.product(1.0, dH.t(), dH.into(), keep, gram)
            }
        }
    }

    /// Adds to `sums` what is known only after the last block: `Z^T dH = E K^T + Q (Y^T dH - Q^T E K^T)`.
    /// The products covered only the first `used` rows.
    pub(super) fn finish<O: Operations>(
        &self,
        operations: &mut O,
        used: usize,
        sums: Matrix,
    ) -> Result<()> {
        let Kind::LawEqual(law) = &self.kind else {
            return Ok(());
        };
        let LawEqual {
            Q, YtdH, E, ZtdH, ..
        } = **law;
        let gram = operations.read(law.gram)?;
        if !gram.iter().map(|&x| f64::from(x)).sum::<f64>().is_finite() {
            let (what, epoch) = ("the gradient", self.epoch);
            return Err(Error::Diverged { what, epoch });
        }
        operations.write(parts::factor(&gram)?.view(), law.Kt)?;
        operations.noise(self.rows("E", 0), None, E)?;
        operations.product(1.0, E.into(), law.Kt.into(), 0.0, ZtdH)?;
        operations.product(-1.0, Q.t(), ZtdH.into(), 1.0, YtdH)?;
        operations.product(1.0, Q.into(), YtdH.into(), 1.0, ZtdH)?;
        let ([_, for_dH], pixels) = (sides(sums), sums.dim().0);
        operations.add(ZtdH.rows(0..used), for_dH.rows(0..used))?;
        operations.copy(ZtdH.rows(used..pixels), for_dH.rows(used..pixels))
    }
}
