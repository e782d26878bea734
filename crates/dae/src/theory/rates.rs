//! Learning rates for discrete time: how far one step of plain gradient descent may go.

use super::Mode;
use crate::Result;
use crate::error::{Error, positive};

/// Largest curvature of the loss on the balanced path from the origin to `w2 w1 = 1`:
/// `2 lambda + 3 epsilon + gamma`, reached at its end.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018): `2 lambda + 3 epsilon` for the DAE, `2 lambda + gamma` for the WDAE.
pub fn largest_curvature(mode: &Mode) -> f64 {
    2.0 * mode.lambda() + 3.0 * mode.epsilon() + mode.gamma()
}

/// The paper's optimal learning rate, one over [`largest_curvature`]:
/// DAE `1/(2 lambda + 3 epsilon)`, WDAE `1/(2 lambda + gamma)`.
///
/// # Errors
/// A mode without any curvature (`lambda = epsilon = gamma = 0`) has no optimal rate.
///
/// # Example
/// ```
/// use dae::theory::{Mode, rates};
/// assert_eq!(rates::optimal(&Mode::denoising(1.0, 2.0)?)?, 1.0 / 8.0);
/// # Ok::<(), dae::Error>(())
/// ```
pub fn optimal(mode: &Mode) -> Result<f64> {
    Ok(positive("curvature", largest_curvature(mode))?.recip())
}

/// The rate that the published code gives the WDAE in the left and right panels of Figure 3: `1/(2 lambda + 2 gamma)`,
/// which does not match the DAE's `1/(2 lambda + 3 epsilon)`.
///
/// # Errors
/// As [`optimal`].
pub fn published_wdae(mode: &Mode) -> Result<f64> {
    Ok(positive("curvature", 2.0 * (mode.lambda() + mode.gamma()))?.recip())
}

/// Ratio of the optimal rates, DAE over WDAE with the matched decay:
/// `R = (2 lambda + gamma)/(2 lambda + 3 epsilon)`, `gamma = lambda epsilon/(lambda + epsilon)`.
///
/// # Errors
/// As [`optimal`].
pub fn ratio(lambda: f64, epsilon: f64) -> Result<f64> {
    let dae = Mode::denoising(lambda, epsilon)?;
    let wdae = Mode::decaying(lambda, dae.matched_gamma())?;
    Ok(optimal(&dae)? / optimal(&wdae)?)
}

/// Curvature at the fixed point, across the valley: `2 max(0, lambda - gamma)` in every model where the origin is
/// a saddle, and `lambda + gamma` at the origin where it is the minimum.
pub fn fixed_point_curvature(mode: &Mode) -> f64 {
    if mode.growth() > 0.0 {
        2.0 * mode.growth()
    } else {
        mode.lambda() + mode.gamma()
    }
}

/// Time `s` that the balanced closed form needs from `w0` to the fraction `f` of its fixed point `w*`:
///
/// ```text
/// s_f = ln( f (w* - w0) / (w0 (1 - f)) ) / (2 (lambda - gamma))
/// ```
///
/// Divide by `alpha` for epochs. A start that is already past `f w*` needs no time.
///
/// # Errors
/// `f` outside (0, 1), `w0` outside (0, w*), or a mode that learns nothing (`gamma >= lambda`).
pub fn learning_time(mode: &Mode, w0: f64, f: f64) -> Result<f64> {
    positive("f", f)?;
    positive("1 - f", 1.0 - f).map_err(|_| Error::out_of_range("f", f, "between 0 and 1"))?;
    positive("w0", w0)?;
    let target = mode.fixed_point();
    if target <= w0 {
        return Err(Error::out_of_range(
            "w0",
            w0,
            "below the fixed point of the mode",
        ));
    }
    let logit = (f / (1.0 - f) * ((target - w0) / w0)).ln();
    Ok((logit / (2.0 * mode.growth())).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_curvature_is_the_maximum_over_the_path() {
        for (lambda, epsilon, gamma) in [
            (1.0, 0.0, 0.0),
            (1.0, 5.0, 0.0),
            (2.5, 0.0, 1.2),
            (0.3, 0.2, 0.1),
        ] {
            let mode = Mode::new(lambda, epsilon, gamma).unwrap();
            let highest = (0..=1000)
                .map(|i| (f64::from(i) / 1000.0).sqrt())
                .map(|r| mode.curvatures(r, r)[0])
                .fold(0.0, f64::max);
            assert!((highest - largest_curvature(&mode)).abs() < 1e-12 * highest);
            let r = mode.fixed_point().sqrt();
            assert!((mode.curvatures(r, r)[0] - fixed_point_curvature(&mode)).abs() < 1e-12);
        }
    }

    #[test]
    fn at_consistent_optimal_rates_dae_and_wdae_are_tied() {
        for epsilon in [0.0, 0.2, 1.0, 9.9] {
            let dae = Mode::denoising(1.0, epsilon).unwrap();
            let wdae = Mode::decaying(1.0, dae.matched_gamma()).unwrap();
            let per_epoch = |m: &Mode| optimal(m).unwrap() * m.growth();
            assert!((per_epoch(&dae) / per_epoch(&wdae) - 1.0).abs() < 1e-14);
            // The published rate is lower as soon as there is decay, so its WDAE is slower.
            assert!(published_wdae(&wdae).unwrap() <= optimal(&wdae).unwrap());
        }
    }

    #[test]
    fn learning_time_refuses_what_has_no_answer() {
        let mode = Mode::denoising(1.0, 1.0).unwrap();
        for (w0, f) in [
            (0.0, 0.5),
            (-1.0, 0.5),
            (0.5, 0.5),
            (0.7, 0.5),
            (0.1, 0.0),
            (0.1, 1.0),
            (0.1, f64::NAN),
            (f64::NAN, 0.5),
        ] {
            assert!(learning_time(&mode, w0, f).is_err(), "w0 {w0}, f {f}");
        }
        assert!(learning_time(&Mode::decaying(1.0, 1.0).unwrap(), 1e-6, 0.5).is_err());
        assert_eq!(learning_time(&mode, 0.4, 0.5).unwrap(), 0.0);
        assert!(optimal(&Mode::new(0.0, 0.0, 0.0).unwrap()).is_err());
    }
}
