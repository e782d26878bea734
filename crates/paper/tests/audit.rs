//! The audit at `smoke`: what was touched is found and named, and what was not touched holds.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // a test that cannot set itself up has failed

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use paper::audit::verify::{Again, Part, Verification, verify};
use paper::audit::{claims, enter_report, update};
use paper::experiments::Figure;
use paper::results::Recorded;
use paper::results::manifest::{self, Manifest};
use paper::results::{Job, Record, comparison, regenerate};
use paper::settings::Profile;
use paper::show::readme;
use paper::system::device::Device;
use paper::system::files;
use paper::system::progress::Progress;
use paper::system::provenance::Revision;
use paper::tables::read::from_csv;
use paper::tables::{Check, Tally, Verdict, published};
use rayon::prelude::*;
use tempfile::TempDir;

/// Figures that need no images.
const FIGURES: [Figure; 6] = [
    Figure::Fig1,
    Figure::Fig2,
    Figure::Fig3,
    Figure::Fig4,
    Figure::Fig5,
    Figure::Fig7,
];

/// Results at `smoke`.
fn made(figures: &[Figure]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let job = Job::new(Profile::Smoke, folder.path());
    for &figure in figures {
        regenerate(figure, &job, &Progress::Silent).unwrap();
    }
    update(&job.folder()).unwrap();
    folder
}

/// Those of all figures, made once.
fn results() -> &'static Path {
    static RESULTS: OnceLock<TempDir> = OnceLock::new();
    RESULTS.get_or_init(|| made(&FIGURES)).path()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A copy of the results to tamper with.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self::of(results())
    }

    fn of(results: &Path) -> Self {
        let place = tempfile::tempdir().unwrap();
        copy(results, place.path());
        Self(place)
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("smoke")
    }

    fn job(&self) -> Job {
        Job::new(Profile::Smoke, self.0.path())
    }

    fn verify(&self) -> Verification {
        verify(&self.folder(), &Again::default(), &Progress::Silent).unwrap()
    }

    fn verify_again(&self, runs: &[&str]) -> Verification {
        let again = Again {
            cheap: true,
            runs: runs.iter().map(|&run| run.to_owned()).collect(),
            device: Device::processor(),
        };
        verify(&self.folder(), &again, &Progress::Silent).unwrap()
    }

    /// Changes a table and everything that could give it away: record, comparison, claims and manifest.
    fn forge(&self, figure: Figure, table: &str, row: usize, column: &str, value: &str) {
        let path = self.folder().join("tables").join(table);
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let index = lines[0].split(',').position(|name| name == column).unwrap();
        let mut entries: Vec<&str> = lines[row + 1].split(',').collect();
        entries[index] = value;
        lines[row + 1] = entries.join(",");
        let text = lines.join("\n") + "\n";
        fs::write(&path, &text).unwrap();
        let mut record = Recorded::open(&self.folder()).unwrap().records[&figure].clone();
        let hash = files::sha256(text.as_bytes());
        record.outputs.insert(format!("tables/{table}"), hash);
        record.write(&self.folder()).unwrap();
        // What cannot be measured any more cannot be forged either.
        let _ = update(&self.folder());
    }
}

/// Fails if there is no finding about a file.
fn finds(verification: &Verification, file: &str, words: &str) {
    let found = |f: &&paper::audit::verify::Finding| f.file == file && f.problem.contains(words);
    assert!(
        verification.findings.iter().any(|f| found(&f)),
        "nothing about {file} with `{words}` among {:#?}",
        verification.findings
    );
}

fn paper(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paper"))
        .args(arguments)
        .env("DAE_OFFLINE", "1")
        .output()
        .unwrap()
}

#[test]
fn what_was_not_touched_holds() {
    let place = Place::new();
    let verification = place.verify_again(&["all"]);
    assert_eq!(verification.findings, [], "{:#?}", verification.notes);
    for part in [Part::Files, Part::Theory, Part::Values, Part::Recomputed] {
        assert!(verification.done.iter().any(|(done, _)| *done == part));
    }
    assert_eq!(verification.notes, Vec::<String>::new());
}

