//! Training runs that are killed, stopped, begun twice or begun with other settings, through the command.
//!
//! `make test-interruption` sets `KILLS`, how often each of three tasks is interrupted: a figure of linear models, one of
//! nonlinear ones, and the fetching of the data.

#![cfg(unix)] // signals
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot set itself up has failed

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dae::data::{CacheState, DataSet, SourceOptions, verify};
use tempfile::TempDir;

/// How often a signal is tried again that came too late: the runs take a fraction of a second.
const ATTEMPTS: usize = 20;

/// A folder for results, and a cache.
struct Place {
    results: TempDir,
    cache: TempDir,
}

/// A process that does not outlive its test, not even stopped.
struct Process(Option<Child>);

/// Kept runs, tables and pictures by path.
type Kept = BTreeMap<PathBuf, Vec<u8>>;

impl Place {
    /// Without images.
    fn new() -> Self {
        Self {
            results: tempfile::tempdir().unwrap(),
            cache: tempfile::tempdir().unwrap(),
        }
    }

    /// With the images of the user, if they are there.
    fn with_images() -> Option<Self> {
        let images = images()?;
        let place = Self::new();
        link(&images, place.cache.path());
        Some(place)
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .args(["--profile", "smoke", "--results"])
            .arg(self.results.path())
            .env("DAE_CACHE_DIR", self.cache.path())
            .env("DAE_OFFLINE", "1")
            .env("OPENBLAS_NUM_THREADS", "1")
            .env_remove("DAE_DATA_MIRROR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let arguments = [&["run"], arguments].concat();
        let mut command = self.command(env!("CARGO_BIN_EXE_paper"), &arguments);
        command.output().unwrap()
    }

    /// Starts a run that writes a checkpoint whenever it can.
    fn start(&self, arguments: &[&str]) -> Process {
        let arguments = [&["run", "--checkpoint-every", "0"], arguments].concat();
        let mut command = self.command(env!("CARGO_BIN_EXE_paper"), &arguments);
        Process(Some(command.spawn().unwrap()))
    }

    fn status(&self) -> String {
        let mut command = self.command(env!("CARGO_BIN_EXE_paper"), &["status"]);
        text(&command.output().unwrap().stdout)
    }

    fn folder(&self) -> PathBuf {
        self.results.path().join("smoke")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder().join("runs").join(name)
    }

    /// Kept runs, tables and pictures, without times; fails if there is anything else but locks, records and manifest.
    fn kept(&self) -> Kept {
        let mut kept = Kept::new();
        for path in files(&self.folder()) {
            let name = path.strip_prefix(self.folder()).unwrap().to_owned();
            let ending = name.extension().unwrap_or_default().to_str().unwrap();
            assert!(
                ["json", "csv", "svg", "png", "lock"].contains(&ending),
                "left over: {}",
                name.display()
            );
            if ending == "lock" || name.starts_with("records") || name == Path::new("manifest.json")
            {
                continue;
            }
            let mut bytes = fs::read(path).unwrap();
            if ending == "json" {
                let mut run: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                run.as_object_mut().unwrap().remove("provenance").unwrap();
                bytes = serde_json::to_vec(&run).unwrap();
            }
            kept.insert(name, bytes);
        }
        kept
    }

    /// Every checkpoint and which one it is: a checkpoint that is written again is another file.
    fn checkpoints(&self) -> BTreeMap<PathBuf, u64> {
        let checkpoint = |path: &PathBuf| path.extension().is_some_and(|e| e == "checkpoint");
        let paths = files(&self.folder()).into_iter().filter(checkpoint);
        paths
            .filter_map(|path| Some((path.clone(), fs::metadata(path).ok()?.ino())))
            .collect()
    }

    /// Waits for a checkpoint that was not there; `false` if the process ends before.
    fn new_checkpoint(&self, before: &BTreeMap<PathBuf, u64>, process: &mut Process) -> bool {
        let child = process.0.as_mut().unwrap();
        while child.try_wait().unwrap().is_none() {
            let now = self.checkpoints();
            if now
                .iter()
                .any(|(path, file)| before.get(path) != Some(file))
            {
                return true;
            }
            thread::sleep(Duration::from_micros(200));
        }
        false
    }

    /// Starts a run, again and again, kills it some time after its first checkpoint, and gives how often it was killed
    /// and how often a run went on from a checkpoint.
    fn kill_until_done(&self, arguments: &[&str], spread: Duration) -> (usize, usize) {
        let (mut killed, mut resumed) = (0, 0);
        loop {
            let before = self.checkpoints();
            let mut process = self.start(arguments);
            if self.new_checkpoint(&before, &mut process) {
                thread::sleep(spread.mul_f64(moment(killed)));
                process.0.as_mut().unwrap().kill().unwrap();
            }
            let output = process.end();
            resumed += text(&output.stderr).matches("going on from").count();
            match output.status.code() {
                Some(0) => return (killed, resumed),
                None => killed += 1,
                Some(_) => panic!("{}", text(&output.stderr)),
            }
        }
    }
}

impl Process {
    fn send(&self, signal: &str) {
        let child = self.0.as_ref().unwrap();
        let line = format!("kill -{signal} {}", child.id());
        // The process may have ended by itself.
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).stderr(Stdio::null());
        shell.status().unwrap();
    }

