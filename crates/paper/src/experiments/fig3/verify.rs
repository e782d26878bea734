//! The tables of Figure 3 against the theory.

use std::iter;

use dae::theory::rates;

use super::rows::{Dynamics, Rates, Spectrum};
use super::run::{Variant, grid, keys};
use super::settings::Settings;
use crate::experiments::common::descent::{matched, steepest};
use crate::experiments::common::verify::{curve, pairs, thinned};
use crate::experiments::{Model, spectra};
use crate::tables::Judge;
use crate::{Result, at};

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    verify_dynamics(settings, judge)?;
    verify_rates(settings, judge)?;
    verify_spectrum(settings, judge)
}

fn verify_dynamics(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Dynamics>()?;
    let curves = keys(settings);
    let recorded = thinned(settings.epochs, settings.record_every, settings.table_every);
    let keys = pairs(&curves, &recorded).into_iter();
    let keys = keys.map(|((variant, model, epsilon), epoch)| (variant, model, epsilon, epoch));
    if !judge.keys(&rows, |r| (r.variant, r.model, r.epsilon, r.epoch), keys) {
        return Ok(());
    }
    let length = recorded.len();
    // The WDAE curve of an epsilon follows its DAE curve by as many curves as there are epsilons.
    let lag = settings.epsilon.len() * length;
    let earlier = iter::repeat_n(None, lag).chain(rows.iter().map(|row| Some(row.w)));
    let mut found = rows.iter().zip(earlier).enumerate();
    for (i, (variant, model, epsilon)) in curves.into_iter().enumerate() {
        let [dae, wdae] = matched(settings.lambda, epsilon)?;
        let (mode, optimal) = match (model, variant) {
            (Model::Dae, _) => (dae, rates::optimal(&dae)?),
            (_, Variant::Published) => (wdae, rates::published_wdae(&wdae)?),
            (_, Variant::Consistent) => (wdae, rates::optimal(&wdae)?),
        };
        let rate = settings.rate_fraction * optimal;
        for (row, (found, dae)) in found.by_ref().take(length) {
            let at = at!(Dynamics, row, gamma);
            judge.exact(at, [wdae.gamma(), found.gamma], "matched decay");
            let at = at!(Dynamics, row, alpha);
            judge.exact(at, [rate, found.alpha], "share of the optimal rate");
            if let (Variant::Consistent, Model::Wdae, Some(dae)) = (variant, model, dae) {
                let why = "tied with the DAE of the same epsilon";
                judge.exact(at!(Dynamics, row, w), [dae, found.w], why);
            }
        }
        let first = i * length;
        let own = rows[first..first + length].iter();
        let points = own.map(|row| (row.epoch, row.w));
        let start = (settings.w0, rate);
        curve(judge, at!(Dynamics, first, w), &mode, start, points)?;
    }
    Ok(())
}

fn verify_rates(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Rates>()?;
    if !judge.keys(&rows, |row| row.epsilon, grid(settings)) {
        return Ok(());
    }
    for (row, found) in rows.iter().enumerate() {
        let [noise, decay] = matched(settings.lambda, found.epsilon)?;
        let at = at!(Rates, row, gamma);
        judge.exact(at, [decay.gamma(), found.gamma], "matched decay");
        let why = "one over the largest curvature on the path from the origin to w = 1";
        let (dae, wdae) = (1.0 / steepest(&noise), 1.0 / steepest(&decay));
        judge.exact(at!(Rates, row, dae), [dae, found.dae], why);
        judge.exact(at!(Rates, row, wdae), [wdae, found.wdae], why);
        let at = at!(Rates, row, ratio);
        judge.exact(at, [found.dae / found.wdae, found.ratio], "dae over wdae");
    }
    Ok(())
}

fn verify_spectrum(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Spectrum>()?;
    let (w0, share) = (settings.w0, settings.spectrum_fraction);
    let epsilon = settings.spectrum_epsilon;
    let mut expected = Vec::new();
    for (dataset, spectrum) in spectra::committed()? {
        let Some(&largest) = spectrum.lambda.first() else {
            continue;
        };
        let top = matched(largest, epsilon)?.map(|mode| steepest(&mode));
        for (mode, &lambda) in spectrum.lambda.iter().enumerate() {
            let [dae, wdae] = matched(lambda, epsilon)?;
            // Modes that start at their target are not in the table.
            if share * dae.fixed_point().min(wdae.fixed_point()) <= w0 {
                continue;
            }
            expected.push(Spectrum {
                dataset,
                mode,
                lambda,
                epsilon,
                gamma: wdae.gamma(),
                dae_epochs: rates::learning_time(&dae, w0, share)? * top[0],
                wdae_epochs: rates::learning_time(&wdae, w0, share)? * top[1],
            });
        }
    }
    let keys = expected.iter().map(|row| (row.dataset, row.mode));
    if !judge.keys(&rows, |row| (row.dataset, row.mode), keys) {
        return Ok(());
    }
    let learned = "learning time at one over the largest curvature of mode 0";
    for (row, (a, b)) in expected.iter().zip(&rows).enumerate() {
        // For small modes, lambda - gamma of the WDAE loses digits by the factor epsilon / lambda.
        let lost = 1.0 + epsilon / a.lambda;
        let mut near = |at, pair: [f64; 2], why| {
            judge.value(at, pair, 1e-12 * lost * pair[0].abs().max(1.0), why);
        };
        let at = at!(Spectrum, row, lambda);
        near(at, [a.lambda, b.lambda], "eigenvalue in data/spectra");
        near(
            at!(Spectrum, row, epsilon),
            [a.epsilon, b.epsilon],
            "setting",
        );
        near(
            at!(Spectrum, row, gamma),
            [a.gamma, b.gamma],
            "matched decay",
        );
        let at = at!(Spectrum, row, dae_epochs);
        near(at, [a.dae_epochs, b.dae_epochs], learned);
        let at = at!(Spectrum, row, wdae_epochs);
        near(at, [a.wdae_epochs, b.wdae_epochs], learned);
    }
    Ok(())
}
