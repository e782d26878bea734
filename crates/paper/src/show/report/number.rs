//! Numbers for reading: a few significant digits, the exact ones stay in the tables.

/// A number with at most `digits` significant digits, without trailing zeros.
///
/// From 0.001 to 999,999 in full, with commas between thousands; beyond that as `4.4 × 10⁻¹⁶`.
pub(super) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    // Rounding comes first, so that 9.99 to two digits is 10 and not 9.9 or 10.0.
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value.abs());
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if value < 0.0 { "−" } else { "" };
    let text = if (-3..6).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent).max(0) as usize;
        // Digits left of the point are shown all: 123,456 is not made 123,500.
        thousands(trimmed(&format!("{:.places$}", value.abs())))
    } else {
        format!("{} × 10{}", trimmed(mantissa), superscript(exponent))
    };
    format!("{sign}{text}")
}

/// A count with commas between thousands.
pub(super) fn count(value: usize) -> String {
    thousands(&value.to_string())
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

fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

fn thousands(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        // Four digits are read at a glance.
        if whole.len() > 4 && index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn superscript(exponent: i32) -> String {
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        // The others stand in a row in Unicode.
        digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    exponent.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, digits, text) in [
            (0.0, 3, "0"),
            (1.0, 5, "1"),
            (-1.5, 5, "−1.5"),
            (44.02942321860815, 6, "44.0294"),
            (0.00970840300861951, 2, "0.0097"),
            (4.440892098500626e-16, 2, "4.4 × 10⁻¹⁶"),
            (1e-6, 2, "1 × 10⁻⁶"),
            (9.99, 2, "10"),
            (999_999.6, 6, "1 × 10⁶"),
            (123_456.0, 4, "123,456"),
            (2000.0, 2, "2000"),
            (12_345.678, 7, "12,345.68"),
            (f64::NAN, 2, "NaN"),
        ] {
            assert_eq!(significant(value, digits), text);
        }
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
