//! The rooms below the experiments: system, settings, tables, runs; and results.

use std::fs;
use std::path::Path;

use paper::system::sources::hash;

mod cache {
    use std::fs;
    use std::path::Path;

    use paper::system::cache::{Owner, clean, items};

    #[test]
    fn only_what_belongs_to_a_clone_that_is_gone_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, clone) = (folder.path().join("cache"), folder.path().join("clone"));
        assert_eq!(items(&cache).unwrap(), []);
        fs::create_dir_all(clone.join("crates/paper")).unwrap();
        fs::write(clone.join("crates/paper/Cargo.toml"), "").unwrap();
        let gone = folder.path().join("gone");
        let put = |path: &str, of: Option<&Path>| {
            let path = cache.join(path);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("a"), [1; 10_000]).unwrap();
            if let Some(of) = of {
                fs::write(path.join("clone"), format!("{}\n", of.display())).unwrap();
            }
        };
        put("mnist", None);
        put("build/1", Some(&clone));
        put("build/2", Some(&gone));
        put("build/3", None);
        put("notebooks/4f", Some(&gone));
        // What is not ours, where the cache is a folder of somebody's.
        put("notebooks/thesis", Some(&gone));
        put("projects", Some(&gone));
        put("build/5", Some(Path::new("")));
        let found = items(&cache).unwrap();
        let owners: Vec<_> = found.iter().map(|item| item.owner.clone()).collect();
        assert_eq!(
            owners,
            [
                Owner::Clone(clone.clone()),
                Owner::Gone(gone.clone()),
                Owner::Shared,
                Owner::Shared,
                Owner::Shared,
                Owner::Gone(gone),
                Owner::Shared,
                Owner::Shared,
            ]
        );
        assert!(found.iter().all(|item| item.bytes >= 10_000));
        let removed = clean(&cache).unwrap();
        let removed: Vec<_> = removed.iter().map(|item| item.path.clone()).collect();
        assert_eq!(removed, [cache.join("build/2"), cache.join("notebooks/4f")]);
        let left: Vec<_> = items(&cache)
            .unwrap()
            .into_iter()
            .map(|item| item.path)
            .collect();
        assert_eq!(
            left,
            [
                "build/1",
                "build/3",
                "build/5",
                "mnist",
                "notebooks/thesis",
                "projects"
            ]
            .map(|path| cache.join(path))
        );
        assert_eq!(clean(&cache).unwrap(), []);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_two_folders_share_counts_once() {
        let cache = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            fs::create_dir(cache.path().join(name)).unwrap();
        }
        fs::write(cache.path().join("a/x"), [1; 50_000]).unwrap();
        fs::hard_link(cache.path().join("a/x"), cache.path().join("b/x")).unwrap();
        let sizes: Vec<_> = items(cache.path())
            .unwrap()
            .into_iter()
            .map(|i| i.bytes)
            .collect();
        assert!(sizes[0] >= 50_000 && sizes[1] == 0, "{sizes:?}");
    }
}

mod files {
    use std::collections::BTreeMap;
    use std::path::Path;

    use paper::system::files::{below, read, sha256_of};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Files(#[serde(deserialize_with = "below")] BTreeMap<String, String>);

    #[test]
    fn only_paths_that_stay_below_are_taken() {
        let read = |path: &str| {
            let map = serde_json::json!({ path: "hash" }).to_string();
            serde_json::from_str::<Files>(&map).map(|files| files.0.len())
        };
        for good in ["manifest.json", "tables/fig1_paths.csv", "a/b/..c"] {
            assert_eq!(read(good).unwrap(), 1, "{good}");
        }
        let bad = [
            "",
            "/",
            "/etc/hostname",
            "..",
            "../a",
            "tables/../../a",
            "./a",
            "C:a",
            "a\\..\\b",
            "a\0b",
        ];
        for bad in bad {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains("inside the folder"), "{bad}: {error}");
        }
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_err());
        assert_eq!(sha256_of(folder.path()), None);
        #[cfg(unix)]
        assert_eq!(sha256_of(Path::new("/dev/zero")), None);
    }
}

mod provenance {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use paper::system::provenance::{Provenance, Revision, Session};

    /// A file that every commit of this project has.
    const SOURCE: &str = "crates/paper/Cargo.toml";

    fn git(folder: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        let output = command.arg("-C").arg(folder).args(arguments).output();
        assert!(output.unwrap().status.success(), "{arguments:?}");
    }

