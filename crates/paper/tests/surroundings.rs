//! The command on machines that lack something: a reader, a lock, a thread, a cache, a repository of one's own.

#![cfg(unix)] // signals, pipes
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot set itself up has failed

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const PAPER: &str = env!("CARGO_BIN_EXE_paper");

/// A folder for results, and an empty cache beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A command in an environment of its own.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DAE_CACHE_DIR", self.path("cache"))
            .env("DAE_OFFLINE", "1")
            .env("OPENBLAS_NUM_THREADS", "1")
            .env_remove("DAE_DATA_MIRROR")
            .stdin(Stdio::null());
        command
    }

    /// `paper run FIGURE... --profile smoke`, to be run.
    fn run(&self, figures: &[&str]) -> Command {
        let mut command = self.command(PAPER);
        command.arg("run").args(figures).args(self.options());
        command
    }

    fn options(&self) -> [String; 4] {
        let results = self.path("results").to_str().unwrap().to_owned();
        ["--profile", "smoke", "--results", &results].map(str::to_owned)
    }

    /// Whether the results are whole.
    fn verify(&self) -> bool {
        let mut command = self.command(PAPER);
        command.arg("verify").args(self.options());
        command.output().unwrap().status.success()
    }

    fn table(&self, name: &str) -> Vec<u8> {
        fs::read(self.path("results/smoke/tables").join(name)).unwrap()
    }
}

