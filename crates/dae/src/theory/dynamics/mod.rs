//! One mode in continuous time: where gradient flow has taken the weights at `s = alpha * epoch`.
//!
//! ```text
//! dw1/ds = w2 (lambda - w1 w2 (lambda + epsilon)) - gamma w1
//! dw2/ds = w1 (lambda - w1 w2 (lambda + epsilon)) - gamma w2
//! ```
//!
//! [`balanced`](balanced()) covers every noise and decay for `|w1| = |w2|`, [`unbalanced`](unbalanced()) every start
//! without decay; the rest has no known closed form and is integrated ([`trajectory`]).

mod balanced;
mod integrated;
mod unbalanced;

pub use balanced::balanced;
pub use integrated::trajectory;
pub use unbalanced::{imbalance_at, unbalanced};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::Mode;

    #[test]
    fn bad_input_is_an_error() {
        let mode = Mode::denoising(1.0, 1.0).unwrap();
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(balanced(&mode, 0.1, bad).is_err());
            assert!(unbalanced(&mode, [0.1, 0.2], bad).is_err());
            assert!(trajectory(&mode, [0.1, 0.2], &[bad]).is_err());
            assert!(imbalance_at(&mode, [0.1, 0.2], bad).is_err());
        }
        for bad in [f64::NAN, f64::NEG_INFINITY] {
            assert!(balanced(&mode, bad, 1.0).is_err());
            assert!(unbalanced(&mode, [bad, 0.2], 1.0).is_err());
            assert!(trajectory(&mode, [0.1, bad], &[1.0]).is_err());
        }
        assert!(unbalanced(&Mode::decaying(1.0, 0.1).unwrap(), [0.1, 0.2], 1.0).is_err());
        assert!(trajectory(&mode, [0.1, 0.2], &[1.0, 0.5]).is_err());
    }
}