    #[test]
    fn everything_that_the_system_tells_is_recorded() {
        let provenance = Session::begin().provenance(1.5);
        assert_eq!(provenance.seconds, 1.5);
        assert_eq!(provenance.cargo_lock.len(), 64);
        assert!(provenance.rustc.starts_with("rustc 1."));
        for name in ["dae", "paper", "ndarray", "openblas-src"] {
            assert!(provenance.crates.contains_key(name), "{name}");
        }
        assert!(humantime::parse_rfc3339(&provenance.started).is_ok());
        if cfg!(target_os = "linux") {
            assert!(provenance.peak_memory.is_some_and(|bytes| bytes > 1 << 20));
        }
        let text = serde_json::to_string(&provenance).unwrap();
        assert_eq!(
            serde_json::from_str::<Provenance>(&text).unwrap(),
            provenance
        );
        let here = env!("CARGO_MANIFEST_DIR");
        assert!(!text.contains(here), "no path of this machine: {text}");
    }

    /// A repository with a commit of this project, or of another one.
    fn repository(path: &Path, of_this: bool) {
        git(path, &["init", "--quiet"]);
        let file = path.join(if of_this { SOURCE } else { "other.txt" });
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "1").unwrap();
        git(path, &["add", "."]);
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let commit = ["commit", "--quiet", "-m", "a"];
        git(path, &[&who[..], &commit].concat());
    }

    fn dirty(path: &Path) -> bool {
        match Revision::now(path) {
            Revision::Git { commit, dirty } => {
                assert_eq!(commit.len(), 40);
                dirty
            }
            Revision::Unknown(why) => unreachable!("{why}"),
        }
    }

    #[test]
    fn a_changed_file_makes_a_revision_dirty_unless_it_is_a_result() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(matches!(Revision::now(path), Revision::Unknown(_)));
        repository(path, true);
        assert!(!dirty(path));
        fs::create_dir(path.join("results")).unwrap();
        fs::write(path.join("results/a.csv"), "1").unwrap();
        assert!(!dirty(path));
        fs::write(path.join("new.rs"), "2").unwrap();
        // Somebody who never wants to see untracked files has them all the same.
        git(path, &["config", "status.showUntrackedFiles", "no"]);
        assert!(dirty(path));
        fs::remove_file(path.join("new.rs")).unwrap();
        assert!(!dirty(path));
        fs::write(path.join(SOURCE), "2").unwrap();
        assert!(dirty(path));
    }

    #[test]
    fn the_repository_of_somebody_else_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let (around, inner) = (folder.path(), folder.path().join("archive"));
        let unknown = |path: &Path| matches!(Revision::now(path), Revision::Unknown(_));
        // The archive lies below it, unknown to it, then committed to it; or it was begun in the archive's own folder.
        repository(around, false);
        fs::create_dir_all(inner.join("crates/paper")).unwrap();
        fs::write(inner.join(SOURCE), "1").unwrap();
        assert!(unknown(&inner));
        repository(around, false);
        assert!(unknown(&inner));
        assert!(unknown(around));
        repository(&inner, true);
        assert!(!dirty(&inner));
        assert!(unknown(&folder.path().join("gone")));
    }
}

mod sources {
    use std::fs;
    use std::path::Path;

    use paper::Error;
    use paper::system::sources::{check, check_against, hash};

    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let name = entry.unwrap().file_name();
                copy(&from.join(&name), &to.join(&name));
            }
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }

    #[test]
    fn a_program_knows_its_own_sources_from_changed_ones() {
        check().unwrap();
        let clone = tempfile::tempdir().unwrap();
        let (here, root) = (
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."),
            clone.path(),
        );
        check_against(root).unwrap();
        for place in hash::PROGRAM {
            copy(&here.join(place), &root.join(place));
        }
        check_against(root).unwrap();
        // What editors leave is no source.
        for left in [
            "crates/dae/src/.lib.rs.swp",
            "crates/dae/src/lib.rs~",
            "crates/dae/src/.#lib.rs",
        ] {
            fs::write(root.join(left), "x").unwrap();
        }
        check_against(root).unwrap();
        for file in [
            "Cargo.lock",
            "Cargo.toml",
            "crates/dae/src/train/linear/trainer.rs",
            "crates/paper/src/main.rs",
            "crates/paper/settings/paper.toml",
            "crates/paper/templates/report.css",
            "crates/plot/src/page.rs",
            "data/published.csv",
            "crates/dae/spectra/mnist-50000.csv",
            "docs/DEVIATIONS.md",
        ] {
            let path = root.join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{text} ")).unwrap();
            let error = check_against(root).unwrap_err();
            assert!(
                matches!(error, Error::OtherSources { .. }),
                "{file}: {error}"
            );
            fs::write(&path, text).unwrap();
        }
        check_against(root).unwrap();
        fs::write(root.join("crates/paper/src/new.rs"), "").unwrap();
        check_against(root).unwrap_err();
    }
}