    fn end(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The user's cache, if the images are in it.
fn images() -> Option<PathBuf> {
    let options = SourceOptions {
        offline: true,
        ..SourceOptions::from_env().unwrap()
    };
    let good = |state: &CacheState| matches!(state, CacheState::Good(_));
    let there = verify(&options).iter().all(|entry| good(&entry.state));
    if !there {
        println!("skipped: the images are not in {}", options.cache.display());
    }
    there.then_some(options.cache)
}

/// Puts the images of a cache into a folder.
fn link(cache: &Path, folder: &Path) {
    for name in DataSet::ALL.map(DataSet::name) {
        std::os::unix::fs::symlink(cache.join(name), folder.join(name)).unwrap();
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    files
}

/// Files that others may read. Temporary ones may be half.
fn visible(folder: &Path) -> Vec<PathBuf> {
    let mut files = files(folder);
    files.retain(|path| {
        !text(path.file_name().unwrap().as_encoded_bytes()).starts_with(".writing-")
    });
    files
}

/// Whether a result has its end, or has just been replaced or removed.
fn whole(path: &Path) -> bool {
    let Ok(bytes) = fs::read(path) else {
        return true;
    };
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => serde_json::from_slice::<serde_json::Value>(&bytes).is_ok(),
        Some("csv") => {
            let mut rows = csv::Reader::from_reader(&bytes[..]);
            bytes.ends_with(b"\n") && rows.byte_records().all(|row| row.is_ok())
        }
        Some("svg") => bytes.trim_ascii_end().ends_with(b"</svg>"),
        Some("png") => bytes.ends_with(b"IEND\xaeB`\x82"),
        Some("checkpoint") => {
            let mut parts = bytes.splitn(2, |&byte| byte == b'\n');
            let (Some(header), Some(state)) = (parts.next(), parts.next()) else {
                return false;
            };
            let header: serde_json::Value = serde_json::from_slice(header).unwrap_or_default();
            let hash = header.get("sha256").and_then(serde_json::Value::as_str);
            hash == Some(&paper::system::files::sha256(state))
        }
        Some("lock") => true,
        _ => false,
    }
}

/// How often a task is interrupted; without `KILLS` as often as there is time for beside all other tests.
fn kills(usual: usize) -> usize {
    std::env::var("KILLS").map_or(usual, |kills| kills.parse().unwrap())
}

/// What is interrupted, again and again.
struct Task<'a> {
    command: &'a dyn Fn() -> Command,
    /// Each file in these folders has to be whole at any moment.
    seen: &'a [PathBuf],
    whole: &'a (dyn Fn(&Path) -> bool + Sync),
    /// What is there in the end.
    kept: &'a dyn Fn() -> Kept,
    begin_anew: &'a dyn Fn(),
}

impl Task<'_> {
    /// Kills or stops the task at moments that fill its duration, and begins it again where it was; whenever it gets to its
    /// end everything has to be as if nothing had been.
    fn interrupt(&self, kills: usize) {
        // What is kept in a cache takes the second run no time.
        succeeds(&(self.command)().output().unwrap());
        (self.begin_anew)();
        let started = Instant::now();
        succeeds(&(self.command)().output().unwrap());
        let (duration, expected) = (started.elapsed(), (self.kept)());
        (self.begin_anew)();
        let (mut killed, mut stopped, mut late, mut resumed, mut looks) = (0, 0, 0, 0, 0);
        for number in 0.. {
            let signal = if number % 2 == 0 { "KILL" } else { "INT" };
            let (output, seen) = self.watch(|| {
                let process = Process(Some((self.command)().spawn().unwrap()));
                thread::sleep(duration.mul_f64(moment(number)));
                process.send(signal);
                process.end()
            });
            looks += seen;
            resumed += text(&output.stderr).matches("going on from").count();
            match output.status.code() {
                Some(0) => {
                    late += 1;
                    same(&(self.kept)(), &expected);
                    (self.begin_anew)();
                }
                None if signal == "KILL" => killed += 1,
                None | Some(130) if signal == "INT" => stopped += 1,
                _ => panic!("{signal}: {}: {}", output.status, text(&output.stderr)),
            }
            if killed + stopped == kills {
                break;
            }
        }
        succeeds(&(self.command)().output().unwrap());
        same(&(self.kept)(), &expected);
        println!(
            "SIGKILL {killed}, SIGINT {stopped}, too late {late}, runs that went on from a checkpoint {resumed}, \
             files read meanwhile {looks}"
        );
    }

