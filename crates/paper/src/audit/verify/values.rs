//! Tables against published values and claims, and the audit's tables against what it would write now.

use serde::Serialize;

use super::{Part, Verification};
use crate::Result;
use crate::audit::claims;
use crate::results::regenerate::published;
use crate::results::{Record, Recorded, comparison};
use crate::system::files;
use crate::tables::read::to_csv;
use crate::tables::{Check, Origin, Tally, Verdict};

pub(super) fn check(recorded: &Recorded, verification: &mut Verification) {
    let words = [
        "published values compared",
        "not comparable with what was made",
    ];
    let rows = comparison::rows(recorded);
    let compared = rows.and_then(|rows| {
        let place = |row: &comparison::Row| [format!("tables of {}", row.figure), String::new()];
        let checks = rows.iter().map(|row| (row.check(), place(row)));
        judge(checks, words, verification);
        as_written(&rows, comparison::FILE, recorded, verification)
    });
    let words = ["measures of claims", "of what was not made"];
    let rows = claims::rows(recorded);
    let measured = rows.and_then(|rows| {
        let place = |row: &claims::Row| [claims::FILE.to_owned(), format!("claim {}: ", row.id)];
        let checks = rows.iter().map(|row| (row.check(), place(row)));
        judge(checks, words, verification);
        as_written(&rows, claims::FILE, recorded, verification)
    });
    let made = [(comparison::FILE, compared), (claims::FILE, measured)];
    let mut results: Vec<_> = made.map(|(file, result)| (file.to_owned(), result)).into();
    for record in recorded.records.values() {
        let result = checks_of(record, recorded, verification);
        results.push((Record::file(record.figure), result));
    }
    for (file, result) in results {
        if let Err(error) = result {
            verification.fail(Part::Values, &file, &error);
        }
    }
}

/// Enters the failed checks, each with its file and a prefix, and the numbers of measured and unmeasured ones.
fn judge(
    checks: impl Iterator<Item = (Check, [String; 2])>,
    words: [&str; 2],
    verification: &mut Verification,
) {
    let mut all = Vec::new();
    for (check, [file, before]) in checks {
        if check.verdict() == Verdict::Fail {
            let problem = format!("{before}{check} ({})", check.reason);
            verification.find(Part::Values, file, problem);
        }
        all.push(check);
    }
    let measured = Tally::of(&all).measured();
    let (rest, [done, open]) = (all.len() - measured, words);
    let words = format!("{measured} {done}, {rest} {open}");
    verification.done.push((Part::Values, words));
}

/// Checks that a table of the audit says what the tables of the figures say now.
///
/// Numbers measured anew may differ in their last digits on another processor.
fn as_written<R: Serialize>(
    rows: &[R],
    file: &str,
    recorded: &Recorded,
    verification: &mut Verification,
) -> Result<()> {
    let expected = to_csv(rows, file)?;
    let Ok(found) = files::read(&recorded.folder.join(file)) else {
        // Its absence is already a finding of the files.
        return Ok(());
    };
    let [expected, found] = [&expected, &found].map(|text| String::from_utf8_lossy(text));
    let (mut ours, mut theirs) = (expected.lines(), found.lines());
    for line in 1.. {
        let (a, b) = (ours.next(), theirs.next());
        if a.or(b).is_none() {
            break;
        }
        let [a, b] = [a, b].map(|line| line.unwrap_or("nothing"));
        if !same(a, b) {
            let problem = format!("line {line}: the tables give `{a}`, found `{b}`");
            verification.find(Part::Values, file, problem);
            break;
        }
    }
    Ok(())
}

/// Whether two lines are equal up to the last digits of numbers.
fn same(a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1e-3);
    let alike =
        |(a, b): (&str, &str)| a == b || number(a).zip(number(b)).is_some_and(|(a, b)| close(a, b));
    let cells = |line| str::split(line, ',');
    a == b || cells(a).count() == cells(b).count() && cells(a).zip(cells(b)).all(alike)
}

/// Verifies the checks in a record: they pass, and published values are all there and say what the tables say.
fn checks_of(record: &Record, recorded: &Recorded, verification: &mut Verification) -> Result<()> {
    let file = Record::file(record.figure);
    let mut find = |problem: String| verification.find(Part::Values, &file, problem);
    let failed = |check: &&Check| check.verdict() == Verdict::Fail;
    for check in record.checks.iter().filter(failed) {
        find(format!("failed when it was made: {check}"));
    }
    // Other published values than when it was made are a note.
    if record.inputs.published != published(record.figure)? {
        return Ok(());
    }
    let now = comparison::of(record.figure, &record.inputs.settings, &recorded.tables())?;
    let recorded: Vec<&Check> = record
        .checks
        .iter()
        .filter(|own| own.origin == Origin::Published)
        .collect();
    for (now, _) in now.iter().filter(|(now, _)| now.measured) {
        let mut same = recorded.iter().filter(|own| own.quantity == now.quantity);
        let problem = match same.next() {
            None => "it is not in the record".to_owned(),
            Some(own) if (own.expected, own.tolerance) != (now.expected, now.tolerance) => {
                format!("it says `{own}`, the published value gives `{now}`")
            }
            Some(own) if own.found != now.found => {
                format!("it says {}, the tables say {}", own.found, now.found)
            }
            Some(_) => continue,
        };
        find(format!("{}: {problem}", now.quantity));
    }
    Ok(())
}
