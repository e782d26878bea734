//! Computing again from the recorded settings, and comparing with the recorded tables.

use super::judge::Judge;
use super::{Again, Part, Verification, settings, spectra};
use crate::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
use crate::progress::Progress;
use crate::recorded::Recorded;
use crate::regenerate::Figure;
use crate::runs::Runs;
use crate::sheet::Sheet;
use crate::table::Table;
use crate::{Error, Result};

/// What training again may change in Figure 5: single precision, in whose last digits the order of summation shows.
const LINEAR: f64 = 1e-4;

/// The same for Figure 6, where rectifiers amplify it.
const NONLINEAR: f64 = 2e-3;

pub fn check(
    recorded: &Recorded,
    again: &Again,
    progress: &Progress,
    verification: &mut Verification,
) -> Result<()> {
    let cheap = [Figure::Fig1, Figure::Fig2, Figure::Fig3, Figure::Fig4];
    for figure in cheap.into_iter().filter(|_| again.cheap) {
        if !recorded.records.contains_key(&figure) {
            continue;
        }
        let mut judge = Judge::new(recorded);
        match tables(figure, recorded).and_then(|tables| compare(&tables, &mut judge)) {
            Ok(()) => report(figure.name(), &judge, verification),
            Err(error) => {
                verification.fail(Part::Recomputed, &format!("tables of {figure}"), &error);
            }
        }
    }
    if again.runs.is_empty() {
        return Ok(());
    }
    let all = runs(recorded)?;
    let names: Vec<String> = all.iter().map(Run::name).collect();
    let wanted: Vec<&Run> = if again.runs.iter().any(|name| name == "all") {
        all.iter().collect()
    } else {
        let mut wanted = Vec::new();
        for name in &again.runs {
            let found = all.iter().find(|run| run.name() == *name);
            wanted.push(found.ok_or_else(|| Error::Unknown {
                kind: "recorded training run",
                name: name.clone(),
                choices: format!("all, {}", names.join(", ")),
            })?);
        }
        wanted
    };
    let mut loaded = fig6::run::Loaded::new();
    for run in wanted {
        let mut judge = Judge::new(recorded);
        match run {
            Run::Linear(job, seed) => linear(job, *seed, recorded, &mut judge, progress)?,
            Run::Nonlinear(job, seed) => {
                nonlinear(job, *seed, recorded, &mut loaded, &mut judge, progress)?;
            }
        }
        report(&run.name(), &judge, verification);
    }
    Ok(())
}

fn report(what: &str, judge: &Judge, verification: &mut Verification) {
    for (file, problem) in judge.problems() {
        verification.find(Part::Recomputed, file, problem);
    }
    verification.did(
        Part::Recomputed,
        format!("{what}: {} values", judge.judged()),
    );
}

/// The tables of a figure that takes no training on spectra or images.
fn tables(figure: Figure, recorded: &Recorded) -> Result<Vec<Table>> {
    match figure {
        Figure::Fig1 => fig1::tables::tables(&fig1::run::run(&settings(recorded, figure)?)?),
        Figure::Fig2 => {
            let settings = settings(recorded, figure)?;
            fig2::tables::tables(&settings, &fig2::run::run(&settings)?)
        }
        Figure::Fig3 => {
            let settings = settings(recorded, figure)?;
            fig3::tables::tables(&settings, &fig3::run::run(&settings, &spectra()?)?)
        }
        Figure::Fig4 => {
            let settings = settings(recorded, figure)?;
            fig4::tables::tables(&settings, &fig4::run::run(&settings)?)
        }
        Figure::Fig5 | Figure::Fig6 => Ok(Vec::new()),
    }
}

