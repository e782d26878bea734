//! Orthonormal factor of a tall matrix whose rows differ in size by any power of `e`.

// Matrices are capital letters, as in the equations below.
#![allow(non_snake_case)]

use ndarray::{Array1, Array2, ArrayView1, Axis, Zip, concatenate, s};

use crate::Result;

/// Entries below this share of their row's initial maximum are dropped: far below rounding, whatever the row's weight.
const NOTHING: f64 = 1e-100;

/// The orthonormal factor of `X = [e^{l_i} r_i; I]` in a form that cannot overflow.
///
/// ```text
/// X Pi = Q R,   Q_ij = e^{l_i - p_j} q_ij
/// ```
///
/// `Pi` is a permutation of columns that affects no result, and `p_j` is the scale of the row that was the `j`-th
/// pivot. So `e^{l_i + l_k} r_i K^-1 r_k^T = sum_j Q_ij Q_kj` for `K = X^T X`, which is never formed.
pub(super) struct Orthonormal {
    /// `q` (D x H), without the rows that belong to the identity.
    pub(super) q: Array2<f64>,
    /// `p_j`, not below `-ln H` or so: the rows of the identity are candidates, too.
    pub(super) pivots: Vec<f64>,
}

/// One reflection `I - 2 v v^T / (v^T v)`, `v_i = e^{l_i} direction_i`.
struct Reflection {
    /// The row that stands for this column from now on, and its scale.
    pivot: usize,
    scale: f64,
    direction: Array1<f64>,
    /// `2 e^{2 l_i} direction_i / (v^T v)`.
    weighted: Array1<f64>,
}

/// Factorises `X`.
///
/// # Shapes
/// `rows` is D x H with entries up to one in size; `scales` are the D numbers `l_i`, minus infinity for no weight.
///
/// # Numerical notes
/// Householder reflections in the inner product `sum e^{2 l_i} x_i y_i`. The pivot is the largest entry of the column
/// with the largest norm. With both choices the error of every row is small relative to that row, however much the rows
/// differ in size. An entry that cancels to rounding becomes zero, because rounding errors of a heavy row weigh more
/// than a light row.
///
/// # Reference
/// A. J. Cox and N. J. Higham, "Stability of Householder QR factorization for weighted least squares problems", in
/// Numerical Analysis 1997, Pitman Research Notes in Mathematics 380, 1998, 57-73.
pub(super) fn orthonormal(rows: &Array2<f64>, scales: &[f64]) -> Result<Orthonormal> {
    let (D, H) = rows.dim();
    let identity = Array2::eye(H);
    let mut X = concatenate(Axis(0), &[rows.view(), identity.view()])
        .map_err(ndarray_linalg::error::LinalgError::from)?;
    let zeros = std::iter::repeat_n(0.0, H);
    let scale: Array1<f64> = scales.iter().copied().chain(zeros).collect();
    let reflections: Vec<Reflection> = (0..H).map(|k| reflect(&mut X, &scale, k)).collect();

    let mut Q = Array2::<f64>::zeros((D + H, H));
    for (k, reflection) in reflections.iter().enumerate().rev() {
        if let Some(q) = Q.get_mut([reflection.pivot, k]) {
            *q = 1.0;
        }
        let mut rest = Q.slice_mut(s![.., k..]);
        let products = reflection.weighted.dot(&rest);
        for (mut row, &x) in rest.rows_mut().into_iter().zip(&reflection.direction) {
            row.scaled_add(-x, &products);
        }
    }
    Ok(Orthonormal {
        q: Q.slice_move(s![..D, ..]),
        pivots: reflections.iter().map(|r| r.scale).collect(),
    })
}

/// Reflects column `k` of `X` onto the unit vector of one row, and removes that row from `X`.
fn reflect(X: &mut Array2<f64>, scale: &Array1<f64>, k: usize) -> Reflection {
    let rounding = X.nrows() as f64 * f64::EPSILON;
    let mut rest = X.slice_mut(s![.., k..]);
    let largest = |row: ArrayView1<f64>| row.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let sizes: Array1<f64> = rest.rows().into_iter().map(largest).collect();
    let levels = scale.iter().zip(&sizes).map(|(l, size)| l + size.ln());
    let top = levels.fold(f64::NEG_INFINITY, f64::max);
    // Weights times entries are at most one.
    let weights = Zip::from(scale)
        .and(&sizes)
        .map_collect(|&l, &size| match size {
            0.0 => 0.0,
            _ => (l - top).exp(),
        });

    let mut squares = Array1::<f64>::zeros(rest.ncols());
    for (row, &w) in rest.rows().into_iter().zip(&weights) {
        if w > 0.0 {
            squares.zip_mut_with(&row, |sum, &x| *sum += (w * x) * (w * x));
        }
    }
    let mut best = (0, 0.0);
    for (j, &square) in squares.iter().enumerate() {
        if square > best.1 {
            best = (j, square);
        }
    }
    let (column, square) = best;
    if column > 0 {
        let (a, b) = rest.multi_slice_mut((s![.., 0], s![.., column]));
        Zip::from(a).and(b).for_each(std::mem::swap);
    }
    let mut direction = rest.column(0).to_owned();
    let mut best = (0, 0.0, 1.0, 0.0_f64);
    for (i, ((&x, &w), &l)) in direction.iter().zip(&weights).zip(scale).enumerate() {
        if (w * x).abs() > best.3.abs() {
            best = (i, l, w, w * x);
        }
    }
    let (pivot, scale, weight, entry) = best;

    let norm = square.sqrt();
    if let Some(x) = direction.get_mut(pivot) {
        *x += norm.copysign(entry) / weight;
    }
    let mut weighted = &weights * &direction / (norm * (norm + entry.abs()));
    weighted *= &weights;

    let mut rest = rest.slice_mut(s![.., 1..]);
    let products = weighted.dot(&rest);
    for (mut row, &x) in rest.rows_mut().into_iter().zip(&direction) {
        if x == 0.0 {
            continue;
        }
        row.zip_mut_with(&products, |entry, &p| {
            let new = *entry - x * p;
            let nothing = new.abs() <= rounding * entry.abs() || new.abs() < NOTHING;
            *entry = if nothing { 0.0 } else { new };
        });
    }
    X.row_mut(pivot).fill(0.0);
    Reflection {
        pivot,
        scale,
        direction,
        weighted,
    }
}
