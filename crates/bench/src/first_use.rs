//! From nothing to figures: a clone of what is committed, with empty caches for cargo, downloads and builds.
//!
//! System packages that `make` installs (OpenBLAS) count only if they are missing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::table::Cost;

/// Time limits in seconds, for the first figure and for everything.
const FIRST_FIGURE: f64 = 240.0;
const EVERYTHING: f64 = 1320.0;

pub fn run() -> anyhow::Result<Vec<Cost>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir()?;
    let clone = folder.path().join("clone");
    let clock = Instant::now();
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).arg(&root).arg(&clone);
    succeed(&mut git)?;
    let mut rows = Vec::new();
    let parts = [
        (
            Some("fig1"),
            "from a clone to Figure 1, empty caches",
            FIRST_FIGURE,
        ),
        (
            None,
            "from a clone to the end of make, empty caches",
            EVERYTHING,
        ),
    ];
    for (target, what, limit) in parts {
        let mut make = Command::new("make");
        make.args(target).current_dir(&clone);
        make.env("CARGO_HOME", folder.path().join("cargo"));
        make.env("DAE_CACHE_DIR", folder.path().join("cache"));
        for inherited in [
            "CARGO_BUILD_BUILD_DIR",
            "CARGO_TARGET_DIR",
            "MAKEFLAGS",
            "MAKELEVEL",
            "MFLAGS",
        ] {
            make.env_remove(inherited);
        }
        succeed(&mut make)?;
        rows.push(Cost::new(what, clock.elapsed().as_secs_f64(), "s", limit));
    }
    Ok(rows)
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    eprintln!("{command:?}");
    let status = command.stdin(Stdio::null()).status()?;
    anyhow::ensure!(status.success(), "{command:?} failed");
    Ok(())
}
