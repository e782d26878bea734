//! A process for one trainer and one number of threads, which BLAS takes from the environment when it starts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Pause before a measurement. Idle threads of OpenBLAS spin for 2^26 cycles, those of OpenMP in another way; work that
/// starts meanwhile would share the cores with them.
const PAUSE: Duration = Duration::from_millis(200);

/// An answer, on one line. The first one comes without a question and says that the process is ready.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Version of the peer's library.
    pub version: String,
    /// Seconds that the requested work took.
    pub seconds: f64,
    /// Loss after that work.
    pub loss: f64,
    /// Setup time, without reading the images.
    pub setup_seconds: f64,
    /// Multiply-adds of general products.
    pub multiply_adds: f64,
}

/// A process at the other end of a pipe. It ends when this is dropped, because its input is closed.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a process with a number of threads and waits until it is ready.
    pub fn start(command: &mut Command, threads: usize) -> anyhow::Result<(Self, Answer)> {
        for library in ["OPENBLAS", "OMP", "MKL", "RAYON"] {
            command.env(format!("{library}_NUM_THREADS"), threads.to_string());
        }
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("a process without output")?;
        let mut process = Self {
            child,
            input,
            output: BufReader::new(output),
        };
        let ready = process.answer()?;
        Ok((process, ready))
    }

    /// This program as a worker.
    pub fn worker(arguments: &[&str], threads: usize) -> anyhow::Result<(Self, Answer)> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["worker", "--threads", &threads.to_string()]);
        Self::start(command.args(arguments), threads)
    }

    /// Pauses, sends a question and returns the answer.
    pub fn ask(&mut self, question: &str) -> anyhow::Result<Answer> {
        sleep(PAUSE);
        let input = self.input.as_mut().context("the process has ended")?;
        writeln!(input, "{question}")?;
        self.answer()
    }

    fn answer(&mut self) -> anyhow::Result<Answer> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("a worker said `{}`", line.trim()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.input = None;
        // Its exit status is ignored: it changes nothing that was measured.
        let _ = self.child.wait();
    }
}