#[test]
fn a_changed_byte_is_found_and_named() {
    let manifest = Manifest::read(&results().join("smoke")).unwrap();
    for path in manifest.expected().keys() {
        let place = Place::new();
        let file = place.folder().join(path);
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&file, bytes).unwrap();
        finds(&place.verify(), path, "changed");
    }
}

#[test]
fn a_changed_byte_of_the_manifest_is_found_and_named() {
    let place = Place::new();
    let file = place.folder().join(manifest::FILE);
    let whole = fs::read(&file).unwrap();
    for part in 0..40 {
        let mut bytes = whole.clone();
        let at = part * (whole.len() - 1) / 39;
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        finds(&place.verify(), manifest::FILE, "changed");
    }
    // The content may be the same and the form not.
    let mut spaced = whole.clone();
    spaced.push(b' ');
    fs::write(&file, spaced).unwrap();
    finds(&place.verify(), manifest::FILE, "form");
    fs::remove_file(&file).unwrap();
    finds(&place.verify(), manifest::FILE, "cannot be read");
}

#[test]
fn an_entry_that_was_changed_and_sealed_anew_does_not_fit_its_record() {
    let place = Place::new();
    let mut manifest = Manifest::read(&place.folder()).unwrap();
    let provenance = manifest.provenance.get_mut(&Figure::Fig3).unwrap();
    provenance.cpu = "another".to_owned();
    let table = manifest.files.get_mut("tables/fig4_paths.csv").unwrap();
    *table = files::sha256(b"");
    manifest.seal = manifest.expected_seal();
    fs::write(
        place.folder().join(manifest::FILE),
        manifest.text().unwrap(),
    )
    .unwrap();
    let verification = place.verify();
    finds(&verification, manifest::FILE, "records/fig3.json");
    finds(&verification, manifest::FILE, "records/fig4.json");
}

#[test]
fn files_that_are_missing_or_that_nobody_made_are_named() {
    let place = Place::new();
    fs::remove_file(place.folder().join("tables/fig3_rates.csv")).unwrap();
    fs::remove_file(place.folder().join("figures/fig2.png")).unwrap();
    fs::write(place.folder().join("tables/fig7.csv"), "a\n1\n").unwrap();
    fs::write(place.folder().join("stray"), "").unwrap();
    let verification = place.verify();
    finds(&verification, "tables/fig3_rates.csv", "cannot be read");
    finds(&verification, "figures/fig2.png", "cannot be read");
    finds(&verification, "tables/fig7.csv", "not in the manifest");
    finds(&verification, "stray", "not in the manifest");
    // A record that is gone takes its figure with it.
    fs::remove_file(place.folder().join(Record::file(Figure::Fig1))).unwrap();
    finds(&place.verify(), "records/fig1.json", "cannot be read");
}

/// A number of a table, changed by about a hundredth.
struct Forgery {
    table: String,
    row: usize,
    column: String,
    value: String,
}

/// One for every column of every table of a figure, in the row nearest to the middle that has a number there.
fn forgeries(folder: &Path, figure: Figure) -> Vec<Forgery> {
    let record = &Recorded::open(folder).unwrap().records[&figure];
    let mut all = Vec::new();
    for path in record.outputs.keys() {
        let Some(table) = path.strip_prefix("tables/") else {
            continue;
        };
        let text = fs::read_to_string(folder.join(path)).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        let middle = (lines.len() - 1) / 2;
        let mut rows: Vec<usize> = (0..lines.len() - 1).collect();
        rows.sort_by_key(|row| row.abs_diff(middle));
        for (i, column) in lines[0].iter().enumerate() {
            let number = |&row: &usize| Some((row, lines[row + 1][i].parse::<f64>().ok()?));
            let Some((row, number)) = rows.iter().find_map(number) else {
                continue; // words
            };
            let whole = lines[1..].iter().all(|line| line[i].parse::<u64>().is_ok());
            all.push(Forgery {
                table: table.to_owned(),
                row,
                column: (*column).to_owned(),
                value: match whole {
                    true => format!("{}", number + 1.0),
                    false => format!("{}", 1.01 * number + 0.01),
                },
            });
        }
    }
    all
}

