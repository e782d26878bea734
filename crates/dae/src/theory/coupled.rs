//! All modes at once when they share hidden units, in discrete time.
//!
//! Figure 5 leaves two things out: an epoch is a step, not an interval of time ([`clock`]), and modes compete for
//! hidden units ([`Coupled`]; [`free_start`] where eigenvalues are well separated). [`half_rise`] gives the resulting
//! epoch at which a mode is learned, over random starts.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::{Array2, ArrayView2, s};
use ndarray_linalg::QR;

use super::Mode;
use super::leverage::orthonormal;
use super::scalar::{LIMIT, one_each};
use crate::Result;
use crate::error::{Error, positive, shape, within};

/// Time up to which states are computed, so that no intermediate result overflows.
const LATEST: f64 = 1e200;

/// Continuous time that `epoch` steps of gradient descent amount to while a mode grows.
///
/// ```text
/// s(t) = t ln(1 + alpha xi) / xi,   xi = lambda - gamma;   xi -> 0:  s(t) = alpha t
/// ```
///
/// One step multiplies the growing part of a mode by `1 + alpha xi`; so does this time under gradient flow. It is exact
/// below saturation, where timing matters.
///
/// # Errors
/// `alpha` or `epoch` negative or above 1e50; `alpha (lambda - gamma) <= -1`, where a step overshoots zero.
///
/// # Example
/// ```
/// use dae::theory::{Mode, coupled};
/// let mode = Mode::denoising(3.0, 0.4)?;
/// let s = coupled::clock(&mode, 0.05, 100.0)?;
/// assert!(((3.0 * s).exp() / 1.15f64.powi(100) - 1.0).abs() < 1e-12);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn clock(mode: &Mode, alpha: f64, epoch: f64) -> Result<f64> {
    let allowed = "a number from 0 to 1e50";
    within("alpha", alpha, 0.0..=LIMIT, allowed)?;
    within("epoch", epoch, 0.0..=LIMIT, allowed)?;
    let x = alpha * mode.growth();
    positive("1 + alpha (lambda - gamma)", 1.0 + x)?;
    let slower = if x == 0.0 { 1.0 } else { x.ln_1p() / x };
    Ok(alpha * epoch * slower)
}

/// The part of the weights that grows: `U0 = (A0 + B0^T) / 2`, with `A0 = U^T W1` and `B0 = W2 U`.
///
/// # Shapes
/// `A0` is D x H, `B0` is H x D; the result is D x H, one row for each mode.
///
/// # Errors
/// Shapes that do not fit together.
pub fn growing_part(A0: ArrayView2<f64>, B0: ArrayView2<f64>) -> Result<Array2<f64>> {
    shape("B0", (A0.ncols(), A0.nrows()), B0.dim())?;
    Ok((&A0 + &B0.t()) * 0.5)
}

/// Balanced starts of the modes, as if each had only the hidden directions that stronger modes left free.
///
/// ```text
/// w0_i = R_ii^2,   U0^T = Q R;   w0_i = 0 for i >= H
/// ```
///
/// This is the limit of [`Coupled`] for well separated eigenvalues. Use it where H is large, with the paper's formula
/// ([`Theory`](super::spectrum::Theory)) for each mode alone, and with the [`clock`].
///
/// # Shapes
/// `U0` is D x H ([`growing_part`]), its rows in the order in which the modes are learned: descending `lambda`.
///
/// # Errors
/// Entries beyond 1e50 or not finite; LAPACK giving up.
///
/// # Example
/// ```
/// use dae::theory::coupled;
/// let U0 = ndarray::array![[3.0, 4.0], [4.0, 3.0], [1.0, 1.0]];
/// let w0 = coupled::free_start(U0.view())?;
/// assert!((w0[0] - 25.0).abs() < 1e-13 && (w0[1] - 1.96).abs() < 1e-13 && w0[2] == 0.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn free_start(U0: ArrayView2<f64>) -> Result<Vec<f64>> {
    entries(U0)?;
    let (D, H) = U0.dim();
    let learned = D.min(H);
    let mut w0 = vec![0.0; D];
    if learned > 0 {
        let leading = U0.slice(s![..learned, ..]).t().to_owned();
        let (_, R) = leading.qr()?;
        for (w, r) in w0.iter_mut().zip(R.diag()) {
            *w = r * r;
        }
    }
    Ok(w0)
}

