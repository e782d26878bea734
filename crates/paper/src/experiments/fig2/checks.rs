//! What Figure 2 should show.

use super::run::{Curve, Run};
use super::settings::Settings;
use crate::experiments::Model;
use crate::tables::Check;
use crate::tables::check::largest;

/// Equal fixed points for DAE and WDAE, and a DAE that is faster by `1 + epsilon / lambda`.
pub fn checks(settings: &Settings, run: &Run) -> Vec<Check> {
    let of = |model| run.curves.iter().filter(move |curve| curve.model == model);
    let pairs = || of(Model::Dae).zip(of(Model::Wdae));
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let mut ahead = pairs().flat_map(|(dae, wdae)| wdae.w.iter().zip(&dae.w).map(|(w, d)| w - d));
    let past = largest(run.curves.iter().map(|curve| {
        let target = curve.lambda / (curve.lambda + curve.epsilon);
        most(&mut curve.w.iter().map(|w| w - target))
    }));
    let above = |what: &str, by: f64| Check::theory(what, 0.0, by, 1e-15, "rounding");
    let what = "how far the WDAE is ever ahead of the DAE, largest";
    let mut checks = vec![
        above(what, most(&mut ahead)),
        above("how far any curve passes its fixed point", past),
    ];
    for lambda in &settings.lambda {
        let same = pairs().filter(|(dae, _)| dae.lambda == *lambda && dae.epsilon > 0.0);
        let errors = same.filter_map(|(dae, wdae)| {
            let expected = 1.0 + dae.epsilon / dae.lambda;
            Some(half_rise(wdae)? / half_rise(dae)? / expected - 1.0)
        });
        let what = format!(
            "lambda = {lambda}: half-rise time WDAE/DAE over 1 + epsilon/lambda, minus 1, largest"
        );
        let why = "half-rise times are interpolated between recorded epochs";
        checks.push(Check::theory(what, 0.0, largest(errors), 0.02, why));
    }
    checks
}

/// Epoch at which a curve passes half of its fixed point, interpolated; `None` if it does not get there.
fn half_rise(curve: &Curve) -> Option<f64> {
    let half = 0.5 * curve.lambda / (curve.lambda + curve.epsilon);
    let after = curve.w.iter().position(|&w| w >= half)?;
    let before = after.checked_sub(1)?;
    let share = (half - curve.w[before]) / (curve.w[after] - curve.w[before]);
    let (from, to) = (curve.epochs[before] as f64, curve.epochs[after] as f64);
    Some(from + share * (to - from))
}
