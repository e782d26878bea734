//! Numbers for reading: a few significant digits, the exact ones stay in the tables.

pub(super) use crate::plot::significant;
use crate::plot::thousands;

/// A count with commas between thousands.
pub(super) fn count(value: usize) -> String {
    // Four digits are read at a glance.
    match value {
        0..10_000 => value.to_string(),
        _ => thousands(value),
    }
}

/// A time, in the largest unit that leaves at least 1.
pub(super) fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 0.1 => (1000.0 * s, "ms"),
        s if s < 60.0 => (s, "s"),
        s if s < 3600.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    format!("{} {unit}", significant(value, 2))
}

/// A size in bytes.
pub(super) fn bytes(size: u64) -> String {
    match size {
        0..1_000 => format!("{size} B"),
        1_000..1_000_000 => format!("{} kB", significant(size as f64 / 1e3, 2)),
        _ => format!("{} MB", significant(size as f64 / 1e6, 2)),
    }
}

/// A cell of a table: numbers for reading, everything else as it is.
pub(super) fn cell(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() < 16 {
        return text.parse().map_or(text.to_owned(), count);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => significant(value, 5),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(2000), "2000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(duration(0.0421), "42 ms");
        assert_eq!(duration(3.04), "3 s");
        assert_eq!(duration(696.0), "12 min");
        assert_eq!(duration(9000.0), "2.5 h");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(363_287), "363 kB");
        assert_eq!(bytes(1_234_567), "1.2 MB");
        assert_eq!(cell("20000"), "20,000");
        assert_eq!(cell("0.3333333333333"), "0.33333");
        assert_eq!(cell("mnist"), "mnist");
        assert_eq!(cell("NaN"), "NaN");
        assert_eq!(cell(""), "");
    }
}