    /// Reads everything that can be seen, over and over, while something is done; and how many files that were.
    fn watch<T>(&self, work: impl FnOnce() -> T) -> (T, usize) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut looks = 0;
                while !over.load(Ordering::Relaxed) {
                    for path in self.seen.iter().flat_map(|folder| visible(folder)) {
                        assert!((self.whole)(&path), "{} is not whole", path.display());
                        looks += 1;
                    }
                    thread::sleep(Duration::from_millis(2));
                }
                looks
            });
            let done = work();
            over.store(true, Ordering::Relaxed);
            (done, watcher.join().unwrap())
        })
    }
}

/// A figure that is interrupted.
fn interrupt_figure(place: &Place, figure: &str, kills: usize) {
    let arguments = ["run", figure, "--checkpoint-every", "0"];
    let task = Task {
        command: &|| place.command(env!("CARGO_BIN_EXE_paper"), &arguments),
        seen: &[place.folder(), place.cache.path().join("eigenvectors")],
        whole: &whole,
        kept: &|| place.kept(),
        begin_anew: &|| fs::remove_dir_all(place.folder()).unwrap_or_default(),
    };
    task.interrupt(kills);
}

/// A moment between 0 and 1; those of successive numbers fill the interval evenly.
fn moment(number: usize) -> f64 {
    ((number as f64 + 0.5) * 0.618_033_988_749_895).fract()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn same(found: &Kept, expected: &Kept) {
    let names = |kept: &Kept| kept.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, bytes) in expected {
        assert!(&found[name] == bytes, "{} differs", name.display());
    }
}

/// Figure 5 without any disturbance, and how long that takes.
fn undisturbed() -> (Kept, Duration) {
    let place = Place::new();
    let started = Instant::now();
    succeeds(&place.run(&["fig5"]));
    (place.kept(), started.elapsed())
}

#[test]
fn killed_at_any_moment_the_linear_runs_end_as_if_nothing_had_been() {
    let (expected, _) = undisturbed();
    let place = Place::new();
    let (killed, resumed) = place.kill_until_done(&["fig5"], Duration::from_millis(40));
    println!("killed {killed} times, went on from a checkpoint {resumed} times");
    assert!(killed >= 3 && resumed >= 3);
    same(&place.kept(), &expected);
}

#[test]
fn interrupted_while_anything_is_made_a_figure_is_whole_and_ends_as_if_nothing_had_been() {
    // Loading, training, drawing and writing are all hit.
    interrupt_figure(&Place::new(), "fig5", kills(12));
}

#[test]
fn interrupted_while_anything_is_made_a_figure_from_images_is_whole_and_ends_the_same() {
    if let Some(place) = Place::with_images() {
        interrupt_figure(&place, "fig6", kills(2));
    }
}