mod walk {
    use paper::settings::walk::{at, leaves};

    #[test]
    fn every_leaf_is_found_under_its_key() {
        let tree: serde_json::Value =
            serde_json::json!({"a": {"b": 1, "c": {"d": [2]}, "e": {}}, "f": null});
        let keys: Vec<String> = leaves(&tree).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.b", "a.c.d", "a.e", "f"]);
        for (key, value) in leaves(&tree) {
            assert_eq!(at(&tree, &key), Some(value));
        }
        assert_eq!(at(&tree, "a.b.c"), None);
    }
}

mod check {
    use paper::tables::check::largest;
    use paper::tables::{Check, Tally, Verdict};

    fn check(found: f64, tolerance: f64) -> Check {
        Check::theory("x", 1.0, found, tolerance, "")
    }

    #[test]
    fn nan_never_passes() {
        assert!(check(1.1, 0.2).passes());
        assert!(!check(1.3, 0.2).passes());
        assert!(!check(f64::NAN, f64::INFINITY).passes());
        assert!(largest([1.0, f64::NAN, 2.0]).is_nan());
        assert_eq!(largest([1.0, -3.0, 2.0]), 3.0);
    }

    #[test]
    fn a_failure_decides_and_what_was_not_measured_does_not() {
        let [pass, fail] = [check(1.0, 0.1), check(f64::NAN, 0.1)];
        let corrected = Check {
            corrects: true,
            ..pass.clone()
        };
        let open = pass.clone().not_measured("why");
        let verdict = |checks: &[&Check]| Tally::of(checks.iter().copied()).verdict();
        assert_eq!(verdict(&[&open, &pass]), Verdict::Pass);
        assert_eq!(verdict(&[&pass, &corrected, &open]), Verdict::Corrected);
        assert_eq!(verdict(&[&corrected, &fail]), Verdict::Fail);
        assert_eq!(verdict(&[&open]), Verdict::NotMeasured);
        let all = Tally::of([&pass, &fail, &corrected, &open]);
        assert_eq!((all.measured(), all.holding()), (3, 2));
        assert_eq!(all.counts(), "1 pass, 1 corrected, 1 FAIL, 1 not measured");
        assert_eq!(all.words(), "FAIL (3 of 4 measures)");
        assert!(all.furthest().is_some_and(|worst| worst.found.is_nan()));
    }

    #[test]
    fn a_failure_by_nan_is_still_one_when_it_is_read_back() {
        for check in [check(f64::NAN, 0.1), check(1.0, 0.1).not_measured("why")] {
            let text = serde_json::to_string(&check).unwrap();
            let back: Check = serde_json::from_str(&text).unwrap();
            assert_eq!(back.verdict(), check.verdict());
        }
    }
}

mod rows {
    use std::fs;
    use std::path::Path;

    use paper::Error;
    use paper::experiments::{fig1, fig2, fig3, fig4, fig5, fig6};
    use paper::tables::read::parse;
    use paper::tables::{Row, Table, Tables};

    paper::rows! {
        /// A row to try.
        Tried in "t.csv" {
            /// A word.
            model: String,
            /// A whole number.
            mode: usize,
            /// A number.
            w: f64,
        }
    }

    fn row(model: &str, mode: usize, w: f64) -> Tried {
        let model = model.to_owned();
        Tried { model, mode, w }
    }

    #[test]
    fn rows_are_read_back_as_they_were_written() {
        let rows = [row("AE", 0, 1.0 / 3.0), row("DAE", 7, -2.5e300)];
        let made = [Table::of(&rows).unwrap()];
        assert_eq!(Tables::Made(&made).rows::<Tried>().unwrap(), rows);
        let error = Table::of(&[row("AE", 0, f64::NAN)]).unwrap_err();
        assert!(matches!(error, Error::NotFinite { row: 0, .. }), "{error}");
        assert!(Tables::Made(&[]).rows::<Tried>().is_err());
        let none = Table::of::<Tried>(&[]).unwrap();
        assert_eq!(none.csv().unwrap(), b"model,mode,w\n");
    }

