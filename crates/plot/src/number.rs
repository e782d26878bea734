//! Numbers as text: rounded, grouped by commas, as superscripts and subscripts, with a true minus sign.

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const LOWERED: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];

/// `value` with at most `digits` significant digits, without trailing zeros.
///
/// Written in full from 0.001 to 999,999, with commas from five digits on (four are read at a glance); otherwise as
/// `4.4 × 10⁻¹⁶`. Digits left of the point are never rounded away: 123,456 to four digits is unchanged.
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

/// `value` with exactly `decimals` decimals and commas between thousands; a value that rounds to zero has no sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    signed(if zero { 0.0 } else { value }, grouped(&text, 4))
}

/// `value` to one digit, in compact form, as in `3×10⁻¹⁴`.
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

/// Mantissa with this many decimals, and exponent.
fn rounded(value: f64, decimals: usize) -> (String, i32) {
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn signed(value: f64, text: String) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{text}")
}

fn trimmed(text: &str) -> &str {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.')
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
