//! What the template shows, put into words.

use std::fs;
use std::path::{Component, Path, PathBuf};

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::head::Head;
use super::vector::Drawing;
use super::{markdown, number, words};
use crate::check::{Check, Origin};
use crate::profile::Profile;
use crate::regenerate::{Figure, Record};
use crate::{Error, Result, files};

/// Pages of `docs/`, as they were when this crate was built.
const DEVIATIONS: &str = include_str!("../../../../docs/DEVIATIONS.md");
const BIAS: &str = include_str!("../../../../docs/BIAS.md");

/// Where the root of the repository is, seen from the report.
const ROOT: &str = "../../";

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
    /// The inlined SVG.
    drawing: Option<String>,
    time: String,
    seed: u64,
    settings: Vec<Setting>,
    /// Whether the profile changes any of them.
    differs: bool,
    published: Checks,
    theory: Checks,
    tables: Vec<std::result::Result<Head, String>>,
    facts: Vec<Fact>,
}

/// A setting.
struct Setting {
    key: String,
    value: String,
    meaning: Option<&'static str>,
    /// Its value in the paper, where the profile has another.
    paper: Option<String>,
}

/// Expectations of one origin.
struct Checks {
    rows: Vec<Expectation>,
    passed: usize,
    /// The one that takes up most of its tolerance.
    furthest: Option<String>,
}

/// An expectation and what was found.
struct Expectation {
    quantity: String,
    expected: String,
    found: String,
    deviation: String,
    tolerance: String,
    passes: bool,
    reason: String,
}

/// Something that is known about where a figure came from.
struct Fact {
    name: String,
    value: String,
    /// Whether it is a hash or a version, to be set as code.
    code: bool,
}

/// A claim of the paper.
struct Claim {
    id: String,
    source: String,
    statement: String,
    explanation: String,
    verdict: String,
    measures: Vec<Measure>,
}

/// One measured quantity of a claim.
struct Measure {
    quantity: String,
    expected: String,
    measured: String,
    tolerance: String,
    verdict: String,
    note: String,
}

impl Claim {
    fn class(&self) -> &'static str {
        class(&self.verdict)
    }
}

impl Measure {
    fn class(&self) -> &'static str {
        class(&self.verdict)
    }
}

/// How a verdict is coloured; the word itself says the same.
fn class(verdict: &str) -> &'static str {
    match verdict {
        "pass" => "pass",
        "FAIL" => "fail",
        _ => "other",
    }
}

/// A notebook that was exported.
struct Notebook {
    title: String,
    link: String,
}

/// A file that belongs to the results.
struct Listed {
    path: String,
    size: String,
    sha256: String,
}

impl Page {
    /// Reads everything that lies in the folder of a profile.
    pub fn gather(folder: &Path, profile: Profile) -> Result<Self> {
        let mut figures = Vec::new();
        let mut listed = Vec::new();
        for (index, figure) in Figure::ALL.into_iter().enumerate() {
            let record = record(figure, folder)?;
            if let Some(record) = &record {
                listed.extend(listing(record, folder));
            }
            figures.push(Section {
                figure,
                number: index + 1,
                title: figure.title(),
                caption: words::caption(figure),
                made: record.map(|record| Made::new(&record, folder)),
            });
        }
        if figures.iter().all(|section| section.made.is_none()) {
            return Err(Error::NothingRecorded {
                folder: folder.to_owned(),
                profile: profile.name(),
            });
        }
        let claims = claims(folder)?;
        let (passes, verdict) = verdict(&figures, &claims);
        let link = |target: &str| document_link(folder, target);
        Ok(Self {
            profile,
            verdict,
            passes,
            figures,
            claims,
            deviations: markdown::to_html(DEVIATIONS, "deviations", link),
            bias: markdown::to_html(BIAS, "distrust", link),
            notebooks: notebooks(folder),
            files: listed,
        })
    }
}

