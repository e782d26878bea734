//! Files against the manifest.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Part, Verification};
use crate::experiments::spectra;
use crate::results::manifest::{self, Manifest, REPORT};
use crate::results::{Record, Recorded};
use crate::system::files::{self, key};
use crate::system::sources;
use crate::tables::{PUBLISHED, published};

/// Folders that are skipped: training runs, which are not results and have keys of their own, and notebooks exported
/// for reading. Neither is committed.
const LEFT_OUT: [&str; 2] = ["runs", "site"];

pub(super) fn check(recorded: &Recorded, verification: &mut Verification) {
    let folder = &recorded.folder;
    let Some(manifest) = read(folder, verification) else {
        return;
    };
    let expected = manifest.expected();
    let mut wrong = |path: &str, problem: String| verification.find(Part::Files, path, problem);
    for (&path, &hash) in &expected {
        match files::read(&folder.join(path)).map(|bytes| files::sha256(&bytes)) {
            Ok(found) if found == hash => {}
            Ok(found) => {
                let problem = "changed: its SHA-256 is";
                wrong(
                    path,
                    format!("{problem} {found}, in the manifest it is {hash}"),
                );
            }
            Err(error) => {
                let problem = "the manifest has it, and it cannot be read";
                wrong(path, format!("{problem}: {error}"));
            }
        }
    }
    for path in present(folder) {
        if path != manifest::FILE && !expected.contains_key(path.as_str()) {
            wrong(&path, "not in the manifest".to_owned());
        }
    }
    for (figure, record) in &recorded.records {
        let file = Record::file(*figure);
        if manifest.provenance.get(figure) != Some(&record.provenance) {
            let problem = format!("{figure}: it does not say what {file} says of its origin");
            wrong(manifest::FILE, problem);
        }
        let own = record.outputs.iter();
        for (path, _) in own.filter(|(path, hash)| manifest.files.get(*path) != Some(hash)) {
            let problem = format!("its hash of {path} is not that of {file}");
            wrong(manifest::FILE, problem);
        }
    }
    let report = manifest.report.as_ref();
    if report.is_some_and(|report| report.content != manifest.content()) {
        let problem = "written from other results than these: make report";
        wrong(REPORT, problem.to_owned());
    }
    for record in recorded.records.values() {
        inputs(record, verification);
    }
    let looked_at = format!("{} files and {}", expected.len(), manifest::FILE);
    verification.done.push((Part::Files, looked_at));
}

/// The manifest, if it can be read; anything wrong with it becomes a finding.
fn read(folder: &Path, verification: &mut Verification) -> Option<Manifest> {
    let mut wrong = |problem: String| verification.find(Part::Files, manifest::FILE, problem);
    let text = fs::read(folder.join(manifest::FILE))
        .map_err(|error| wrong(format!("it cannot be read: {error}; `paper run` writes it")))
        .ok()?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| wrong(format!("changed: it is no manifest any more: {error}")))
        .ok()?;
    let (seal, expected) = (&manifest.seal, manifest.expected_seal());
    if *seal != expected {
        wrong(format!(
            "changed: its seal is {seal}, its content has {expected}"
        ));
    } else if manifest.text().ok().as_ref() != Some(&text) {
        wrong("changed: its content is as sealed, its form is not".to_owned());
    }
    Some(manifest)
}

/// Checks the inputs of a figure against the data here, the sources of this program and the published values.
fn inputs(record: &Record, verification: &mut Verification) {
    let (figure, inputs) = (record.figure, &record.inputs);
    for (dataset, spectrum) in spectra::committed().unwrap_or_default() {
        let here = files::sha256(spectrum.to_csv().as_bytes());
        let there = inputs.spectra.get(dataset.name());
        if there.is_some_and(|hash| *hash != here) {
            let problem = format!("the spectrum of {dataset} is not the one in data/spectra");
            verification.find(Part::Files, Record::file(figure), problem);
        }
    }
    let notes = &mut verification.notes;
    let compared = published(figure.name()).is_ok_and(|values| !values.is_empty());
    if compared && inputs.published != key(&PUBLISHED) {
        notes.push(format!(
            "{figure} was compared with other published values than those in data/published.csv when it was made"
        ));
    }
    if inputs.sources != sources::of(figure.name()) {
        let problem = "was made by other sources than those of this program";
        notes.push(format!("{figure} {problem}"));
    }
}

/// Every file below a folder, by its relative path, except in skipped folders.
fn present(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(name) = path.strip_prefix(folder) else {
                continue;
            };
            // A link to a folder counts as a file: it may lead anywhere, even in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if LEFT_OUT.iter().all(|left_out| name != Path::new(left_out)) {
                    folders.push(path);
                }
            } else {
                found.insert(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}
