//! The tables of Figure 6: there is no closed form, but bounds, order and data are known.

use dae::data::DataSet;

use super::rows::{self, Loss, Mapping, OtherSigma, Runs, Spectrum};
use super::run::Training;
use super::settings::Settings;
use super::train::{Job, Record, jobs};
use crate::experiments::Model;
use crate::experiments::common::verify::pairs;
use crate::experiments::common::{epochs, networks};
use crate::experiments::spectra::eigenvalue;
use crate::tables::{At, Judge};
use crate::{Result, at};

/// What retraining may change: rectifiers amplify the last digits of single precision.
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
    let sizes = |r: &Runs| [r.samples, r.pixels, r.directions];
    if !judge.keys(&rows, |r| (r.dataset, r.model, sizes(r), r.sigma), keys) {
        return Ok(());
    }
    for (row, found) in rows.iter().enumerate() {
        if (found.sampler == "none") != (found.sigma == 0.0) {
            let words = format!("`{}` for noise of {}", found.sampler, found.sigma);
            judge.wrong(at!(Runs, row, sampler), &words);
        }
        // If directions were dropped, their effect on the first epochs was measured.
        let (epochs, tolerance) = match found.directions < found.pixels {
            true => (settings.projection_epochs, 0.02),
            false => (0, 0.0),
        };
        let pair = [epochs as f64, found.projection_epochs as f64];
        judge.exact(at!(Runs, row, projection_epochs), pair, "setting");
        macro_rules! effect {
            ($($most:ident $last:ident)*) => {$(
                let (at, most, last) = (at!(Runs, row, $last), found.$most, found.$last);
                let why = "how far it is above the largest at any epoch";
                judge.at_most(at, [most, last], 0.0, why);
                judge.value(at, [0.0, last], tolerance, "effect of dropped directions");
                if epochs == 0 {
                    judge.exact(at!(Runs, row, $most), [0.0, most], "nothing was dropped");
                }
            )*};
        }
        effect!(projection_mapping projection_final_mapping);
        effect!(projection_loss projection_final_loss);
    }
    Ok(())
}

/// The eigenvalues are sorted; for the same images, they are those of the committed spectrum.
fn verify_spectrum(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Spectrum>()?;
    let data = DataSet::ALL.map(|dataset| (dataset, settings.of(dataset).samples));
    let keys = pairs(&data, &settings.modes);
    if !judge.keys(&rows, |r| ((r.dataset, r.samples), r.mode), keys) {
        return Ok(());
    }
    let mut before: Option<&Spectrum> = None;
    for (row, found) in rows.iter().enumerate() {
        let (at, lambda) = (at!(Spectrum, row, lambda), found.lambda);
        let spectrum = dae::data::Spectrum::committed(found.dataset)?;
        let expected = eigenvalue(&spectrum, found.mode, "records/fig6.json")?;
        let (share, of) = match found.samples == spectrum.samples {
            true => (1e-8, ""),
            false => (0.5, ", of other images of the same kind"),
        };
        let why = format!("eigenvalue in data/spectra{of}");
        judge.value(at, [expected, lambda], share * expected, &why);
        let stronger = before.filter(|b| b.dataset == found.dataset && b.mode < found.mode);
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
    let keys = pairs(&pairs(&networks::runs(), &settings.modes), recorded);
    if !judge.keys(&rows, |r| (((r.dataset, r.model), r.mode), r.epoch), keys) {
        return Ok(());
    }
    let (first, length) = (at!(Mapping, 0, mapping), recorded.len());
    bounds(judge, (first, length), rows.iter().map(|row| row.mapping));
    for (i, own) in rows.chunks_exact(length).enumerate() {
        // Without noise and decay, a mode learned long ago is fully reconstructed.
        let learned = own[length / 2].mapping > 0.9;
        if learned && own[0].model == Model::Ae {
            let at = at!(Mapping, (i + 1) * length - 1, mapping);
            let why = "fixed point of a mode that was learned in the first half";
            judge.value(at, [1.0, own[length - 1].mapping], 0.05, why);
        }
    }
    Ok(())
}

/// Judges a column of curves of `length` rows each: a mapping starts near 0 and stays roughly between 0 and 1.
fn bounds(judge: &mut Judge, (first, length): (At, usize), mappings: impl Iterator<Item = f64>) {
    for (row, mapping) in mappings.enumerate() {
        let at = At { row, ..first };
        if row.is_multiple_of(length) {
            judge.value(at, [0.0, mapping], 0.05, "small random start");
        }
        let why = "between 0 and 1 but for fluctuations";
        judge.value(at, [0.5, mapping], 0.6, why);
    }
}

fn verify_loss(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Loss>()?;
    let (runs, length) = (networks::runs(), recorded.len());
    let keys = pairs(&runs, recorded);
    if !judge.keys(&rows, |r| ((r.dataset, r.model), r.epoch), keys) {
        return Ok(());
    }
    let mut plain = f64::NAN;
    for (i, ((dataset, model), own)) in runs.into_iter().zip(rows.chunks(length)).enumerate() {
        let (first, start) = (at!(Loss, i * length, loss), own[0].loss);
        // Weights are tiny at the start, so no model reconstructs anything; the AE comes first.
        if model == Model::Ae {
            plain = start;
        }
        judge.value(first, [plain, start], 0.01 * plain, "as the AE starts");
        let spectrum = dae::data::Spectrum::committed(dataset)?;
        if settings.of(dataset).samples == spectrum.samples {
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

/// The DAEs that are recorded but not drawn.
fn verify_other(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let jobs = jobs(settings, 0).into_iter().filter(|job| !job.drawn());
    let runs: Vec<_> = jobs
        .map(|job| (job.dataset, job.model, job.sigma))
        .collect();
    if runs.is_empty() {
        return Ok(());
    }
    let rows = judge.rows::<OtherSigma>()?;
    let keys = pairs(&pairs(&runs, &settings.modes), recorded);
    let key = |r: &OtherSigma| (((r.dataset, r.model, r.sigma), r.mode), r.epoch);
    if judge.keys(&rows, key, keys) {
        let column = (at!(OtherSigma, 0, mapping), recorded.len());
        bounds(judge, column, rows.iter().map(|row| row.mapping));
    }
    Ok(())
}

/// Judges the tables by a retrained run.
pub(super) fn retrained(
    settings: &Settings,
    job: &Job,
    record: Record,
    judge: &mut Judge,
) -> Result<()> {
    let (training, why) = (Training::new(settings, job, record), "trained again");
    if !training.drawn {
        let key = |r: &OtherSigma| ((r.dataset, r.model, r.sigma), (r.mode, r.epoch));
        for (row, [again, found]) in networks::beside(rows::other_sigmas(&training), judge, key)? {
            let pair = [again.mapping, found.mapping];
            judge.value(at!(OtherSigma, row, mapping), pair, AGAIN, why);
        }
        return Ok(());
    }
    let key = |r: &Mapping| ((r.dataset, r.model), (r.mode, r.epoch));
    for (row, [again, found]) in networks::beside(rows::mappings(&training), judge, key)? {
        let pair = [again.mapping, found.mapping];
        judge.value(at!(Mapping, row, mapping), pair, AGAIN, why);
    }
    let key = |r: &Loss| ((r.dataset, r.model), r.epoch);
    for (row, [again, found]) in networks::beside(rows::losses(&training), judge, key)? {
        let pair = [again.loss, found.loss];
        judge.value(at!(Loss, row, loss), pair, AGAIN * again.loss, why);
    }
    Ok(())
}