/// Changes a number with everything that could give it away; the theory alone has to find it.
fn forge_every_number(figure: Figure) {
    let made = made(&[figure]);
    let all = forgeries(&made.path().join("smoke"), figure);
    assert!(!all.is_empty(), "{figure} has numbers");
    all.par_iter().for_each(|forgery| {
        let (table, column) = (forgery.table.as_str(), forgery.column.as_str());
        let place = Place::of(made.path());
        place.forge(figure, table, forgery.row, column, &forgery.value);
        let verification = place.verify();
        assert!(
            verification.findings.iter().all(|f| f.part != Part::Files),
            "the forgery is complete: {:#?}",
            verification.findings
        );
        let mut findings = verification.findings.iter();
        let found = findings.any(|f| f.part == Part::Theory);
        // What was trained may be moved within the bounds: training again finds that.
        let trained = [
            ("fig5_loss.csv", "loss"),
            ("fig7_denoising.csv", "measured"),
            ("fig7_denoising.csv", "measured_diagonal"),
            ("fig7_price.csv", "measured"),
            ("fig7_samples.csv", "measured"),
            ("fig7_samples.csv", "trained"),
            ("fig7_width.csv", "mapping"),
            ("fig7_seeds.csv", "mean"),
            ("fig7_seeds.csv", "standard_deviation"),
            ("fig7_depth.csv", "mapping"),
            ("fig7_mask.csv", "mapping"),
        ];
        if trained.contains(&(table, column)) && !found {
            let again = place.verify_again(&[figure.name()]);
            finds(&again, &format!("tables/{table}"), "again");
        } else {
            let Forgery { row, value, .. } = forgery;
            assert!(found, "{table}, {column}, row {row}: {value}");
        }
    });
}

#[test]
fn forged_numbers_of_the_other_figures_are_found() {
    for figure in FIGURES {
        // These two take longer, and have tests of their own.
        if ![Figure::Fig5, Figure::Fig7].contains(&figure) {
            forge_every_number(figure);
        }
    }
}

#[test]
fn forged_numbers_of_figure_5_are_found() {
    forge_every_number(Figure::Fig5);
}

#[test]
fn forged_numbers_of_figure_7_are_found() {
    forge_every_number(Figure::Fig7);
}

#[test]
fn differences_say_where_what_was_expected_what_was_found_and_the_tolerance() {
    let place = Place::new();
    place.forge(Figure::Fig4, "fig4_paths.csv", 700, "w1", "1.25");
    let verification = place.verify_again(&[]);
    for part in [Part::Theory, Part::Recomputed] {
        let own = verification.findings.iter().find(|f| {
            f.part == part && f.file == "tables/fig4_paths.csv" && f.problem.contains("found 1.25")
        });
        let problem = &own.unwrap().problem;
        for words in ["line 702, w1: expected ", "off by", "tolerance"] {
            assert!(problem.contains(words), "{problem}");
        }
    }
}

#[test]
fn nan_in_a_table_is_found_and_named() {
    for (figure, table, column) in [
        (Figure::Fig1, "fig1_paths.csv", "loss"),
        (Figure::Fig2, "fig2_dynamics.csv", "w"),
        (Figure::Fig5, "fig5_dynamics.csv", "singular_value"),
    ] {
        let place = Place::new();
        place.forge(figure, table, 3, column, "NaN");
        let findings = place.verify().findings;
        assert!(
            findings.iter().any(|f| f.file.contains(table)
                && f.problem.contains("line 5")
                && f.problem.contains("NaN")),
            "{findings:#?}"
        );
    }
}

/// With the committed results: at `smoke` the claims about eigenvalues are not measured.
#[test]
fn a_mode_that_the_data_do_not_have_is_a_finding_and_no_panic() {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("results/paper"), place.path());
    let table = place.path().join("tables/fig5_dynamics.csv");
    let text = fs::read_to_string(&table).unwrap();
    let other = text.replace("\nmnist,DAE,0,", "\nmnist,DAE,99999,");
    assert_ne!(other, text);
    fs::write(&table, other).unwrap();
    let verification = verify(place.path(), &Again::default(), &Progress::Silent).unwrap();
    let words = "there is no mode 99999 of mnist";
    finds(&verification, "tables/fig5_dynamics.csv", words);
}

