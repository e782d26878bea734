//! The tables of Figure 6: no closed form is known for them, but bounds, order and data are.

use dae::data::DataSet;

use super::Settings;
use super::rows::{Loss, Mapping, OtherSigma, Runs, Spectrum};
use super::train::{Job, Record, jobs};
use crate::experiments::common::epochs;
use crate::experiments::spectra::eigenvalue;
use crate::experiments::{Model, spectra};
use crate::tables::{At, Judge};
use crate::{Result, at};

/// What training again may change: single precision, whose last digits rectifiers amplify.
const AGAIN: f64 = 2e-3;

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs - 1, settings.record_every);
    verify_runs(settings, judge)?;
    verify_spectrum(settings, judge)?;
    verify_mapping(settings, &recorded, judge)?;
    verify_loss(settings, &recorded, judge)?;
    verify_other(settings, &recorded, judge)
}

fn verify_runs(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Runs>()?;
    // Neither order nor sizes depend on the seed.
    let jobs = jobs(settings, 0);
    let keys = jobs.iter().map(|job| {
        let data = settings.of(job.dataset);
        let sizes = [data.samples, job.dataset.pixels(), data.directions];
        (job.dataset, job.model, sizes, job.sigma)
    });
    let key = |r: &Runs| {
        (
            r.dataset,
            r.model,
            [r.samples, r.pixels, r.directions],
            r.sigma,
        )
    };
    if !judge.keys(&rows, key, keys) {
        return Ok(());
    }
    for (row, found) in rows.iter().enumerate() {
        if (found.sampler == "none") != (found.sigma == 0.0) {
            let words = format!("`{}` for noise of {}", found.sampler, found.sigma);
            judge.wrong(at!(Runs, row, sampler), &words);
        }
        // Where directions were dropped, the effect on the first epochs was measured.
        let dropped = found.directions < found.pixels;
        let epochs = if dropped {
            settings.projection_epochs
        } else {
            0
        };
        let at = at!(Runs, row, projection_epochs);
        judge.exact(
            at,
            [epochs as f64, found.projection_epochs as f64],
            "setting",
        );
        let mapping = (found.projection_mapping, found.projection_final_mapping);
        let loss = (found.projection_loss, found.projection_final_loss);
        for (at, (most, last)) in [
            (at!(Runs, row, projection_final_mapping), mapping),
            (at!(Runs, row, projection_final_loss), loss),
        ] {
            judge.at_most(
                at,
                [most, last],
                0.0,
                "how far it is above the largest at any epoch",
            );
            let most = if dropped { 0.02 } else { 0.0 };
            judge.value(at, [0.0, last], most, "effect of dropped directions");
        }
        if !dropped {
            let why = "nothing was dropped";
            judge.exact(at!(Runs, row, projection_mapping), [0.0, mapping.0], why);
            judge.exact(at!(Runs, row, projection_loss), [0.0, loss.0], why);
        }
    }
    Ok(())
}

/// The eigenvalues: those of the committed spectrum, if the images are the same; in order, in any case.
fn verify_spectrum(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Spectrum>()?;
    let spectra = spectra::committed()?;
    let each = || {
        spectra
            .iter()
            .flat_map(|data| settings.modes.iter().map(move |&mode| (data, mode)))
    };
    let keys = each().map(|((dataset, _), mode)| (*dataset, settings.of(*dataset).samples, mode));
    if !judge.keys(&rows, |r| (r.dataset, r.samples, r.mode), keys) {
        return Ok(());
    }
    let mut before: Option<&Spectrum> = None;
    for (row, (((_, spectrum), mode), found)) in each().zip(&rows).enumerate() {
        let (at, lambda) = (at!(Spectrum, row, lambda), found.lambda);
        let expected = eigenvalue(spectrum, mode, "records/fig6.json")?;
        let (share, why) = if found.samples == spectrum.samples {
            (1e-8, "eigenvalue in data/spectra")
        } else {
            (
                0.5,
                "eigenvalue in data/spectra, of other images of the same kind",
            )
        };
        judge.value(at, [expected, lambda], share * expected, why);
        let stronger = before.filter(|b| b.dataset == found.dataset && b.mode < mode);
        if let Some(stronger) = stronger {
            let why = "how far it is above the one before; sorted";
            judge.at_most(at, [stronger.lambda, lambda], 0.0, why);
        }
        before = Some(found);
    }
    Ok(())
}

fn verify_mapping(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Mapping>()?;
    let mut curves = Vec::new();
    for dataset in DataSet::ALL {
        for model in Model::ALL {
            curves.extend(settings.modes.iter().map(|&mode| (dataset, model, mode)));
        }
    }
    let keys = curves
        .iter()
        .flat_map(|&curve| recorded.iter().map(move |&epoch| (curve, epoch)));
    if !judge.keys(&rows, |r| ((r.dataset, r.model, r.mode), r.epoch), keys) {
        return Ok(());
    }
    let length = recorded.len();
    for (i, own) in rows.chunks_exact(length).enumerate() {
        let first = at!(Mapping, i * length, mapping);
        bounds(judge, first, own.iter().map(|row| row.mapping));
        // Neither noise nor decay: a mode that was learned long ago is reconstructed whole.
        let learned = own[length / 2].mapping > 0.9;
        if let (Some(last), true) = (own.last(), learned && own[0].model == Model::Ae) {
            let at = at!(Mapping, (i + 1) * length - 1, mapping);
            let why = "fixed point of a mode that was learned in the first half";
            judge.value(at, [1.0, last.mapping], 0.05, why);
        }
    }
    Ok(())
}

