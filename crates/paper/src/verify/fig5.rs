//! The tables of Figure 5 against the theory.

use std::iter;

use dae::theory::{Mode, dynamics};

use super::judge::{Judge, Keys};
use super::spectra;
use crate::Result;
use crate::experiments::fig5::Settings;
use crate::experiments::fig5::tables::rms_deviation;
use crate::experiments::{Model, epochs};
use crate::spectra::eigenvalue;

/// How near a learned mode has to be to its fixed point: competition between modes, which the theory neglects, dies
/// out slowly.
const LEARNED: f64 = 0.01;

pub fn check(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs, settings.record_every);
    check_dynamics(settings, &recorded, judge)?;
    check_loss(settings, &recorded, judge)
}

fn check_dynamics(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig5_dynamics.csv")?;
    let summary = judge.table("fig5_rms.csv")?;
    let spectra = spectra()?;
    let mut curves = Vec::new();
    for (dataset, spectrum) in &spectra {
        for model in Model::ALL {
            curves.extend(
                settings
                    .modes
                    .iter()
                    .map(|&mode| (*dataset, model, mode, spectrum)),
            );
        }
    }
    let datasets = |times: usize| {
        Keys::Words(
            curves
                .iter()
                .flat_map(|c| vec![c.0.name(); times])
                .collect(),
        )
    };
    let models = |times: usize| {
        Keys::Words(
            curves
                .iter()
                .flat_map(|c| vec![c.1.name(); times])
                .collect(),
        )
    };
    let modes = |times: usize| {
        Keys::Numbers(
            curves
                .iter()
                .flat_map(|c| vec![c.2 as f64; times])
                .collect(),
        )
    };
    let length = recorded.len();
    let times = curves
        .iter()
        .flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        ("dataset", datasets(length)),
        ("model", models(length)),
        ("mode", modes(length)),
        ("epoch", Keys::Numbers(times.collect())),
    ];
    let short = [
        ("dataset", datasets(1)),
        ("model", models(1)),
        ("mode", modes(1)),
    ];
    if !judge.rows(&sheet, &keys)? || !judge.rows(&summary, &short)? {
        return Ok(());
    }
    let values = sheet.numbers_by_row([
        "lambda",
        "mapping",
        "singular_value",
        "theory",
        "theory_published_start",
    ])?;
    let deviations = [
        "theory_against_mapping",
        "theory_against_singular_value",
        "published_start_against_mapping",
        "published_start_against_singular_value",
    ];
    let summarised = summary.numbers_by_row(deviations)?;
    let found = curves.iter().zip(values.chunks_exact(length));
    let before = iter::once(None).chain(found.clone().map(Some));
    for (i, (((&(dataset, model, number, spectrum), own), before), rms)) in
        found.zip(before).zip(summarised).enumerate()
    {
        let trainer = settings.trainer(dataset, model);
        let eigenvalue = eigenvalue(spectrum, number, "records/fig5.json")?;
        let mode = Mode::new(eigenvalue, trainer.s2, trainer.gamma)?;
        // Curves of one network: the singular values are sorted.
        let stronger =
            before.filter(|(curve, _)| (curve.0, curve.1) == (dataset, model) && curve.2 < number);
        let mut stronger = stronger.into_iter().flat_map(|(_, rows)| rows);
        let mut start = None;
        for ((row, &[lambda, _, singular_value, theory, published]), &epoch) in
            (i * length..).zip(own).zip(recorded)
        {
            judge.exact(
                &sheet,
                (row, "lambda"),
                [eigenvalue, lambda],
                "eigenvalue in data/spectra",
            );
            let s = trainer.alpha * epoch as f64;
            let names = ["theory", "theory_published_start"];
            let found = [theory, published];
            let starts = *start.get_or_insert(found);
            for ((name, found), start) in names.into_iter().zip(found).zip(starts) {
                let expected = dynamics::balanced(&mode, start, s)?;
                judge.exact(
                    &sheet,
                    (row, name),
                    [expected, found],
                    "balanced closed form from its value at epoch 0",
                );
            }
            if let Some([_, _, stronger, ..]) = stronger.next() {
                let above = (singular_value - stronger).max(0.0);
                judge.value(
                    &sheet,
                    (row, "singular_value"),
                    [0.0, above],
                    1e-6,
                    "how far it is above that of the mode before; sorted, single precision",
                );
            }
        }
        let target = mode.fixed_point();
        let mut late = own.iter().skip(length * 9 / 10);
        let learned = late.all(|[_, _, _, theory, _]| (theory - target).abs() < 1e-3);
        if let (Some(&[_, mapping, ..]), true) = (own.last(), target > 0.0 && learned) {
            judge.value(
                &sheet,
                ((i + 1) * length - 1, "mapping"),
                [target, mapping],
                LEARNED,
                "fixed point of a mode that the theory says is learned",
            );
        }
        let column = |value: fn(&[f64; 5]) -> f64| own.iter().map(value).collect::<Vec<_>>();
        let (mapping, singular_value) = (column(|row| row[1]), column(|row| row[2]));
        let (theory, published) = (column(|row| row[3]), column(|row| row[4]));
        let pairs = [
            (&theory, &mapping),
            (&theory, &singular_value),
            (&published, &mapping),
            (&published, &singular_value),
        ];
        for ((name, (a, b)), found) in deviations.into_iter().zip(pairs).zip(rms) {
            let expected = rms_deviation(a, b);
            judge.exact(
                &summary,
                (i, name),
                [expected, found],
                "from fig5_dynamics.csv",
            );
        }
    }
    Ok(())
}