/// The record of a figure, if it was made.
fn record(figure: Figure, folder: &Path) -> Result<Option<Record>> {
    let path = folder.join(format!("records/{figure}.json"));
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read(&path).map_err(Error::io(&path))?;
    let record = serde_json::from_slice(&text).map_err(|error| Error::Repository {
        file: path.display().to_string(),
        problem: error.to_string(),
    })?;
    Ok(Some(record))
}

impl Made {
    fn new(record: &Record, folder: &Path) -> Self {
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
        let drawing = drawing(figure, folder).map_err(|problem| {
            problems.push(format!("The figure cannot be shown: {problem}."));
        });
        let of = |origin: Origin| {
            let checks = record.checks.iter().filter(|check| check.origin == origin);
            Checks::new(checks.collect())
        };
        let tables = record.outputs.keys().filter(|path| path.ends_with(".csv"));
        let tables = tables.map(|path| Head::read(folder, path).map_err(|error| format!("{path}: {error}")));
        Self {
            passes: problems.is_empty() && record.checks.iter().all(Check::passes),
            problems,
            drawing: drawing.ok(),
            time: number::duration(record.seconds),
            seed: record.inputs.seed,
            settings: settings(record),
            differs: !record.differences.is_empty(),
            published: of(Origin::Published),
            theory: of(Origin::Theory),
            tables: tables.collect(),
            facts: facts(record),
        }
    }
}

fn drawing(figure: Figure, folder: &Path) -> std::result::Result<String, String> {
    let path = folder.join(format!("figures/{figure}.svg"));
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let drawing = Drawing::read(&text, figure.name())?;
    drawing.render().map_err(|error| error.to_string())
}

impl Checks {
    fn new(checks: Vec<&Check>) -> Self {
        let furthest = checks.iter().max_by(|a, b| a.share().total_cmp(&b.share()));
        Self {
            passed: checks.iter().filter(|check| check.passes()).count(),
            furthest: furthest.map(|check| {
                format!(
                    "{}, off by {} of {} allowed",
                    check.quantity,
                    number::significant((check.found - check.expected).abs(), 2),
                    number::significant(check.tolerance, 2)
                )
            }),
            rows: checks.into_iter().map(Expectation::new).collect(),
        }
    }
}

impl Expectation {
    fn new(check: &Check) -> Self {
        Self {
            quantity: check.quantity.clone(),
            expected: number::significant(check.expected, 6),
            found: number::significant(check.found, 6),
            deviation: number::significant(check.found - check.expected, 2),
            tolerance: number::significant(check.tolerance, 2),
            passes: check.passes(),
            reason: check.reason.clone(),
        }
    }
}

/// The settings in one list, those of data sets under `mnist.` and `cifar10.`.
fn settings(record: &Record) -> Vec<Setting> {
    let mut flat = Vec::new();
    flatten("", &record.inputs.settings, &mut flat);
    let in_paper = |key: &str| {
        let full = format!("{}.{key}", record.figure);
        let found = record.differences.iter().find(|d| d.key == full);
        found.map(|difference| difference.paper.clone())
    };
    flat.into_iter()
        .map(|(key, value)| Setting {
            meaning: words::meaning(&key),
            paper: in_paper(&key),
            key,
            value,
        })
        .collect()
}

fn flatten(prefix: &str, value: &Value, flat: &mut Vec<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let dot = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{dot}{key}"), value, flat);
            }
        }
        other => flat.push((prefix.to_owned(), shown(other))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Number(value) => match (value.as_u64(), value.as_f64()) {
            (Some(whole), _) => number::cell(&whole.to_string()),
            (None, Some(value)) => number::significant(value, 6),
            (None, None) => value.to_string(),
        },
        other => other.to_string(),
    }
}

fn facts(record: &Record) -> Vec<Fact> {
    let code = |name: &str, value: &str| Fact {
        name: name.to_owned(),
        value: value.to_owned(),
        code: true,
    };
    let mut facts = vec![
        code("fingerprint of sources and locked dependencies", &record.inputs.sources),
        code("SHA-256 of the published values", &record.inputs.published),
    ];
    for (dataset, hash) in &record.inputs.spectra {
        facts.push(code(&format!("SHA-256 of the spectrum of {dataset}"), hash));
    }
    facts
}

