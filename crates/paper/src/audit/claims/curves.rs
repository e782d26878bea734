//! When curves rise, and how errors shrink.

/// The epoch at which a rising curve passes a level, interpolated; `None` if it does not.
///
/// Between two recorded epochs the logit of `w / top` is interpolated linearly, which is exact for a logistic curve.
pub fn passes(epochs: &[u64], w: &[f64], (level, top): (f64, f64)) -> Option<f64> {
    // A curve that begins at the level or above it does not pass it.
    w.first().filter(|&&w| w < level)?;
    let points = epochs
        .iter()
        .map(|&epoch| epoch as f64)
        .zip(w.iter().copied());
    let mut pairs = points.clone().zip(points.skip(1));
    let ((from, before), (to, after)) = pairs.find(|&(_, (_, w))| w >= level)?;
    let logit = |w: f64| (w / (top - w)).ln();
    let (a, b) = (logit(before), logit(after));
    let share = if b.is_finite() {
        (logit(level) - a) / (b - a)
    } else {
        (level - before) / (after - before)
    };
    Some(from + share * (to - from))
}

/// Slope of the least-squares line through the logarithms of pairs: the exponent of a power law.
pub fn exponent(pairs: &[(f64, f64)]) -> f64 {
    slope(pairs.iter().map(|&(x, y)| (x.ln(), y.ln())))
}

/// Slope of the least-squares line.
pub(super) fn slope(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    let points: Vec<(f64, f64)> = points.collect();
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let up: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let down: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    up / down
}
