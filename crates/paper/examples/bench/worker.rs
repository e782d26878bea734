//! One process for one trainer and one number of threads, which BLAS takes from the environment when it starts.

use std::io::{BufRead as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::ours::Ours;
use super::{limit, scaling};

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
    /// Seconds of the general products that [`limit`] measures, for a number of multiply-adds.
    #[serde(default)]
    pub sgemm: [f64; 2],
}

impl Job {
    /// Answers until standard input ends: a number asks for that many epochs, `sgemm` for the general products.
    pub fn run(self) -> anyhow::Result<()> {
        let (mut ours, setup_seconds, products) = match (self.case, &self.point) {
            (Some(case), _) => {
                let (ours, seconds) = Ours::of(case, self.threads)?;
                let products = limit::Products::of(case.linear(), &case.sizes(self.threads)?);
                (ours, seconds, products)
            }
            (None, Some(point)) => {
                let (ours, products) = scaling::Point::parse(point)?.prepare(self.threads)?;
                (ours, 0.0, products)
            }
            (None, None) => anyhow::bail!("a worker needs a case or a point"),
        };
        say(&Answer {
            setup_seconds,
            loss: ours.loss()?,
            ..Answer::default()
        })?;
        let mut products = products;
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            if line == "sgemm" {
                let sgemm = products.measure();
                say(&Answer {
                    sgemm,
                    ..Answer::default()
                })?;
                continue;
            }
            let epochs = line.parse()?;
            let clock = Instant::now();
            ours.advance(epochs)?;
            let seconds = clock.elapsed().as_secs_f64();
            let loss = ours.loss()?;
            say(&Answer {
                seconds,
                loss,
                ..Answer::default()
            })?;
        }
        Ok(())
    }
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

    pub fn ask(&mut self, question: &str) -> anyhow::Result<Answer> {
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