/// The theory of a whole spectrum whose modes share the hidden units.
///
/// ```text
/// dP/ds = Xi P + P Xi - 2 P (Lambda + eps) P,   P(0) = U0 U0^T,   Xi = Lambda - gamma
/// z_i = (lambda_i + eps_i) (e^{2 xi_i s} - 1) / xi_i,   K = I + U0^T diag(z) U0
/// mapping_i = P_ii = e^{2 xi_i s} u_i K^-1 u_i^T = h_i e^{2 xi_i s} / z_i,   h_i = z_i u_i K^-1 u_i^T
/// ```
///
/// The solution is exact; the equation is an approximation. It leaves out two things: gradient flow from `A = B^T = U0`
/// obeys it less `[[Lambda + eps, P], P] / 2`, whose diagonal is of second order in the off-diagonals of `P`; and
/// `(A - B^T) / 2`, which decays. With one mode, or with orthogonal rows of `U0`, it is the paper's balanced form. The
/// leverages `h_i` are the shares of the modes in the hidden units: their sum is `H - tr K^-1`.
///
/// # Reference
/// K. Fukumizu, "Effect of batch learning in multilayer neural networks", ICONIP 1998, pp. 67-70 (the Riccati equation
/// of linear networks); W.-Y. Yan, U. Helmke and J. B. Moore, "Global analysis of Oja's flow for neural networks",
/// IEEE Transactions on Neural Networks 5(5), 1994, 674-683; L. Braun, C. Domine, J. Fitzgerald and A. Saxe, "Exact
/// learning dynamics of deep linear networks with prior knowledge", NeurIPS 2022. Averaged convention.
///
/// # Example
/// ```
/// use dae::theory::{Mode, coupled::Coupled};
/// // Two equal modes and one hidden unit: neither gets it alone.
/// let modes = vec![Mode::denoising(1.0, 0.25)?; 2];
/// let theory = Coupled::new(modes, ndarray::array![[3e-3], [4e-3]])?;
/// let end = theory.mappings(1e3)?;
/// assert!((end[0] - 0.36 * 0.8).abs() < 1e-12 && (end[1] - 0.64 * 0.8).abs() < 1e-12);
/// # Ok::<(), dae::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Coupled {
    modes: Vec<Mode>,
    /// Rows of `U0` divided by their largest entries.
    rows: Array2<f64>,
    /// Logarithms of those entries.
    sizes: Vec<f64>,
}

impl Coupled {
    /// Pairs modes with a start; noise and decay may differ between modes.
    ///
    /// # Shapes
    /// `U0` is D x H ([`growing_part`]); its row `i` belongs to `modes[i]`. The order is arbitrary.
    ///
    /// # Errors
    /// Other than one row for each mode; entries beyond 1e50 or not finite.
    pub fn new(modes: Vec<Mode>, U0: Array2<f64>) -> Result<Self> {
        shape("U0", (modes.len(), U0.ncols()), U0.dim())?;
        entries(U0.view())?;
        let mut rows = U0;
        let mut sizes = Vec::with_capacity(modes.len());
        for mut row in rows.rows_mut() {
            let size = row.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
            if size > 0.0 {
                row.mapv_inplace(|x| x / size);
            }
            sizes.push(size.ln());
        }
        Ok(Self { modes, rows, sizes })
    }

    /// The modes, in the order in which they were given.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Mapping of every mode at time `s` of the gradient flow.
    ///
    /// # Errors
    /// `s` negative or above 1e200.
    pub fn mappings(&self, s: f64) -> Result<Vec<f64>> {
        self.mappings_at(&vec![s; self.modes.len()])
    }

    /// Mapping of every mode after `epoch` steps of gradient descent: each mode with its own [`clock`].
    ///
    /// # Errors
    /// As [`clock`].
    pub fn mappings_by_clock(&self, alpha: f64, epoch: f64) -> Result<Vec<f64>> {
        self.mappings_at(&self.times(alpha, epoch)?)
    }

    /// Time of every mode after `epoch` steps: see [`clock`].
    ///
    /// # Errors
    /// As [`clock`].
    pub fn times(&self, alpha: f64, epoch: f64) -> Result<Vec<f64>> {
        let times = self.modes.iter().map(|mode| clock(mode, alpha, epoch));
        times.collect()
    }

