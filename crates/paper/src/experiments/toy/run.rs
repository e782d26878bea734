//! What the toy computes.

use dae::Checked;

use super::settings::Settings;
use crate::Result;
use crate::experiments::common::descent::matched;

/// Everything that the toy shows.
#[derive(Debug, Clone)]
pub struct Run {
    /// Lambda, epsilon and the fixed point, for each pair in order.
    pub points: Vec<[f64; 3]>,
}

/// Evaluates the fixed point of the DAE.
///
/// # Errors
/// Settings outside the domain of the theory.
pub fn run(settings: &Checked<Settings>) -> Result<Run> {
    let point = |[lambda, epsilon]: [f64; 2]| {
        let [dae, _] = matched(lambda, epsilon)?;
        Ok([lambda, epsilon, dae.fixed_point()])
    };
    let points = keys(settings).into_iter().map(point);
    Ok(Run {
        points: points.collect::<Result<_>>()?,
    })
}

/// Lambda and epsilon of each point, in order.
pub(super) fn keys(settings: &Settings) -> Vec<[f64; 2]> {
    let of = |&lambda| {
        settings
            .epsilon
            .iter()
            .map(move |&epsilon| [lambda, epsilon])
    };
    settings.lambda.iter().flat_map(of).collect()
}