/// A mapping starts at nothing, and nothing draws it far below 0 or above 1: its values from a place on.
fn bounds(judge: &mut Judge, first: At, mappings: impl Iterator<Item = f64>) {
    for (row, mapping) in (first.row..).zip(mappings) {
        let at = At { row, ..first };
        if row == first.row {
            judge.value(at, [0.0, mapping], 0.05, "small random start");
        }
        judge.value(
            at,
            [0.5, mapping],
            0.6,
            "between 0 and 1 but for fluctuations",
        );
    }
}

fn verify_loss(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Loss>()?;
    let spectra = spectra::committed()?;
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
    let mut plain = f64::NAN;
    let found = runs().zip(rows.chunks_exact(length)).enumerate();
    for (run, (((dataset, spectrum), model), own)) in found {
        let (first, start) = (at!(Loss, run * length, loss), own[0].loss);
        // Weights are tiny at the start, so that nothing is reconstructed, whatever the model; the AE comes first.
        if model == Model::Ae {
            plain = start;
        }
        judge.value(first, [plain, start], 0.01 * plain, "as the AE starts");
        if settings.of(*dataset).samples == spectrum.samples {
            let expected = 2.0 * spectrum.half_trace() / dataset.pixels() as f64;
            let why = "trace of the spectrum over the number of pixels";
            judge.value(first, [expected, start], 0.01 * expected, why);
        }
        let mut before = None;
        for (row, found) in (first.row..).zip(own) {
            let (at, now) = (At { row, ..first }, found.loss);
            judge.at_most(at, [0.0, -now], 0.0, "how far a mean of squares is below 0");
            if let Some(before) = before.replace(now) {
                let pair = [before / start, now / start];
                let why =
                    "rise over the row before, as a share of the start; the noise of an epoch";
                judge.at_most(at, pair, 0.01, why);
            }
            let why = "how far it is above the start, relative; the noise of an epoch";
            judge.at_most(at, [1.0, now / start], 0.01, why);
        }
    }
    Ok(())
}

/// The DAEs that are recorded and not drawn.
fn verify_other(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let mut curves = Vec::new();
    for dataset in DataSet::ALL {
        for &sigma in &settings.of(dataset).other_sigmas {
            let each = settings.modes.iter();
            curves.extend(each.map(|&mode| (dataset, Model::Dae, sigma, mode)));
        }
    }
    if curves.is_empty() {
        return Ok(());
    }
    let rows = judge.rows::<OtherSigma>()?;
    let keys = curves
        .iter()
        .flat_map(|&curve| recorded.iter().map(move |&epoch| (curve, epoch)));
    let key = |r: &OtherSigma| ((r.dataset, r.model, r.sigma, r.mode), r.epoch);
    if judge.keys(&rows, key, keys) {
        for (i, own) in rows.chunks_exact(recorded.len()).enumerate() {
            let first = at!(OtherSigma, i * recorded.len(), mapping);
            bounds(judge, first, own.iter().map(|row| row.mapping));
        }
    }
    Ok(())
}

/// Judges the tables by a run that was trained again.
pub(super) fn retrained(
    settings: &Settings,
    job: &Job,
    record: &Record,
    judge: &mut Judge,
) -> Result<()> {
    let why = "trained again";
    let run = (job.dataset, job.model);
    // What is at a place, by mode and epoch.
    let mut found: Vec<(At, usize, u64, f64)> = Vec::new();
    if job.drawn() {
        for (row, r) in judge.rows::<Mapping>()?.iter().enumerate() {
            if (r.dataset, r.model) == run {
                found.push((at!(Mapping, row, mapping), r.mode, r.epoch, r.mapping));
            }
        }
    } else {
        for (row, r) in judge.rows::<OtherSigma>()?.iter().enumerate() {
            if (r.dataset, r.model, r.sigma) == (job.dataset, job.model, job.sigma) {
                found.push((at!(OtherSigma, row, mapping), r.mode, r.epoch, r.mapping));
            }
        }
    }
    let seen = record.observations.iter();
    let expected = settings.modes.iter().enumerate().flat_map(|(i, &mode)| {
        let each = seen.clone();
        each.map(move |seen| (mode, seen.epoch, seen.mappings[i]))
    });
    let mut found = found.into_iter();
    for (mode, epoch, mapping) in expected {
        match found.next() {
            Some((at, m, e, value)) if (m, e) == (mode, epoch) => {
                judge.value(at, [mapping, value], AGAIN, why);
            }
            _ => {
                let words = format!(
                    "no row of {}, mode {mode}, epoch {epoch}",
                    job.training.label
                );
                judge.wrong_table("fig6_mapping.csv", words);
                return Ok(());
            }
        }
    }
    if !job.drawn() {
        return Ok(());
    }
    let losses = judge.rows::<Loss>()?;
    let own = (0..)
        .zip(&losses)
        .filter(|(_, r)| (r.dataset, r.model) == run);
    let own: Vec<(usize, &Loss)> = own.collect();
    if own.len() != record.observations.len() {
        let words = format!(
            "{} rows, trained again {}",
            own.len(),
            record.observations.len()
        );
        judge.wrong_table("fig6_loss.csv", words);
        return Ok(());
    }
    for ((row, found), seen) in own.into_iter().zip(&record.observations) {
        let pair = [seen.loss, found.loss];
        judge.value(at!(Loss, row, loss), pair, AGAIN * seen.loss, why);
    }
    Ok(())
}
