//! Networks from many starts, side by side.

use std::sync::atomic::Ordering;

use dae::Settings as _;
use dae::theory::Mode;
use dae::train::linear::{LinearSettings, LinearTrainer};
use rayon::prelude::*;

use super::{Job, start};
use crate::experiments::common::epochs;
use crate::runs::{Runs, Slot};
use crate::system::progress::Progress;
use crate::{Error, Result};

impl Job {
    /// The epoch at which each network reaches half the fixed point of each leading mode.
    pub(super) fn half_rises(
        &self,
        runs: &Runs,
        slot: &Slot,
        progress: &Progress,
    ) -> Result<Vec<Vec<f64>>> {
        let many = &self.settings.seeds;
        let bar = progress.bar(&self.training.label, many.epochs);
        // Records the device; the networks are too small for more than one thread each.
        slot.trainer(progress, |_| Ok(()))?;
        let numbers = (0..many.seeds).into_par_iter();
        let all = numbers.map(|number| self.half_rises_of(number, runs));
        let all = all.collect::<Result<Vec<_>>>()?;
        bar.finish();
        Ok(all)
    }

    fn half_rises_of(&self, number: usize, runs: &Runs) -> Result<Vec<f64>> {
        let (settings, many) = (&self.settings, &self.settings.seeds);
        let lambda = &self.lambda[..many.directions.min(self.lambda.len())];
        let size = (lambda.len(), many.hidden);
        let name = number.to_string();
        let weights = start(self.inputs.seed, ["seeds", &name], size, settings.init_std)?;
        let checked = LinearSettings {
            hidden: many.hidden,
            alpha: settings.alpha,
            s2: settings.s2,
            gamma: 0.0,
            precision: settings.precision,
        }
        .check()?;
        let mut trainer = LinearTrainer::new(&checked, lambda, &weights)?;
        let tops = lambda.iter().take(many.rising);
        let tops = tops.map(|&lambda| Ok(Mode::denoising(lambda, settings.s2)?.fixed_point()));
        let tops: Vec<f64> = tops.collect::<Result<_>>()?;
        let mut risen: Vec<Option<f64>> = vec![None; tops.len()];
        let mut before = (0.0, weights.mappings().to_vec());
        for at in epochs(many.epochs, many.record_every).into_iter().skip(1) {
            if runs.stop.load(Ordering::Relaxed) {
                return Err(Error::Interrupted {
                    name: self.training.name.clone(),
                    epoch: 0,
                    epochs: many.epochs,
                });
            }
            trainer.advance(at - trainer.epoch());
            let now = trainer.weights().mappings().to_vec();
            for (mode, (risen, &top)) in risen.iter_mut().zip(&tops).enumerate() {
                if risen.is_none() && now[mode] >= 0.5 * top {
                    let share = half(before.1[mode] / top, now[mode] / top);
                    *risen = Some(before.0 + share * (at as f64 - before.0));
                }
            }
            before = (at as f64, now);
            if risen.iter().all(Option::is_some) {
                break;
            }
        }
        let epoch = |(mode, risen): (usize, Option<f64>)| {
            let allowed = "so many modes that each is learned within `epochs`";
            risen.ok_or_else(|| dae::Error::out_of_range("rising", mode + 1, allowed).into())
        };
        risen.into_iter().enumerate().map(epoch).collect()
    }
}

/// The fraction of an interval at which a curve passes one half: interpolates its logit linearly, which is exact for a
/// logistic curve.
fn half(before: f64, after: f64) -> f64 {
    let logit = |w: f64| (w / (1.0 - w)).ln();
    let (a, b) = (logit(before), logit(after));
    match a.is_finite() && b.is_finite() {
        true => -a / (b - a),
        false => (0.5 - before) / (after - before),
    }
}
