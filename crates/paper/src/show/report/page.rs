//! What the template shows, put into words.

use std::borrow::Borrow;
use std::fs;
use std::path::Path;

use askama::Template;
use serde_json::Value;

use super::super::number::{self, bytes, duration};
use super::super::panel::Panel;
use super::head::Head;
use super::links::{document_link, notebooks};
use super::markdown::to_html;
use super::words::meaning;
use crate::Result;
use crate::audit::claims::{self, Claim};
use crate::experiments::Figure;
use crate::results::{Manifest, Record, Recorded, comparison};
use crate::settings::{Profile, walk::leaves};
use crate::system::files::{key, sha256_of};
use crate::system::provenance::Revision;
use crate::tables::read::from_csv;
use crate::tables::{Check, Origin, Tally, Verdict};

/// Pages of `docs/`, as they were when this crate was built.
const DEVIATIONS: &str = include_str!("../../../../../docs/DEVIATIONS.md");
const BIAS: &str = include_str!("../../../../../docs/BIAS.md");

/// The whole report.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    profile: Profile,
    figures: Vec<Section<'a>>,
    /// Claims of the paper and what was measured of each; empty if the table of claims was not written.
    claims: Vec<(Claim, Vec<Check>)>,
    deviations: String,
    bias: String,
    /// SHA-256 of what the manifest says, if there is one.
    manifest: Option<String>,
    notebooks: Vec<[String; 2]>,
    /// Path, size and SHA-256 of every file.
    files: Vec<[String; 3]>,
}

struct Section<'a> {
    figure: Figure,
    number: usize,
    /// `None` if the figure was not made.
    made: Option<Made<'a>>,
}

struct Made<'a> {
    record: &'a Record,
    /// What is wrong with its files.
    problems: Vec<String>,
    /// The SVG file as a data URL.
    drawing: Option<String>,
    published: Vec<Check>,
    theory: Vec<Check>,
    tables: Vec<std::result::Result<Head, String>>,
}

impl<'a> Page<'a> {
    /// Gathers what is recorded of a profile.
    pub fn gather(recorded: &'a Recorded, profile: Profile) -> Result<Self> {
        let folder = &recorded.folder;
        let compared: Option<Vec<comparison::Row>> = written(folder, comparison::FILE)?;
        let measured: Option<Vec<claims::Row>> = written(folder, claims::FILE)?;
        let (mut figures, mut paths) = (Vec::new(), Vec::new());
        for (number, &figure) in (1..).zip(Figure::ALL) {
            let record = recorded.records.get(&figure);
            if let Some(record) = record {
                paths.extend(record.outputs.keys().cloned());
                paths.push(Record::file(figure));
            }
            figures.push(Section {
                figure,
                number,
                made: record.map(|record| Made::new(record, folder, compared.as_deref())),
            });
        }
        paths.extend([comparison::FILE, claims::FILE].map(str::to_owned));
        let listed = |path: String| {
            let (file, size) = (folder.join(&path), fs::metadata(folder.join(&path)));
            Some([path, bytes(size.ok()?.len()), sha256_of(&file)?])
        };
        let claims = match measured {
            Some(rows) => with_measures(&rows)?,
            None => Vec::new(),
        };
        let link = |target: &str| document_link(folder, target);
        Ok(Self {
            profile,
            figures,
            claims,
            deviations: to_html(DEVIATIONS, "deviations", link),
            bias: to_html(BIAS, "distrust", link),
            manifest: Manifest::read(folder).ok().map(|found| found.content()),
            notebooks: notebooks(folder, profile),
            files: paths.into_iter().filter_map(listed).collect(),
        })
    }

    /// How many claims have a verdict.
    fn claims_with(&self, verdict: Verdict) -> usize {
        let verdicts = self.claims.iter().map(|(_, own)| Tally::of(own).verdict());
        verdicts.filter(|own| *own == verdict).count()
    }

    fn passes(&self) -> bool {
        let mut made = self.figures.iter().filter_map(|own| own.made.as_ref());
        made.all(Made::passes) && self.claims_with(Verdict::Fail) == 0
    }