fn listing(record: &Record, folder: &Path) -> Vec<Listed> {
    let there = |path: &&String| folder.join(path).exists();
    let list = |path: &String| Listed {
        path: path.clone(),
        size: fs::metadata(folder.join(path)).map_or(String::new(), |file| number::bytes(file.len())),
        sha256: record.outputs.get(path).cloned().unwrap_or_default(),
    };
    record.outputs.keys().filter(there).map(list).collect()
}

#[derive(Deserialize)]
struct ClaimRow {
    id: String,
    source: String,
    statement: String,
    quantity: String,
    expected: String,
    measured: String,
    tolerance: String,
    verdict: String,
    note: String,
}

/// The claims of `tables/claims.csv`; none if it was not written.
fn claims(folder: &Path) -> Result<Vec<Claim>> {
    let path = folder.join("tables/claims.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let damaged = |error: csv::Error| Error::Repository {
        file: path.display().to_string(),
        problem: error.to_string(),
    };
    let mut claims: Vec<Claim> = Vec::new();
    let mut reader = csv::Reader::from_path(&path).map_err(damaged)?;
    for row in reader.deserialize() {
        let row: ClaimRow = row.map_err(damaged)?;
        let measure = Measure {
            quantity: row.quantity,
            expected: number::cell(&row.expected),
            measured: number::cell(&row.measured),
            tolerance: number::cell(&row.tolerance),
            verdict: row.verdict.clone(),
            note: row.note,
        };
        match claims.last_mut().filter(|claim| claim.id == row.id) {
            Some(claim) => {
                claim.verdict = worse(&claim.verdict, &row.verdict);
                claim.measures.push(measure);
            }
            None => claims.push(Claim {
                id: row.id,
                source: row.source,
                statement: row.statement,
                explanation: String::new(),
                verdict: row.verdict,
                measures: vec![measure],
            }),
        }
    }
    Ok(claims)
}

/// The verdict on a claim is the worst of those on its measures.
fn worse(a: &str, b: &str) -> String {
    let rank = |verdict: &str| match verdict {
        "pass" => 0,
        "corrected" => 1,
        "not measured" => 2,
        _ => 3,
    };
    if rank(a) >= rank(b) { a } else { b }.to_owned()
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
    let claims_failed = claims.iter().filter(|claim| claim.verdict == "FAIL").count();
    let mut sentences = vec![if failed.is_empty() {
        format!(
            "All checks of the {} figures made here pass.",
            made.len()
        )
    } else {
        format!("Not everything holds: see {}.", failed.join(", "))
    }];
    if claims_failed > 0 {
        sentences.push(format!("Claims that fail: {claims_failed}."));
    }
    if !missing.is_empty() {
        sentences.push(format!("Not made yet: {}.", missing.join(", ")));
    }
    (failed.is_empty() && claims_failed == 0, sentences.join(" "))
}

/// Where a link of a page in `docs/` leads from the report; `None` if there is nothing.
fn document_link(folder: &Path, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return Some(target.to_owned());
    }
    let path = target.split('#').next().unwrap_or(target);
    let from_root = normal(&Path::new("docs").join(path))?;
    let link = format!("{ROOT}{}", target.replacen(path, &from_root, 1));
    folder.join(ROOT).join(from_root).exists().then_some(link)
}

/// A relative path without `..`; `None` if it leaves the repository.
fn normal(path: &Path) -> Option<String> {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !parts.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.to_string_lossy().replace('\\', "/"))
}

/// The notebooks that were exported as pages.
fn notebooks(folder: &Path) -> Vec<Notebook> {
    let Ok(files) = fs::read_dir(folder.join("site")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".html"))
        .collect();
    names.sort();
    let notebook = |name: String| Notebook {
        title: name.trim_end_matches(".html").replace('_', " "),
        link: format!("site/{name}"),
    };
    names.into_iter().map(notebook).collect()
}
