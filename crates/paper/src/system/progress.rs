//! Progress: bars on a terminal, plain lines elsewhere, lines without times in notebooks, nothing in tests.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Seconds between two plain lines of the same task.
const LINE_EVERY: Duration = Duration::from_secs(20);

/// Where progress goes.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Bars that are redrawn in place.
    Bars(MultiProgress),
    /// A line at the start, one every 20 seconds, one at the end.
    Lines,
    /// On standard output, a line for each quarter of a task: what a notebook shows as a cell runs, and may keep, since
    /// it says nothing that changes from run to run.
    Printed,
    /// Nothing.
    Silent,
}

/// The progress of one task.
pub struct Bar {
    how: How,
    label: String,
    total: u64,
    started: Instant,
    last: Cell<Instant>,
}

enum How {
    Drawn(ProgressBar),
    Lines,
    /// With the quarters that were printed.
    Printed(Cell<u64>),
    Silent,
}

impl Progress {
    /// Bars if standard error is a terminal, lines otherwise.
    pub fn detect() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Bars(MultiProgress::new())
        } else {
            Self::Lines
        }
    }

    /// Prints a line without disturbing the bars.
    pub fn say(&self, line: &str) {
        match self {
            // A terminal that cannot be written to is no reason to stop a run.
            Self::Bars(bars) => drop(bars.println(line)),
            Self::Lines => note!("{line}"),
            Self::Printed => say!("{line}"),
            Self::Silent => {}
        }
    }

    /// Starts a task of `total` epochs.
    pub fn bar(&self, label: &str, total: u64) -> Bar {
        self.task(
            label,
            total,
            "{prefix:14} {wide_bar} {pos}/{len} epochs  {per_sec}  {eta} left  {msg}",
        )
    }

    /// Starts a task of `total` bytes.
    pub fn bytes(&self, label: &str, total: u64) -> Bar {
        self.task(
            label,
            total,
            "{prefix} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left {msg}",
        )
    }

    fn task(&self, label: &str, total: u64, template: &str) -> Bar {
        let how = match self {
            Self::Bars(bars) => {
                let bar = bars.add(ProgressBar::new(total));
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_prefix(label.to_owned());
                How::Drawn(bar)
            }
            Self::Lines => How::Lines,
            Self::Printed => How::Printed(Cell::new(0)),
            Self::Silent => How::Silent,
        };
        let now = Instant::now();
        Bar {
            how,
            label: label.to_owned(),
            total,
            started: now,
            last: Cell::new(now),
        }
    }
}

impl Bar {
    /// Says how far the task is.
    pub fn set(&self, position: u64, message: &str) {
        match &self.how {
            How::Drawn(bar) => {
                bar.set_position(position);
                bar.set_message(message.to_owned());
            }
            How::Lines if self.last.get().elapsed() >= LINE_EVERY => {
                self.last.set(Instant::now());
                let elapsed = self.started.elapsed().as_secs_f64();
                let rate = position as f64 / elapsed;
                let left = (self.total.saturating_sub(position)) as f64 / rate.max(1e-9);
                note!(
                    "{}: {position}/{}  {rate:.1}/s  {left:.0} s left  {message}",
                    self.label,
                    self.total
                );
            }
            How::Printed(printed) => {
                let quarter = (4 * position).checked_div(self.total).unwrap_or(0);
                if quarter > printed.replace(quarter) && position < self.total {
                    say!(
                        "{}: epoch {position} of {}, {message}",
                        self.label,
                        self.total
                    );
                }
            }
            How::Lines | How::Silent => {}
        }
    }

    /// Ends the task.
    pub fn finish(self) {
        match &self.how {
            How::Drawn(bar) => bar.finish_and_clear(),
            How::Lines => {
                let elapsed = self.started.elapsed().as_secs_f64();
                note!("{}: done in {elapsed:.1} s", self.label);
            }
            How::Printed(_) => say!("{}: done", self.label),
            How::Silent => {}
        }
    }
}
