//! What the template shows, put into words.

use std::borrow::Borrow;
use std::fs;
use std::path::Path;

use askama::Template;
use serde_json::Value;

use super::super::number::{self, significant};
use super::head::Head;
use super::links::{Notebook, document_link, notebooks};
use super::origin::{Source, origins};
use super::{markdown, words};
use crate::Result;
use crate::audit::claims;
use crate::experiments::Figure;
use crate::results::{Manifest, Record, Recorded, comparison};
use crate::settings::{Profile, walk};
use crate::system::files;
use crate::tables::rows::from_csv;
use crate::tables::{Check, Origin, Tally, Verdict};

/// Pages of `docs/`, as they were when this crate was built.
const DEVIATIONS: &str = include_str!("../../../../../docs/DEVIATIONS.md");
const BIAS: &str = include_str!("../../../../../docs/BIAS.md");

/// The whole report.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    profile: Profile,
    /// In one sentence, whether everything holds.
    verdict: String,
    passes: bool,
    figures: Vec<Section>,
    claims: Vec<Claim>,
    deviations: String,
    bias: String,
    /// SHA-256 of what the manifest says, if there is one.
    manifest: Option<String>,
    notebooks: Vec<Notebook>,
    files: Vec<Listed>,
}

/// A figure.
struct Section {
    figure: Figure,
    number: usize,
    title: &'static str,
    caption: &'static str,
    /// `None` if the figure was not made.
    made: Option<Made>,
}

/// A figure that was made.
struct Made {
    passes: bool,
    /// What is wrong with its files.
    problems: Vec<String>,
    /// The SVG file as an address.
    drawing: Option<String>,
    time: String,
    seed: u64,
    settings: Vec<Setting>,
    /// Whether the profile changes any of them.
    differs: bool,
    published: Checks,
    theory: Checks,
    tables: Vec<std::result::Result<Head, String>>,
    /// Where the figure comes from, and where each training run does that it was made from.
    origins: Vec<Source>,
}

/// A setting.
struct Setting {
    key: String,
    value: String,
    meaning: Option<&'static str>,
    /// Its value in the paper, where the profile has another.
    paper: Option<String>,
}

/// Expectations of one kind.
struct Checks(Vec<Check>);

/// A claim of the paper and what was measured of it.
struct Claim {
    claim: claims::Claim,
    measures: Checks,
}

/// How a verdict is coloured; the word itself says the same.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Corrected | Verdict::NotMeasured => "other",
    }
}

/// A number, or a dash where there is none.
fn number(value: impl Borrow<f64>, digits: usize) -> String {
    let value = *value.borrow();
    if value.is_finite() {
        significant(value, digits)
    } else {
        "–".to_owned()
    }
}

/// A file that belongs to the results.
struct Listed {
    path: String,
    size: String,
    sha256: String,
}

impl Page {
    /// Puts what is recorded of a profile into words.
    pub fn gather(recorded: &Recorded, profile: Profile) -> Result<Self> {
        let folder = &recorded.folder;
        let compared: Option<Vec<comparison::Row>> = match folder.join(comparison::FILE).exists() {
            true => Some(from_csv(folder, comparison::FILE)?),
            false => None,
        };
        let (mut figures, mut listed) = (Vec::new(), Vec::new());
        let mut list = |path: String| {
            let sha256 = files::sha256_of(&folder.join(&path));
            listed.extend(sha256.and_then(|sha256| Listed::new(folder, path, sha256)));
        };
        for (index, &figure) in Figure::ALL.iter().enumerate() {
            let record = recorded.records.get(&figure);
            if let Some(record) = record {
                record.outputs.keys().cloned().for_each(&mut list);
                list(Record::file(figure));
            }
            figures.push(Section {
                figure,
                number: index + 1,
                title: figure.about().title,
                caption: figure.about().caption,
                made: record.map(|record| Made::new(record, folder, compared.as_deref())),
            });
        }
        for path in [comparison::FILE, claims::FILE] {
            list(path.to_owned());
        }
        let claims = claims(folder)?;
        let (passes, verdict) = verdict(&figures, &claims);
        let link = |target: &str| document_link(folder, target);
        let manifest = Manifest::read(folder);
        Ok(Self {
            profile,
            verdict,
            passes,
            figures,
            claims,
            deviations: markdown::to_html(DEVIATIONS, "deviations", link),
            bias: markdown::to_html(BIAS, "distrust", link),
            manifest: manifest.ok().map(|manifest| manifest.content()),
            notebooks: notebooks(folder, profile),
            files: listed,
        })
    }
}