#[test]
fn a_record_that_disagrees_with_the_tables_is_found() {
    let place = Place::new();
    let mut record = Recorded::open(&place.folder()).unwrap().records[&Figure::Fig5].clone();
    let check = record
        .checks
        .iter_mut()
        .find(|check| check.quantity == "mnist lambda of mode 0")
        .unwrap();
    check.found += 1e-5;
    record.write(&place.folder()).unwrap();
    update(&place.folder()).unwrap();
    finds(&place.verify(), "records/fig5.json", "the tables say");
}

#[test]
fn a_figure_that_is_not_made_again_keeps_its_entry() {
    let place = Place::new();
    let before = Recorded::open(&place.folder()).unwrap().records;
    let job = Job {
        fresh: true,
        ..place.job()
    };
    regenerate(Figure::Fig2, &job, &Progress::Silent).unwrap();
    update(&place.folder()).unwrap();
    let after = Recorded::open(&place.folder()).unwrap().records;
    assert_eq!(before.len(), FIGURES.len());
    for (before, after) in before.values().zip(after.values()) {
        if before.figure == Figure::Fig2 {
            assert_ne!(before.seconds, after.seconds);
        } else {
            assert_eq!(before, after);
        }
    }
    assert!(place.verify().holds());
}

#[test]
fn every_figure_and_training_run_says_where_it_comes_from() {
    let manifest = Manifest::read(&results().join("smoke")).unwrap();
    assert_eq!(manifest.profile, Some(Profile::Smoke));
    let recorded = Recorded::open(&results().join("smoke")).unwrap();
    for entry in recorded.records.values() {
        assert_eq!(manifest.provenance[&entry.figure], entry.provenance);
        let provenance = &entry.provenance;
        assert!(provenance.blas.library.starts_with("OpenBLAS"));
        assert!(!provenance.cpu.is_empty() && provenance.threads.available > 0);
        match &provenance.revision {
            Revision::Git { commit, .. } => assert_eq!(commit.len(), 40),
            Revision::Unknown(why) => assert!(!why.is_empty()),
        }
        let trained: &[usize] = match entry.figure {
            Figure::Fig5 => &[6],
            // Two more where there are images.
            Figure::Fig7 => &[16, 18],
            _ => &[0],
        };
        assert!(trained.contains(&entry.trainings.len()));
        for training in &entry.trainings {
            assert!(!training.kept, "{}", training.label);
        }
        assert!(entry.total_seconds() >= entry.seconds - 1e-3);
        let data = matches!(entry.figure, Figure::Fig3 | Figure::Fig5 | Figure::Fig7);
        assert_eq!(entry.inputs.spectra.len(), if data { 2 } else { 0 });
    }
}

#[test]
fn a_run_that_ended_before_the_manifest_is_mended_by_the_next() {
    // Killed between the record of a figure and the manifest.
    let place = Place::new();
    let job = Job {
        fresh: true,
        seed: Some(7),
        ..place.job()
    };
    regenerate(Figure::Fig5, &job, &Progress::Silent).unwrap();
    assert!(!place.verify().holds());
    let next = Job {
        fresh: false,
        ..job
    };
    assert!(
        regenerate(Figure::Fig5, &next, &Progress::Silent)
            .unwrap()
            .unchanged
    );
    update(&place.folder()).unwrap();
    assert_eq!(place.verify().findings, []);

    // Killed between the tables of a figure and its record.
    let table = place.folder().join("tables/fig4_paths.csv");
    fs::write(&table, "model,trial\n").unwrap();
    assert!(!place.verify().holds());
    assert!(
        !regenerate(Figure::Fig4, &next, &Progress::Silent)
            .unwrap()
            .unchanged
    );
    update(&place.folder()).unwrap();
    assert_eq!(place.verify().findings, []);
}

impl Place {
    /// Changes a record and enters it in the manifest.
    fn change(&self, figure: Figure, change: impl FnOnce(&mut Record)) {
        let mut record = Recorded::open(&self.folder()).unwrap().records[&figure].clone();
        change(&mut record);
        record.write(&self.folder()).unwrap();
        update(&self.folder()).unwrap();
    }
}

