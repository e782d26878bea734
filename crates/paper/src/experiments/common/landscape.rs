//! The loss of one mode over its two weights: what Figures 1 and 4 have in common.

use dae::theory::scalar::{GlobalMinima, Mode};

/// Points along one branch of a curve of minima.
const STEPS: u32 = 80;

/// All global minima within `reach` of the axes: curves, or single points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Minima {
    /// Lines in the plane of `w1` and `w2`.
    pub curves: Vec<Vec<[f64; 2]>>,
    /// Isolated points.
    pub points: Vec<[f64; 2]>,
}

/// The global minima of `mode` inside the square `[-reach, reach]^2`.
///
/// With noise alone they are the hyperbola `w1 w2 = lambda / (lambda + epsilon)`; with weight decay two points, or
/// the origin.
pub fn minima(mode: &Mode, reach: f64) -> Minima {
    let mut found = Minima::default();
    match mode.global_minima() {
        GlobalMinima::Curve { product } if product > 0.0 => {
            found.curves = [1.0, -1.0]
                .map(|sign| branch(product, sign, reach))
                .to_vec();
        }
        GlobalMinima::Curve { .. } => {
            found.curves = vec![
                vec![[-reach, 0.0], [reach, 0.0]],
                vec![[0.0, -reach], [0.0, reach]],
            ];
        }
        GlobalMinima::Points { weight } => {
            found.points = vec![[weight, weight], [-weight, -weight]];
        }
        GlobalMinima::Origin => found.points = vec![[0.0, 0.0]],
        GlobalMinima::Everywhere => {}
    }
    found
}

fn branch(product: f64, sign: f64, reach: f64) -> Vec<[f64; 2]> {
    // Even steps of log w1 are even steps along both arms.
    let (from, to) = ((product / reach).ln(), reach.ln());
    (0..=STEPS)
        .map(|k| (from + (to - from) * f64::from(k) / f64::from(STEPS)).exp())
        .map(|w1| [sign * w1, sign * product / w1])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_the_curve_is_a_minimum_inside_the_square() {
        let mode = Mode::new(1.0, 0.4, 0.0).unwrap();
        let least = mode.loss(mode.fixed_point(), 1.0);
        let found = minima(&mode, 2.0);
        assert_eq!(found.curves.len(), 2);
        for [w1, w2] in found.curves.iter().flatten() {
            assert!((mode.loss(*w1, *w2) - least).abs() < 1e-12);
            assert!(w1.abs() < 2.0 + 1e-12 && w2.abs() < 2.0 + 1e-12);
        }
    }

    #[test]
    fn decay_leaves_two_points_or_the_origin() {
        let weak = minima(&Mode::new(1.0, 0.0, 0.19).unwrap(), 2.0);
        assert_eq!((weak.curves.len(), weak.points.len()), (0, 2));
        assert!((weak.points[0][0] - 0.9).abs() < 1e-12);
        let strong = minima(&Mode::new(1.0, 0.0, 2.0).unwrap(), 2.0);
        assert_eq!(strong.points, [[0.0, 0.0]]);
    }
}