#[test]
fn interrupted_at_any_moment_fetched_data_are_whole_or_absent_and_nothing_is_left_over() {
    let Some(images) = images() else { return };
    let (place, mirror) = (Place::new(), tempfile::tempdir().unwrap());
    link(&images, mirror.path());
    let cache = place.cache.path();
    let fetch = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paper"));
        command
            .args(["data", "fetch"])
            .env("DAE_CACHE_DIR", cache)
            .env("DAE_DATA_MIRROR", mirror.path())
            .env("DAE_OFFLINE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let size = |path: &Path| fs::metadata(path).ok().map(|file| file.len());
    let task = Task {
        command: &fetch,
        seen: &DataSet::ALL.map(|dataset| cache.join(dataset.name())),
        whole: &|path| {
            let published = size(&mirror.path().join(path.strip_prefix(cache).unwrap()));
            size(path).is_none_or(|found| Some(found) == published)
        },
        kept: &|| {
            let mut files = files(cache);
            files.retain(|path| path.extension().is_none_or(|ending| ending != "lock"));
            let hash = |path: PathBuf| {
                let hash = paper::system::files::sha256(&fs::read(&path).unwrap());
                (path, hash.into_bytes())
            };
            files.into_iter().map(hash).collect()
        },
        begin_anew: &|| {
            fs::remove_dir_all(cache).unwrap();
            fs::create_dir(cache).unwrap();
        },
    };
    task.interrupt(kills(3));
}

/// A file system of its own, as long as this lives.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// `None` where nothing may be mounted.
    fn mount(place: &'a Path, options: &str) -> Option<Self> {
        let disk = Self(place);
        disk.call("mount", &["-t", "tmpfs", "-o", options, "tmpfs"])
            .then_some(disk)
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(self.call("mount", &["-o", &options]));
    }

    fn call(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        command.args(arguments).arg(self.0).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        self.call("umount", &[]);
    }
}

#[test]
fn full_and_read_only_disks_are_named_and_nothing_is_lost_on_them() {
    let (expected, _) = undisturbed();
    let place = Place::new();
    let folder = place.results.path();
    let Some(disk) = Disk::mount(folder, "size=256k") else {
        println!("skipped: no file system may be mounted here");
        return;
    };
    let refused = |output: Output, what: &str| {
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains(folder.to_str().unwrap()) && said.contains(what),
            "{said}"
        );
    };
    refused(place.run(&["fig5"]), "No space left on device");
    assert!(visible(folder).iter().all(|path| whole(path)));
    disk.remount("size=64m");
    succeeds(&place.run(&["fig5"]));
    same(&place.kept(), &expected);
    disk.remount("ro");
    refused(place.run(&["fig5", "--fresh"]), "Read-only file system");
    same(&place.kept(), &expected);
}

#[test]
fn killed_at_any_moment_a_nonlinear_run_ends_as_if_nothing_had_been() {
    let (Some(expected), Some(place)) = (Place::with_images(), Place::with_images()) else {
        return;
    };
    let only = ["fig6", "--only", "mnist/DAE"];
    succeeds(&expected.run(&only));
    let (killed, resumed) = place.kill_until_done(&only, Duration::from_millis(100));
    println!("killed {killed} times, went on from a checkpoint {resumed} times");
    assert!(killed >= 2 && resumed >= 2);
    same(&place.kept(), &expected.kept());
    for place in [&expected, &place] {
        succeeds(&place.run(&["fig6"]));
    }
    same(&place.kept(), &expected.kept());
}

#[test]
fn a_stopped_run_leaves_a_checkpoint_says_how_to_go_on_and_goes_on() {
    let (expected, _) = undisturbed();
    for signal in ["INT", "TERM"] {
        let (place, said) = stopped(signal);
        // "error: fig5: stopped RUN after epoch N of 600; ..."
        let words: Vec<&str> = said.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "stopped").unwrap();
        let (run, epoch) = (words[at + 1], words[at + 4]);
        assert!(run.starts_with("fig5-"), "{said}");
        assert!(
            said.contains(" of 600; the same command") && said.contains("goes on from there"),
            "{said}"
        );
        assert!(place.file(&format!("{run}.checkpoint")).exists());
        let status = place.status();
        let line = format!("stopped, checkpoint at epoch {epoch} of 600");
        assert_eq!(status.matches(&line).count(), 1, "{status}");
        let output = place.run(&["fig5"]);
        succeeds(&output);
        let said = text(&output.stderr);
        let line = format!("{run}: going on from its checkpoint at epoch {epoch} of 600");
        assert!(said.contains(&line), "{said}");
        same(&place.kept(), &expected);
    }
}