/// Compares whole tables, entry by entry.
fn compare(tables: &[Table], judge: &mut Judge) -> Result<()> {
    for table in tables {
        let expected = Sheet::parse(table.name, &table.csv()?)?;
        let found = judge.table(table.name)?;
        if (expected.columns(), expected.len()) != (found.columns(), found.len()) {
            let problem = format!(
                "{} rows of {:?}, computed again {} of {:?}",
                found.len(),
                found.columns(),
                expected.len(),
                expected.columns()
            );
            judge.wrong(&found, "", problem);
            continue;
        }
        for column in expected.columns() {
            match expected.numbers(column) {
                Ok(numbers) => {
                    for (row, (a, b)) in numbers.into_iter().zip(found.numbers(column)?).enumerate()
                    {
                        judge.exact(&found, (row, column), [a, b], "computed again");
                    }
                }
                Err(_) => {
                    let pairs = expected
                        .words(column)?
                        .into_iter()
                        .zip(found.words(column)?);
                    for (row, (a, b)) in pairs.enumerate().filter(|(_, (a, b))| a != b) {
                        let line = Sheet::line(row);
                        judge.wrong(
                            &found,
                            column,
                            format!("line {line}, {column}: expected {a}, found {b}"),
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

/// A recorded training run, with its seed.
enum Run {
    Linear(fig5::run::Job, u64),
    Nonlinear(fig6::run::Job, u64),
}

impl Run {
    fn name(&self) -> String {
        match self {
            Self::Linear(job, _) => format!("fig5/{}/{}", job.dataset.name(), job.model.name()),
            Self::Nonlinear(job, _) => format!("fig6/{}/{}", job.dataset.name(), job.label),
        }
    }
}

fn runs(recorded: &Recorded) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    if let Some(record) = recorded.records.get(&Figure::Fig5) {
        let (seed, settings) = (record.inputs.seed, settings(recorded, Figure::Fig5)?);
        let jobs = fig5::run::jobs(&settings, seed, &spectra()?).into_iter();
        runs.extend(jobs.map(|job| Run::Linear(job, seed)));
    }
    if let Some(record) = recorded.records.get(&Figure::Fig6) {
        let (seed, settings) = (record.inputs.seed, settings(recorded, Figure::Fig6)?);
        let jobs = fig6::run::jobs(&settings, seed).into_iter();
        runs.extend(jobs.map(|job| Run::Nonlinear(job, seed)));
    }
    Ok(runs)
}

fn linear(
    job: &fig5::run::Job,
    seed: u64,
    recorded: &Recorded,
    judge: &mut Judge,
    progress: &Progress,
) -> Result<()> {
    let settings = settings::<fig5::Settings>(recorded, Figure::Fig5)?;
    let record = fig5::run::train(&settings, seed, &spectra()?, job, &Runs::none(), progress)?;
    let (sheet, loss) = (
        judge.table("fig5_dynamics.csv")?,
        judge.table("fig5_loss.csv")?,
    );
    let run = [job.dataset.name(), job.model.name()];
    let values = sheet.numbers_by_row([
        "mapping",
        "singular_value",
        "theory",
        "theory_published_start",
    ])?;
    let mut rows = rows_of(&sheet, run, values)?.into_iter();
    for (i, &start) in record.growing_part.iter().enumerate() {
        for (j, seen) in record.observations.iter().enumerate() {
            let Some((row, [mapping, singular_value, theory, published])) = rows.next() else {
                judge.wrong(&sheet, "", format!("too few rows of {}", job.name));
                return Ok(());
            };
            judge.value(
                &sheet,
                (row, "mapping"),
                [of_mode(&seen.mappings, i), mapping],
                LINEAR,
                "trained again",
            );
            judge.value(
                &sheet,
                (row, "singular_value"),
                [of_mode(&seen.singular_values, i), singular_value],
                LINEAR,
                "trained again",
            );
            if j == 0 {
                judge.exact(
                    &sheet,
                    (row, "theory"),
                    [start, theory],
                    "start drawn again",
                );
                judge.exact(
                    &sheet,
                    (row, "theory_published_start"),
                    [record.published_start, published],
                    "start drawn again",
                );
            }
        }
    }
    let losses = record.observations.iter().map(|seen| seen.loss);
    same_losses(judge, &loss, (run, losses, LINEAR))
}

fn nonlinear(
    job: &fig6::run::Job,
    seed: u64,
    recorded: &Recorded,
    loaded: &mut fig6::run::Loaded,
    judge: &mut Judge,
    progress: &Progress,
) -> Result<()> {
    let settings = settings::<fig6::Settings>(recorded, Figure::Fig6)?;
    let record = fig6::run::train(&settings, seed, job, loaded, &Runs::none(), progress)?;
    let drawn = job.label == job.model.name();
    let sheet = judge.table(if drawn {
        "fig6_mapping.csv"
    } else {
        "fig6_other_sigma.csv"
    })?;
    let run = [job.dataset.name(), job.model.name()];
    let sigmas = if drawn {
        vec![job.sigma; sheet.len()]
    } else {
        sheet.numbers("sigma")?
    };
    let values = sigmas.into_iter().zip(sheet.numbers("mapping")?).collect();
    let mut rows = rows_of(&sheet, run, values)?;
    rows.retain(|(_, (sigma, _))| *sigma == job.sigma);
    let mut rows = rows.into_iter();
    for i in 0..settings.modes.len() {
        for seen in &record.observations {
            let Some((row, (_, mapping))) = rows.next() else {
                judge.wrong(&sheet, "", format!("too few rows of {}", job.name));
                return Ok(());
            };
            judge.value(
                &sheet,
                (row, "mapping"),
                [of_mode(&seen.mappings, i), mapping],
                NONLINEAR,
                "trained again",
            );
        }
    }
    if !drawn {
        return Ok(());
    }
    let loss = judge.table("fig6_loss.csv")?;
    let losses = record.observations.iter().map(|seen| seen.loss);
    same_losses(judge, &loss, (run, losses, NONLINEAR))
}

/// What was seen of one mode; what was not seen agrees with nothing.
fn of_mode(seen: &[f64], mode: usize) -> f64 {
    seen.get(mode).copied().unwrap_or(f64::NAN)
}

/// Losses of a run, to a share of their value.
fn same_losses(
    judge: &mut Judge,
    sheet: &Sheet,
    (run, losses, share): ([&str; 2], impl ExactSizeIterator<Item = f64>, f64),
) -> Result<()> {
    let rows = rows_of(sheet, run, sheet.numbers("loss")?)?;
    if rows.len() != losses.len() {
        let problem = format!("{} rows, trained again {}", rows.len(), losses.len());
        judge.wrong(sheet, "", problem);
        return Ok(());
    }
    for ((row, found), expected) in rows.into_iter().zip(losses) {
        judge.value(
            sheet,
            (row, "loss"),
            [expected, found],
            share * expected,
            "trained again",
        );
    }
    Ok(())
}

/// Number and value of each row of a run, which is a data set and a model.
fn rows_of<T>(sheet: &Sheet, run: [&str; 2], values: Vec<T>) -> Result<Vec<(usize, T)>> {
    let runs = sheet.words_by_row(["dataset", "model"])?;
    let rows = runs.into_iter().zip(values).enumerate();
    let own = rows.filter(|(_, (found, _))| *found == run);
    Ok(own.map(|(row, (_, value))| (row, value)).collect())
}
