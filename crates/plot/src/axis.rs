//! Axes: range, ticks, labels, and the position of values on the page.

use crate::geometry::{Frame, Px};
use crate::number::{fixed, superscript};

/// One axis of a panel.
#[derive(Debug, Clone)]
pub struct Axis {
    /// Quantity and its symbol; empty for none.
    pub(crate) label: String,
    /// Smallest and largest value shown.
    pub(crate) range: [f64; 2],
    logarithmic: bool,
    /// Values that get a tick and a grid line.
    pub ticks: Vec<f64>,
    /// Whether ticks are labelled; switched off where the neighbour's labels serve.
    pub(crate) labelled: bool,
}

impl Axis {
    /// A linear axis with about `count` ticks at round values.
    pub fn linear(label: &str, range: [f64; 2], count: usize) -> Self {
        Self {
            label: label.to_owned(),
            range,
            logarithmic: false,
            ticks: round_ticks(range, count),
            labelled: true,
        }
    }

    /// A logarithmic axis with ticks at powers of ten, thinned to at most six.
    pub fn log(label: &str, range: [f64; 2]) -> Self {
        let [low, high] = range.map(f64::log10);
        let (low, high) = (low.ceil() as i32, high.floor() as i32);
        let step = ((high - low) / 6 + 1).max(1) as usize;
        Self {
            logarithmic: true,
            ticks: (low..=high).step_by(step).map(|p| 10f64.powi(p)).collect(),
            ..Self::linear(label, range, 0)
        }
    }

    /// The same axis with these ticks.
    pub fn with_ticks(mut self, ticks: &[f64]) -> Self {
        self.ticks = ticks.to_vec();
        self
    }

    /// The same axis without label and tick labels, for a panel that shares them with its neighbour.
    pub fn bare(mut self) -> Self {
        self.label.clear();
        self.labelled = false;
        self
    }

    /// Position along the axis: 0 at its start, 1 at its end, outside 0-1 when out of range.
    pub fn share(&self, value: f64) -> f64 {
        let [a, b] = self.range;
        if self.logarithmic {
            (value / a).ln() / (b / a).ln()
        } else {
            (value - a) / (b - a)
        }
    }

    /// `value` if this kind of axis cannot show it.
    pub(crate) fn bad(&self, value: f64) -> Option<f64> {
        let good = value.is_finite() && (value > 0.0 || !self.logarithmic);
        (!good).then_some(value)
    }

    /// The labels of the ticks.
    pub fn tick_labels(&self) -> Vec<String> {
        if self.logarithmic {
            let power = |v: &f64| format!("10{}", superscript(v.log10().round() as i32));
            return self.ticks.iter().map(power).collect();
        }
        // As many digits as the ticks need, the same for all.
        let whole = |v: f64| (v - v.round()).abs() < 1e-6;
        let enough = |&d: &i32| self.ticks.iter().all(|t| whole(t * 10f64.powi(d)));
        let digits = (0..6).find(enough).unwrap_or(6) as usize;
        self.ticks.iter().map(|&t| fixed(t, digits)).collect()
    }
}

/// Multiples of 1, 2, 2.5 or 5 times a power of ten inside `range`, about `count` of them.
fn round_ticks([a, b]: [f64; 2], count: usize) -> Vec<f64> {
    let raw = (b - a) / count.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0) {
        return vec![a];
    }
    let power = 10f64.powf(raw.log10().floor());
    let mut steps = [1.0, 2.0, 2.5, 5.0].into_iter().map(|m| m * power);
    let step = steps.find(|s| *s >= raw * 0.999).unwrap_or(10.0 * power);
    let slack = 1e-9;
    let first = (a / step - slack).ceil() as i64;
    let last = (b / step + slack).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// An axis range that covers `values` and zero, with some padding.
pub fn padded(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    let wider = |[low, high]: [f64; 2], v: f64| [low.min(v), high.max(v)];
    let [low, high] = values.into_iter().fold([0.0; 2], wider);
    // Never empty, so it can be an axis range.
    let room = (0.06 * (high - low)).max(1e-12);
    [low - room, high + room]
}

/// A frame with axes at its lower and left sides.
pub(crate) struct View<'a> {
    pub frame: &'a Frame,
    pub axes: &'a [Axis; 2],
}

impl View<'_> {
    pub fn x(&self, value: f64) -> f64 {
        self.frame.left + self.axes[0].share(value) * self.frame.width()
    }

    pub fn y(&self, value: f64) -> f64 {
        self.frame.bottom - self.axes[1].share(value) * self.frame.height()
    }

    pub fn place(&self, points: &[[f64; 2]]) -> Vec<Px> {
        let place = |&[x, y]: &[f64; 2]| [self.x(x), self.y(y)];
        points.iter().map(place).collect()
    }
}
