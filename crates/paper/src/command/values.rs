//! Values on the command line, with what is allowed in every refusal.

/// A seed.
pub fn seed(text: &str) -> Result<u64, String> {
    let refused = |_| format!("it must be a whole number from 0 to {}", u64::MAX);
    text.parse().map_err(refused)
}

/// How many to show.
pub fn count(text: &str) -> Result<usize, String> {
    let refused = |_| format!("it must be a whole number from 0 to {}", usize::MAX);
    text.parse().map_err(refused)
}

/// Minutes, at most a year of them.
pub fn minutes(text: &str) -> Result<f64, String> {
    const YEAR: f64 = 525_600.0;
    let minutes = text
        .parse()
        .ok()
        .filter(|minutes| (0.0..=YEAR).contains(minutes));
    minutes.ok_or_else(|| format!("it must be a number of minutes from 0 to {YEAR}"))
}
