//! Numbers for reading: a few significant digits, the exact ones stay in the tables.

pub use indicatif::DecimalBytes as bytes;
pub use plot::significant;
use plot::thousands;

/// A count with commas between thousands.
pub fn count(value: usize) -> String {
    // Four digits are read at a glance.
    match value {
        0..10_000 => value.to_string(),
        _ => thousands(value),
    }
}

/// A time, in the largest unit that leaves at least 1.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 0.1 => (1000.0 * s, "ms"),
        s if s < 60.0 => (s, "s"),
        s if s < 3600.0 => (s / 60.0, "min"),
        s => (s / 3600.0, "h"),
    };
    format!("{} {unit}", significant(value, 2))
}

/// A cell of a table: numbers for reading, everything else as it is.
pub fn cell(text: &str, digits: usize) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() < 16 {
        return text.parse().map_or(text.to_owned(), count);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => significant(value, digits),
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
        assert_eq!(bytes(1_234_567).to_string(), "1.23 MB");
        for (text, shown) in [
            ("20000", "20,000"),
            ("0.3333333333333", "0.33333"),
            ("-136.36", "−136.36"),
            ("1048576.5", "1.0486 × 10⁶"),
            ("linear.mnist", "linear.mnist"),
            ("mnist", "mnist"),
            ("NaN", "NaN"),
            ("inf", "inf"),
            ("", ""),
        ] {
            assert_eq!(cell(text, 5), shown);
        }
        assert_eq!(cell("0.71331", 3), "0.713");
        assert_eq!(cell("9.87654e-5", 3), "9.88 × 10⁻⁵");
    }
}
