//! Axes: range, scale, ticks and their labels.

use crate::number::{fixed, superscript};

/// How an axis maps values to lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Proportional.
    Linear,
    /// Proportional to the logarithm; values must be positive.
    Log,
}

/// One axis of a panel.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What is shown, with its symbol; empty for none.
    pub label: String,
    /// Smallest and largest value shown.
    pub range: [f64; 2],
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Values that get a tick and a grid line.
    pub ticks: Vec<f64>,
    /// Whether ticks are labelled; switched off where the neighbour's labels serve.
    pub labelled: bool,
}

impl Axis {
    /// A linear axis with about `count` ticks at round values.
    pub fn linear(label: &str, range: [f64; 2], count: usize) -> Self {
        Self {
            label: label.to_owned(),
            range,
            scale: Scale::Linear,
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
            label: label.to_owned(),
            range,
            scale: Scale::Log,
            ticks: (low..=high).step_by(step).map(|p| 10f64.powi(p)).collect(),
            labelled: true,
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

    /// Share of the axis, 0 at its start and 1 at its end; outside 0-1 when out of range.
    pub fn share(&self, value: f64) -> f64 {
        let [a, b] = self.range;
        match self.scale {
            Scale::Linear => (value - a) / (b - a),
            Scale::Log => (value / a).ln() / (b / a).ln(),
        }
    }

    /// The labels of the ticks.
    pub fn tick_labels(&self) -> Vec<String> {
        match self.scale {
            Scale::Linear => decimal_labels(&self.ticks),
            Scale::Log => self
                .ticks
                .iter()
                .map(|v| format!("10{}", superscript(v.log10().round() as i32)))
                .collect(),
        }
    }
}

/// Multiples of 1, 2, 2.5 or 5 times a power of ten inside `range`, about `count` of them.
fn round_ticks(range: [f64; 2], count: usize) -> Vec<f64> {
    let [a, b] = range;
    let raw = (b - a) / count.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0) {
        return vec![a];
    }
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|s| *s >= raw * 0.999)
        .unwrap_or(10.0 * power);
    let slack = 1e-9;
    let first = (a / step - slack).ceil() as i64;
    let last = (b / step + slack).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// Decimal labels with as many digits as the ticks need, the same for all, and a true minus sign.
fn decimal_labels(ticks: &[f64]) -> Vec<String> {
    let digits = (0..6)
        .find(|&d| {
            let unit = 10f64.powi(d);
            ticks
                .iter()
                .all(|t| (t * unit - (t * unit).round()).abs() < 1e-6)
        })
        .unwrap_or(6) as usize;
    ticks.iter().map(|&t| fixed(t, digits)).collect()
}

/// Range of `values` and zero, a little wider, for an axis.
pub fn padded(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    let (low, high) = values
        .into_iter()
        .fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    // Never empty, so that an axis can be made of it.
    let room = (0.06 * (high - low)).max(1e-12);
    [low - room, high + room]
}
