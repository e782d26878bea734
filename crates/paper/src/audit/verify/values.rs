//! Tables against published values and claims, and what the audit wrote down against what it would write now.

use std::fs;

use serde::Serialize;

use super::{Part, Verification};
use crate::Result;
use crate::audit::claims;
use crate::results::{Record, Recorded, comparison};
use crate::tables::rows::to_csv;
use crate::tables::{Check, Origin, Tally, Verdict};

pub(super) fn check(recorded: &Recorded, verification: &mut Verification) {
    let compared = compare(recorded, verification);
    let measured = measure(recorded, verification);
    for (file, result) in [(comparison::FILE, compared), (claims::FILE, measured)] {
        if let Err(error) = result {
            verification.fail(Part::Values, file, &error);
        }
    }
    for record in recorded.records.values() {
        if let Err(error) = checks_of(record, recorded, verification) {
            verification.fail(Part::Values, &Record::file(record.figure), &error);
        }
    }
}

fn failed(checks: &[Check]) -> impl Iterator<Item = (usize, &Check)> {
    let all = checks.iter().enumerate();
    all.filter(|(_, check)| check.verdict() == Verdict::Fail)
}

fn compare(recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let rows = comparison::rows(recorded)?;
    let checks: Vec<Check> = rows.iter().map(comparison::Row::check).collect();
    for (i, check) in failed(&checks) {
        let place = rows.get(i).map_or("", |row| row.figure.as_str());
        let problem = format!("{check} ({})", check.reason);
        verification.find(Part::Values, format!("tables of {place}"), problem);
    }
    as_written(&rows, comparison::FILE, recorded, verification)?;
    let compared = Tally::of(&checks).measured();
    let rest = rows.len() - compared;
    verification.did(
        Part::Values,
        format!("{compared} published values compared, {rest} not comparable with what was made"),
    );
    Ok(())
}

fn measure(recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let rows = claims::rows(recorded)?;
    let checks: Vec<Check> = rows.iter().map(claims::Row::check).collect();
    for (i, check) in failed(&checks) {
        let id = rows.get(i).map_or("", |row| row.id.as_str());
        let problem = format!("claim {id}: {check} ({})", check.reason);
        verification.find(Part::Values, claims::FILE, problem);
    }
    as_written(&rows, claims::FILE, recorded, verification)?;
    let measured = Tally::of(&checks).measured();
    let rest = rows.len() - measured;
    verification.did(
        Part::Values,
        format!("{measured} measures of claims, {rest} of what was not made"),
    );
    Ok(())
}

/// Whether a table of the audit says what the tables of the figures say now.
///
/// Numbers that are measured anew may differ in their last digits on another processor.
fn as_written<R: Serialize>(
    rows: &[R],
    file: &str,
    recorded: &Recorded,
    verification: &mut Verification,
) -> Result<()> {
    let expected = to_csv(rows, file)?;
    let Ok(found) = fs::read(recorded.folder.join(file)) else {
        // That it is missing is a finding of the files already.
        return Ok(());
    };
    let [expected, found] = [&expected, &found].map(|text| String::from_utf8_lossy(text));
    let (mut ours, mut theirs) = (expected.lines(), found.lines());
    for line in 1.. {
        match (ours.next(), theirs.next()) {
            (None, None) => break,
            (Some(a), Some(b)) if same(a, b) => {}
            (a, b) => {
                let [a, b] = [a, b].map(|line| line.unwrap_or("nothing"));
                let problem = format!("line {line}: the tables give `{a}`, found `{b}`");
                verification.find(Part::Values, file, problem);
                break;
            }
        }
    }
    Ok(())
}

/// Whether two lines are the same but for the last digits of numbers.
fn same(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1e-3);
    let alike =
        |(a, b): (&str, &str)| a == b || number(a).zip(number(b)).is_some_and(|(a, b)| close(a, b));
    let cells = |line| str::split(line, ',');
    a == b || cells(a).count() == cells(b).count() && cells(a).zip(cells(b)).all(alike)
}

/// The checks that a record holds: they pass, and those of published values say what the tables say.
fn checks_of(record: &Record, recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let file = Record::file(record.figure);
    for (_, check) in failed(&record.checks) {
        let problem = format!("failed when it was made: {check}");
        verification.find(Part::Values, &file, problem);
    }
    let now = comparison::of(record.figure, &record.inputs.settings, &recorded.tables())?;
    let published = record.checks.iter();
    for check in published.filter(|check| check.origin == Origin::Published) {
        let mut now = now
            .iter()
            .map(|(check, _)| check)
            .filter(|now| now.measured);
        let same = now.find(|now| now.quantity == check.quantity);
        if let Some(now) = same.filter(|now| now.found != check.found) {
            let (quantity, says) = (&check.quantity, check.found);
            let problem = format!("{quantity}: it says {says}, the tables say {}", now.found);
            verification.find(Part::Values, &file, problem);
        }
    }
    Ok(())
}
