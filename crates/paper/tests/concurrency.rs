//! Several commands at once, in one folder of results or with one cache.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used)]

mod together;

use std::process::Output;

use together::{run, tables};

const FIGURES: [&str; 3] = ["fig1", "fig3", "fig5"];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn two_at_once_in_one_folder_end_right_or_one_names_the_other() {
    let cache = tempfile::tempdir().unwrap();
    let alone = tempfile::tempdir().unwrap();
    let mut undisturbed = run(&FIGURES, alone.path(), cache.path(), "1");
    assert!(undisturbed.output().unwrap().status.success());
    let expected = tables(alone.path());
    for _ in 0..5 {
        let results = tempfile::tempdir().unwrap();
        let both = [0, 1].map(|_| {
            run(&FIGURES, results.path(), cache.path(), "1")
                .spawn()
                .unwrap()
        });
        let both = both.map(|process| process.wait_with_output().unwrap());
        assert!(
            both.iter().any(|output| output.status.success()),
            "{}",
            said(&both[0])
        );
        for output in both.iter().filter(|output| !output.status.success()) {
            assert_eq!(output.status.code(), Some(1));
            let said = said(output);
            assert!(
                said.contains("is being trained by another process")
                    && said.contains("wait for it"),
                "{said}"
            );
        }
        assert!(tables(results.path()) == expected);
        let after = run(&FIGURES, results.path(), cache.path(), "1")
            .output()
            .unwrap();
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
