//! The tables of Figure 5 against the theory and against retraining.

use dae::data::Spectrum;
use dae::theory::{Mode, dynamics};

use super::rows::{self, Dynamics, Loss, Rms};
use super::run::Training;
use super::settings::Settings;
use super::train::{Job, Record};
use crate::experiments::common::verify::pairs;
use crate::experiments::common::{epochs, networks};
use crate::experiments::spectra::eigenvalue;
use crate::tables::Judge;
use crate::{Result, at};

/// How close a learned mode must be to its fixed point: competition between modes, which the theory neglects, dies out
/// slowly.
const LEARNED: f64 = 0.01;

/// What retraining may change: in single precision, the order of summation shows in the last digits.
const AGAIN: f64 = 1e-4;

pub(super) fn verify(settings: &Settings, judge: &mut Judge) -> Result<()> {
    let recorded = epochs(settings.epochs, settings.record_every);
    verify_dynamics(settings, &recorded, judge)?;
    verify_loss(settings, &recorded, judge)
}

fn verify_dynamics(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let (rows, summary) = (judge.rows::<Dynamics>()?, judge.rows::<Rms>()?);
    let curves = pairs(&networks::runs(), &settings.modes);
    let times = pairs(&curves, recorded);
    if !judge.keys(&rows, |r| (((r.dataset, r.model), r.mode), r.epoch), times)
        || !judge.keys(&summary, |r| ((r.dataset, r.model), r.mode), curves.clone())
    {
        return Ok(());
    }
    let length = recorded.len();
    let mut before: Option<&[Dynamics]> = None;
    let found = curves.into_iter().zip(rows.chunks_exact(length));
    for (i, ((((dataset, model), number), own), rms)) in found.zip(&summary).enumerate() {
        let trainer = settings.trainer(dataset, model);
        let spectrum = Spectrum::committed(dataset)?;
        let lambda = eigenvalue(&spectrum, number, "records/fig5.json")?;
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
            let pair = [expected(start[0])?, found.theory];
            judge.exact(at!(Dynamics, row, theory), pair, why);
            let pair = [expected(start[1])?, found.theory_published_start];
            judge.exact(at!(Dynamics, row, theory_published_start), pair, why);
            if let Some(stronger) = stronger {
                let pair = [stronger[j].singular_value, found.singular_value];
                let why = "how far it is above that of the mode before; sorted, single precision";
                judge.at_most(at!(Dynamics, row, singular_value), pair, 1e-6, why);
            }
        }
        let target = mode.fixed_point();
        let learned = networks::settled(own.iter().map(|row| row.theory), target);
        if target > 0.0 && learned {
            let (at, last) = (
                at!(Dynamics, (i + 1) * length - 1, mapping),
                &own[length - 1],
            );
            let why = "fixed point of a mode that the theory says is learned";
            judge.value(at, [target, last.mapping], LEARNED, why);
        }
        if let Some(expected) = Rms::of(own) {
            macro_rules! same {
                ($($column:ident)*) => {$(
                    let pair = [expected.$column, rms.$column];
                    judge.exact(at!(Rms, i, $column), pair, "from fig5_dynamics.csv");
                )*};
            }
            same!(theory_against_mapping theory_against_singular_value);
            same!(published_start_against_mapping published_start_against_singular_value);
        }
        before = Some(own);
    }
    Ok(())
}

/// The loss starts at half the trace of the spectrum, falls, and stays above the least possible for its width.
fn verify_loss(settings: &Settings, recorded: &[u64], judge: &mut Judge) -> Result<()> {
    let rows = judge.rows::<Loss>()?;
    let (runs, length) = (networks::runs(), recorded.len());
    let keys = pairs(&runs, recorded);
    if !judge.keys(&rows, |r| ((r.dataset, r.model), r.epoch), keys) {
        return Ok(());
    }
    for (i, ((dataset, model), own)) in runs.into_iter().zip(rows.chunks(length)).enumerate() {
        let (trainer, data) = (settings.trainer(dataset, model), settings.of(dataset));
        let spectrum = Spectrum::committed(dataset)?;
        let (trace, pixels) = (spectrum.half_trace(), dataset.pixels() as f64);
        // The 2 k H weights of variance init_std^2 in the k trained directions add gamma/2 times their square each, by
        // decay. Error and noise are of higher order; their size follows from that of W.
        let weights = 2.0 * (data.directions * data.hidden) as f64 * settings.init_std.powi(2);
        let expected = trace + 0.5 * trainer.gamma * weights;
        let mapped = settings.init_std.powi(2) * (data.hidden as f64).sqrt();
        let size = trace * (6.0 * mapped + mapped * mapped * pixels)
            + trainer.s2 * mapped * mapped * pixels.powi(2);
        let tolerance = size + (0.05 * trainer.gamma * weights) + 1e-6 * trace;
        let hidden = data.hidden.min(data.directions);
        let least = least(&spectrum, hidden, (trainer.s2, trainer.gamma))?;
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

/// The least loss of a network: leading modes at their fixed points, the others not learned.
fn least(spectrum: &Spectrum, hidden: usize, (s2, gamma): (f64, f64)) -> Result<f64> {
    let mut least = 0.0;
    for (i, &lambda) in spectrum.lambda.iter().enumerate() {
        let mode = Mode::new(lambda, s2, gamma)?;
        let learned = if i < hidden { mode.fixed_point() } else { 0.0 };
        least += mode.loss(learned.sqrt(), learned.sqrt());
    }
    Ok(least)
}

/// Judges the tables by a retrained run.
pub(super) fn retrained(
    settings: &Settings,
    job: &Job,
    record: &Record,
    judge: &mut Judge,
) -> Result<()> {
    let training = Training::new(settings, job, record)?;
    let why = "trained again";
    let key = |row: &Dynamics| ((row.dataset, row.model), (row.mode, row.epoch));
    for (row, [again, found]) in networks::beside(rows::dynamics(&training), judge, key)? {
        let pair = [again.mapping, found.mapping];
        judge.value(at!(Dynamics, row, mapping), pair, AGAIN, why);
        let pair = [again.singular_value, found.singular_value];
        judge.value(at!(Dynamics, row, singular_value), pair, AGAIN, why);
        if again.epoch == 0 {
            let why = "start drawn again";
            let pair = [again.theory, found.theory];
            judge.exact(at!(Dynamics, row, theory), pair, why);
            let pair = [again.theory_published_start, found.theory_published_start];
            judge.exact(at!(Dynamics, row, theory_published_start), pair, why);
        }
    }
    let key = |row: &Loss| ((row.dataset, row.model), row.epoch);
    for (row, [again, found]) in networks::beside(rows::losses(&training), judge, key)? {
        let pair = [again.loss, found.loss];
        judge.value(at!(Loss, row, loss), pair, AGAIN * again.loss, why);
    }
    Ok(())
}
