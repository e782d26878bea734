//! Roots and minima of functions of one number.

use crate::Result;

/// The number between `low` and `high` up to which `below` is true, to the last bit.
///
/// # Numerical notes
/// Bisects until no number is left in the bracket; while its ends are far apart, it bisects their logarithms.
pub(super) fn boundary(low: f64, high: f64, below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = if low > 0.0 && high / low > 4.0 {
            low.sqrt() * high.sqrt()
        } else {
            low + 0.5 * (high - low)
        };
        if middle <= low || middle >= high {
            return low;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The argument in `[low, high]` where `f` is least, and its value there.
///
/// # Numerical notes
/// A logarithmic grid of `points`, then golden-section search between the neighbours of its best point: an error that
/// jumps from one mode to the next has many local minima.
pub(super) fn least(
    [low, high]: [f64; 2],
    points: u32,
    mut f: impl FnMut(f64) -> Result<f64>,
) -> Result<(f64, f64)> {
    let (start, step) = (low.ln(), (high / low).ln() / f64::from(points));
    let mut at = |x: f64| Ok::<_, crate::Error>((x, f(x.exp().clamp(low, high))?));
    let mut best = at(start)?;
    for i in 1..=points {
        let next = at(start + step * f64::from(i))?;
        if next.1 < best.1 {
            best = next;
        }
    }
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let (mut a, mut b) = (best.0 - step, best.0 + step);
    let (mut c, mut d) = (at(b - ratio * (b - a))?, at(a + ratio * (b - a))?);
    // A minimum is flat: its place is known to the square root of the precision.
    while b - a > 1e-9 {
        if c.1 < d.1 {
            (b, d) = (d.0, c);
            c = at(b - ratio * (b - a))?;
        } else {
            (a, c) = (c.0, d);
            d = at(a + ratio * (b - a))?;
        }
        for candidate in [c, d] {
            if candidate.1 < best.1 {
                best = candidate;
            }
        }
    }
    Ok((best.0.exp().clamp(low, high), best.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_found_to_the_last_bit() {
        for root in [1e-200, 3e-8, 0.7, 1.0, 5.0, 1e90] {
            assert_eq!(boundary(0.0, 1e100, |x| x <= root), root);
            assert_eq!(boundary(1e-250, 1e100, |x| x <= root), root);
        }
    }

    #[test]
    fn the_least_of_many_minima_is_found() {
        let f = |x: f64| Ok((x.ln() - 1.3).powi(2) + 0.3 * (1.0 - (12.0 * (x.ln() - 1.3)).cos()));
        let (x, y) = least([1e-4, 1e4], 400, f).unwrap();
        assert!((x.ln() - 1.3).abs() < 1e-7 && y < 1e-13);
        // At an end of the range, too.
        let (x, _) = least([2.0, 5.0], 10, Ok).unwrap();
        assert_eq!(x, 2.0);
    }
}
