//! The tables of Figure 3 against the theory.

use std::iter;

use dae::data::{DataSet, Spectrum};
use dae::theory::{Mode, rates};

use super::fig2::{curve, recorded};
use super::judge::{Judge, Keys};
use super::spectra;
use crate::Result;
use crate::experiments::Model;
use crate::experiments::fig3::Settings;
use crate::experiments::fig3::run::Variant;

/// Points at which the curvature on the path from the origin to `w2 w1 = 1` is looked at.
const PATH: u32 = 200;

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    check_dynamics(settings, judge)?;
    check_rates(settings, judge)?;
    check_spectrum(settings, judge)
}

fn check_dynamics(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig3_dynamics.csv")?;
    let mut curves = Vec::new();
    for variant in Variant::ALL {
        for model in [Model::Dae, Model::Wdae] {
            curves.extend(
                settings
                    .epsilon
                    .iter()
                    .map(|&epsilon| (variant, model, epsilon)),
            );
        }
    }
    let recorded = recorded(settings.epochs, settings.record_every, settings.table_every);
    let words = |value: fn(Variant, Model) -> &'static str| {
        let rows = curves
            .iter()
            .flat_map(|&(variant, model, _)| recorded.iter().map(move |_| value(variant, model)));
        Keys::Words(rows.collect())
    };
    let numbers = |value: fn(f64, u64) -> f64| {
        let rows = curves
            .iter()
            .flat_map(|&(_, _, epsilon)| recorded.iter().map(move |&epoch| value(epsilon, epoch)));
        Keys::Numbers(rows.collect())
    };
    let keys = [
        ("variant", words(|variant, _| variant.name())),
        ("model", words(|_, model| model.name())),
        ("epsilon", numbers(|epsilon, _| epsilon)),
        ("epoch", numbers(|_, epoch| epoch as f64)),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let values = sheet.numbers_by_row(["gamma", "alpha", "w"])?;
    let length = recorded.len();
    // The WDAE of an epsilon comes as many curves after the DAE of it as there are values of epsilon.
    let lag = settings.epsilon.len() * length;
    let earlier = values.iter().map(|&[_, _, w]| Some(w));
    let earlier = iter::repeat_n(None, lag).chain(earlier);
    let mut rows = values.iter().zip(earlier).enumerate();
    for (i, &(variant, model, epsilon)) in curves.iter().enumerate() {
        let (dae, wdae) = pair(settings.lambda, epsilon)?;
        let (mode, optimal) = match (model, variant) {
            (Model::Dae, _) => (dae, rates::optimal(&dae)?),
            (_, Variant::Published) => (wdae, rates::published_wdae(&wdae)?),
            (_, Variant::Consistent) => (wdae, rates::optimal(&wdae)?),
        };
        let rate = settings.rate_fraction * optimal;
        for (row, (&[gamma, alpha, w], dae)) in rows.by_ref().take(length) {
            judge.exact(
                &sheet,
                (row, "gamma"),
                [wdae.gamma(), gamma],
                "matched decay",
            );
            judge.exact(
                &sheet,
                (row, "alpha"),
                [rate, alpha],
                "share of the optimal rate",
            );
            if let (Variant::Consistent, Model::Wdae, Some(dae)) = (variant, model, dae) {
                judge.exact(
                    &sheet,
                    (row, "w"),
                    [dae, w],
                    "tied with the DAE of the same epsilon",
                );
            }
        }
        curve(
            judge,
            &sheet,
            &mode,
            (settings.w0, rate),
            (i * length, &recorded),
        )?;
    }
    Ok(())
}

fn pair(lambda: f64, epsilon: f64) -> Result<(Mode, Mode)> {
    let dae = Mode::denoising(lambda, epsilon)?;
    Ok((dae, Mode::decaying(lambda, dae.matched_gamma())?))
}