    /// Mapping of every mode, each at its own time.
    ///
    /// # Errors
    /// As [`Coupled::factor`].
    pub fn mappings_at(&self, times: &[f64]) -> Result<Vec<f64>> {
        let factor = self.factor(times)?;
        Ok(factor.rows().into_iter().map(|y| y.dot(&y)).collect())
    }

    /// Some `Y` with `P = Y Y^T`: the weights `A = B^T` up to a rotation of the hidden units.
    ///
    /// # Shapes
    /// `times[i]` belongs to `modes[i]`; the result is D x H.
    ///
    /// # Errors
    /// Other than one time for each mode; times that are negative or above 1e200.
    ///
    /// # Numerical notes
    /// By Householder reflections of the rows `sqrt(z_i) u_i` stacked on the identity, with the sizes of rows in
    /// logarithms: `K^-1` cancels to garbage once modes saturate, and `e^{2 xi s}` overflows at `xi s = 355`.
    pub fn factor(&self, times: &[f64]) -> Result<Array2<f64>> {
        let offset = |mode: &Mode, size: f64, s: f64| {
            let weight = ln_weight(mode, s);
            // Where a mode has not begun, z = 0; else e^{2 xi s} / z, in which large exponents cancel.
            if weight == f64::NEG_INFINITY {
                (size + mode.growth() * s, 0.0)
            } else {
                let decayed = (mode.growth() * s).min(0.0) - 0.5 * ln_saturation(mode, s);
                (decayed, size + 0.5 * weight)
            }
        };
        self.scaled(times, offset)
    }

    /// The leverages `h_i`, in \[0, 1\]: the shares of the modes in the hidden units.
    ///
    /// # Shapes
    /// As [`Coupled::factor`].
    ///
    /// # Errors
    /// As [`Coupled::factor`].
    pub fn leverages(&self, times: &[f64]) -> Result<Vec<f64>> {
        let Q = self.scaled(times, |mode, size, s| {
            (0.0, size + 0.5 * ln_weight(mode, s))
        })?;
        Ok(Q.rows().into_iter().map(|q| q.dot(&q).min(1.0)).collect())
    }

    /// `e^{a_i + b_i - p_j} q_ij`, with `offset` giving `(a_i, b_i)`: two terms, because `b_i - p_j` is small and exact
    /// where both are large.
    fn scaled(
        &self,
        times: &[f64],
        offset: impl Fn(&Mode, f64, f64) -> (f64, f64),
    ) -> Result<Array2<f64>> {
        one_each("times", self.modes.len(), times.len())?;
        for &s in times {
            within("s", s, 0.0..=LATEST, "a number from 0 to 1e200")?;
        }
        let each = || self.modes.iter().zip(&self.sizes).zip(times);
        let scales: Vec<f64> = each()
            .map(|((mode, size), &s)| size + 0.5 * ln_weight(mode, s))
            .collect();
        let mut factor = orthonormal(&self.rows, &scales)?;
        for (mut row, ((mode, &size), &s)) in factor.q.rows_mut().into_iter().zip(each()) {
            let (a, b) = offset(mode, size, s);
            for (x, p) in row.iter_mut().zip(&factor.pivots) {
                if *x != 0.0 {
                    *x = (a + (b - p) + x.abs().ln()).exp().copysign(*x);
                }
            }
        }
        Ok(factor.q)
    }
}

/// Logarithm of `z = (lambda + eps) (e^{2 xi s} - 1) / xi`.
fn ln_weight(mode: &Mode, s: f64) -> f64 {
    (2.0 * mode.growth() * s).max(0.0) + ln_saturation(mode, s)
}

/// Logarithm of `(lambda + eps) (1 - e^{-2 |xi| s}) / |xi|`.
fn ln_saturation(mode: &Mode, s: f64) -> f64 {
    let xi = mode.growth().abs();
    let x = 2.0 * xi * s;
    let relaxed = if x < f64::EPSILON {
        2f64.ln() + s.ln()
    } else {
        (-(-x).exp_m1()).ln() - xi.ln()
    };
    mode.input_variance().ln() + relaxed
}

