//! Tables against published values and claims, and what the audit wrote down against what it would write now.

use std::fs;

use super::{Part, Verification};
use crate::check::{Check, Origin};
use crate::comparison::{self, Comparison, Verdict};
use crate::recorded::Recorded;
use crate::regenerate::Record;
use crate::{Result, claims};

pub fn check(recorded: &Recorded, verification: &mut Verification) {
    if let Err(error) = compare(recorded, verification) {
        verification.fail(Part::Values, comparison::FILE, &error);
    }
    if let Err(error) = measure(recorded, verification) {
        verification.fail(Part::Values, claims::FILE, &error);
    }
    for record in recorded.records.values() {
        if let Err(error) = checks_of(record, recorded, verification) {
            verification.fail(
                Part::Values,
                &format!("records/{}.json", record.figure),
                &error,
            );
        }
    }
}

fn compare(recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let rows = comparison::rows(recorded)?;
    for row in rows.iter().filter(|row| row.verdict == Verdict::Fail) {
        let found = row
            .reproduced
            .map_or("nothing".to_owned(), |v| v.to_string());
        let place = format!("tables of {}", row.figure);
        let (quantity, published, tolerance) = (&row.quantity, row.published, row.tolerance);
        let off = row.deviation.unwrap_or(f64::NAN).abs();
        let problem = format!(
            "{quantity}: published {published}, found {found}, off by {off:.2e}, tolerance {tolerance:.2e} ({})",
            row.note
        );
        verification.find(Part::Values, place, problem);
    }
    as_written(
        &comparison::csv(&rows, comparison::FILE)?,
        comparison::FILE,
        recorded,
        verification,
    );
    let compared = rows.iter().filter(|row| row.reproduced.is_some()).count();
    let rest = rows.len() - compared;
    verification.did(
        Part::Values,
        format!("{compared} published values compared, {rest} not comparable with what was made"),
    );
    Ok(())
}

fn measure(recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let rows = claims::rows(recorded)?;
    for row in rows.iter().filter(|row| row.verdict == Verdict::Fail) {
        let number = |value: Option<f64>| value.map_or("nothing".to_owned(), |v| v.to_string());
        let (expected, found) = (number(row.expected), number(row.measured));
        let problem = format!(
            "claim {}: {}: expected {expected}, measured {found}, tolerance {:.2e} ({})",
            row.id, row.quantity, row.tolerance, row.note
        );
        verification.find(Part::Values, claims::FILE, problem);
    }
    as_written(
        &comparison::csv(&rows, claims::FILE)?,
        claims::FILE,
        recorded,
        verification,
    );
    let measured = rows.iter().filter(|row| row.measured.is_some()).count();
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
fn as_written(expected: &[u8], file: &str, recorded: &Recorded, verification: &mut Verification) {
    let Ok(found) = fs::read(recorded.folder.join(file)) else {
        // That it is missing is a finding of the files already.
        return;
    };
    let (expected, found) = (
        String::from_utf8_lossy(expected),
        String::from_utf8_lossy(&found),
    );
    let (mut ours, mut theirs) = (expected.lines(), found.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (ours.next(), theirs.next()) {
            (None, None) => return,
            (Some(a), Some(b)) if same(a, b) => {}
            (a, b) => {
                let [a, b] = [a, b].map(|line| line.unwrap_or("nothing"));
                verification.find(
                    Part::Values,
                    file,
                    format!("line {line}: the tables give `{a}`, found `{b}`"),
                );
                return;
            }
        }
    }
}

/// Whether two lines are the same but for the last digits of numbers.
fn same(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1e-3);
    a == b
        || a.split(',').count() == b.split(',').count()
            && a.split(',')
                .zip(b.split(','))
                .all(|(a, b)| a == b || number(a).zip(number(b)).is_some_and(|(a, b)| close(a, b)))
}

/// The checks that a record holds: they pass, and those of published values say what the tables say.
fn checks_of(record: &Record, recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let figure = record.figure;
    let file = format!("records/{figure}.json");
    for check in record.checks.iter().filter(|check| !check.passes()) {
        let problem = format!(
            "failed when it was made: {}: expected {}, found {}, tolerance {:.2e}",
            check.quantity, check.expected, check.found, check.tolerance
        );
        verification.find(Part::Values, &file, problem);
    }
    let table = |name: &str| recorded.table(name);
    let compared = comparison::of(figure, &record.inputs.settings, &table)?;
    let now: Vec<Check> = compared.iter().filter_map(Comparison::check).collect();
    for check in record
        .checks
        .iter()
        .filter(|check| check.origin == Origin::Published)
    {
        let fits = |other: &&Check| other.quantity == check.quantity;
        if let Some(other) = now
            .iter()
            .find(fits)
            .filter(|other| other.found != check.found)
        {
            let problem = format!(
                "{}: it says {}, the tables say {}",
                check.quantity, check.found, other.found
            );
            verification.find(Part::Values, &file, problem);
        }
    }
    Ok(())
}
