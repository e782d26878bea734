//! Several commands at once, in one folder of results or with one cache.
//!
//! `make test-concurrency` sets `ROUNDS`, and runs the tests that are ignored otherwise: they build everything once more, or
//! need the notebooks' kernel.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used)]

mod together;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use together::{Tables, run, tables};

const FIGURES: [&str; 3] = ["fig1", "fig3", "fig5"];

/// How often two are begun at once.
fn rounds() -> usize {
    std::env::var("ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs commands side by side: each ends right, or names the other one; not all of them may give way.
fn together(commands: [Command; 2]) {
    let both = commands.map(|mut command| command.spawn().unwrap());
    let both = both.map(|process| process.wait_with_output().unwrap());
    let [first, second] = both.each_ref().map(said);
    assert!(
        both.iter().any(|output| output.status.success()),
        "{first}\n{second}"
    );
    for output in both.iter().filter(|output| !output.status.success()) {
        let said = said(output);
        // Make gives 2 for the 1 of the command.
        assert!(matches!(output.status.code(), Some(1 | 2)), "{said}");
        assert!(
            said.contains("is being trained by another process") && said.contains("wait for it"),
            "{said}"
        );
    }
}

#[test]
fn two_at_once_in_one_folder_end_right_or_one_names_the_other() {
    let cache = tempfile::tempdir().unwrap();
    let alone = tempfile::tempdir().unwrap();
    let mut undisturbed = run(&FIGURES, alone.path(), cache.path(), "1");
    assert!(undisturbed.output().unwrap().status.success());
    let expected = tables(alone.path());
    for _ in 0..rounds() {
        let results = tempfile::tempdir().unwrap();
        let command = || run(&FIGURES, results.path(), cache.path(), "1");
        together([command(), command()]);
        assert!(tables(results.path()) == expected);
        let after = command().output().unwrap();
        assert!(
            after.status.success() && tables(results.path()) == expected,
            "{}",
            said(&after)
        );
    }
}

#[test]
fn two_folders_fill_one_empty_cache() {
    let cache = tempfile::tempdir().unwrap();
    let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
    let both = [0, 1].map(|i| {
        run(&FIGURES, folders[i].path(), cache.path(), "1")
            .spawn()
            .unwrap()
    });
    for output in both.map(|process| process.wait_with_output().unwrap()) {
        assert!(output.status.success(), "{}", said(&output));
    }
    assert!(tables(folders[0].path()) == tables(folders[1].path()));
}

/// The root of this clone.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a script prints.
fn printed(script: &str) -> PathBuf {
    let mut command = Command::new("bash");
    let output = command.arg(script).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().into()
}

/// Figures beside the tables, and that no writer left anything behind.
fn pictures(results: &Path) -> Tables {
    let entries = fs::read_dir(results.join("smoke/figures")).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let paths = entries.map(|entry| entry.unwrap().path());
    let pictures: Tables = paths.map(|p| (name(&p), fs::read(&p).unwrap())).collect();
    assert!(!pictures.keys().any(|name| name.starts_with(".writing-")));
    pictures
}

#[test]
#[ignore = "builds everything once more; make test-concurrency"]
fn two_makes_at_once_in_a_fresh_clone_end_right_or_one_names_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).arg(root()).arg(&clone);
    assert!(git.status().unwrap().success());
    // Crates and images may be shared, what is built may not: the first two makes both build.
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).unwrap();
    let images = printed("scripts/cache.sh");
    for dataset in ["mnist", "cifar10"] {
        std::os::unix::fs::symlink(images.join(dataset), cache.join(dataset)).unwrap();
    }
    let make = || {
        let mut make = Command::new("make");
        make.args(["figures", "PROFILE=smoke"]).current_dir(&clone);
        make.env("DAE_CACHE_DIR", &cache)
            .env("OPENBLAS_NUM_THREADS", "1");
        for inherited in ["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DAE_OFFLINE"] {
            make.env_remove(inherited);
        }
        make.stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        make
    };
    let results = clone.join("results");
    let found = || (tables(&results), pictures(&results));
    let mut all = Vec::new();
    for _ in 0..rounds() {
        fs::remove_dir_all(results.join("smoke")).unwrap_or_default();
        together([make(), make()]);
        all.push(found());
    }
    // Of two that prepare the folder of build artefacts one is faster, and nothing is left of the other one.
    let builds: Vec<_> = fs::read_dir(cache.join("build")).unwrap().collect();
    assert_eq!(builds.len(), 1, "{builds:?}");
    fs::remove_dir_all(results.join("smoke")).unwrap();
    let alone = make().output().unwrap();
    assert!(alone.status.success(), "{}", said(&alone));
    assert!(all.into_iter().all(|both| both == found()));
}

#[test]
#[ignore = "needs make notebook-setup; make test-concurrency"]
fn two_notebooks_beside_a_command_show_its_tables() {
    let results = tempfile::tempdir_in(root().join("target")).unwrap();
    let cache = printed("scripts/cache.sh");
    let python = printed("scripts/python.sh").join("bin/python");
    let command = || run(&FIGURES, results.path(), &cache, "1");
    assert!(command().output().unwrap().status.success());
    let expected = tables(results.path());
    let notebooks = ["01_learning_dynamics", "05_linear_autoencoders"].map(|name| {
        let mut execute = Command::new(&python);
        execute.args(["scripts/notebooks/execute.py", "--profile", "smoke"]);
        execute.arg("--results").arg(results.path());
        execute
            .arg(format!("notebooks/{name}.ipynb"))
            .current_dir(root());
        execute
            .env("DAE_RESULTS", results.path())
            .env("OPENBLAS_NUM_THREADS", "1");
        execute
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        execute.spawn().unwrap()
    });
    // The command trains everything anew, again and again, as long as a notebook runs.
    let ends =
        notebooks.map(|notebook| std::thread::spawn(|| notebook.wait_with_output().unwrap()));
    while !ends.iter().all(|end| end.is_finished()) {
        let again = command().arg("--fresh").output().unwrap();
        let said = said(&again);
        assert!(
            again.status.success() || said.contains("is being trained by another process"),
            "{said}"
        );
        assert!(tables(results.path()) == expected);
    }
    for end in ends {
        let output = end.join().unwrap();
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            said(&output)
        );
        assert!(
            output.status.success() || said.contains("is being trained by another process"),
            "{said}"
        );
    }
}
