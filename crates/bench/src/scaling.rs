//! Time of an epoch against D, H, N and threads.
//!
//! Expected: `D H^2` for the linear trainer, which never sees N, and `N D H` for the nonlinear one.

use paper::plot::{
    self, Axis, Entry, Legend, Mark, Page, Panel, Row as PageRow, Shape, Strip, Stroke,
};
use serde::Serialize;

use crate::case::{SEED, Sizes};
use crate::process::Process;
use crate::table::spread;
use crate::work::needed;

/// Turns for each size. Sizes alternate, so that the load of other processes does not fall on one of them alone.
const ROUNDS: usize = 7;

/// Seconds of a turn: long enough that waking up after a pause is negligible.
const TURN: f64 = 0.5;

#[derive(Debug, Clone, Serialize)]
pub struct Row {
    trainer: &'static str,
    varied: &'static str,
    samples: usize,
    pixels: usize,
    hidden: usize,
    threads: usize,
    s_per_epoch: f64,
    s_per_epoch_min: f64,
    s_per_epoch_max: f64,
    /// Multiply-adds of the epoch, for the expected time.
    multiply_adds: f64,
}

/// The sizes, each with the name of what varies.
fn points(threads: usize) -> Vec<(&'static str, Sizes)> {
    let mut points = Vec::new();
    let mut add = |varied, linear, samples, pixels, hidden| {
        let sizes = Sizes {
            linear,
            samples,
            pixels,
            hidden,
            alpha: 1e-3,
            noise: 0.0,
            seed: SEED,
            threads,
        };
        points.push((varied, sizes));
    };
    for pixels in [392, 784, 1568, 3072] {
        add("D", true, 50_000, pixels, 256);
        add("D", false, 8_192, pixels, 256);
    }
    for hidden in [64, 128, 256, 512] {
        add("H", true, 50_000, 784, hidden);
        add("H", false, 8_192, 784, hidden);
    }
    for samples in [4_096, 8_192, 16_384, 32_768] {
        add("N", true, samples, 784, 256);
        add("N", false, samples, 784, 256);
    }
    points
}

pub fn run() -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for threads in [2, 1] {
        let mut workers = Vec::new();
        for (varied, sizes) in points(threads) {
            let words = serde_json::to_string(&sizes)?;
            let (mut worker, _) = Process::worker(&["sizes", &words], threads)?;
            worker.ask("1")?;
            let epochs = (TURN / worker.ask("1")?.seconds).ceil();
            workers.push((varied, sizes, worker, epochs, Vec::new()));
        }
        for _ in 0..ROUNDS {
            for (_, _, worker, epochs, seconds) in &mut workers {
                seconds.push(worker.ask(&epochs.to_string())?.seconds / *epochs);
            }
        }
        rows.extend(workers.iter().map(|(varied, sizes, _, _, seconds)| {
            let [s_per_epoch, s_per_epoch_min, s_per_epoch_max] = spread(seconds);
            Row {
                trainer: if sizes.linear { "linear" } else { "nonlinear" },
                varied,
                samples: sizes.samples,
                pixels: sizes.pixels,
                hidden: sizes.hidden,
                threads,
                s_per_epoch,
                s_per_epoch_min,
                s_per_epoch_max,
                multiply_adds: needed(sizes, sizes.pixels),
            }
        }));
    }
    Ok(rows)
}

/// A panel for each of D, H and N: measured times as markers, expected times at their median rate as lines.
pub fn figure(rows: &[Row]) -> Page {
    let panels = ["D", "H", "N"].map(|varied| panel(rows, varied));
    let mut entries = Vec::new();
    for (trainer, shape) in SHAPES {
        for threads in [1, 2] {
            let label = match threads {
                1 => format!("{trainer}, 1 thread"),
                _ => format!("{trainer}, {threads} threads"),
            };
            entries.push(Entry::marker(shape, 6.0, colour(threads), &label));
        }
    }
    entries.push(Entry::line(
        Stroke::dotted(plot::grey(0.4), 2.0),
        "in proportion to the multiply-adds",
    ));
    let legend = Legend {
        heading: String::new(),
        entries,
    };
    let row = PageRow::new(1.0, panels.into()).with_strip(Strip::Legend(legend));
    Page {
        title: "Time of an epoch against the sizes".to_owned(),
        description: "Seconds of an epoch of the linear and of the nonlinear trainer against the number of pixels D, \
                      of hidden units H and of samples N, with one and two threads, beside lines in proportion to the \
                      multiply-adds."
            .to_owned(),
        rows: vec![row],
    }
}

const SHAPES: [(&str, Shape); 2] = [("linear", Shape::Circle), ("nonlinear", Shape::Square)];

fn colour(threads: usize) -> plot::Colour {
    plot::family(threads, 4)
}

fn panel(rows: &[Row], varied: &str) -> Panel {
    let size = |row: &Row| match varied {
        "D" => row.pixels as f64,
        "H" => row.hidden as f64,
        _ => row.samples as f64,
    };
    let own: Vec<&Row> = rows.iter().filter(|row| row.varied == varied).collect();
    let mut marks = Vec::new();
    for (trainer, shape) in SHAPES {
        for threads in [1, 2] {
            let series: Vec<&&Row> = own
                .iter()
                .filter(|row| row.trainer == trainer && row.threads == threads)
                .collect();
            let rates: Vec<f64> = series
                .iter()
                .map(|r| r.s_per_epoch / r.multiply_adds)
                .collect();
            let [rate, ..] = spread(&rates);
            marks.push(Mark::Line {
                points: series
                    .iter()
                    .map(|r| [size(r), rate * r.multiply_adds])
                    .collect(),
                stroke: Stroke::dotted(colour(threads), 2.0),
            });
            marks.push(Mark::Markers {
                points: series.iter().map(|r| [size(r), r.s_per_epoch]).collect(),
                shape,
                radius: 6.0,
                fill: colour(threads),
            });
        }
    }
    let range = |values: Vec<f64>| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        [low / 1.4, high * 1.4]
    };
    let title = match varied {
        "D" => "pixels",
        "H" => "hidden units",
        _ => "samples",
    };
    let x = Axis::log(varied, range(own.iter().map(|row| size(row)).collect()));
    // One range for all panels, so that they are comparable.
    let y = range(rows.iter().map(|row| row.s_per_epoch).collect());
    Panel::plane(title, x, Axis::log("s / epoch", y), marks)
}
