//! What the template shows, put into words.

use std::fs;
use std::path::{Component, Path, PathBuf};

use askama::Template;
use serde_json::Value;

use super::head::Head;
use super::vector::Drawing;
use super::{markdown, number, words};
use crate::tables::{Check, Origin};
use crate::comparison::{self, Verdict};
use crate::results::manifest::{Entry, Manifest};
use crate::settings::Profile;
use crate::system::provenance::{Provenance, Revision};
use crate::results::Recorded;
use crate::experiments::Figure;
use crate::results::Record;
use crate::{Result, claims, files};

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
struct Checks {
    rows: Vec<Expectation>,
    passed: usize,
    failed: usize,
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
    verdict: Verdict,
    note: String,
    /// Deviation as a share of the tolerance.
    share: f64,
}

/// Where something comes from.
struct Source {
    title: String,
    facts: Vec<Fact>,
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
    correction: Option<String>,
    explanation: String,
    verdict: Verdict,
    /// The verdict in words.
    words: String,
    measures: Checks,
}

/// How a verdict is coloured; the word itself says the same.
fn class(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Corrected | Verdict::NotMeasured => "other",
    }
}

/// A notebook.
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
    /// Puts what is recorded of a profile into words.
    pub fn gather(recorded: &Recorded, profile: Profile) -> Result<Self> {
        let folder = &recorded.folder;
        let compared = if folder.join(comparison::FILE).exists() {
            Some(comparison::read(folder)?)
        } else {
            None
        };
        let (mut figures, mut listed) = (Vec::new(), Vec::new());
        for (index, figure) in Figure::ALL.into_iter().enumerate() {
            let mut made = None;
            if let Some(record) = recorded.records.get(&figure) {
                let entry = Entry::of(record, folder)?;
                listed.extend(
                    entry
                        .files
                        .iter()
                        .map(|(path, hash)| (path.clone(), hash.clone())),
                );
                made = Some(Made::new(record, &entry, folder, compared.as_deref()));
            }
            figures.push(Section {
                figure,
                number: index + 1,
                title: figure.title(),
                caption: words::caption(figure),
                made,
            });
        }
        for path in [comparison::FILE, claims::FILE] {
            let hash = files::sha256_of(&folder.join(path));
            listed.extend(hash.map(|hash| (path.to_owned(), hash)));
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
            manifest: Manifest::read(folder)
                .ok()
                .map(|manifest| manifest.content()),
            notebooks: notebooks(folder, profile),
            files: listed
                .into_iter()
                .filter_map(|(path, sha256)| Listed::new(folder, path, sha256))
                .collect(),
        })
    }
}