#[test]
fn what_a_record_says_of_itself_is_checked() {
    let finds_after = |figure: Figure, words: &str, change: fn(&mut Record)| {
        let place = Place::new();
        place.change(figure, change);
        finds(&place.verify(), &Record::file(figure), words);
    };
    finds_after(Figure::Fig1, "a folder of its own", |record| {
        record.profile = Profile::Paper;
    });
    finds_after(Figure::Fig5, "differences", |record| {
        record.differences.clear();
    });
    finds_after(Figure::Fig5, "spectrum of mnist", |record| {
        record.inputs.spectra.remove("mnist");
    });
    finds_after(Figure::Fig7, "images of mnist", |record| {
        let images = &mut record.inputs.images;
        images.insert("mnist".to_owned(), "other".to_owned());
    });
    finds_after(Figure::Fig5, "not in the record", |record| {
        record
            .checks
            .retain(|check| check.quantity != "mnist trace");
    });
    finds_after(Figure::Fig5, "the published value gives", |record| {
        let mut checks = record.checks.iter_mut();
        let own = checks.find(|check| check.quantity == "mnist trace");
        own.unwrap().tolerance = 1.0;
    });
}

#[test]
fn a_forged_check_is_found_by_computing_again() {
    let place = Place::new();
    place.change(Figure::Fig4, |record| {
        let checks = record.checks.iter_mut();
        let own = checks.max_by(|a, b| a.tolerance.total_cmp(&b.tolerance));
        let own = own.unwrap();
        own.found = own.expected;
    });
    place.change(Figure::Fig3, |record| drop(record.checks.pop()));
    assert_eq!(place.verify().findings, []);
    let again = place.verify_again(&[]);
    finds(&again, &Record::file(Figure::Fig4), "computed again");
    finds(&again, &Record::file(Figure::Fig3), "other checks");
}

/// Wall time: side by side counts once, a gap does not count.
#[test]
fn the_time_of_a_figure_is_that_in_which_something_was_computed() {
    let mut record =
        Recorded::open(&results().join("smoke")).unwrap().records[&Figure::Fig5].clone();
    record.provenance.started = "2026-11-27T10:00:00Z".to_owned();
    record.provenance.seconds = 10.0;
    record.trainings.truncate(3);
    let times = [("09:00:00", 100.0), ("09:00:40", 80.0), ("10:00:02", 5.0)];
    for (training, (started, seconds)) in record.trainings.iter_mut().zip(times) {
        training.provenance.started = format!("2026-11-27T{started}Z");
        training.provenance.seconds = seconds;
    }
    assert_eq!(record.total_seconds(), 130.0);
}

#[test]
fn what_a_figure_no_longer_makes_is_removed() {
    let place = Place::new();
    let mut record = Recorded::open(&place.folder()).unwrap().records[&Figure::Fig2].clone();
    let stale = place.folder().join("tables/fig2_old.csv");
    fs::write(&stale, "a\n").unwrap();
    let hash = files::sha256(b"a\n");
    record
        .outputs
        .insert("tables/fig2_old.csv".to_owned(), hash);
    record.write(&place.folder()).unwrap();
    let job = Job {
        fresh: true,
        ..place.job()
    };
    regenerate(Figure::Fig2, &job, &Progress::Silent).unwrap();
    assert!(!stale.exists());
}

#[test]
fn a_report_is_part_of_the_manifest_and_may_be_out_of_date() {
    let place = Place::new();
    fs::write(place.folder().join(manifest::REPORT), "<p>fine</p>").unwrap();
    finds(&place.verify(), manifest::REPORT, "not in the manifest");
    let content = update(&place.folder()).unwrap().content();
    enter_report(&place.folder(), content).unwrap();
    assert_eq!(place.verify().findings, []);
    let job = Job {
        fresh: true,
        ..place.job()
    };
    regenerate(Figure::Fig1, &job, &Progress::Silent).unwrap();
    update(&place.folder()).unwrap();
    finds(&place.verify(), manifest::REPORT, "make report");
}

