//! Whether recorded results are what they say they are, and what they should be.
//!
//! Four questions, in this order: do the files match the manifest; do the tables satisfy the theory; do they agree with
//! the published values and claims; and, on request, does recomputing them give the same. Settings come from the
//! records. Only retraining Figures 6 and 7 needs images.

mod files;
mod recompute;
mod values;

use std::path::Path;

use crate::results::{Record, Recorded};
use crate::system::device::Device;
use crate::system::progress::Progress;
use crate::tables::Judge;
use crate::{Error, Result};

dae::named! {
    /// Which question a finding answers.
    pub enum Part as "part" {
        /// Files against the manifest.
        Files = "files",
        /// Tables against the theory.
        Theory = "theory",
        /// Tables against published values and claims.
        Values = "values",
        /// Tables against recomputed ones.
        Recomputed = "recomputed",
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The question that it answers.
    pub part: Part,
    /// The file, by its path below the profile's folder.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What was checked and what was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verification {
    /// What is wrong; empty if all holds.
    pub findings: Vec<Finding>,
    /// What was checked, in words.
    pub done: Vec<(Part, String)>,
    /// What is not wrong but should be known.
    pub notes: Vec<String>,
}

/// What to recompute.
#[derive(Debug, Clone, Default)]
pub struct Again {
    /// The figures that are made without training on data.
    pub cheap: bool,
    /// Training runs, such as `fig5/mnist/DAE`, or `all`.
    pub runs: Vec<String>,
    /// The device that trains them.
    pub device: Device,
}

impl Verification {
    /// Whether all holds.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, part: Part, file: impl Into<String>, problem: impl Into<String>) {
        let (file, problem) = (file.into(), problem.into());
        self.findings.push(Finding {
            part,
            file,
            problem,
        });
    }

    /// Enters an error about a file as a finding.
    fn fail(&mut self, part: Part, file: &str, error: &Error) {
        match error {
            Error::Damaged { file, problem } => self.find(part, file, problem),
            other => self.find(part, file, other.to_string()),
        }
    }

    /// Enters the outcome of judging tables.
    fn judged(&mut self, part: Part, what: &str, judge: &Judge, result: Result<()>) {
        for (file, problem) in judge.problems() {
            self.find(part, file, problem);
        }
        match result {
            Ok(()) => self
                .done
                .push((part, format!("{what}: {} values", judge.judged()))),
            Err(error) => self.fail(part, &format!("tables of {what}"), &error),
        }
    }
}

/// Verifies the results in a profile's folder.
///
/// # Errors
/// An unknown training run was named. Anything wrong with the results is a finding, not an error.
pub fn verify(folder: &Path, again: &Again, progress: &Progress) -> Result<Verification> {
    let mut verification = Verification::default();
    let (recorded, damaged) = Recorded::open_what_can_be(folder);
    let asked = recompute::asked(&recorded, again)?;
    files::check(&recorded, &mut verification);
    for (file, error) in &damaged {
        verification.fail(Part::Files, file, error);
    }
    for (figure, record) in &recorded.records {
        let mut judge = Judge::new(recorded.tables());
        judge.seed = record.inputs.seed;
        let settings = &record.inputs.settings;
        let result = figure.experiment().verify(settings, &mut judge);
        let result = result.map_err(|error| of_record(error, record));
        verification.judged(Part::Theory, figure.name(), &judge, result);
    }
    values::check(&recorded, &mut verification);
    recompute::check(&recorded, again, &asked, progress, &mut verification)?;
    Ok(verification)
}

/// Names the record that an experiment found damaged.
fn of_record(error: Error, record: &Record) -> Error {
    match error {
        Error::DamagedRecord { problem } => Error::Damaged {
            file: Record::file(record.figure),
            problem,
        },
        other => other,
    }
}