/// A place where Figure 5 was stopped by a signal, and what was said.
fn stopped(signal: &str) -> (Place, String) {
    for _ in 0..ATTEMPTS {
        let place = Place::new();
        let mut process = place.start(&["fig5"]);
        if place.new_checkpoint(&BTreeMap::new(), &mut process) {
            process.send(signal);
        }
        let output = process.end();
        if output.status.code() == Some(130) {
            return (place, text(&output.stderr));
        }
        // Too late: then all is done.
        succeeds(&output);
    }
    panic!("the runs were always done before the signal came");
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let place = Place::new();
    let arguments = ["run", "fig5", "--checkpoint-every", "0"];
    let arguments = [&[env!("CARGO_BIN_EXE_paper")], &arguments[..]].concat();
    let mut process = Process(Some(place.command("nohup", &arguments).spawn().unwrap()));
    assert!(place.new_checkpoint(&BTreeMap::new(), &mut process));
    process.send("HUP");
    succeeds(&process.end());
}

#[test]
fn a_second_process_at_the_same_run_is_refused_and_damages_nothing() {
    let (expected, _) = undisturbed();
    for _ in 0..ATTEMPTS {
        let place = Place::new();
        let mut first = place.start(&["fig5"]);
        if !place.new_checkpoint(&BTreeMap::new(), &mut first) {
            continue;
        }
        // As long as it is suspended it holds its lock, unless it was caught between two runs.
        first.send("STOP");
        let second = place.run(&["fig5"]);
        let status = place.status();
        first.send("CONT");
        succeeds(&first.end());
        same(&place.kept(), &expected);
        if second.status.success() {
            continue;
        }
        assert_eq!(second.status.code(), Some(1));
        let said = text(&second.stderr);
        let lock = said.split_whitespace().find(|word| word.contains(".lock"));
        let lock = lock.unwrap().trim_end_matches([';', ',']);
        assert!(
            said.contains("another process") && Path::new(lock).exists(),
            "{said}"
        );
        assert_eq!(status.matches("running").count(), 1, "{status}");
        return;
    }
    panic!("the first process was never caught at a run");
}

#[test]
fn a_checkpoint_of_another_seed_model_or_profile_is_not_used() {
    let mut expected = None;
    let (place, said) = stopped("INT");
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "stopped").unwrap();
    let (run, epoch) = (words[at + 1], words[at + 4]);
    let checkpoint = fs::read(place.file(&format!("{run}.checkpoint"))).unwrap();
    let header = format!("\"epoch\":{epoch},");
    assert!(text(&checkpoint).contains(&header), "{said}");

    // Each under the name of a run that it is not of.
    let fresh = |name: &str| {
        let place = Place::new();
        let path = place.file(&format!("{name}.checkpoint"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &checkpoint).unwrap();
        place
    };
    let other_model = if run.contains("-mnist-AE-") {
        "mnist/WDAE"
    } else {
        "mnist/AE"
    };
    let (dataset, model) = other_model.split_once('/').unwrap();
    let cases = [
        (format!("fig5-{dataset}-{model}-seed2018"), "2018"),
        (run.replace("seed2018", "seed7"), "7"),
    ];
    for (name, seed) in cases {
        let parts: Vec<&str> = name.split('-').collect();
        let only = format!("{}/{}", parts[1], parts[2]);
        let arguments = ["fig5", "--only", &only, "--seed", seed];
        let (place, clean) = (fresh(&name), Place::new());
        let output = place.run(&arguments);
        succeeds(&output);
        let said = text(&output.stderr);
        assert!(
            said.contains("of other settings or code") && !said.contains("going on from"),
            "{said}"
        );
        let aside = place.file(&format!("{name}.checkpoint.other"));
        assert_eq!(fs::read(&aside).unwrap(), checkpoint, "it is kept");
        fs::remove_file(aside).unwrap();
        succeeds(&clean.run(&arguments));
        same(&place.kept(), &clean.kept());
        expected = Some(place.kept());
    }
    assert!(expected.is_some_and(|kept| kept.len() == 1));

    // The settings of another profile: nothing of it counts there.
    let place = fresh(run);
    fs::rename(place.folder(), place.results.path().join("quick")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_paper"));
    command.args(["status", "--profile", "quick", "--results"]);
    let status = text(&command.arg(place.results.path()).output().unwrap().stdout);
    assert!(
        status.contains("waiting") && !status.contains("checkpoint"),
        "{status}"
    );
}