impl Made {
    fn new(
        record: &Record,
        entry: &Entry,
        folder: &Path,
        compared: Option<&[comparison::Row]>,
    ) -> Self {
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
            let checks = record
                .checks
                .iter()
                .filter(move |check| check.origin == origin);
            Checks::new(checks.map(Expectation::of_check).collect())
        };
        let published = match compared {
            Some(rows) => {
                let own = rows.iter().filter(|row| row.figure == figure.name());
                Checks::new(own.map(Expectation::of_comparison).collect())
            }
            None => of(Origin::Published),
        };
        let theory = of(Origin::Theory);
        let tables = record.outputs.keys().filter(|path| path.ends_with(".csv"));
        let head =
            |path: &String| Head::read(folder, path).map_err(|error| format!("{path}: {error}"));
        Self {
            passes: problems.is_empty() && published.failed + theory.failed == 0,
            problems,
            drawing: drawing.ok(),
            time: match entry.total_seconds() {
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
            origins: origins(entry),
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
    fn new(rows: Vec<Expectation>) -> Self {
        let count = |wanted: &[Verdict]| {
            rows.iter()
                .filter(|row| wanted.contains(&row.verdict))
                .count()
        };
        let measured = rows
            .iter()
            .filter(|row| row.verdict != Verdict::NotMeasured);
        let furthest = measured
            .max_by(|a, b| a.share.total_cmp(&b.share))
            .map(|row| {
                let Expectation {
                    quantity,
                    deviation,
                    tolerance,
                    ..
                } = row;
                format!(
                    "{quantity}, off by {} of {tolerance} allowed",
                    deviation.trim_start_matches('−')
                )
            });
        Self {
            passed: count(&[Verdict::Pass, Verdict::Corrected]),
            failed: count(&[Verdict::Fail]),
            furthest,
            rows,
        }
    }

    fn measured(&self) -> usize {
        self.passed + self.failed
    }

    fn not_measured(&self) -> usize {
        self.rows.len() - self.measured()
    }

    /// How many hold, in a few words.
    fn tally(&self) -> String {
        let mut parts = Vec::new();
        if self.measured() > 0 {
            parts.push(format!("{} of {}", self.passed, self.measured()));
        }
        if self.not_measured() > 0 {
            parts.push(format!("{} not measured", self.not_measured()));
        }
        parts.join(", ")
    }

    /// The same as a sentence or two.
    fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if self.measured() > 0 {
            parts.push(format!(
                "{} of {} within tolerance.",
                self.passed,
                self.measured()
            ));
        }
        if self.not_measured() > 0 {
            parts.push(format!(
                "{} cannot be compared with these settings.",
                self.not_measured()
            ));
        }
        parts.join(" ")
    }
}

impl Expectation {
    fn new(quantity: &str, expected: Option<f64>, found: Option<f64>, tolerance: f64) -> Self {
        let none = || "–".to_owned();
        let deviation = found
            .zip(expected)
            .map(|(found, expected)| found - expected);
        Self {
            quantity: quantity.to_owned(),
            expected: expected.map_or_else(none, |expected| number::significant(expected, 7)),
            found: found.map_or_else(none, |found| number::significant(found, 7)),
            deviation: deviation.map_or_else(none, |deviation| number::significant(deviation, 2)),
            tolerance: number::significant(tolerance, 2),
            verdict: match deviation {
                None => Verdict::NotMeasured,
                Some(deviation) if deviation.abs() <= tolerance => Verdict::Pass,
                Some(_) => Verdict::Fail,
            },
            note: String::new(),
            share: deviation.map_or(0.0, |d| if d == 0.0 { 0.0 } else { d.abs() / tolerance }),
        }
    }

    fn of_check(check: &Check) -> Self {
        Self {
            note: check.reason.clone(),
            ..Self::new(
                &check.quantity,
                Some(check.expected),
                Some(check.found),
                check.tolerance,
            )
        }
    }

    fn of_comparison(row: &comparison::Row) -> Self {
        Self {
            verdict: row.verdict,
            note: row.note.clone(),
            ..Self::new(
                &row.quantity,
                Some(row.published),
                row.reproduced,
                row.tolerance,
            )
        }
    }

