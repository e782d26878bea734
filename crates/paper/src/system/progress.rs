//! Progress: bars on a terminal and in notebooks, plain lines elsewhere, nothing in tests.

use std::cell::Cell;
use std::env;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Seconds between two plain lines of the same task.
const LINE_EVERY: Duration = Duration::from_secs(20);
/// Time between two redraws of a bar in a notebook.
const REDRAW_EVERY: Duration = Duration::from_millis(200);
/// Width of a bar in a notebook, in characters.
const BAR: u64 = 24;
/// Width of a line with a bar, in characters: a shorter line would leave the end of a longer one behind.
const LINE: usize = 96;

/// Where progress goes.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Bars that are redrawn in place.
    Bars(MultiProgress),
    /// A line at the start, one every 20 seconds, one at the end.
    Lines,
    /// On standard output, for a notebook: in our kernel a bar that is redrawn in place and removed at the end,
    /// elsewhere a line for each quarter of a task. The remaining text does not change from run to run.
    Printed,
    /// Nothing.
    Silent,
}

/// The folder of the kernel that runs the cells; `None` outside our kernel.
pub(crate) fn kernel() -> Option<PathBuf> {
    let folder = env::var_os("DAE_KERNEL").filter(|folder| !folder.is_empty());
    folder.map(PathBuf::from)
}

/// Whether this process runs the cells of our kernel, which writes a line that begins with a carriage return over the
/// one before (`scripts/notebooks/kernel.py`).
fn in_kernel() -> bool {
    kernel().is_some()
}

/// The progress of one task.
pub struct Bar {
    progress: Progress,
    /// Hidden unless bars are drawn; it measures the time in any case.
    drawn: ProgressBar,
    label: String,
    total: u64,
    /// Position and time of the first report: a task that resumes from a checkpoint does not begin at 0.
    first: Cell<Option<(u64, Instant)>>,
    last: Cell<Instant>,
    /// Quarters printed so far.
    printed: Cell<u64>,
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

    /// Prints a line in place of a bar that is no longer drawn.
    pub fn over_bar(&self, line: &str) {
        match self {
            Self::Printed if in_kernel() => say!("\r\r{line:<LINE$}"),
            _ => self.say(line),
        }
    }

    /// Starts a task of `total` epochs.
    pub fn bar(&self, label: &str, total: u64) -> Bar {
        let look = "{prefix:14} {wide_bar} {pos}/{len} epochs  {per_sec}  {eta} left  {msg}";
        self.task(label, total, look)
    }

    /// Starts a task of `total` bytes.
    pub fn bytes(&self, label: &str, total: u64) -> Bar {
        let look = "{prefix} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left {msg}";
        self.task(label, total, look)
    }

    fn task(&self, label: &str, total: u64, template: &str) -> Bar {
        let mut drawn = ProgressBar::hidden();
        if let Self::Bars(bars) = self {
            drawn = bars.add(ProgressBar::new(total));
            if let Ok(style) = ProgressStyle::with_template(template) {
                drawn.set_style(style);
            }
            drawn.set_prefix(label.to_owned());
        }
        Bar {
            progress: self.clone(),
            drawn,
            label: label.to_owned(),
            total,
            first: Cell::default(),
            last: Cell::new(Instant::now()),
            printed: Cell::new(0),
        }
    }
}

impl Bar {
    /// Reports the position of the task.
    pub fn set(&self, position: u64, message: &str) {
        let (label, total) = (&self.label, self.total);
        let (first, since) = self.first.get().unwrap_or((position, Instant::now()));
        self.first.set(Some((first, since)));
        let rate = position.saturating_sub(first) as f64 / since.elapsed().as_secs_f64();
        let left = total.saturating_sub(position) as f64 / rate;
        // Unknown at the first report.
        let pace = match rate > 0.0 {
            true => format!("{rate:.1}/s  {left:.0} s left  "),
            false => String::new(),
        };
        match &self.progress {
            Progress::Bars(_) => {
                self.drawn.set_position(position);
                self.drawn.set_message(message.to_owned());
            }
            Progress::Lines if self.last.get().elapsed() >= LINE_EVERY => {
                self.last.set(Instant::now());
                note!("{label}: {position}/{total}  {pace}{message}");
            }
            Progress::Printed if in_kernel() => {
                if self.last.get().elapsed() >= REDRAW_EVERY {
                    self.last.set(Instant::now());
                    let full = (BAR * position).checked_div(total).unwrap_or(BAR).min(BAR);
                    let bar = "█".repeat(full as usize) + &"░".repeat((BAR - full) as usize);
                    let line =
                        format!("{label}  {bar}  {position}/{total} epochs  {pace}{message}");
                    say!("\r{line:<LINE$}");
                }
            }
            Progress::Printed => {
                let quarter = (4 * position).checked_div(total).unwrap_or(0);
                if quarter > self.printed.replace(quarter) && position < total {
                    say!("{label}: epoch {position} of {total}, {message}");
                }
            }
            Progress::Lines | Progress::Silent => {}
        }
    }

    /// Ends the task.
    pub fn finish(self) {
        let (label, elapsed) = (&self.label, self.drawn.elapsed().as_secs_f64());
        match &self.progress {
            Progress::Bars(_) => self.drawn.finish_and_clear(),
            Progress::Lines => note!("{label}: done in {elapsed:.1} s"),
            Progress::Printed => self.progress.over_bar(&format!("{label}: done")),
            Progress::Silent => {}
        }
    }
}
