//! Our trainers and the peers in turns: a few epochs of each, round after round.
//!
//! Every trainer starts from the same weights. After the same few epochs the losses are compared, so that nobody wins
//! by computing something else. Then the trainers take turns, and a ratio compares neighbours in time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Args, ValueEnum as _};
use dae::data::cache_dir;
use serde::Serialize;

use crate::case::{Case, start};
use crate::process::Process;
use crate::table::spread;

/// Epochs before the losses are compared, which also warm everything up.
const COMPARED: u64 = 3;

#[derive(Args)]
pub struct Options {
    /// The interpreter that has NumPy and PyTorch.
    #[arg(long)]
    python: PathBuf,
    /// Only these cases.
    #[arg(long)]
    case: Vec<Case>,
    /// Least turns for each: the machine's speed changes by a tenth from one to the next, and a neighbour can halve it.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Seconds during which further turns begin.
    #[arg(long, default_value_t = 40)]
    seconds: u64,
}

#[derive(Debug, Serialize)]
pub struct Row {
    case: &'static str,
    peer: &'static str,
    threads: usize,
    ours_s_per_epoch: f64,
    peer_s_per_epoch: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
    /// The faster bracketing of the peer, which this row is about.
    bracketing: &'static str,
    /// Time of the slower bracketing.
    slower_s_per_epoch: f64,
    version: String,
    /// Our setup time, once before the first epoch: for the linear model covariance, eigenvectors and rotation.
    ours_setup_s: f64,
    /// By how much the loss fell in the epochs compared.
    ours_loss_fall: f64,
    peer_loss_fall: f64,
    /// Relative difference of the two.
    loss_fall_difference: f64,
    start_loss_difference: f64,
}

/// A running peer, and its time in each round.
struct Peer {
    name: &'static str,
    bracketing: &'static str,
    process: Process,
    version: String,
    start: f64,
    compared: f64,
    seconds: Vec<f64>,
    /// Our times in the turns before.
    ours: Vec<f64>,
}

impl Options {
    pub fn run(&self) -> anyhow::Result<Vec<Row>> {
        let cases = if self.case.is_empty() {
            Case::value_variants()
        } else {
            &self.case
        };
        let mut rows = Vec::new();
        for &case in cases {
            rows.extend(self.measure(case, 2)?);
            // One thread takes twice as long, so it is measured only where that is cheap.
            if matches!(case, Case::LinearMnist | Case::ReluAeMnist) {
                rows.extend(self.measure(case, 1)?);
            }
        }
        Ok(rows)
    }

    fn measure(&self, case: Case, threads: usize) -> anyhow::Result<Vec<Row>> {
        let folder = prepare(case, threads)?;
        let epochs = case.turn();
        let (mut ours, ready) = Process::worker(&["case", case.name()], threads)?;
        let compared = ours.ask(&COMPARED.to_string())?.loss;
        let mut peers = Vec::new();
        for (name, bracketing) in bracketings(case) {
            peers.push(self.peer(name, bracketing, &folder, threads)?);
        }
        let (mut round, clock) = (0, Instant::now());
        while round < self.rounds || clock.elapsed() < Duration::from_secs(self.seconds) {
            for peer in &mut peers {
                let seconds = ours.ask(&epochs.to_string())?.seconds;
                peer.ours.push(seconds / f64::from(epochs));
                peer.seconds.push(peer.process.ask("1")?.seconds);
            }
            round += 1;
        }
        fs::remove_dir_all(&folder)?;
        let mut rows: Vec<Row> = Vec::new();
        for name in ["numpy", "pytorch"] {
            let mut both: Vec<&Peer> = peers.iter().filter(|peer| peer.name == name).collect();
            both.sort_by(|a, b| spread(&a.seconds)[0].total_cmp(&spread(&b.seconds)[0]));
            let (Some(peer), Some(slower)) = (both.first(), both.last()) else {
                continue;
            };
            let ratios = peer.seconds.iter().zip(&peer.ours).map(|(p, o)| p / o);
            let [ratio, ratio_min, ratio_max] = spread(&ratios.collect::<Vec<_>>());
            let ours_loss_fall = ready.loss - compared;
            let peer_loss_fall = peer.start - peer.compared;
            eprintln!("{} {name} on {threads}: {ratio:.2}", case.name());
            rows.push(Row {
                case: case.name(),
                peer: name,
                threads,
                ours_s_per_epoch: spread(&peer.ours)[0],
                peer_s_per_epoch: spread(&peer.seconds)[0],
                ratio,
                ratio_min,
                ratio_max,
                bracketing: peer.bracketing,
                slower_s_per_epoch: spread(&slower.seconds)[0],
                version: peer.version.clone(),
                ours_setup_s: ready.setup_seconds,
                ours_loss_fall,
                peer_loss_fall,
                loss_fall_difference: (ours_loss_fall / peer_loss_fall - 1.0).abs(),
                start_loss_difference: (ready.loss / peer.start - 1.0).abs(),
            });
        }
        Ok(rows)
    }

    fn peer(
        &self,
        name: &'static str,
        bracketing: &'static str,
        folder: &Path,
        threads: usize,
    ) -> anyhow::Result<Peer> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/peer.py");
        let mut command = Command::new(&self.python);
        command.arg(script).args([name, bracketing]).arg(folder);
        let (mut process, ready) = Process::start(&mut command, threads)?;
        let compared = process.ask(&COMPARED.to_string())?.loss;
        Ok(Peer {
            name,
            bracketing,
            process,
            version: ready.version,
            start: ready.loss,
            compared,
            seconds: Vec::new(),
            ours: Vec::new(),
        })
    }
}

/// Two natural ways to write each peer.
fn bracketings(case: Case) -> [(&'static str, &'static str); 4] {
    if case.linear() {
        [
            ("numpy", "(XW1)W2"),
            ("numpy", "X(W1W2)"),
            ("pytorch", "(XW1)W2"),
            ("pytorch", "X(W1W2)"),
        ]
    } else {
        [
            ("numpy", "(PW2)W2^T"),
            ("numpy", "P(W2W2^T)"),
            ("pytorch", "autograd"),
            ("pytorch", "by hand"),
        ]
    }
}

/// Writes the input files of the peers.
pub fn prepare(case: Case, threads: usize) -> anyhow::Result<PathBuf> {
    let sizes = case.sizes(threads)?;
    let folder = cache_dir()?.join("bench").join(case.name());
    fs::create_dir_all(&folder)?;
    let images = case.images()?;
    let pixels = images.train.pixels.slice(ndarray::s![..sizes.samples, ..]);
    let bytes = pixels
        .as_slice()
        .context("the pixels are not in one piece")?;
    fs::write(folder.join("pixels.u8"), bytes)?;
    let start = start(&sizes)?;
    for (name, weights) in [("encoder", &start.encoder), ("decoder", &start.decoder)] {
        let bytes: Vec<u8> = weights
            .iter()
            .flat_map(|&w| (w as f32).to_le_bytes())
            .collect();
        fs::write(folder.join(format!("{name}.f32")), bytes)?;
    }
    fs::write(folder.join("case.json"), serde_json::to_vec(&sizes)?)?;
    Ok(folder)
}
