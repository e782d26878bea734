//! The tables of Figure 5 against the theory, and against training again.

use dae::data::{DataSet, Spectrum};
use dae::theory::{Mode, dynamics};

use super::Settings;
use super::rows::{Dynamics, Loss, Rms};
use super::train::{Job, Record, of_mode};
use crate::experiments::common::epochs;
use crate::experiments::spectra::eigenvalue;
use crate::experiments::{Model, spectra};
use crate::tables::Judge;
use crate::{Result, at};

/// How near a learned mode has to be to its fixed point: competition between modes, which the theory neglects, dies
/// out slowly.
const LEARNED: f64 = 0.01;

/// What training again may change: single precision, in whose last digits the order of summation shows.
const AGAIN: f64 = 1e-4;

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs, settings.record_every);
    let spectra = spectra::committed()?;
    verify_dynamics(settings, &spectra, &recorded, judge)?;
    verify_loss(settings, &spectra, &recorded, judge)
}

fn verify_dynamics(
    settings: &Settings,
    spectra: &[(DataSet, Spectrum)],
    recorded: &[u64],
    judge: &mut Judge,
) -> Result<()> {
    let (rows, summary) = (judge.rows::<Dynamics>()?, judge.rows::<Rms>()?);
    let mut curves = Vec::new();
    for (dataset, spectrum) in spectra {
        for model in Model::ALL {
            let each = settings.modes.iter();
            curves.extend(each.map(|&mode| ((*dataset, model, mode), spectrum)));
        }
    }
    let keys = curves.iter().map(|(curve, _)| *curve);
    let times = keys.clone();
    let times = times.flat_map(|curve| recorded.iter().map(move |&epoch| (curve, epoch)));
    if !judge.keys(&rows, |r| ((r.dataset, r.model, r.mode), r.epoch), times)
        || !judge.keys(&summary, |r| (r.dataset, r.model, r.mode), keys)
    {
        return Ok(());
    }
    let length = recorded.len();
    let mut before: Option<&[Dynamics]> = None;
    let found = curves.iter().zip(rows.chunks_exact(length)).zip(&summary);
    for (i, ((&((dataset, model, number), spectrum), own), rms)) in found.enumerate() {
        let trainer = settings.trainer(dataset, model);
        let lambda = eigenvalue(spectrum, number, "records/fig5.json")?;
        let mode = Mode::new(lambda, trainer.s2, trainer.gamma)?;
        // Curves of one network: the singular values are sorted.
        let stronger = before.filter(|rows| {
            let first = &rows[0];
            (first.dataset, first.model) == (dataset, model) && first.mode < number
        });
        let start = [own[0].theory, own[0].theory_published_start];
        for (j, (found, row)) in own.iter().zip(i * length..).enumerate() {
            let at = at!(Dynamics, row, lambda);
            judge.exact(at, [lambda, found.lambda], "eigenvalue in data/spectra");
            let s = trainer.alpha * found.epoch as f64;
            let expected = |start| dynamics::balanced(&mode, start, s);
            let why = "balanced closed form from its value at epoch 0";
            judge.exact(
                at!(Dynamics, row, theory),
                [expected(start[0])?, found.theory],
                why,
            );
            let at = at!(Dynamics, row, theory_published_start);
            judge.exact(at, [expected(start[1])?, found.theory_published_start], why);
            if let Some(stronger) = stronger {
                let pair = [stronger[j].singular_value, found.singular_value];
                let why = "how far it is above that of the mode before; sorted, single precision";
                judge.at_most(at!(Dynamics, row, singular_value), pair, 1e-6, why);
            }
        }
        let target = mode.fixed_point();
        let mut late = own.iter().skip(length * 9 / 10);
        let learned = late.all(|row| (row.theory - target).abs() < 1e-3);
        if let (Some(last), true) = (own.last(), target > 0.0 && learned) {
            let at = at!(Dynamics, (i + 1) * length - 1, mapping);
            let why = "fixed point of a mode that the theory says is learned";
            judge.value(at, [target, last.mapping], LEARNED, why);
        }
        if let Some(expected) = Rms::of(own) {
            let (a, b) = (expected, rms);
            for (at, pair) in [
                (
                    at!(Rms, i, theory_against_mapping),
                    [a.theory_against_mapping, b.theory_against_mapping],
                ),
                (
                    at!(Rms, i, theory_against_singular_value),
                    [
                        a.theory_against_singular_value,
                        b.theory_against_singular_value,
                    ],
                ),
                (
                    at!(Rms, i, published_start_against_mapping),
                    [
                        a.published_start_against_mapping,
                        b.published_start_against_mapping,
                    ],
                ),
                (
                    at!(Rms, i, published_start_against_singular_value),
                    [
                        a.published_start_against_singular_value,
                        b.published_start_against_singular_value,
                    ],
                ),
            ] {
                judge.exact(at, pair, "from fig5_dynamics.csv");
            }
        }
        before = Some(own);
    }
    Ok(())
}