    #[test]
    fn numbers_survive_and_nan_does_not() {
        let numbers = [1e-6, 0.1, 1.0 / 3.0, -2.5e300, 0.0];
        let table = Table::of(&numbers.map(|w| row("AE", 0, w))).unwrap();
        let text = String::from_utf8(table.csv().unwrap()).unwrap();
        let number = |line: &str| line.rsplit(',').next().unwrap().parse().unwrap();
        let back: Vec<f64> = text.lines().skip(1).map(number).collect();
        assert_eq!(back, numbers);
        for bad in [f64::NAN, f64::INFINITY] {
            let error = Table::of(&[row("AE", 0, 0.0), row("AE", 0, bad)]).unwrap_err();
            let said = error.to_string();
            assert!(said.contains("t.csv: column w holds"), "{said}");
            assert!(matches!(error, Error::NotFinite { row: 1, .. }), "{said}");
        }
    }

    /// Whoever makes the committed figures again has the same bytes.
    #[test]
    fn the_committed_tables_are_written_as_they_were() {
        fn same<R: Row>() {
            let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/paper/tables");
            let bytes = fs::read(tables.join(R::FILE)).unwrap();
            let rows: Vec<R> = parse(&bytes).unwrap();
            assert!(
                Table::of(&rows).unwrap().csv().unwrap() == bytes,
                "{}",
                R::FILE
            );
        }
        same::<fig1::rows::Dynamics>();
        same::<fig1::rows::Paths>();
        same::<fig2::rows::Dynamics>();
        same::<fig3::rows::Dynamics>();
        same::<fig3::rows::Rates>();
        same::<fig3::rows::Spectrum>();
        same::<fig4::rows::Paths>();
        same::<fig5::rows::Dynamics>();
        same::<fig5::rows::Loss>();
        same::<fig5::rows::Rms>();
        same::<fig6::rows::Mapping>();
        same::<fig6::rows::OtherSigma>();
        same::<fig6::rows::Loss>();
        same::<fig6::rows::Runs>();
        same::<fig6::rows::Spectrum>();
    }

    #[test]
    fn what_is_not_a_table_of_numbers_is_named_by_line_and_column() {
        let read = |text: &str| parse::<Tried>(text.as_bytes());
        let good = "model,mode,w\nAE,0,0.5\nDAE,1,1e-3\n";
        assert_eq!(read(good).unwrap()[1].w, 1e-3);
        let said = |from: &str, to: &str| read(&good.replace(from, to)).unwrap_err().to_string();
        for bad in ["NaN", "inf", "", "1,2", "o.5"] {
            let said = said("1e-3", bad);
            assert!(said.contains("t.csv") && said.contains("line 3"), "{said}");
        }
        let error = said("1e-3", "inf");
        assert!(error.contains("column w: `inf` is not a finite"), "{error}");
        let error = said("DAE,1", "DAE,1.5");
        assert!(error.contains("column mode: `1.5`"), "{error}");
        let error = said("mode", "node");
        assert!(error.contains("not `model,mode,w`"), "{error}");
    }
}

mod published {
    use paper::tables::published as of;

    #[test]
    fn the_committed_values_can_be_read_and_named() {
        let values = of("fig5").unwrap();
        assert!(values.len() > 20);
        assert!(
            values
                .iter()
                .all(|value| !value.reason.is_empty() && !value.source.is_empty())
        );
        assert!(
            values
                .iter()
                .any(|value| value.name() == "mnist AE loss at epoch 4900")
        );
    }
}

mod runs {
    use std::cell::Cell;
    use std::fs;
    use std::sync::atomic::Ordering;
    use std::time::SystemTime;

    use paper::runs::{Header, Runs, State, parse_checkpoint};
    use paper::system::device::{Choice, Device};
    use paper::system::files::key;
    use paper::system::progress::Progress;
    use paper::{Error, Result};

    fn get(runs: &Runs, inputs: u32, value: f64) -> (f64, bool) {
        let computed = Cell::new(false);
        let result = runs.get_or("a", &inputs, &Progress::Silent, |_| {
            computed.set(true);
            Ok(value)
        });
        (result.unwrap(), computed.get())
    }

