//! The tables of Figure 7 against repeated runs.

use super::{AGAIN, OFF_DIAGONALS};
use crate::experiments::Model;
use crate::experiments::common::networks;
use crate::experiments::fig7::rows::{
    Denoising, Depth, Mask, Method, Price, Regulariser, Samples, Seeds, Width,
};
use crate::experiments::fig7::run::{denoising, depth, width};
use crate::experiments::fig7::settings::Settings;
use crate::experiments::fig7::theory::Data;
use crate::experiments::fig7::train::{Job, Measured, Outcome, Record, Task};
use crate::tables::Judge;
use crate::{Result, at};

/// Judges the tables by a repeated run.
pub(in crate::experiments::fig7) fn retrained(
    settings: &Settings,
    job: &Job,
    outcome: &Outcome,
    judge: &mut Judge,
) -> Result<()> {
    let seed = job.seed();
    let data = Data::committed(job.task.dataset())?;
    match (job.task, outcome) {
        (Task::Denoising(model), Outcome::Network(Record { seen })) => {
            let rows = denoising::again(settings, seed, &data, (model, seen))?;
            for (row, [again, found]) in networks::beside(rows, judge, |r| (r.model, r.epoch))? {
                let exact = seen.iter().all(|seen| seen.error.is_some());
                let share = if exact { AGAIN } else { OFF_DIAGONALS };
                let (pair, tolerance) = ([again.measured, found.measured], share * again.measured);
                judge.value(
                    at!(Denoising, row, measured),
                    pair,
                    tolerance,
                    "trained again",
                );
                let pair = [again.measured_diagonal, found.measured_diagonal];
                let tolerance = AGAIN * again.measured;
                let place = at!(Denoising, row, measured_diagonal);
                judge.value(place, pair, tolerance, "trained again");
            }
            let stopped = |row: &Price| {
                let own = (row.dataset, row.regulariser) == (data.dataset, Regulariser::Stopping);
                own && settings.price.stopped.contains(&row.epsilon)
            };
            for (row, found) in judge.rows::<Price>()?.iter().enumerate() {
                if model == Model::Ae
                    && stopped(found)
                    && let Some(error) = denoising::stopped(settings, &data, seen, found.epsilon)?
                {
                    let price = error / data.floor(found.epsilon)?;
                    let pair = [price, found.measured.unwrap_or(f64::NAN)];
                    let exact = seen.iter().all(|seen| seen.error.is_some());
                    let share = if exact { AGAIN } else { OFF_DIAGONALS };
                    let at = at!(Price, row, measured);
                    judge.value(at, pair, share * price, "trained again");
                }
            }
        }
        (Task::Price(regulariser, place), Outcome::Network(Record { seen })) => {
            let epsilon = settings.price.trained_s2[place];
            if let Some(end) = seen.last() {
                let diagonal = data.error(epsilon, &end.mappings)?;
                let (error, share) = match end.error {
                    Some(error) => (error, AGAIN),
                    None => (diagonal, OFF_DIAGONALS),
                };
                let price = error / data.floor(epsilon)?;
                for (row, found) in judge.rows::<Price>()?.iter().enumerate() {
                    let own = (found.dataset, found.regulariser, found.epsilon);
                    if own == (data.dataset, regulariser, epsilon) {
                        let pair = [price, found.measured.unwrap_or(f64::NAN)];
                        let at = at!(Price, row, measured);
                        judge.value(at, pair, share * price, "trained again");
                    }
                }
            }
        }
        (Task::Width(model), Outcome::Network(Record { seen })) => {
            let rows = width::again(settings, seed, &data, (model, seen))?;
            let key = |row: &Width| (row.model, (row.mode, row.epoch));
            for (row, [again, found]) in networks::beside(rows, judge, key)? {
                let pair = [again.mapping, found.mapping];
                judge.value(at!(Width, row, mapping), pair, AGAIN, "trained again");
            }
        }
        (Task::Depth(layers, model), Outcome::Network(Record { seen })) => {
            let rows = depth::again(settings, &data, (layers, model), seen)?;
            let key = |row: &Depth| ((row.layers, row.model), row.mode);
            for (row, [again, found]) in networks::beside(rows, judge, key)? {
                let pair = [again.mapping, found.mapping];
                judge.value(at!(Depth, row, mapping), pair, 1e-6, "trained again");
            }
        }
        (Task::Mask, Outcome::Network(Record { seen })) => {
            let rows = depth::trained(settings, seed, &data, seen)?;
            let key = |row: &Mask| (row.dataset, (row.mode, row.epoch));
            for (row, [again, found]) in networks::beside(rows, judge, key)? {
                let pair = [again.mapping, found.mapping];
                judge.value(at!(Mask, row, mapping), pair, AGAIN, "trained again");
            }
        }
        (Task::Seeds, Outcome::HalfRises(all)) => {
            let rows = width::seeds(settings, &data, all)?;
            let key = |row: &Seeds| (row.hidden, row.mode);
            for (row, [again, found]) in networks::beside(rows, judge, key)? {
                let pair = [again.mean, found.mean];
                judge.value(at!(Seeds, row, mean), pair, 0.01, "trained again");
                let pair = [again.standard_deviation, found.standard_deviation];
                let at = at!(Seeds, row, standard_deviation);
                judge.value(at, pair, 0.01, "trained again");
            }
        }
        (Task::Sample(samples), Outcome::Network(Record { seen })) => {
            let again = seen.last().and_then(|seen| seen.error);
            for (row, found) in judge.rows::<Samples>()?.iter().enumerate() {
                let own = (found.dataset, found.method, found.samples);
                if let (Some(again), true) =
                    (again, own == (data.dataset, Method::Redrawn, samples))
                {
                    let pair = [again, found.trained.unwrap_or(f64::NAN)];
                    let at = at!(Samples, row, trained);
                    judge.value(at, pair, AGAIN * again, "trained again");
                }
            }
        }
        (Task::Few(dataset), Outcome::Measured(all)) => {
            for (row, found) in judge.rows::<Samples>()?.iter().enumerate() {
                let own = |m: &&Measured| {
                    (dataset, m.method, m.samples) == (found.dataset, found.method, found.samples)
                };
                if let Some(again) = all.iter().find(own) {
                    let mean = again.errors.iter().sum::<f64>() / again.errors.len() as f64;
                    let pair = [mean, found.measured.unwrap_or(f64::NAN)];
                    let at = at!(Samples, row, measured);
                    judge.value(at, pair, 1e-6 * mean, "measured again");
                }
            }
        }
        _ => {}
    }
    Ok(())
}
