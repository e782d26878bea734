//! The loss of one mode over its two weights, shared by Figures 1 and 4.

use dae::theory::scalar::{GlobalMinima, Mode};

/// Steps along one branch of a curve of minima.
const STEPS: u32 = 80;

/// Global minima: curves, clipped to a square, or isolated points.
#[derive(Debug, Clone, PartialEq)]
pub struct Minima {
    /// Lines in the plane of `w1` and `w2`.
    pub curves: Vec<Vec<[f64; 2]>>,
    /// Isolated points.
    pub points: Vec<[f64; 2]>,
}

/// The global minima of `mode`; curves are clipped to the square `[-reach, reach]^2`.
///
/// With noise alone they form the hyperbola `w1 w2 = lambda / (lambda + epsilon)`. With weight decay they are two
/// points, or the origin.
pub fn minima(mode: &Mode, reach: f64) -> Minima {
    let (mut curves, mut points) = (Vec::new(), Vec::new());
    match mode.global_minima() {
        GlobalMinima::Curve { product } if product > 0.0 => {
            curves = vec![branch(product, 1.0, reach), branch(product, -1.0, reach)];
        }
        GlobalMinima::Curve { .. } => {
            let [left, right] = [[-reach, 0.0], [reach, 0.0]];
            let [below, above] = [[0.0, -reach], [0.0, reach]];
            curves = vec![vec![left, right], vec![below, above]];
        }
        GlobalMinima::Points { weight: w } => points = vec![[w, w], [-w, -w]],
        GlobalMinima::Origin => points = vec![[0.0, 0.0]],
        GlobalMinima::Everywhere => {}
    }
    Minima { curves, points }
}

fn branch(product: f64, sign: f64, reach: f64) -> Vec<[f64; 2]> {
    // Equal steps of log w1 cover both arms equally.
    let (from, to) = ((product / reach).ln(), reach.ln());
    (0..=STEPS)
        .map(|k| (from + (to - from) * f64::from(k) / f64::from(STEPS)).exp())
        .map(|w1| [sign * w1, sign * product / w1])
        .collect()
}