#[test]
fn the_command_ends_with_what_it_found() {
    let place = Place::new();
    let folder = place.0.path().to_str().unwrap();
    let verify = |more: &[&str]| {
        paper(&[&["verify", "--profile", "smoke", "--results", folder], more].concat())
    };
    let output = verify(&["--run", "fig5/mnist/DAE"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("everything holds"),
        "{said}"
    );
    assert!(said.contains("fig5/mnist/DAE: 231 values"), "{said}");
    let output = verify(&["--run", "fig5/mnist/XAE"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fig5/cifar10/WDAE"));
    fs::write(place.folder().join("figures/fig1.svg"), "<svg/>").unwrap();
    let output = verify(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("figures/fig1.svg: changed"));
    let output = paper(&["manifest", "--profile", "smoke", "--results", folder]);
    assert!(output.status.success());
}

#[test]
fn every_published_value_is_compared_or_it_is_said_why_not() {
    let recorded = Recorded::open(&results().join("smoke")).unwrap();
    let rows = comparison::rows(&recorded).unwrap();
    let published: usize = Figure::ALL
        .iter()
        .map(|figure| published(figure.name()).unwrap().len())
        .sum();
    assert_eq!(rows.len(), published);
    for row in rows {
        let compared = row.verdict != Verdict::NotMeasured;
        assert_eq!(row.reproduced.is_some(), compared, "{row:?}");
        assert!(compared || row.note.contains("not "), "{row:?}");
        assert!(row.note.contains("published code") || row.note.contains("published curves"));
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_committed_results_hold() {
    let folder = root().join("results/paper");
    let again = Again {
        cheap: true,
        ..Again::default()
    };
    let verification = verify(&folder, &again, &Progress::Silent).unwrap();
    assert_eq!(
        verification.findings,
        [],
        "after a change of results: `paper manifest --profile paper`, then commit"
    );
}

#[test]
fn claims_have_names_of_their_own_and_none_fails() {
    let claims = claims::all().unwrap();
    let recorded = Recorded::open(&root().join("results/paper")).unwrap();
    let rows = claims::rows(&recorded).unwrap();
    let mut measures: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *measures.entry(&row.id).or_default() += 1;
        assert_ne!(row.verdict, Verdict::Fail, "{row:?}");
        // What was not made is never a pass.
        let figure6 = row.quantity.contains("fig6") || row.id == "nonlinear-networks-follow";
        if figure6 && !recorded.records.contains_key(&Figure::Fig6) {
            assert_eq!(row.verdict, Verdict::NotMeasured, "{row:?}");
        }
    }
    assert_eq!(measures.len(), claims.len());
    assert_eq!(
        claim_verdict("faster-at-optimal-rates", &rows),
        Verdict::Corrected
    );
}

fn claim_verdict(id: &str, rows: &[claims::Row]) -> Verdict {
    let own = rows.iter().filter(|row| row.id == id);
    let own: Vec<Check> = own.map(claims::Row::check).collect();
    Tally::of(&own).verdict()
}

/// Claims are measured, not written down: other tables give other numbers.
#[test]
fn a_claim_that_the_tables_contradict_fails() {
    let place = Place::new();
    place.forge(Figure::Fig4, "fig4_paths.csv", 201 + 200, "w1", "1.7");
    let rows: Vec<claims::Row> = from_csv(&place.folder(), claims::FILE).unwrap();
    assert_eq!(claim_verdict("fixed-point-of-noise", &rows), Verdict::Fail);
    finds(&place.verify(), claims::FILE, "claim fixed-point-of-noise");
    let empty = tempfile::tempdir().unwrap();
    let rows = claims::rows(&Recorded::open(empty.path()).unwrap()).unwrap();
    for row in rows
        .iter()
        .filter(|row| row.verdict != Verdict::NotMeasured)
    {
        // Only these need no figure.
        assert!(
            row.id == "noise-is-a-penalty" || row.id == "noise-ignores-small-variances",
            "{row:?}"
        );
    }
}

#[test]
fn readme_and_claims_page_say_what_the_results_say() {
    let costs = readme::costs(&root()).unwrap();
    let paper = |costs: &[readme::Cost]| -> Vec<readme::Cost> {
        let own = costs.iter().filter(|cost| cost.profile == Profile::Paper);
        own.cloned().collect()
    };
    let text = fs::read(root().join("results/costs.csv")).unwrap();
    let kept: Vec<readme::Cost> = csv::Reader::from_reader(text.as_slice())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        paper(&costs),
        paper(&kept),
        "results/costs.csv is stale: make readme"
    );
    for (path, expected) in readme::pages(&root(), &kept).unwrap() {
        let found = fs::read_to_string(&path).unwrap();
        assert!(
            found == expected,
            "{} is stale: make readme",
            path.display()
        );
    }
}
