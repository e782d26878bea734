//! Numbers as text: rounded, grouped by commas, raised and lowered, with a true minus sign.

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const LOWERED: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];

/// `value` with at most `digits` significant digits, without trailing zeros.
///
/// From 0.001 to 999,999 in full, with commas from five digits on (four are read at a glance); beyond that as
/// `4.4 × 10⁻¹⁶`. Digits left of the point are never rounded away: 123,456 to four digits stays what it is.
///
/// # Example
/// ```
/// assert_eq!(plot::significant(-12_345.678, 7), "−12,345.68");
/// assert_eq!(plot::significant(4.441e-16, 2), "4.4 × 10⁻¹⁶");
/// ```
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    // Rounding comes first, so that 9.99 to two digits is 10 and not 9.9 or 10.0.
    let (mantissa, exponent) = rounded(value.abs(), digits.saturating_sub(1));
    let text = if (-3..6).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent).max(0) as usize;
        grouped(trimmed(&format!("{:.places$}", value.abs())), 5)
    } else {
        format!("{} × 10{}", trimmed(&mantissa), superscript(exponent))
    };
    signed(value, text)
}

/// `value` with exactly `decimals` decimals and commas between thousands; what rounds to zero has no sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    signed(if zero { 0.0 } else { value }, grouped(&text, 4))
}

/// `value` to one digit in little room, as in `3×10⁻¹⁴`.
pub fn scientific(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let (mantissa, exponent) = rounded(value.abs(), 0);
    signed(value, format!("{mantissa}×10{}", superscript(exponent)))
}

/// A count with commas between thousands.
pub fn thousands(count: usize) -> String {
    grouped(&count.to_string(), 4)
}

/// `number` in subscript digits.
pub fn subscript(number: usize) -> String {
    translated(&number.to_string(), &LOWERED)
}

/// `number` in superscript digits, as an exponent.
pub fn superscript(number: i32) -> String {
    translated(&number.to_string(), &RAISED)
}

/// Mantissa with so many decimals, and exponent.
fn rounded(value: f64, decimals: usize) -> (String, i32) {
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn signed(value: f64, text: String) -> String {
    if value < 0.0 {
        format!("−{text}")
    } else {
        text
    }
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

/// A decimal number with commas between its thousands if it has at least `from` digits before the point.
fn grouped(text: &str, from: usize) -> String {
    let end = text.find('.').unwrap_or(text.len());
    let mut out = String::new();
    for (i, digit) in text.chars().enumerate() {
        if end >= from && 0 < i && i < end && (end - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn translated(number: &str, digits: &[char; 10]) -> String {
    let one = |c: char| match c {
        '-' => Some('⁻'),
        _ => digits.get(c.to_digit(10)? as usize).copied(),
    };
    number.chars().filter_map(one).collect()
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
    }

    #[test]
    fn a_tiny_negative_value_is_not_minus_zero() {
        assert_eq!(fixed(-1e-12, 1), "0.0");
        assert_eq!(fixed(-1234.56, 1), "−1,234.6");
    }

    #[test]
    fn small_numbers_are_written_with_a_raised_exponent() {
        assert_eq!(scientific(3.2e-14), "3×10⁻¹⁴");
        assert_eq!(scientific(-3.2e14), "−3×10¹⁴");
        assert_eq!(scientific(0.0), "0");
        assert_eq!(superscript(-12), "⁻¹²");
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(subscript(31), "₃₁");
        assert_eq!(thousands(3072), "3,072");
        assert_eq!(thousands(768), "768");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