    #[test]
    fn a_run_is_reused_for_the_same_inputs_only() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let number = 0.1 + 0.2;
        assert_eq!(get(&runs, 1, number), (number, true));
        assert_eq!(
            get(&runs, 1, 7.0),
            (number, false),
            "exactly the same float comes back"
        );
        assert_eq!(get(&runs, 2, 7.0), (7.0, true));
        fs::write(directory.path().join("a.json"), b"{\"key\":").unwrap();
        assert_eq!(
            get(&runs, 2, 8.0),
            (8.0, true),
            "half a file counts as none"
        );
        let path = directory.path().join("a.json");
        let edited = fs::read_to_string(&path)
            .unwrap()
            .replace("\"result\": 8.0", "\"result\": 8.5");
        fs::write(path, edited).unwrap();
        assert_eq!(
            get(&runs, 2, 9.5),
            (9.5, true),
            "a result that was edited counts as none"
        );
        let never = Runs {
            reuse: false,
            ..runs
        };
        assert_eq!(get(&never, 2, 9.0), (9.0, true));
    }

    /// Counts to ten, stopping once at five if `stop` is set.
    fn count(runs: &Runs, inputs: u32, stop: bool) -> Result<Vec<u64>> {
        runs.get_or("count", &inputs, &Progress::Silent, |slot| {
            let mut seen: Vec<u64> = slot.checkpoint(&Progress::Silent)?.unwrap_or_default();
            while seen.len() < 10 {
                seen.push(seen.len() as u64);
                if stop && seen.len() == 5 {
                    runs.stop.store(true, Ordering::Relaxed);
                }
                slot.tick(seen.len() as u64, 10, || Ok(seen.clone()))?;
            }
            Ok(seen)
        })
    }

    #[test]
    fn a_stopped_run_goes_on_where_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let key = key(&1);
        assert_eq!(runs.state("count", &key), State::Waiting);
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            0,
            "looking leaves no trace"
        );
        let error = count(&runs, 1, true).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Interrupted {
                    epoch: 5,
                    epochs: 10,
                    ..
                }
            ),
            "{error}"
        );
        let state = runs.state("count", &key);
        assert!(
            matches!(&state, State::UnderWay { checkpoint: Some(h), running: false } if h.epoch == 5),
            "{state:?}"
        );
        runs.stop.store(false, Ordering::Relaxed);
        assert_eq!(count(&runs, 1, false).unwrap(), (0..10).collect::<Vec<_>>());
        assert_eq!(runs.state("count", &key), State::Done);
        assert!(!directory.path().join("count.checkpoint").exists());
    }

    #[test]
    fn a_checkpoint_left_beside_its_result_is_removed_and_one_of_other_settings_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        count(&runs, 1, true).unwrap_err();
        runs.stop.store(false, Ordering::Relaxed);
        let left = fs::read(&path).unwrap();
        count(&runs, 1, false).unwrap();
        for (inputs, stays) in [(1, false), (2, true)] {
            if stays {
                count(&runs, inputs, true).unwrap_err();
                runs.stop.store(false, Ordering::Relaxed);
            } else {
                fs::write(&path, &left).unwrap();
                let file = fs::File::options().write(true).open(&path).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }
            assert!(path.exists());
            assert_eq!(count(&runs, 1, false).unwrap().len(), 10);
            assert_eq!(path.exists(), stays);
        }
    }

    /// `--fresh`, interrupted: the same command without it goes on, although there is a result of before.
    #[test]
    fn a_run_that_was_begun_again_goes_on_in_place_of_its_old_result() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        count(&runs, 1, false).unwrap();
        let fresh = Runs {
            reuse: false,
            ..runs.clone()
        };
        count(&fresh, 1, true).unwrap_err();
        runs.stop.store(false, Ordering::Relaxed);
        let state = runs.state("count", &key(&1));
        assert!(
            matches!(&state, State::UnderWay { checkpoint: Some(h), running: false } if h.epoch == 5),
            "{state:?}"
        );
        let before: Option<Vec<u64>> = runs
            .get_or("count", &1, &Progress::Silent, |slot| {
                slot.checkpoint(&Progress::Silent)
            })
            .unwrap();
        assert_eq!(before.unwrap().len(), 5);
        assert_eq!(runs.state("count", &key(&1)), State::Done);
    }

    #[test]
    fn a_checkpoint_of_other_settings_or_a_damaged_one_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        for damage in [false, true] {
            count(&runs, 1, true).unwrap_err();
            runs.stop.store(false, Ordering::Relaxed);
            if damage {
                let mut bytes = fs::read(&path).unwrap();
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                fs::write(&path, bytes).unwrap();
            }
            let inputs = if damage { 1 } else { 2 };
            assert_eq!(count(&runs, inputs, false).unwrap().len(), 10);
            assert!(path.with_extension("checkpoint.other").exists());
            fs::remove_file(directory.path().join("count.json")).unwrap();
        }
    }

    #[test]
    fn a_checkpoint_with_an_impossible_time_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let path = directory.path().join("count.checkpoint");
        for seconds in ["-1.5", "1e300", "null"] {
            count(&runs, 1, true).unwrap_err();
            runs.stop.store(false, Ordering::Relaxed);
            let bytes = fs::read(&path).unwrap();
            let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
            let header: Header = serde_json::from_slice(&bytes[..end]).unwrap();
            let was = format!("\"seconds\":{}", serde_json::json!(header.seconds));
            let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
            assert!(header.contains(&was), "{header} {was}");
            let header = header.replace(&was, &format!("\"seconds\":{seconds}"));
            fs::write(&path, [header.as_bytes(), &bytes[end..]].concat()).unwrap();
            assert_eq!(count(&runs, 1, false).unwrap().len(), 10);
            assert!(path.with_extension("checkpoint.other").exists());
            fs::remove_file(path.with_extension("checkpoint.other")).unwrap();
            fs::remove_file(directory.path().join("count.json")).unwrap();
        }
    }

    /// Every device that had a part in a run is in its provenance, those before a checkpoint too.
    #[test]
    fn a_run_says_what_trained_it() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let train = |runs: &Runs, stop: bool| {
            runs.stop.store(stop, Ordering::Relaxed);
            runs.get_or("trained", &1, &Progress::Silent, |slot| {
                let before: Option<u64> = slot.checkpoint(&Progress::Silent)?;
                let name = slot.trainer(&Progress::Silent, |device| Ok(device.name()))?;
                assert_eq!(name, "processor");
                slot.tick(5, 10, || Ok(5_u64))?;
                Ok(before)
            })
        };
        train(&runs, true).unwrap_err();
        let path = directory.path().join("trained.checkpoint");
        let bytes = fs::read(&path).unwrap();
        let (header, _) = parse_checkpoint::<u64>(&bytes).unwrap();
        assert_eq!(header.devices, ["processor"]);
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
        let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let header = header.replace("\"processor\"", "\"a card\"");
        fs::write(&path, [header.as_bytes(), &bytes[end..]].concat()).unwrap();
        assert_eq!(train(&runs, false).unwrap(), Some(5));
        let provenance = runs.provenance("trained", &key(&1)).unwrap();
        assert_eq!(provenance.devices, ["a card", "processor"]);
        assert_eq!(provenance.device_memory, None);
    }

    #[test]
    fn devices_are_named_as_on_the_command_line() {
        for (text, choice) in [
            ("auto", Choice::Auto),
            ("cpu", Choice::Cpu),
            ("cuda", Choice::Cuda(None)),
            ("cuda:12", Choice::Cuda(Some(12))),
        ] {
            assert_eq!(text.parse(), Ok(choice));
            assert_eq!(choice.to_string(), text);
        }
        for refused in ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            let refused: Result<Choice, String> = refused.parse();
            assert!(refused.unwrap_err().contains("cuda:N"));
        }
        let (device, line) = Device::choose(Choice::Cpu).unwrap();
        assert_eq!((device.name().as_str(), line), ("processor", None));
        // No machine has so many, and a build without cards has none.
        let refused = Device::choose(Choice::Cuda(Some(99))).unwrap_err();
        assert!(refused.to_string().contains("--device cpu"), "{refused}");
    }

    #[test]
    fn a_run_is_never_done_twice_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let runs = Runs::kept_in(directory.path());
        let outer = runs.get_or("a", &1, &Progress::Silent, |_| {
            let running = runs.state("a", &key(&1));
            assert_eq!(
                running,
                State::UnderWay {
                    checkpoint: None,
                    running: true
                }
            );
            let inner = runs.get_or("a", &1, &Progress::Silent, |_| Ok(1.0));
            assert!(matches!(inner, Err(Error::Busy { .. })));
            Ok(2.0)
        });
        assert_eq!(outer.unwrap(), 2.0);
    }
}

/// The library is built once, for its users: a test inside it would have it built once more.
#[test]
fn no_source_of_the_libraries_holds_tests() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for library in ["paper", "plot"] {
        let mut files = Vec::new();
        hash::collect(&crates.join(library).join("src"), &mut files).unwrap();
        assert!(files.len() > 10);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("#[cfg(test)]"), "{}", file.display());
        }
    }
}
