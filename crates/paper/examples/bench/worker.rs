//! One process for one trainer and one number of threads, which BLAS takes from the environment when it starts.

use std::io::{BufRead as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::ours::Ours;
use super::{limit, scaling};

/// Threads of OpenBLAS wait for the next product, actively, for 2^26 cycles, those of OpenMP in another way: what began
/// meanwhile would share the cores with them.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Args)]
pub struct Job {
    /// Which trainer.
    #[arg(long)]
    case: Option<Case>,
    /// Sizes of one point of the scaling.
    #[arg(long)]
    point: Option<String>,
    #[arg(long)]
    threads: usize,
    /// General products at the sizes of the case instead of its trainer, which would leave BLAS one thread.
    #[arg(long)]
    sgemm: bool,
}

/// One line of an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Of the peer's library.
    #[serde(default)]
    pub version: String,
    /// For the epochs asked for.
    #[serde(default)]
    pub seconds: f64,
    /// After them.
    #[serde(default)]
    pub loss: f64,
    /// Preparation beyond reading the images.
    #[serde(default)]
    pub setup_seconds: f64,
    /// Multiply-adds of the general products that [`limit`] measures, and their seconds.
    #[serde(default)]
    pub sgemm: [f64; 2],
}

impl Job {
    /// Answers until standard input ends. A number asks for that many epochs, or billions of multiply-adds.
    pub fn run(self) -> anyhow::Result<()> {
        if self.sgemm {
            let case = self.case.context("general products are those of a case")?;
            let mut products = limit::Products::of(case.linear(), &case.sizes(self.threads)?);
            say(&Answer::default())?;
            return answer(|billions| {
                let sgemm = products.measure(billions);
                Ok(Answer {
                    sgemm,
                    ..Answer::default()
                })
            });
        }
        let (mut ours, setup_seconds) = match (self.case, &self.point) {
            (Some(case), _) => Ours::of(case, self.threads)?,
            (None, Some(point)) => (scaling::Point::parse(point)?.prepare(self.threads)?, 0.0),
            (None, None) => anyhow::bail!("a worker needs a case or a point"),
        };
        say(&Answer {
            setup_seconds,
            loss: ours.loss()?,
            ..Answer::default()
        })?;
        answer(|epochs| {
            let clock = Instant::now();
            ours.advance(epochs)?;
            let seconds = clock.elapsed().as_secs_f64();
            Ok(Answer {
                seconds,
                loss: ours.loss()?,
                ..Answer::default()
            })
        })
    }
}

/// Answers each line of standard input, which is a number.
fn answer(mut question: impl FnMut(u64) -> anyhow::Result<Answer>) -> anyhow::Result<()> {
    for line in std::io::stdin().lock().lines() {
        say(&question(line?.parse()?)?)?;
    }
    Ok(())
}

fn say(answer: &Answer) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}

/// A process on the other end of a pipe. It ends when this is dropped, because its input does.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: std::io::BufReader<ChildStdout>,
}

impl Process {
    /// Starts a process with a number of threads and waits until it is ready.
    pub fn start(command: &mut Command, threads: usize) -> anyhow::Result<(Self, Answer)> {
        for variable in [
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "RAYON_NUM_THREADS",
        ] {
            command.env(variable, threads.to_string());
        }
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("a process without output")?;
        let output = std::io::BufReader::new(output);
        let mut process = Self {
            child,
            input,
            output,
        };
        let ready = process.answer()?;
        Ok((process, ready))
    }

    /// This program as a worker.
    pub fn worker(arguments: &[&str], threads: usize) -> anyhow::Result<(Self, Answer)> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("worker").args(arguments);
        command.args(["--threads", &threads.to_string()]);
        Self::start(&mut command, threads)
    }

    /// What it measures when it is told to go, after a pause.
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
        // It is not looked at any more: how it ended changes nothing that was measured.
        let _ = self.child.wait();
    }
}
