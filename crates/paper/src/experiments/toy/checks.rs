//! What the toy should show.

use super::run::Run;
use crate::tables::Check;

/// Noise only ever lowers the fixed point.
pub fn checks(run: &Run) -> Vec<Check> {
    let rises = run
        .points
        .windows(2)
        .filter(|pair| pair[0][0] == pair[1][0]);
    let rises = rises
        .map(|pair| pair[1][2] - pair[0][2])
        .fold(f64::MIN, f64::max);
    let what = "how far the fixed point rises with more noise, largest";
    vec![Check::theory(what, 0.0, rises.max(0.0), 1e-15, "rounding")]
}
