//! The command in folders of its own, and the tables that it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Tables by name.
pub type Tables = BTreeMap<String, Vec<u8>>;

/// Figures at `smoke`, by so many threads, of a process that is not started yet.
pub fn run(figures: &[&str], results: &Path, cache: &Path, threads: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paper"));
    command
        .arg("run")
        .args(figures)
        .args(["--profile", "smoke", "--results"])
        .arg(results)
        .env("DAE_CACHE_DIR", cache)
        .env("DAE_OFFLINE", "1")
        .env("OPENBLAS_NUM_THREADS", threads)
        .env("RAYON_NUM_THREADS", threads)
        .env_remove("DAE_DATA_MIRROR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The tables below a folder of results; of the whole profile only those of figures.
pub fn tables(results: &Path) -> Tables {
    let entries = fs::read_dir(results.join("smoke/tables")).unwrap();
    let mut tables = Tables::new();
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        assert!(name.ends_with(".csv"), "left over: {name}");
        if name.starts_with("fig") {
            tables.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    tables
}