impl Made {
    fn new(record: &Record, folder: &Path, compared: Option<&[comparison::Row]>) -> Self {
        let figure = record.figure;
        let mut problems = Vec::new();
        for (path, hash) in &record.outputs {
            match files::sha256_of(&folder.join(path)) {
                None => problems.push(format!("{path} is missing.")),
                Some(found) if found != *hash => problems.push(format!(
                    "{path} was changed after it was made: it is not the file that the record describes."
                )),
                Some(_) => {}
            }
        }
        let svg = folder.join(format!("figures/{figure}.svg"));
        let drawing = fs::read_to_string(svg).map_err(|problem| {
            problems.push(format!("The figure cannot be shown: {problem}."));
        });
        let of = |origin: Origin| {
            let checks = record.checks.iter().filter(|check| check.origin == origin);
            Checks(checks.cloned().collect())
        };
        let published = match compared {
            Some(rows) => {
                let own = rows.iter().filter(|row| row.figure == figure.name());
                Checks(own.map(comparison::Row::check).collect())
            }
            None => of(Origin::Published),
        };
        let theory = of(Origin::Theory);
        let tables = record.outputs.keys().filter(|path| path.ends_with(".csv"));
        let head =
            |path: &String| Head::read(folder, path).map_err(|error| format!("{path}: {error}"));
        Self {
            passes: problems.is_empty() && !published.fail() && !theory.fail(),
            problems,
            drawing: drawing.ok().map(|svg| address(&svg)),
            time: match record.total_seconds() {
                Some(seconds) => number::duration(seconds),
                // Runs that were kept from before do not all say how long they took.
                None => format!("over {}", number::duration(record.seconds)),
            },
            seed: record.inputs.seed,
            settings: settings(record),
            differs: !record.differences.is_empty(),
            published,
            theory,
            tables: tables.map(head).collect(),
            origins: origins(record),
        }
    }
}

/// An SVG file as an address that holds all of it: a picture in a page of its own runs nothing and has ids of its own.
fn address(svg: &str) -> String {
    let mut address = String::with_capacity(svg.len() * 11 / 10);
    address.push_str("data:image/svg+xml,");
    for c in svg.chars() {
        match c {
            '%' | '#' | '"' | '<' | '>' | '&' | '\'' | '\n' => {
                address.push_str(&format!("%{:02X}", u32::from(c)));
            }
            other => address.push(other),
        }
    }
    address
}

impl Checks {
    fn tally(&self) -> Tally<'_> {
        Tally::of(&self.0)
    }

    fn fail(&self) -> bool {
        self.tally().count(Verdict::Fail) > 0
    }

    /// How many hold, in a few words.
    fn words(&self) -> String {
        let (tally, mut parts) = (self.tally(), Vec::new());
        let open = tally.count(Verdict::NotMeasured);
        if tally.measured() > 0 {
            parts.push(format!("{} of {}", tally.holding(), tally.measured()));
        }
        if open > 0 {
            parts.push(format!("{open} not measured"));
        }
        parts.join(", ")
    }

    /// The same as a sentence or two.
    fn sentence(&self) -> String {
        let (tally, mut parts) = (self.tally(), Vec::new());
        let open = tally.count(Verdict::NotMeasured);
        if tally.measured() > 0 {
            let (holding, measured) = (tally.holding(), tally.measured());
            parts.push(format!("{holding} of {measured} within tolerance."));
        }
        if open > 0 {
            parts.push(format!("{open} cannot be compared with these settings."));
        }
        parts.join(" ")
    }

    /// The one that takes up most of its tolerance.
    fn furthest(&self) -> Option<String> {
        let check = self.tally().furthest()?;
        let off = number(check.deviation().abs(), 2);
        let allowed = number(check.tolerance, 2);
        Some(format!(
            "{}, off by {off} of {allowed} allowed",
            check.quantity
        ))
    }
}