/// A pipe whose reader has gone.
fn nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Where nothing can be written.
fn full() -> Stdio {
    File::options()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

fn root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn a_list_whose_reader_has_gone_ends_quietly() {
    let place = Place::new();
    for arguments in [
        &["list"][..],
        &["machine"],
        &["status", "--profile", "smoke"],
        &["inputs", "--profile", "smoke"],
        &["data", "path"],
        &["cache"],
    ] {
        let list = |stdout: Stdio| {
            let mut command = place.command(PAPER);
            command.args(arguments).stdout(stdout);
            command.stderr(Stdio::piped()).output().unwrap()
        };
        let gone = list(nobody());
        assert_eq!(
            gone.status.code(),
            Some(141),
            "{arguments:?}: {}",
            said(&gone)
        );
        assert_eq!(said(&gone), "", "{arguments:?}");
        if cfg!(target_os = "linux") {
            let full = list(full());
            assert_eq!(full.status.code(), Some(1), "{arguments:?}");
            assert_eq!(said(&full).lines().count(), 1, "{}", said(&full));
        }
    }
    let help = place
        .command(PAPER)
        .arg("--help")
        .stdout(nobody())
        .output()
        .unwrap();
    assert!(!said(&help).contains("panicked"), "{}", said(&help));
}

#[test]
fn results_are_made_whoever_listens() {
    let undisturbed = Place::new();
    let figures = ["fig1", "fig5"];
    assert!(undisturbed.run(&figures).output().unwrap().status.success());
    let mut ways: Vec<(&str, Stdio, Stdio)> = vec![
        ("no reader of the output", nobody(), Stdio::piped()),
        ("no reader of either", nobody(), nobody()),
    ];
    if cfg!(target_os = "linux") {
        ways.push(("errors to a full device", Stdio::piped(), full()));
        ways.push(("everything to a full device", full(), full()));
    }
    for (how, stdout, stderr) in ways {
        let place = Place::new();
        let mut command = place.run(&figures);
        let output = command.stdout(stdout).stderr(stderr).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{how}: {}", said(&output));
        assert!(place.verify(), "{how}");
        for table in ["fig1_paths.csv", "fig5_loss.csv"] {
            assert_eq!(place.table(table), undisturbed.table(table), "{how}");
        }
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let place = Place::new();
        let mut command = place.command(PAPER);
        // Minutes of training without a moment in which the trainer looks for a signal.
        command.args(["run", "fig5", "--only", "cifar10/AE", "--profile", "quick"]);
        command.args(["--set", "fig5.record_every=5000", "--results"]);
        command.arg(place.path("results")).stderr(Stdio::piped());
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let kill = format!("kill -{name} {}", child.id());
        let send = || {
            assert!(
                Command::new("sh")
                    .args(["-c", &kill])
                    .status()
                    .unwrap()
                    .success()
            );
        };
        let lock = place.path("results/quick/runs/fig5-cifar10-AE-seed2018.lock");
        while !lock.exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        send();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        assert!(
            line.contains("stopping") && line.contains("at once"),
            "{line}"
        );
        send();
        assert_eq!(child.wait().unwrap().code(), Some(128 + number));
        line.clear();
        errors.read_to_string(&mut line).unwrap();
        assert_eq!(line, "", "it went on to its end");
    }
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_and_nothing_else() {
    let place = Place::new();
    // A file where the folder should be: not even an administrator can create something in it.
    fs::write(place.path("cache"), "").unwrap();
    let output = place.run(&["fig1", "fig3", "fig5"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(place.verify());
}

#[test]
fn without_a_place_for_a_cache_all_but_figure_6_are_made() {
    let place = Place::new();
    let mut command = place.run(&[]);
    for variable in ["DAE_CACHE_DIR", "XDG_CACHE_HOME", "HOME"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(
        said.contains("fig6: could not be made: no place for the cache"),
        "{said}"
    );
    assert!(said.contains("fig5  pass") && place.verify(), "{said}");
}

#[test]
fn images_that_cannot_be_read_stop_no_figure_that_needs_none() {
    let place = Place::new();
    fs::create_dir_all(place.path("cache/cifar10/data_batch_1.bin")).unwrap();
    let output = place.run(&["fig3", "fig5"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("is not checked"),
        "{}",
        said(&output)
    );
    assert!(place.verify());
}

/// Compiles a library whose `flock` fails as it does on file systems without locks; `None` without a compiler.
fn without_locks(folder: &Path) -> Option<PathBuf> {
    let (source, library) = (folder.join("flock.c"), folder.join("flock.so"));
    let text = "#include <errno.h>\nint flock(int f, int o) { (void)f; (void)o; errno = ENOLCK; return -1; }\n";
    fs::write(&source, text).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source);
    cc.status().ok()?.success().then_some(library)
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_without_locks_does_not_matter() {
    let place = Place::new();
    let Some(library) = without_locks(place.0.path()) else {
        println!("skipped: no C compiler");
        return;
    };
    let run = |figures: &[&str]| {
        let output = place
            .run(figures)
            .env("LD_PRELOAD", &library)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    run(&["fig1", "fig3"]);
    let training = run(&["fig5"]);
    assert!(training.contains("going on without a lock"), "{training}");
    assert!(place.verify());
}

/// The limit counts threads of the same user in all processes, and not those of an administrator.
#[cfg(target_os = "linux")]
#[test]
fn too_few_threads_are_said_in_one_line_or_do_with() {
    let place = Place::new();
    let tools = ["setpriv", "prlimit"].map(|tool| Command::new(tool).arg("--version").output());
    if !root() || tools.iter().any(Result::is_err) {
        println!("skipped: it takes an administrator to become a user without processes");
        return;
    }
    // For everybody: results, and a copy of the program.
    let program = place.path("paper");
    fs::copy(PAPER, &program).unwrap();
    fs::set_permissions(place.0.path(), Permissions::from_mode(0o777)).unwrap();
    let run = |number: usize, threads: usize| {
        let user = (54_000 + number).to_string();
        let mut command = place.command("setpriv");
        command
            .args(["--reuid", &user, "--regid", &user, "--clear-groups"])
            .args(["prlimit", &format!("--nproc={threads}")])
            .arg(&program)
            .args(["run", "fig1", "fig5", "--profile", "smoke", "--results"])
            .arg(place.path(&format!("results-{threads}")))
            // Parts enough for the linear trainer to want four threads.
            .args([
                "--set",
                "fig5.cifar10.directions=1600",
                "--set",
                "fig5.epochs=20",
            ])
            .args(["--set", "fig5.record_every=20"])
            .env("DAE_CACHE_DIR", place.path(&format!("cache-{threads}")))
            .env("RAYON_NUM_THREADS", "8");
        command.output().unwrap()
    };
    let (mut refused, mut made) = (0, 0);
    for (number, threads) in (2..16).enumerate() {
        let output = run(number, threads);
        let said = said(&output);
        assert!(!said.contains("panicked"), "{threads} threads: {said}");
        if output.status.success() {
            made += 1;
        } else {
            assert_eq!(output.status.code(), Some(1), "{threads} threads: {said}");
            assert!(
                said.starts_with("error: ") && said.contains("ulimit -u"),
                "{said}"
            );
            assert_eq!(said.lines().count(), 1, "{said}");
            refused += 1;
        }
    }
    assert!(refused > 2 && made > 2, "{refused} refused, {made} made");
}

#[test]
fn a_repository_that_the_environment_names_is_not_recorded() {
    let revision = |place: &Place, variables: &[(&str, PathBuf)]| {
        let mut command = place.run(&["fig2"]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        assert!(command.output().unwrap().status.success());
        let record = fs::read(place.path("results/smoke/records/fig2.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        record.pointer("/provenance/revision").unwrap().clone()
    };
    let (plain, named) = (Place::new(), Place::new());
    let other = named.path("other");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-C"];
        let mut command = Command::new("git");
        command.args(who).arg(&other).args(arguments);
        assert!(command.status().unwrap().success());
    };
    fs::create_dir(&other).unwrap();
    git(&["init", "--quiet"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "a"]);
    let variables = [
        ("GIT_DIR", other.join(".git")),
        ("GIT_WORK_TREE", other.clone()),
        ("GIT_INDEX_FILE", other.join("index")),
    ];
    assert_eq!(revision(&named, &variables), revision(&plain, &[]));
}

#[test]
fn a_cause_is_said_once() {
    let place = Place::new();
    fs::write(place.path("results"), "").unwrap();
    let output = place.run(&["fig1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    let error = said
        .lines()
        .find(|line| line.starts_with("error: "))
        .unwrap();
    assert_eq!(error.matches("os error").count(), 1, "{error}");
}