    fn of_claim(row: &claims::Row) -> Self {
        Self {
            verdict: row.verdict,
            note: row.note.clone(),
            ..Self::new(&row.quantity, row.expected, row.measured, row.tolerance)
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

fn origins(entry: &Entry) -> Vec<Source> {
    let mut own = vec![
        Fact::code("settings, SHA-256", &entry.settings_sha256),
        Fact::code(
            "sources and locked dependencies that compute, SHA-256",
            &entry.sources,
        ),
        Fact::code("published values, SHA-256", &entry.published),
    ];
    let data = entry.data.iter();
    own.extend(data.map(|(name, hash)| Fact::code(&format!("{name}, SHA-256"), hash)));
    match &entry.provenance {
        Some(provenance) => own.extend(facts(provenance)),
        None => own.push(Fact::text(
            "machine",
            "not recorded: made by an earlier version".to_owned(),
        )),
    }
    let mut origins = vec![Source {
        title: "The figure and its tables".to_owned(),
        facts: own,
    }];
    for training in &entry.trainings {
        let kept = if training.kept {
            ", kept from an earlier run"
        } else {
            ""
        };
        origins.push(Source {
            title: format!("Training run {}{kept}", training.label),
            facts: match &training.provenance {
                Some(provenance) => facts(provenance),
                None => vec![Fact::text(
                    "machine",
                    "not recorded: trained by an earlier version".to_owned(),
                )],
            },
        });
    }
    origins
}

/// Where, when and with what something was computed.
fn facts(provenance: &Provenance) -> Vec<Fact> {
    let Provenance { threads, blas, .. } = provenance;
    let versions = provenance.crates.iter();
    let versions: Vec<String> = versions
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let revision = match &provenance.revision {
        Revision::Git {
            commit,
            dirty: false,
        } => Fact::code("revision", commit),
        Revision::Git {
            commit,
            dirty: true,
        } => Fact::code(
            "revision",
            &format!("{commit}, with changes that are not in it"),
        ),
        Revision::Unknown(why) => Fact::text("revision", format!("unknown: {why}")),
    };
    let mut facts = vec![
        revision,
        Fact::code("Cargo.lock, SHA-256", &provenance.cargo_lock),
        Fact::text("compiler", provenance.rustc.clone()),
        Fact::text("crates", versions.join(", ")),
        Fact::text(
            "BLAS",
            format!("{}, kernels for {}", blas.library, blas.core),
        ),
        Fact::text(
            "processor",
            format!("{}, {}", provenance.cpu, provenance.system),
        ),
        Fact::text(
            "threads",
            format!(
                "{} of BLAS, {} of the rest, {} processors",
                threads.blas, threads.rayon, threads.available
            ),
        ),
        Fact::text("begun", provenance.started.clone()),
        Fact::text("wall time", number::duration(provenance.seconds)),
    ];
    facts.extend(
        provenance
            .peak_memory
            .map(|peak| Fact::text("peak memory", number::bytes(peak))),
    );
    facts
}

impl Fact {
    fn text(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            value,
            code: false,
        }
    }

    fn code(name: &str, value: &str) -> Self {
        Self {
            code: true,
            ..Self::text(name, value.to_owned())
        }
    }
}

impl Listed {
    /// A file, if it is there.
    fn new(folder: &Path, path: String, sha256: String) -> Option<Self> {
        let size = fs::metadata(folder.join(&path)).ok()?.len();
        Some(Self {
            path,
            size: number::bytes(size),
            sha256,
        })
    }
}

/// The measured claims, in the order of their table; none if it was not written.
fn claims(folder: &Path) -> Result<Vec<Claim>> {
    if !folder.join(claims::FILE).exists() {
        return Ok(Vec::new());
    }
    let explained = claims::all()?;
    let rows = claims::read(folder)?;
    let claims = rows.chunk_by(|a, b| a.id == b.id).filter_map(|rows| {
        let first = rows.first()?;
        let entry = explained.iter().find(|claim| claim.id == first.id);
        let measures = Checks::new(rows.iter().map(Expectation::of_claim).collect());
        Some(Claim {
            id: first.id.clone(),
            source: first.source.clone(),
            statement: first.statement.clone(),
            correction: entry.and_then(|claim| claim.correction.clone()),
            explanation: entry.map_or(String::new(), |claim| claim.explanation.clone()),
            verdict: Verdict::of_all(rows.iter().map(|row| row.verdict)),
            words: Verdict::of_all_in_words(
                &rows.iter().map(|row| row.verdict).collect::<Vec<_>>(),
            ),
            measures,
        })
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
            .filter(|claim| claim.verdict == verdict)
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

/// The notebooks: as pages where they were exported, as they are in the repository otherwise.
///
/// Exported pages are not committed, and the report of `paper` is: it must not link to them.
fn notebooks(folder: &Path, profile: Profile) -> Vec<Notebook> {
    let pages = match profile {
        Profile::Paper => Vec::new(),
        Profile::Smoke | Profile::Quick => linked(folder, "site/", ".html"),
    };
    if pages.is_empty() {
        linked(folder, &format!("{ROOT}notebooks/"), ".ipynb")
    } else {
        pages
    }
}

fn linked(folder: &Path, place: &str, ending: &str) -> Vec<Notebook> {
    let files = fs::read_dir(folder.join(place)).into_iter().flatten();
    let mut names: Vec<String> = files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(ending) && name != "index.html")
        .collect();
    names.sort();
    let notebook = |name: String| Notebook {
        title: name.trim_end_matches(ending).replace('_', " "),
        link: format!("{place}{name}"),
    };
    names.into_iter().map(notebook).collect()
}
