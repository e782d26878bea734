//! Numbers for reading: a few significant digits, the exact ones stay in the tables.

use indicatif::DecimalBytes;
use plot::thousands;
pub use plot::{fixed, significant};
use serde_json::{Number, Value};

/// A size in bytes, as `1.23 MB`.
pub fn bytes(size: u64) -> String {
    DecimalBytes(size).to_string()
}

/// A count with commas between thousands.
pub fn count(value: usize) -> String {
    // Four digits are read at a glance.
    match value {
        0..10_000 => value.to_string(),
        _ => thousands(value),
    }
}

/// A time in ms (below 0.1 s), s, min or h.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 0.1 => (1000.0 * s, "ms"),
        s if s < 60.0 => (s, "s"),
        s if s < 3600.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    format!("{} {unit}", significant(value, 3))
}

/// A measured value: six digits, or two if it is nearly zero.
pub fn measure(value: f64) -> String {
    or(value, if value.abs() < 1e-3 { 2 } else { 6 }, "")
}

/// A number, or other words if it is not finite.
pub fn or(value: f64, digits: usize, none: &str) -> String {
    match value.is_finite() {
        true => significant(value, digits),
        false => none.to_owned(),
    }
}

/// A cell of a table: numbers for reading, everything else as it is.
pub fn cell(text: &str, digits: usize) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() < 16 {
        return text.parse().map_or(text.to_owned(), count);
    }
    let number = text.parse().unwrap_or(f64::NAN);
    or(number, digits, text)
}

/// The value of a setting, with its numbers as `number` writes them.
pub fn setting(value: &Value, number: fn(&Number) -> String) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let items = items.iter().map(|item| setting(item, number));
            items.collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => text.clone(),
        Value::Number(value) => number(value),
        other => other.to_string(),
    }
}