/// The loss starts at half the trace of the spectrum, falls, and stays above the least that its width can reach.
fn check_loss(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let sheet = judge.table("fig5_loss.csv")?;
    let spectra = spectra()?;
    let runs = || {
        spectra
            .iter()
            .flat_map(|data| Model::ALL.map(|model| (data, model)))
    };
    let length = recorded.len();
    let datasets = runs().flat_map(|((dataset, _), _)| vec![dataset.name(); length]);
    let models = runs().flat_map(|(_, model)| vec![model.name(); length]);
    let times = runs().flat_map(|_| recorded.iter().map(|&epoch| epoch as f64));
    let keys = [
        ("dataset", Keys::Words(datasets.collect())),
        ("model", Keys::Words(models.collect())),
        ("epoch", Keys::Numbers(times.collect())),
    ];
    if !judge.rows(&sheet, &keys)? {
        return Ok(());
    }
    let loss = sheet.numbers("loss")?;
    for (i, ((dataset, spectrum), model)) in runs().enumerate() {
        let trainer = settings.trainer(*dataset, model);
        let data = settings.of(*dataset);
        let start = i * length;
        // What the 2 k H weights of variance init_std^2 in the k directions trained add: decay, gamma/2 each; error and
        // noise are of higher order, and their size is that of W.
        let weights = 2.0 * (data.directions * data.hidden) as f64 * settings.init_std.powi(2);
        let expected = spectrum.half_trace() + 0.5 * trainer.gamma * weights;
        let mapped = settings.init_std.powi(2) * (data.hidden as f64).sqrt();
        let size = spectrum.half_trace()
            * (6.0 * mapped + mapped * mapped * dataset.pixels() as f64)
            + trainer.s2 * mapped * mapped * (dataset.pixels() as f64).powi(2);
        let tolerance = size + (0.05 * trainer.gamma * weights) + 1e-6 * spectrum.half_trace();
        let least = least(
            &spectrum.lambda,
            data.hidden.min(data.directions),
            (trainer.s2, trainer.gamma),
        )?;
        let mut before: Option<f64> = None;
        for (row, &loss) in loss.iter().enumerate().skip(start).take(length) {
            if row == start {
                judge.value(
                    &sheet,
                    (row, "loss"),
                    [expected, loss],
                    tolerance,
                    "half the trace of the spectrum and what the random start adds",
                );
            }
            let below = (least - loss).max(0.0);
            judge.value(
                &sheet,
                (row, "loss"),
                [0.0, below],
                1e-6 * least.max(1.0),
                "how far it is below the least loss of its width",
            );
            if let Some(before) = before {
                let rise = (loss / before - 1.0).max(0.0);
                judge.value(
                    &sheet,
                    (row, "loss"),
                    [0.0, rise],
                    1e-6,
                    "rise over the row before, relative; single precision",
                );
            }
            before = Some(loss);
        }
    }
    Ok(())
}

/// The least loss of a network: the leading modes at their fixed points, the others not learned at all.
fn least(lambda: &[f64], hidden: usize, (s2, gamma): (f64, f64)) -> Result<f64> {
    let mut least = 0.0;
    for (i, &lambda) in lambda.iter().enumerate() {
        let mode = Mode::new(lambda, s2, gamma)?;
        let weight = if i < hidden {
            mode.fixed_point().sqrt()
        } else {
            0.0
        };
        least += mode.loss(weight, weight);
    }
    Ok(least)
}