/// The settings in one list, those of data sets under `mnist.` and `cifar10.`.
fn settings(record: &Record) -> Vec<Setting> {
    let in_paper = |key: &str| {
        let full = format!("{}.{key}", record.figure);
        let found = record.differences.iter().find(|d| d.key == full);
        found.map(|difference| difference.paper.clone())
    };
    let settings = walk::leaves(&record.inputs.settings).into_iter();
    settings
        .map(|(key, value)| Setting {
            meaning: words::meaning(&key),
            paper: in_paper(&key),
            value: shown(value),
            key,
        })
        .collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Number(value) => match (value.as_u64(), value.as_f64()) {
            (Some(whole), _) => number::cell(&whole.to_string(), 6),
            (None, Some(value)) => significant(value, 6),
            (None, None) => value.to_string(),
        },
        other => other.to_string(),
    }
}

impl Listed {
    /// A file, if it is there.
    fn new(folder: &Path, path: String, sha256: String) -> Option<Self> {
        let size = fs::metadata(folder.join(&path)).ok()?.len();
        Some(Self {
            path,
            size: number::bytes(size).to_string(),
            sha256,
        })
    }
}

/// The measured claims, in the order of their table; none if it was not written.
fn claims(folder: &Path) -> Result<Vec<Claim>> {
    if !folder.join(claims::FILE).exists() {
        return Ok(Vec::new());
    }
    let rows: Vec<claims::Row> = from_csv(folder, claims::FILE)?;
    let claims = claims::all()?.into_iter().map(|claim| {
        let own = rows.iter().filter(|row| row.id == claim.id);
        let measures = Checks(own.map(claims::Row::check).collect());
        Claim { claim, measures }
    });
    Ok(claims.collect())
}

fn verdict(figures: &[Section], claims: &[Claim]) -> (bool, String) {
    let made: Vec<(usize, &Made)> = figures
        .iter()
        .filter_map(|section| Some((section.number, section.made.as_ref()?)))
        .collect();
    let missing: Vec<String> = figures
        .iter()
        .filter(|section| section.made.is_none())
        .map(|section| format!("Figure {}", section.number))
        .collect();
    let failed: Vec<String> = made
        .iter()
        .filter(|(_, made)| !made.passes)
        .map(|(number, _)| format!("Figure {number}"))
        .collect();
    let of = |verdict: Verdict| {
        claims
            .iter()
            .filter(|claim| claim.measures.tally().verdict() == verdict)
            .count()
    };
    let mut sentences = vec![if failed.is_empty() {
        format!(
            "All checks of {} pass.",
            listed(&made.iter().map(|(number, _)| *number).collect::<Vec<_>>())
        )
    } else {
        format!("Not everything holds: see {}.", failed.join(", "))
    }];
    if !claims.is_empty() {
        let counted = [
            (Verdict::Pass, "hold"),
            (Verdict::Corrected, "had to be corrected"),
            (Verdict::Fail, "FAIL"),
            (Verdict::NotMeasured, "could not be measured"),
        ];
        let parts = counted.map(|(verdict, words)| (of(verdict), words));
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        sentences.push(format!("Claims of the paper: {}.", parts.join(", ")));
    }
    if !missing.is_empty() {
        sentences.push(format!("Not made yet: {}.", missing.join(", ")));
    }
    (
        failed.is_empty() && of(Verdict::Fail) == 0,
        sentences.join(" "),
    )
}

/// `Figure 2`, `Figures 1 and 2`, `Figures 1, 2 and 5`.
fn listed(numbers: &[usize]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match words.split_last() {
        None => "no figure".to_owned(),
        Some((only, [])) => format!("Figure {only}"),
        Some((last, before)) => format!("Figures {} and {last}", before.join(", ")),
    }
}