    /// In a few sentences, whether everything holds.
    fn verdict(&self) -> String {
        let (mut passed, mut failed, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for section in &self.figures {
            let (list, words) = match &section.made {
                None => (&mut missing, format!("Figure {}", section.number)),
                Some(made) if made.passes() => (&mut passed, section.number.to_string()),
                Some(_) => (&mut failed, format!("Figure {}", section.number)),
            };
            list.push(words);
        }
        let mut said = match failed.is_empty() {
            true => format!("All checks of {} pass.", listed(&passed)),
            false => format!("Not everything holds: see {}.", failed.join(", ")),
        };
        let counted = [
            (Verdict::Pass, "hold"),
            (Verdict::Corrected, "had to be corrected"),
            (Verdict::Fail, "FAIL"),
            (Verdict::NotMeasured, "could not be measured"),
        ];
        let counted = counted.map(|(verdict, words)| (self.claims_with(verdict), words));
        let counted = counted.iter().filter(|(count, _)| *count > 0);
        let claims: Vec<String> = counted.map(|(n, words)| format!("{n} {words}")).collect();
        if !claims.is_empty() {
            said += &format!(" Claims of the paper: {}.", claims.join(", "));
        }
        if !missing.is_empty() {
            said += &format!(" Not made yet: {}.", missing.join(", "));
        }
        said
    }
}

/// `Figure 2`, `Figures 1 and 2`, `Figures 1, 2 and 5`.
fn listed(numbers: &[String]) -> String {
    match numbers.split_last() {
        None => "no figure".to_owned(),
        Some((only, [])) => format!("Figure {only}"),
        Some((last, before)) => format!("Figures {} and {last}", before.join(", ")),
    }
}

/// The rows of a table of the audit, if it was written.
fn written<R: serde::de::DeserializeOwned>(folder: &Path, file: &str) -> Result<Option<Vec<R>>> {
    let exists = folder.join(file).exists();
    exists.then(|| from_csv(folder, file)).transpose()
}

/// All claims, each with its measures.
fn with_measures(rows: &[claims::Row]) -> Result<Vec<(Claim, Vec<Check>)>> {
    let claims = claims::all()?.into_iter().map(|claim| {
        let own = rows.iter().filter(|row| row.id == claim.id);
        let measures = own.map(claims::Row::check).collect();
        (claim, measures)
    });
    Ok(claims.collect())
}

impl<'a> Made<'a> {
    fn new(record: &'a Record, folder: &Path, compared: Option<&[comparison::Row]>) -> Self {
        let figure = record.figure;
        let mut problems = Vec::new();
        for (path, hash) in &record.outputs {
            match sha256_of(&folder.join(path)) {
                None => problems.push(format!("{path} is missing.")),
                Some(found) if found != *hash => problems.push(format!(
                    "{path} was changed after it was made: it is not the file that the record describes."
                )),
                Some(_) => {}
            }
        }
        let svg = fs::read_to_string(folder.join(format!("figures/{figure}.svg")));
        if let Err(problem) = &svg {
            problems.push(format!("The figure cannot be shown: {problem}."));
        }
        let of = |origin: Origin| -> Vec<Check> {
            let checks = record.checks.iter().filter(|check| check.origin == origin);
            checks.cloned().collect()
        };
        let published = compared.map(|rows| {
            let own = rows.iter().filter(|row| row.figure == figure.name());
            own.map(comparison::Row::check).collect()
        });
        let tables = record.outputs.keys().filter(|path| path.ends_with(".csv"));
        let head =
            |path: &String| Head::read(folder, path).map_err(|error| format!("{path}: {error}"));
        Self {
            record,
            problems,
            drawing: svg.ok().map(|svg| address(&svg)),
            published: published.unwrap_or_else(|| of(Origin::Published)),
            theory: of(Origin::Theory),
            tables: tables.map(head).collect(),
        }
    }

    fn passes(&self) -> bool {
        let failed = |checks| Tally::of(checks).count(Verdict::Fail);
        self.problems.is_empty() && failed(&self.published) + failed(&self.theory) == 0
    }

    /// Whether the profile changes any setting.
    fn differs(&self) -> bool {
        !self.record.differences.is_empty()
    }

    /// The value of a setting in the paper, if the profile has another.
    fn in_paper(&self, key: &str) -> Option<&str> {
        let full = match key {
            "seed" => key.to_owned(),
            _ => format!("{}.{key}", self.record.figure),
        };
        let found = self.record.differences.iter().find(|own| own.key == full);
        found.map(|difference| difference.paper.as_str())
    }

    fn time(&self) -> String {
        duration(self.record.total_seconds())
    }
}

/// An SVG file as a data URL. As a document of its own it runs no scripts, and has ids of its own.
fn address(svg: &str) -> String {
    let mut address = "data:image/svg+xml,".to_owned();
    for c in svg.chars() {
        match c {
            // Single quotes work around attributes, too. No attribute contains one, and they need no escape.
            '"' => address.push('\''),
            '%' | '#' | '<' | '>' | '&' | '\n' => {
                address.push_str(&format!("%{:02X}", u32::from(c)));
            }
            other => address.push(other),
        }
    }
    address
}

/// The CSS class that colours a verdict; the word itself says the same.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Corrected | Verdict::NotMeasured => "other",
    }
}

/// A number, or a dash where there is none.
fn shown(value: impl Borrow<f64>, digits: usize) -> String {
    number::or(*value.borrow(), digits, "–")
}

fn setting(value: &Value) -> String {
    number::setting(value, |number| number::cell(&number.to_string(), 6))
}

/// How many checks hold and how many are open, in a few words.
fn tallied(checks: &[Check]) -> String {
    counted(checks, "", "not measured").join(", ")
}

/// The same as a sentence or two.
fn sentences(checks: &[Check]) -> String {
    let open = "cannot be compared with these settings.";
    counted(checks, " within tolerance.", open).join(" ")
}

fn counted(checks: &[Check], hold: &str, are_open: &str) -> Vec<String> {
    let (tally, mut parts) = (Tally::of(checks), Vec::new());
    let (holding, measured) = (tally.holding(), tally.measured());
    if measured > 0 {
        parts.push(format!("{holding} of {measured}{hold}"));
    }
    if measured < tally.len() {
        parts.push(format!("{} {are_open}", tally.len() - measured));
    }
    parts
}

/// The check that uses most of its tolerance.
fn furthest(checks: &[Check]) -> Option<String> {
    let check = Tally::of(checks).furthest()?;
    let [off, allowed] = [check.deviation().abs(), check.tolerance].map(|value| shown(value, 2));
    let quantity = &check.quantity;
    Some(format!("{quantity}, off by {off} of {allowed} allowed"))
}
