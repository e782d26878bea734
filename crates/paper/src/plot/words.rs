//! Numbers and names as they are written in figures.

const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const LOWERED: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];

/// The name of a data set as its authors write it.
pub fn dataset(name: &str) -> &str {
    match name {
        "mnist" => "MNIST",
        "cifar10" => "CIFAR-10",
        other => other,
    }
}

/// `number` in subscript digits.
pub fn subscript(number: usize) -> String {
    translated(&number.to_string(), &LOWERED)
}

/// `10` raised to `exponent`.
pub fn power_of_ten(exponent: i32) -> String {
    format!("10{}", translated(&exponent.to_string(), &RAISED))
}

/// `value` to one digit, as in `3×10⁻¹⁴`.
pub fn scientific(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let plain = format!("{value:.0e}");
    let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
    format!("{mantissa}×10{}", translated(exponent, &RAISED))
}

/// A count with its thousands set apart.
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
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
    fn small_numbers_are_written_with_a_raised_exponent() {
        assert_eq!(scientific(3.2e-14), "3×10⁻¹⁴");
        assert_eq!(scientific(0.0), "0");
        assert_eq!(power_of_ten(-12), "10⁻¹²");
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(subscript(31), "₃₁");
        assert_eq!(thousands(3072), "3,072");
        assert_eq!(thousands(768), "768");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
