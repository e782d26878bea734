//! Files against the manifest.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Part, Verification};
use crate::Result;
use crate::experiments::spectra;
use crate::results::manifest::{self, Manifest, REPORT};
use crate::results::regenerate::published;
use crate::results::{Record, Recorded};
use crate::system::files;
use crate::system::sources;

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
            let problem = format!("the provenance of {figure} differs from that in {file}");
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
        if let Err(error) = inputs(record, folder, verification) {
            verification.fail(Part::Files, &Record::file(record.figure), &error);
        }
    }
    let looked_at = format!("{} files and {}", expected.len(), manifest::FILE);
    verification.done.push((Part::Files, looked_at));
}

/// The manifest, if it can be read; anything wrong with it becomes a finding.
fn read(folder: &Path, verification: &mut Verification) -> Option<Manifest> {
    let mut wrong = |problem: String| verification.find(Part::Files, manifest::FILE, problem);
    let text = files::read(&folder.join(manifest::FILE))
        .map_err(|error| wrong(format!("it cannot be read: {error}; `paper run` writes it")))
        .ok()?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| wrong(format!("changed: not a valid manifest: {error}")))
        .ok()?;
    let (seal, expected) = (&manifest.seal, manifest.expected_seal());
    if *seal != expected {
        wrong(format!(
            "changed: its seal is {seal}, its content has {expected}"
        ));
    } else if manifest.text().ok().as_ref() != Some(&text) {
        wrong("changed: the content is as sealed, but its form is another".to_owned());
    }
    Some(manifest)
}

/// Checks what a record says of its profile and inputs against the folder, the data here, the sources of this program
/// and the published values.
fn inputs(record: &Record, folder: &Path, verification: &mut Verification) -> Result<()> {
    let (figure, inputs) = (record.figure, &record.inputs);
    let file = Record::file(figure);
    let mut find = |problem: String| verification.find(Part::Files, &file, problem);
    let profile = record.profile.name();
    if folder.file_name().is_some_and(|name| name != profile) {
        find(format!(
            "made with the profile {profile}, which has a folder of its own"
        ));
    }
    if record.differences != record.expected_differences()? {
        find("its differences from the paper's settings are not those of its settings".to_owned());
    }
    for (dataset, spectrum) in spectra::committed()? {
        let here = files::sha256(spectrum.to_csv().as_bytes());
        let expected = figure.about().spectra.then_some(&here);
        if inputs.spectra.get(dataset.name()) != expected {
            find(format!(
                "the spectrum of {dataset} is not the one in data/spectra"
            ));
        }
        let here = dataset.expected().fingerprint;
        let there = inputs.images.get(dataset.name());
        if there.is_some_and(|hash| *hash != here) || there.is_none() && figure.about().images {
            find(format!(
                "the images of {dataset} are not those of data/README.md"
            ));
        }
    }
    let notes = &mut verification.notes;
    if inputs.published != published(figure)? {
        notes.push(format!(
            "{figure} was compared with other published values than those in data/published.csv when it was made"
        ));
    }
    if inputs.sources != sources::of(figure.name()) {
        let problem = "was made by other sources than those of this program";
        notes.push(format!("{figure} {problem}"));
    }
    Ok(())
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
