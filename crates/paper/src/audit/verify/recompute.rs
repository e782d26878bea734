//! Recomputes from the recorded settings, and compares with the recorded tables and checks.

use super::{Again, Part, Verification, of_record};
use crate::experiments::{Context, spectra};
use crate::results::{Record, Recorded};
use crate::runs::Runs;
use crate::system::progress::Progress;
use crate::tables::{Check, Judge, Origin};
use crate::{Error, Result};

/// A recorded training run: its name, such as `fig5/mnist/DAE`, the record of its figure, and its label there.
type Known<'a> = (String, &'a Record, &'a str);

/// The recorded training runs that are asked for.
///
/// # Errors
/// One that no record has.
pub(super) fn asked<'a>(recorded: &'a Recorded, again: &Again) -> Result<Vec<Known<'a>>> {
    let mut known: Vec<Known> = Vec::new();
    for (figure, record) in &recorded.records {
        let labels = record.trainings.iter().map(|training| &*training.label);
        known.extend(labels.map(|label| (format!("{figure}/{label}"), record, label)));
    }
    let means = |asked: &str, (name, record, _): &Known| {
        asked == "all" || asked == name || asked == record.figure.name()
    };
    let is_known = |asked: &&String| *asked == "all" || known.iter().any(|own| means(asked, own));
    if let Some(name) = again.runs.iter().find(|name| !is_known(name)) {
        let names: Vec<&str> = known.iter().map(|(own, ..)| own.as_str()).collect();
        return Err(Error::Unknown {
            kind: "recorded training run",
            name: name.clone(),
            choices: format!("all, a figure, {}", names.join(", ")),
        });
    }
    known.retain(|own| again.runs.iter().any(|asked| means(asked, own)));
    Ok(known)
}

/// Computes the figures without training if wanted, and does the training runs.
pub(super) fn check(
    recorded: &Recorded,
    again: &Again,
    asked: &[Known],
    progress: &Progress,
    verification: &mut Verification,
) -> Result<()> {
    let spectra = spectra::committed()?;
    let runs = Runs {
        device: again.device.clone(),
        ..Runs::none()
    };
    let context = |record: &Record| Context {
        seed: record.inputs.seed,
        spectra: &spectra,
        runs: &runs,
        progress,
    };
    let cheap = recorded.records.iter();
    let cheap = cheap.filter(|(_, record)| again.cheap && record.trainings.is_empty());
    for (figure, record) in cheap {
        let mut judge = Judge::new(recorded.tables());
        let product = figure
            .experiment()
            .produce(&record.inputs.settings, &context(record));
        let result = product.and_then(|product| {
            compare(record, &product.checks, verification);
            product
                .tables
                .iter()
                .try_for_each(|table| judge.same(table))
        });
        let result = result.map_err(|error| of_record(error, record));
        verification.judged(Part::Recomputed, figure.name(), &judge, result);
    }
    for (name, record, label) in asked {
        let (experiment, settings) = (record.figure.experiment(), &record.inputs.settings);
        let mut judge = Judge::new(recorded.tables());
        let result = experiment.train(settings, &context(record), label, Some(&mut judge));
        if let Err(error @ Error::Interrupted { .. }) = result {
            return Err(error);
        }
        verification.judged(Part::Recomputed, name, &judge, result);
    }
    Ok(())
}

/// Compares the recorded checks of the theory with those made now.
fn compare(record: &Record, now: &[Check], verification: &mut Verification) {
    let file = Record::file(record.figure);
    let recorded = record.checks.iter();
    let recorded: Vec<&Check> = recorded
        .filter(|own| own.origin == Origin::Theory)
        .collect();
    if !recorded
        .iter()
        .map(|own| &own.quantity)
        .eq(now.iter().map(|own| &own.quantity))
    {
        let problem = "it has other checks than the figure makes";
        verification.find(Part::Recomputed, &file, problem);
        return;
    }
    for (was, is) in recorded.into_iter().zip(now) {
        let pairs = [
            (was.expected, is.expected),
            (was.found, is.found),
            (was.tolerance, is.tolerance),
        ];
        if !pairs
            .iter()
            .all(|(was, is)| (was - is).abs() <= 1e-9 * is.abs().max(1e-3))
        {
            let problem = format!("it says `{was}`, computed again it is `{is}`");
            verification.find(Part::Recomputed, &file, problem);
        }
    }
}