/// Refuses entries that are not finite or too large.
fn entries(U0: ArrayView2<f64>) -> Result<()> {
    for &x in U0 {
        within("U0", x, -LIMIT..=LIMIT, "numbers from -1e50 to 1e50")?;
    }
    Ok(())
}

/// When a mode is half learned, over random starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfRise {
    /// Mean epoch.
    pub mean: f64,
    /// Standard deviation of the epoch.
    pub standard_deviation: f64,
}

/// The law of the epoch at which a mode reaches half of its fixed point, from `W1, W2 ~ Normal(0, init_std^2)`.
///
/// ```text
/// w0_i = R_ii^2 = (init_std^2 / 2) chi^2 with H - i degrees of freedom
/// mean = (ln w*_i - ln init_std^2 - digamma((H - i)/2)) / (2 ln(1 + alpha xi_i))
/// standard deviation = sqrt(trigamma((H - i)/2)) / (2 ln(1 + alpha xi_i))
/// ```
///
/// From [`free_start`]: `i` stronger modes leave `H - i` hidden directions. With `index = 0` for every mode it is the
/// paper's formula, which has no competition.
///
/// # Errors
/// `index >= hidden`, `gamma >= lambda`, `init_std` or `alpha` zero or negative or so large that the mode is learned
/// at the start.
///
/// # Example
/// ```
/// use dae::theory::{Mode, coupled};
/// let mode = Mode::denoising(1.0, 0.5)?;
/// let [first, last] = [0, 60].map(|i| coupled::half_rise(&mode, i, 64, 1e-4, 0.01));
/// assert!(last?.mean > first?.mean);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn half_rise(
    mode: &Mode,
    index: usize,
    hidden: usize,
    init_std: f64,
    alpha: f64,
) -> Result<HalfRise> {
    if index >= hidden {
        let allowed = "below the number of hidden units: later modes are never learned";
        return Err(Error::out_of_range("index", index, allowed));
    }
    positive("lambda - gamma", mode.growth())?;
    within(
        "init_std",
        positive("init_std", init_std)?,
        0.0..=LIMIT,
        "a number up to 1e50",
    )?;
    let rate = 2.0 * clock(mode, positive("alpha", alpha)?, 1.0)? * mode.growth();
    let rate = positive("2 ln(1 + alpha (lambda - gamma))", rate)?;
    let half = 0.5 * (hidden - index) as f64;
    let (digamma, trigamma) = polygamma(half);
    let distance = mode.fixed_point().ln() - 2.0 * init_std.ln() - digamma;
    if distance <= 0.0 {
        let allowed = "so small that the mode is not learned at the start";
        return Err(Error::out_of_range("init_std", init_std, allowed));
    }
    Ok(HalfRise {
        mean: distance / rate,
        standard_deviation: trigamma.sqrt() / rate,
    })
}

/// First and second derivative of `ln Gamma(x)`, `x > 0`: up to 20 by recurrence, then by their asymptotic series.
fn polygamma(x: f64) -> (f64, f64) {
    let (mut x, mut first, mut second) = (x, 0.0, 0.0);
    while x < 20.0 {
        first -= 1.0 / x;
        second += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let tail = 1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y / 132.0)));
    first += x.ln() - 0.5 / x - y * tail;
    let tail = 1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y * (1.0 / 30.0 - y * 5.0 / 66.0)));
    second += 1.0 / x + 0.5 * y + y / x * tail;
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygamma_is_the_one_of_the_tables() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        let pi = std::f64::consts::PI;
        for (x, first, second) in [
            (0.5, -EULER - 2.0 * 2f64.ln(), pi * pi / 2.0),
            (1.0, -EULER, pi * pi / 6.0),
            (1.5, 2.0 - EULER - 2.0 * 2f64.ln(), pi * pi / 2.0 - 4.0),
            (2.0, 1.0 - EULER, pi * pi / 6.0 - 1.0),
            (32.0, 3.450_029_530_534_987, 0.031_743_366_520_302_09),
        ] {
            let (a, b) = polygamma(x);
            assert!((a - first).abs() < 1e-14, "digamma({x}) = {a}");
            assert!((b - second).abs() < 1e-14, "trigamma({x}) = {b}");
        }
    }
}
