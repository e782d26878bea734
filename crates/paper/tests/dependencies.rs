//! What this project depends on is explained in docs/dependencies.md, and pinned.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The crates that a manifest names as dependencies of any kind, but for those of this workspace.
fn crates(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = text(manifest).parse().unwrap();
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.into_iter().filter_map(|kind| manifest.get(kind));
    tables
        .flat_map(|table| table.as_table().unwrap().keys().cloned())
        .filter(|name| !["dae", "dae-cuda", "paper", "plot"].contains(&name.as_str()))
        .collect()
}

/// The Python packages that are asked for.
fn packages() -> BTreeSet<String> {
    let list = text("notebooks/requirements.in");
    let names = list.lines().filter(|line| !line.starts_with('#'));
    names.map(|line| line.trim().to_owned()).collect()
}

/// The names in the tables below a heading of the page: each row begins with one.
fn explained(heading: &str) -> BTreeSet<String> {
    let page = text("docs/dependencies.md");
    let (_, section) = page.split_once(&format!("## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let name = |line: &str| {
        let (name, rest) = line.strip_prefix("| `")?.split_once('`')?;
        let reason = rest.trim_matches(['|', ' ']);
        assert!(reason.len() > 10, "{name}: no reason");
        Some(name.to_owned())
    };
    section.lines().filter_map(name).collect()
}

#[test]
fn every_direct_dependency_is_explained_and_nothing_else() {
    let manifests = [
        "crates/bench/Cargo.toml",
        "crates/dae/Cargo.toml",
        "crates/dae-cuda/Cargo.toml",
        "crates/paper/Cargo.toml",
        "crates/plot/Cargo.toml",
        "fuzz/Cargo.toml",
    ];
    let direct: BTreeSet<_> = manifests.iter().flat_map(|path| crates(path)).collect();
    assert!(direct.len() > 30, "{direct:?}");
    assert_eq!(direct, explained("Rust"));
    assert_eq!(packages(), explained("Python"));
}

#[test]
fn every_python_package_is_pinned_with_hashes() {
    let locked = text("notebooks/requirements.txt").replace("\\\n", " ");
    let mut names = BTreeSet::new();
    for line in locked.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line
            .split_once("==")
            .unwrap_or_else(|| panic!("not pinned: {line}"));
        let hashes = rest
            .split_whitespace()
            .filter_map(|word| word.strip_prefix("--hash=sha256:"));
        let hashes: Vec<_> = hashes.collect();
        assert!(!hashes.is_empty(), "{name} has no hash");
        let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(hashes.iter().all(is_hash), "{name}");
        names.insert(name.to_owned());
    }
    let missing: Vec<_> = packages().difference(&names).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_crate_is_from_crates_io_with_a_checksum() {
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock: toml::Table = text(lock).parse().unwrap();
        for package in lock["package"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            if ["bench", "dae", "dae-cuda", "paper", "plot", "dae-fuzz"].contains(&name) {
                continue;
            }
            let source = package.get("source").and_then(toml::Value::as_str);
            assert_eq!(
                source,
                Some("registry+https://github.com/rust-lang/crates.io-index"),
                "{name}"
            );
            assert_eq!(package["checksum"].as_str().unwrap().len(), 64, "{name}");
        }
    }
}
