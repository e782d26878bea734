//! Files against the manifest.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Part, Verification, spectra};
use crate::manifest::{self, Entry, Manifest, REPORT};
use crate::recorded::Recorded;
use crate::{files, published, runs, sources};

/// Folders that are left out: training runs, which are no results and have keys of their own, and notebooks exported for
/// reading. Neither is committed.
const LEFT_OUT: [&str; 2] = ["runs", "site"];

pub fn check(folder: &Path, verification: &mut Verification) {
    let Some(manifest) = read(folder, verification) else {
        return;
    };
    let expected = manifest.files();
    for (path, hash) in &expected {
        match files::read(&folder.join(path)) {
            Err(error) => verification.find(
                Part::Files,
                *path,
                format!("the manifest has it, and it cannot be read: {error}"),
            ),
            Ok(bytes) if files::sha256(&bytes) != *hash => {
                let found = files::sha256(&bytes);
                verification.find(
                    Part::Files,
                    *path,
                    format!("changed: its SHA-256 is {found}, in the manifest it is {hash}"),
                );
            }
            Ok(_) => {}
        }
    }
    for path in present(folder) {
        if path != manifest::FILE && !expected.contains_key(path.as_str()) {
            verification.find(Part::Files, path, "not in the manifest");
        }
    }
    let (recorded, _) = Recorded::open_what_can_be(folder);
    for entry in &manifest.figures {
        entry_fits(entry, &recorded, verification);
    }
    let stale = |report: &manifest::Report| report.content != manifest.content();
    if manifest.report.as_ref().is_some_and(stale) {
        verification.find(
            Part::Files,
            REPORT,
            "written from other results than these: make report",
        );
    }
    verification.did(
        Part::Files,
        format!("{} files and {}", expected.len(), manifest::FILE),
    );
}

/// The manifest, if it can be read; whatever is wrong with it becomes a finding.
fn read(folder: &Path, verification: &mut Verification) -> Option<Manifest> {
    let mut wrong = |problem: String| verification.find(Part::Files, manifest::FILE, problem);
    let text = match fs::read(folder.join(manifest::FILE)) {
        Ok(text) => text,
        Err(error) => {
            wrong(format!("it cannot be read: {error}; `paper run` writes it"));
            return None;
        }
    };
    let manifest: Manifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(error) => {
            wrong(format!("changed: it is no manifest any more: {error}"));
            return None;
        }
    };
    let seal = manifest.expected_seal();
    if manifest.seal != seal {
        wrong(format!(
            "changed: its seal is {}, its content has {seal}",
            manifest.seal
        ));
    } else if manifest.text().ok().as_ref() != Some(&text) {
        wrong("changed: its content is as sealed, its form is not".to_owned());
    }
    Some(manifest)
}

/// Whether an entry says what the record of its figure says, and starts from the data that are here.
fn entry_fits(entry: &Entry, recorded: &Recorded, verification: &mut Verification) {
    let figure = entry.figure;
    if entry.settings_sha256 != runs::key(&entry.settings) {
        verification.find(
            Part::Files,
            manifest::FILE,
            format!("{figure}: the hash of the settings is not that of the settings"),
        );
    }
    if let Some(record) = recorded.records.get(&figure) {
        let own = Entry::of(record, &recorded.folder);
        if own.is_ok_and(|own| own != *entry) {
            verification.find(
                Part::Files,
                manifest::FILE,
                format!("{figure}: its entry does not say what records/{figure}.json says"),
            );
        }
    }
    for (dataset, spectrum) in spectra().unwrap_or_default() {
        let key = format!("spectrum of {}", dataset.name());
        let here = files::sha256(spectrum.to_csv().as_bytes());
        if entry.data.get(&key).is_some_and(|hash| *hash != here) {
            verification.find(
                Part::Files,
                manifest::FILE,
                format!("{figure}: the {key} is not the one in data/spectra"),
            );
        }
    }
    let compared = published::of(figure.name()).is_ok_and(|values| !values.is_empty());
    if compared && entry.published != runs::key(&published::TEXT) {
        verification.notes.push(format!(
            "{figure} was compared with other published values than those in data/published.csv when it was made"
        ));
    }
    if entry.sources != sources::of(figure.name()) {
        verification.notes.push(format!(
            "{figure} was made by other sources than those of this program"
        ));
    }
}

/// Every file below a folder, by its path from there, but for what is left out.
fn present(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(name) = path.strip_prefix(folder) else {
                continue;
            };
            // A link to a folder counts as a file: it may lead anywhere, also round in circles.
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