/// The loss starts at half the trace of the spectrum, falls, and stays above the least that its width can reach.
fn verify_loss(
    settings: &Settings,
    spectra: &[(DataSet, Spectrum)],
    recorded: &[u64],
    judge: &mut Judge,
) -> Result<()> {
    let rows = judge.rows::<Loss>()?;
    let runs = || {
        spectra
            .iter()
            .flat_map(|data| Model::ALL.map(|model| (data, model)))
    };
    let keys = runs().flat_map(|((dataset, _), model)| {
        let each = recorded.iter();
        each.map(move |&epoch| (*dataset, model, epoch))
    });
    if !judge.keys(&rows, |r| (r.dataset, r.model, r.epoch), keys) {
        return Ok(());
    }
    let length = recorded.len();
    let found = runs().zip(rows.chunks_exact(length)).enumerate();
    for (i, (((dataset, spectrum), model), own)) in found {
        let (trainer, data) = (settings.trainer(*dataset, model), settings.of(*dataset));
        let (trace, pixels) = (spectrum.half_trace(), dataset.pixels() as f64);
        // What the 2 k H weights of variance init_std^2 in the k directions trained add: decay, gamma/2 each; error and
        // noise are of higher order, and their size is that of W.
        let weights = 2.0 * (data.directions * data.hidden) as f64 * settings.init_std.powi(2);
        let expected = trace + 0.5 * trainer.gamma * weights;
        let mapped = settings.init_std.powi(2) * (data.hidden as f64).sqrt();
        let size = trace * (6.0 * mapped + mapped * mapped * pixels)
            + trainer.s2 * mapped * mapped * pixels.powi(2);
        let tolerance = size + (0.05 * trainer.gamma * weights) + 1e-6 * trace;
        let hidden = data.hidden.min(data.directions);
        let least = least(&spectrum.lambda, hidden, (trainer.s2, trainer.gamma))?;
        let mut before = None;
        for (found, row) in own.iter().zip(i * length..) {
            let (at, loss) = (at!(Loss, row, loss), found.loss);
            match before.replace(loss) {
                None => {
                    let why = "half the trace of the spectrum and what the random start adds";
                    judge.value(at, [expected, loss], tolerance, why);
                }
                Some(before) => {
                    let why = "rise over the row before, relative; single precision";
                    judge.at_most(at, [1.0, loss / before], 1e-6, why);
                }
            }
            let why = "how far it is below the least loss of its width";
            judge.at_most(at, [-least, -loss], 1e-6 * least.max(1.0), why);
        }
    }
    Ok(())
}

/// The least loss of a network: the leading modes at their fixed points, the others not learned at all.
fn least(lambda: &[f64], hidden: usize, (s2, gamma): (f64, f64)) -> Result<f64> {
    let mut least = 0.0;
    for (i, &lambda) in lambda.iter().enumerate() {
        let mode = Mode::new(lambda, s2, gamma)?;
        let learned = if i < hidden { mode.fixed_point() } else { 0.0 };
        least += mode.loss(learned.sqrt(), learned.sqrt());
    }
    Ok(least)
}

/// Judges the tables by a run that was trained again.
pub(super) fn retrained(
    settings: &Settings,
    job: &Job,
    record: &Record,
    judge: &mut Judge,
) -> Result<()> {
    let (rows, losses) = (judge.rows::<Dynamics>()?, judge.rows::<Loss>()?);
    let run = (job.dataset, job.model);
    let own = |row: &Dynamics| (row.dataset, row.model) == run;
    let own = (0..).zip(&rows).filter(|(_, row)| own(row));
    let seen =
        (0..settings.modes.len()).flat_map(|i| record.observations.iter().map(move |o| (i, o)));
    let key = |row: &Dynamics| (row.mode, row.epoch);
    let keys = seen
        .clone()
        .map(|(i, seen)| (settings.modes[i], seen.epoch));
    let found: Vec<Dynamics> = own.clone().map(|(_, row)| row.clone()).collect();
    if !judge.keys(&found, key, keys) {
        return Ok(());
    }
    for ((row, found), (i, seen)) in own.zip(seen) {
        let mapping = of_mode(&seen.mappings, i)?;
        let value = of_mode(&seen.singular_values, i)?;
        let why = "trained again";
        judge.value(
            at!(Dynamics, row, mapping),
            [mapping, found.mapping],
            AGAIN,
            why,
        );
        let at = at!(Dynamics, row, singular_value);
        judge.value(at, [value, found.singular_value], AGAIN, why);
        if seen.epoch == 0 {
            let why = "start drawn again";
            let start = of_mode(&record.growing_part, i)?;
            judge.exact(at!(Dynamics, row, theory), [start, found.theory], why);
            let at = at!(Dynamics, row, theory_published_start);
            judge.exact(
                at,
                [record.published_start, found.theory_published_start],
                why,
            );
        }
    }
    let own = (0..)
        .zip(&losses)
        .filter(|(_, row)| (row.dataset, row.model) == run);
    let found: Vec<Loss> = own.clone().map(|(_, row)| row.clone()).collect();
    let keys = record.observations.iter().map(|seen| seen.epoch);
    if judge.keys(&found, |row| row.epoch, keys) {
        for ((row, found), seen) in own.zip(&record.observations) {
            let pair = [seen.loss, found.loss];
            judge.value(
                at!(Loss, row, loss),
                pair,
                AGAIN * seen.loss,
                "trained again",
            );
        }
    }
    Ok(())
}
