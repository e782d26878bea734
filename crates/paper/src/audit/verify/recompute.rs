//! Recomputes from the recorded settings, and compares with the recorded tables.

use super::{Again, Part, Verification, of_record};
use crate::experiments::{Context, spectra};
use crate::results::{Record, Recorded};
use crate::runs::Runs;
use crate::system::progress::Progress;
use crate::tables::Judge;
use crate::{Error, Result};

pub(super) fn check(
    recorded: &Recorded,
    again: &Again,
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
    let mut known = Vec::new();
    for (figure, record) in &recorded.records {
        let (experiment, settings) = (figure.experiment(), &record.inputs.settings);
        // Unreadable settings are already a finding of the theory.
        let trainings = experiment.trainings(settings, &context(record));
        let trainings = trainings.unwrap_or_default();
        if again.cheap && trainings.is_empty() {
            let mut judge = Judge::new(recorded.tables());
            let tables = experiment.tables(settings, &context(record));
            let result = tables.and_then(|all| all.iter().try_for_each(|table| judge.same(table)));
            let result = result.map_err(|error| of_record(error, record));
            verification.judged(Part::Recomputed, figure.name(), &judge, result);
        }
        let labels = trainings.into_iter().map(|training| training.label);
        known.extend(labels.map(|label| (format!("{figure}/{label}"), record, label)));
    }
    let means = |asked: &String, name: &String, record: &Record| {
        asked == "all" || asked == name || asked == record.figure.name()
    };
    let is_known = |asked: &&String| {
        let mut known = known.iter();
        *asked == "all" || known.any(|(own, record, _)| means(asked, own, record))
    };
    if let Some(name) = again.runs.iter().find(|name| !is_known(name)) {
        let names: Vec<&str> = known.iter().map(|(own, ..)| own.as_str()).collect();
        return Err(Error::Unknown {
            kind: "recorded training run",
            name: name.clone(),
            choices: format!("all, a figure, {}", names.join(", ")),
        });
    }
    for (name, record, label) in known {
        if again.runs.iter().any(|asked| means(asked, &name, record)) {
            let mut judge = Judge::new(recorded.tables());
            let (experiment, settings) = (record.figure.experiment(), &record.inputs.settings);
            experiment.train(settings, &context(record), &label, Some(&mut judge))?;
            verification.judged(Part::Recomputed, &name, &judge, Ok(()));
        }
    }
    Ok(())
}
