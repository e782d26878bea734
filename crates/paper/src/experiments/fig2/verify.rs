//! The table of Figure 2 against the theory.

use super::rows::Dynamics;
use super::run::keys;
use super::settings::Settings;
use crate::experiments::Model;
use crate::experiments::common::descent::matched;
use crate::experiments::common::verify::{curve, pairs, thinned};
use crate::tables::Judge;
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Dynamics>()?;
    let curves = keys(settings);
    let recorded = thinned(settings.epochs, settings.record_every, settings.table_every);
    let keys = pairs(&curves, &recorded).into_iter();
    let keys = keys.map(|((model, lambda, epsilon), epoch)| (model, lambda, epsilon, epoch));
    if !judge.keys(&rows, |r| (r.model, r.lambda, r.epsilon, r.epoch), keys) {
        return Ok(());
    }
    let found = rows.chunks(recorded.len().max(1));
    for (i, ((model, lambda, epsilon), own)) in curves.into_iter().zip(found).enumerate() {
        let [dae, wdae] = matched(lambda, epsilon)?;
        let mode = if model == Model::Dae { dae } else { wdae };
        let first = i * recorded.len();
        for (row, found) in (first..).zip(own) {
            let at = at!(Dynamics, row, gamma);
            judge.exact(at, [wdae.gamma(), found.gamma], "matched decay");
        }
        let points = own.iter().map(|row| (row.epoch, row.w));
        let start = (settings.w0, settings.alpha);
        curve(judge, at!(Dynamics, first, w), &mode, start, points)?;
    }
    Ok(())
}
