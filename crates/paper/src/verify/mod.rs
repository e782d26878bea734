//! Whether recorded results are what they say they are, and what they should be.
//!
//! Four questions, in this order: are the files those of the manifest; do the tables satisfy the theory; do they agree
//! with the published values and claims; and, if asked for, does computing them again give the same. Settings come from
//! the records. No image and no network is needed but to train Figure 6 again.

mod fig1;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod fig6;
mod files;
mod judge;
mod recompute;
mod values;

use std::fmt;
use std::path::Path;

use dae::data::{DataSet, Spectrum};
use serde::de::DeserializeOwned;

use crate::progress::Progress;
use crate::recorded::Recorded;
use crate::regenerate::Figure;
use crate::{Error, Result};

pub(crate) use fig3::steepest;
use judge::Judge;

/// Which question a finding answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Files against the manifest.
    Files,
    /// Tables against the theory.
    Theory,
    /// Tables against published values and claims.
    Values,
    /// Tables against the same computed again.
    Recomputed,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Files => "files",
            Self::Theory => "theory",
            Self::Values => "values",
            Self::Recomputed => "recomputed",
        })
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The question.
    pub part: Part,
    /// The file, by its path below the profile's folder.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What was looked at and what was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verification {
    /// What is wrong; empty if all holds.
    pub findings: Vec<Finding>,
    /// What was looked at, in words.
    pub done: Vec<(Part, String)>,
    /// What is no fault but should be known.
    pub notes: Vec<String>,
}

/// What to compute again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Again {
    /// Figures 1 to 4.
    pub cheap: bool,
    /// Training runs, such as `fig5/mnist/DAE`, or `all`.
    pub runs: Vec<String>,
}

impl Verification {
    /// Whether all holds.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, part: Part, file: impl Into<String>, problem: impl Into<String>) {
        self.findings.push(Finding {
            part,
            file: file.into(),
            problem: problem.into(),
        });
    }

    /// Enters an error about a file as a finding.
    fn fail(&mut self, part: Part, file: &str, error: &Error) {
        match error {
            Error::Damaged { file, problem } => self.find(part, file, problem),
            other => self.find(part, file, other.to_string()),
        }
    }

    fn did(&mut self, part: Part, what: String) {
        self.done.push((part, what));
    }
}

/// Verifies the results in a profile's folder.
///
/// # Errors
/// A training run that is not there was named, or training it again failed. Everything that is wrong with the results
/// is a finding, not an error.
pub fn verify(folder: &Path, again: &Again, progress: &Progress) -> Result<Verification> {
    let mut verification = Verification::default();
    files::check(folder, &mut verification);
    let (recorded, damaged) = Recorded::open_what_can_be(folder);
    for (file, error) in &damaged {
        verification.fail(Part::Files, file, error);
    }
    for &figure in recorded.records.keys() {
        theory(figure, &recorded, &mut verification);
    }
    values::check(&recorded, &mut verification);
    recompute::check(&recorded, again, progress, &mut verification)?;
    Ok(verification)
}

fn theory(figure: Figure, recorded: &Recorded, verification: &mut Verification) {
    let mut judge = Judge::new(recorded);
    let result = match figure {
        Figure::Fig1 => settings(recorded, figure).and_then(|s| fig1::check(&s, &mut judge)),
        Figure::Fig2 => settings(recorded, figure).and_then(|s| fig2::check(&s, &mut judge)),
        Figure::Fig3 => settings(recorded, figure).and_then(|s| fig3::check(&s, &mut judge)),
        Figure::Fig4 => settings(recorded, figure).and_then(|s| fig4::check(&s, &mut judge)),
        Figure::Fig5 => settings(recorded, figure).and_then(|s| fig5::check(&s, &mut judge)),
        Figure::Fig6 => settings(recorded, figure).and_then(|s| fig6::check(&s, &mut judge)),
    };
    let judged = judge.judged();
    for (file, problem) in judge.problems() {
        verification.find(Part::Theory, file, problem);
    }
    match result {
        Ok(()) => verification.did(Part::Theory, format!("{figure}: {judged} values")),
        Err(error) => {
            verification.fail(Part::Theory, &format!("tables of {figure}"), &error);
        }
    }
}

/// The settings that a figure was made with, checked.
fn settings<S: DeserializeOwned + dae::Settings>(
    recorded: &Recorded,
    figure: Figure,
) -> Result<dae::Checked<S>> {
    let settings: S = recorded
        .settings(figure)?
        .ok_or_else(|| damaged(figure, "no settings"))?;
    settings
        .check()
        .map_err(|error| damaged(figure, &format!("settings: {error}")))
}

fn damaged(figure: Figure, problem: &str) -> Error {
    Error::Damaged {
        file: format!("records/{figure}.json"),
        problem: problem.to_owned(),
    }
}

/// The committed spectra.
fn spectra() -> Result<Vec<(DataSet, Spectrum)>> {
    DataSet::ALL
        .into_iter()
        .map(|dataset| Ok((dataset, Spectrum::committed(dataset)?)))
        .collect()
}
