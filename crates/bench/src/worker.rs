//! This program as a process that runs epochs or general products on request.

use std::io::Write as _;
use std::time::Instant;

use clap::{Args, Subcommand};
use paper::system::device::Choice;

use crate::case::Case;
use crate::ours::Ours;
use crate::process::Answer;
use crate::work::Products;

#[derive(Args)]
pub struct Job {
    #[arg(long)]
    threads: usize,
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// The trainer of a case.
    Case {
        case: Case,
        /// What trains.
        #[arg(long, default_value_t = Choice::Cpu)]
        device: Choice,
    },
    /// A trainer of other sizes, which are written as JSON.
    Sizes { sizes: String },
    /// General products at the sizes of a case: beside a trainer BLAS would have one thread for them.
    Products { case: Case },
}

impl Job {
    /// Answers until standard input ends. A number asks for that many epochs, or billions of multiply-adds.
    pub fn run(self) -> anyhow::Result<()> {
        let mut card = false;
        let (mut ours, setup_seconds) = match self.work {
            Work::Case { case, device } => {
                card = device != Choice::Cpu;
                Ours::of(case, self.threads, device)?
            }
            Work::Sizes { sizes } => (Ours::made_up(&serde_json::from_str(&sizes)?)?, 0.0),
            Work::Products { case } => {
                let mut products = Products::of(&case.sizes(self.threads)?);
                return answer(Answer::default(), |billions| {
                    let [multiply_adds, seconds] = products.measure(billions);
                    Ok(Answer {
                        seconds,
                        multiply_adds,
                        ..Answer::default()
                    })
                });
            }
        };
        let ready = Answer {
            setup_seconds,
            loss: ours.loss()?,
            ..Answer::default()
        };
        answer(ready, |epochs| {
            let clock = Instant::now();
            ours.advance(epochs)?;
            if card {
                ours.wait()?;
            }
            let seconds = clock.elapsed().as_secs_f64();
            Ok(Answer {
                seconds,
                loss: ours.loss()?,
                ..Answer::default()
            })
        })
    }
}

/// Says that it is ready, then answers each line of standard input, which is a number.
fn answer(
    ready: Answer,
    mut question: impl FnMut(u64) -> anyhow::Result<Answer>,
) -> anyhow::Result<()> {
    say(&ready)?;
    for line in std::io::stdin().lines() {
        say(&question(line?.parse()?)?)?;
    }
    Ok(())
}

fn say(answer: &Answer) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}
