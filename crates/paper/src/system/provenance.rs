//! Where, when and with what something was computed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, thread};

use dae::blas;
use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::sources;

/// The circumstances of a computation, as they were while it went on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Revision of the repository.
    pub revision: Revision,
    /// SHA-256 of `Cargo.lock` when the program was built.
    pub cargo_lock: String,
    /// Versions of this project and of the dependencies that compute.
    pub crates: BTreeMap<String, String>,
    /// The compiler.
    pub rustc: String,
    /// The BLAS library.
    pub blas: Blas,
    /// Model of the processor.
    pub cpu: String,
    /// Operating system and architecture.
    pub system: String,
    /// Threads.
    pub threads: Threads,
    /// When it began, in UTC (RFC 3339).
    pub started: String,
    /// Wall time in seconds; for a training run that was interrupted, over all its sessions.
    pub seconds: f64,
    /// Largest resident memory in bytes that the process had since the figure began; only Linux tells it.
    pub peak_memory: Option<u64>,
    /// What trained, in order, if this is a training run: the processor, or a card with the versions of its libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// Memory of the card in use, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_memory: Option<u64>,
}

/// Revision of the repository at the moment of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Revision {
    /// As `git` says.
    Git {
        /// The commit.
        commit: String,
        /// Whether any file outside `results` differed from the commit, or was not in it.
        dirty: bool,
    },
    /// There was no repository, or no `git`; the reason.
    Unknown(String),
}

/// The BLAS library in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blas {
    /// Name, version and build options as the library itself gives them.
    pub library: String,
    /// The processor whose kernels are in use.
    pub core: String,
}

/// How many threads could compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threads {
    /// Of BLAS.
    pub blas: usize,
    /// Of everything else that is parallel.
    pub rayon: usize,
    /// Processors that the process may use.
    pub available: usize,
}

/// A computation that is going on.
pub struct Session {
    began: SystemTime,
    clock: Instant,
}

impl Session {
    /// Begins one, and lets the count of peak memory begin with it where the system can do that.
    pub fn begin() -> Self {
        // Linux: 5 resets the peak resident size. Where it cannot be reset, the peak is that of the whole process.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self::within()
    }

    /// Begins one inside another, whose count of peak memory goes on.
    pub fn within() -> Self {
        Self {
            began: SystemTime::now(),
            clock: Instant::now(),
        }
    }

    /// Time since it began.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The circumstances, now that `seconds` have gone into it.
    pub fn provenance(&self, seconds: f64) -> Provenance {
        let crates = sources::CRATES.iter();
        let crates = crates.map(|&(name, version)| (name.to_owned(), version.to_owned()));
        Provenance {
            revision: Revision::now(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")),
            cargo_lock: sources::LOCK.to_owned(),
            crates: crates.collect(),
            rustc: sources::RUSTC.to_owned(),
            blas: Blas {
                library: blas::config(),
                core: blas::core(),
            },
            cpu: cpu(),
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
            threads: Threads {
                blas: blas::threads(),
                rayon: rayon::current_num_threads(),
                available: thread::available_parallelism().map_or(1, usize::from),
            },
            started: humantime::format_rfc3339_seconds(self.began).to_string(),
            seconds,
            peak_memory: peak_memory(),
            devices: Vec::new(),
            device_memory: None,
        }
    }
}

impl Revision {
    /// The revision of the clone that a folder is the root of.
    ///
    /// A repository that the folder lies in, or that the environment names, is somebody else's unless its own root is
    /// this folder and its commit has these sources.
    pub fn now(root: &Path) -> Self {
        Self::of(root).unwrap_or_else(Self::Unknown)
    }

    fn of(root: &Path) -> Result<Self, String> {
        if !root.exists() {
            return Err("the sources are not where the program was built".to_owned());
        }
        let other = "the sources are in no git repository of their own";
        let top = match git(root, "rev-parse --show-toplevel") {
            Err(_) if !root.join(".git").exists() => return Err(other.to_owned()),
            top => top?,
        };
        let same = |a: &Path, b: &Path| a.canonicalize().ok() == b.canonicalize().ok();
        let tracked = || git(root, &format!("cat-file -e HEAD:{SOURCE}")).is_ok();
        if !same(Path::new(&top), root) || !tracked() {
            return Err(other.to_owned());
        }
        // What is being computed lands in `results`: that it changes says nothing about the code.
        let changes = "status --porcelain --untracked-files=normal --ignore-submodules=none \
                       -- :(top) :(top,exclude)results";
        Ok(Self::Git {
            commit: git(root, "rev-parse HEAD")?,
            dirty: !git(root, changes)?.is_empty(),
        })
    }
}

/// A file that every commit of this project has.
const SOURCE: &str = "crates/paper/Cargo.toml";

/// What git says in a folder. Variables that name another repository, index or work tree are not passed on to it.
fn git(folder: &Path, arguments: &str) -> Result<String, String> {
    let mut command = Command::new("git");
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    // It only looks: a checkout may be read-only.
    command.env("GIT_OPTIONAL_LOCKS", "0").arg("-C").arg(folder);
    let output = command.args(arguments.split(' ')).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err("git could not read the repository".to_owned()),
    }
}

fn cpu() -> String {
    let only_cpu = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
    let system = System::new_with_specifics(only_cpu);
    match system.cpus().first().map_or("", |cpu| cpu.brand()).trim() {
        "" => "not told by the system".to_owned(),
        brand => brand.to_owned(),
    }
}

fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(1024 * kibibytes)
}
