//! The same seed gives the same tables to the last byte, from run to run and with any number of threads.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used)]

mod together;

use std::path::Path;

use dae::data::{CacheState, SourceOptions, verify};
use together::{Tables, run, tables};

const WITHOUT_IMAGES: [&str; 6] = ["fig1", "fig2", "fig3", "fig4", "fig5", "fig7"];

fn made(figures: &[&str], cache: &Path, threads: &str, seed: &str) -> Tables {
    let results = tempfile::tempdir().unwrap();
    let mut command = run(figures, results.path(), cache, threads);
    let output = command.args(["--seed", seed]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    tables(results.path())
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_one_thread_and_with_two() {
    let cache = tempfile::tempdir().unwrap();
    let make = |threads, seed| made(&WITHOUT_IMAGES, cache.path(), threads, seed);
    let first = make("1", "2018");
    assert!(first.len() >= 10);
    for threads in ["1", "2"] {
        for (name, table) in make(threads, "2018") {
            assert!(
                first[&name] == table,
                "{name} differs with {threads} threads"
            );
        }
    }
}

/// Small products are computed by one thread in any case.
#[test]
fn a_start_of_the_published_size_gives_the_same_bytes_with_one_thread_and_with_two() {
    let cache = tempfile::tempdir().unwrap();
    let [one, two] = ["1", "2"].map(|threads| {
        let results = tempfile::tempdir().unwrap();
        let mut command = run(&["fig5"], results.path(), cache.path(), threads);
        for setting in ["directions=784", "hidden=256"] {
            command.args(["--set", &format!("fig5.mnist.{setting}")]);
        }
        let output = command.output().unwrap();
        // With other sizes it need not come close to what smoke expects.
        assert!(output.status.code().is_some_and(|code| code < 2));
        tables(results.path())
    });
    assert!(one.len() >= 3 && one == two);
}

#[test]
fn another_seed_gives_other_tables_where_there_is_chance() {
    let cache = tempfile::tempdir().unwrap();
    let [a, b] = ["1", "2"].map(|seed| made(&WITHOUT_IMAGES, cache.path(), "1", seed));
    for (name, table) in a {
        // Without images what was measured on them is committed.
        let committed = ["fig7_samples.csv", "fig7_mask.csv"].contains(&name.as_str());
        let chance = name.starts_with("fig5") || name.starts_with("fig7") && !committed;
        assert_eq!(b[&name] != table, chance, "{name}");
    }
}

#[test]
fn figure_6_is_the_same_with_one_thread_and_with_two() {
    let options = SourceOptions {
        offline: true,
        ..SourceOptions::from_env().unwrap()
    };
    let there = |state: &CacheState| matches!(state, CacheState::Good(_));
    if !verify(&options).iter().all(|entry| there(&entry.state)) {
        println!("skipped: the images are not in {}", options.cache.display());
        return;
    }
    let make = |threads, seed| made(&["fig6"], &options.cache, threads, seed);
    let first = make("1", "2018");
    for threads in ["1", "2"] {
        for (name, table) in make(threads, "2018") {
            assert!(
                first[&name] == table,
                "{name} differs with {threads} threads"
            );
        }
    }
    let other = make("1", "7");
    for name in ["fig6_mapping.csv", "fig6_loss.csv"] {
        assert!(other[name] != first[name], "{name}");
    }
}
