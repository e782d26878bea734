//! The table of the toy against the theory.

use super::rows::FixedPoint;
use super::run::keys;
use super::settings::Settings;
use crate::tables::Judge;
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<FixedPoint>()?;
    if !judge.keys(&rows, |r| [r.lambda, r.epsilon], keys(settings)) {
        return Ok(());
    }
    for (i, row) in rows.iter().enumerate() {
        let expected = row.lambda / (row.lambda + row.epsilon);
        judge.value(
            at!(FixedPoint, i, w),
            [expected, row.w],
            1e-12,
            "lambda / (lambda + epsilon)",
        );
    }
    Ok(())
}