fn check_rates(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig3_rates.csv")?;
    let grid = (0..).map(|i| f64::from(i) * settings.rates_epsilon_step);
    let grid = grid.take_while(|&epsilon| epsilon < settings.rates_epsilon_end);
    let epsilons: Vec<f64> = grid.collect();
    if !judge.rows(&sheet, &[("epsilon", Keys::Numbers(epsilons.clone()))])? {
        return Ok(());
    }
    let found = sheet.numbers_by_row(["gamma", "dae", "wdae", "ratio"])?;
    for (row, (&epsilon, [gamma, dae, wdae, ratio])) in epsilons.iter().zip(found).enumerate() {
        let (noise, decay) = pair(settings.lambda, epsilon)?;
        judge.exact(
            &sheet,
            (row, "gamma"),
            [decay.gamma(), gamma],
            "matched decay",
        );
        for (name, mode, found) in [("dae", noise, dae), ("wdae", decay, wdae)] {
            judge.exact(
                &sheet,
                (row, name),
                [1.0 / steepest(&mode), found],
                "one over the largest curvature on the path from the origin to w = 1",
            );
        }
        judge.exact(&sheet, (row, "ratio"), [dae / wdae, ratio], "dae over wdae");
    }
    Ok(())
}

/// The largest eigenvalue of the Hessian on the balanced path from the origin to `w2 w1 = 1`.
pub fn steepest(mode: &Mode) -> f64 {
    let points = (0..=PATH).map(|i| (f64::from(i) / f64::from(PATH)).sqrt());
    points.map(|r| mode.curvatures(r, r)[0]).fold(0.0, f64::max)
}

/// Takes an entry out of a row of `fig3_spectrum.csv`.
type Entry = fn(&[f64; 5]) -> f64;

fn check_spectrum(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig3_spectrum.csv")?;
    let mut rows: Vec<(DataSet, usize, [f64; 5])> = Vec::new();
    for (dataset, Spectrum { lambda, .. }) in spectra()? {
        let Some(&largest) = lambda.first() else {
            continue;
        };
        let top = pair(largest, settings.spectrum_epsilon)?;
        for (mode, &lambda) in lambda.iter().enumerate() {
            let (dae, wdae) = pair(lambda, settings.spectrum_epsilon)?;
            // Modes that are at their target from the start are not in the table.
            if settings.spectrum_fraction * dae.fixed_point().min(wdae.fixed_point()) <= settings.w0
            {
                continue;
            }
            let epochs = |own: &Mode, top: &Mode| -> Result<f64> {
                let time = rates::learning_time(own, settings.w0, settings.spectrum_fraction)?;
                Ok(time * steepest(top))
            };
            let values = [
                lambda,
                settings.spectrum_epsilon,
                wdae.gamma(),
                epochs(&dae, &top.0)?,
                epochs(&wdae, &top.1)?,
            ];
            rows.push((dataset, mode, values));
        }
    }
    let keys = [
        (
            "dataset",
            Keys::Words(rows.iter().map(|row| row.0.name()).collect()),
        ),
        (
            "mode",
            Keys::Numbers(rows.iter().map(|row| row.1 as f64).collect()),
        ),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let learned = "learning time at one over the largest curvature of mode 0";
    let columns: [(&str, Entry, &str); 5] = [
        ("lambda", |values| values[0], "eigenvalue in data/spectra"),
        ("epsilon", |values| values[1], "setting"),
        ("gamma", |values| values[2], "matched decay"),
        ("dae_epochs", |values| values[3], learned),
        ("wdae_epochs", |values| values[4], learned),
    ];
    for (name, value, reason) in columns {
        let found = sheet.numbers(name)?;
        for (row, ((_, _, values), found)) in rows.iter().zip(found).enumerate() {
            // Small modes: lambda - gamma of the WDAE has lost digits, by the factor epsilon / lambda.
            let lost = 1.0 + settings.spectrum_epsilon / values[0];
            let expected = value(values);
            let tolerance = 1e-12 * lost * expected.abs().max(1.0);
            judge.value(&sheet, (row, name), [expected, found], tolerance, reason);
        }
    }
    Ok(())
}
