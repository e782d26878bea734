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

/// The circumstances of a computation.
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
    /// Peak resident memory of the process since the figure began, in bytes; only on Linux.
    pub peak_memory: Option<u64>,
    /// For a training run, the devices in order: the processor, or a card with the versions of its libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// Peak memory of the card that trainers held, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_memory: Option<u64>,
}

/// Revision of the repository at the moment of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Revision {
    /// According to `git`.
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
    /// Threads of BLAS.
    pub blas: usize,
    /// Threads of everything else that is parallel.
    pub rayon: usize,
    /// Processors that the process may use.
    pub available: usize,
}

/// A running computation.
pub struct Session {
    began: SystemTime,
    clock: Instant,
}

impl Session {
    /// Begins one, and resets the peak memory count if the system can do that.
    pub fn begin() -> Self {
        // Linux: 5 resets the peak resident size. Where it cannot be reset, the peak is that of the whole process.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self::within()
    }

    /// Begins one inside another, without resetting the peak memory count.
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

    /// When it began, as in [`Provenance::started`].
    pub fn began(&self) -> String {
        humantime::format_rfc3339_seconds(self.began).to_string()
    }

    /// The circumstances, after `seconds` of work.
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
            started: self.began(),
            seconds,
            peak_memory: peak_memory(),
            devices: Vec::new(),
            device_memory: None,
        }
    }
}

impl Revision {
    /// The revision of the clone with this root.
    ///
    /// A repository that contains the folder, or that the environment names, does not count unless its own root is this
    /// folder and its commit has these sources.
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
        // Results go to `results`; changes there say nothing about the code.
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

/// The output of git in a folder. Variables that name another repository, index or work tree are not passed on to it.
fn git(folder: &Path, arguments: &str) -> Result<String, String> {
    let mut command = Command::new("git");
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    // git only reads here: a checkout may be read-only.
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
