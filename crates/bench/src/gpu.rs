//! Our trainers against PyTorch on the same card, in turns, in strict single precision.
//!
//! As in [`peers`](crate::peers), all start from the same weights, and losses after a few epochs are compared first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum as _};
use paper::system::device::{Choice, Device};
use serde::Serialize;

use crate::case::Case;
use crate::peers::prepare;
use crate::process::Process;
use crate::table::spread;
use crate::work::needed;

/// Epochs before the losses are compared.
const COMPARED: u64 = 3;

/// Epochs of a turn, at most.
const MOST: u64 = 1 << 17;

#[derive(Args)]
pub struct Options {
    /// The interpreter that has PyTorch.
    #[arg(long)]
    python: PathBuf,
    /// The card, by number, so that both have the same; with `cpu` everything runs on the processor, to try this out
    /// where there is none.
    #[arg(long, default_value_t = Choice::Cuda(Some(0)))]
    device: Choice,
    /// Only these cases.
    #[arg(long)]
    case: Vec<Case>,
    /// Turns for each.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Seconds of a turn, at least.
    #[arg(long, default_value_t = 0.4)]
    turn: f64,
}

#[derive(Debug, Serialize)]
pub struct Row {
    case: &'static str,
    device: String,
    peer: &'static str,
    ours_s_per_epoch: f64,
    peer_s_per_epoch: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
    /// The required ratio, if there is one.
    at_least: Option<f64>,
    /// Rate of needed multiply-adds, relative to a product of large square matrices on this card.
    share_of_peak: f64,
    peak_multiply_adds_per_s: f64,
    version: String,
    ours_setup_s: f64,
    ours_loss_fall: f64,
    peer_loss_fall: f64,
    loss_fall_difference: f64,
}

/// How the PyTorch code is written, and the required speed-up of ours.
fn peers(case: Case) -> [(&'static str, f64); 2] {
    match case {
        Case::LinearMnist => [("autograd", 85.0), ("eigenbasis", 1.5)],
        Case::LinearCifar10 => [("autograd", 60.0), ("eigenbasis", 1.2)],
        Case::ReluAeMnist => [("autograd", 1.25), ("by hand", 1.0)],
        Case::ReluDaeMnist => [("autograd", 1.3), ("by hand", 1.04)],
        Case::ReluAeCifar10 => [("autograd", 1.22), ("by hand", 1.0)],
        Case::ReluDaeCifar10 => [("autograd", 1.28), ("by hand", 1.03)],
    }
}

impl Options {
    pub fn run(&self) -> anyhow::Result<Vec<Row>> {
        let cases = match self.case.is_empty() {
            true => Case::value_variants(),
            false => &self.case,
        };
        let name = Device::choose(self.device)?.0.name();
        let mut rows = Vec::new();
        for &case in cases {
            rows.extend(self.measure(case, &name)?);
        }
        Ok(rows)
    }

    fn measure(&self, case: Case, name: &str) -> anyhow::Result<Vec<Row>> {
        let threads = std::thread::available_parallelism()?.get();
        let folder = prepare(case, threads)?;
        let device = self.device.to_string();
        let arguments = ["case", case.name(), "--device", &device];
        let (mut ours, ready) = Process::worker(&arguments, threads)?;
        let fall = |start: f64, after: f64| 1.0 - after / start;
        let ours_loss_fall = fall(ready.loss, ours.ask(&COMPARED.to_string())?.loss);
        let per_s = self.peak(&folder, threads)?;
        let mut rows = Vec::new();
        for (peer, at_least) in peers(case) {
            let (mut other, started) = self.peer(peer, &folder, threads)?;
            let peer_loss_fall = fall(started.loss, other.ask(&COMPARED.to_string())?.loss);
            let (mut own, mut theirs) = (Vec::new(), Vec::new());
            let [each, each_of_theirs] = [self.epochs(&mut ours)?, self.epochs(&mut other)?];
            for _ in 0..self.rounds {
                own.push(ours.ask(&each.to_string())?.seconds / each as f64);
                let seconds = other.ask(&each_of_theirs.to_string())?.seconds;
                theirs.push(seconds / each_of_theirs as f64);
            }
            let ratios: Vec<f64> = own
                .iter()
                .zip(&theirs)
                .map(|(own, peer)| peer / own)
                .collect();
            let [ratio, ratio_min, ratio_max] = spread(&ratios);
            let ours_s_per_epoch = spread(&own)[0];
            let needed = needed(&case.sizes(threads)?, case.used_pixels()?);
            eprintln!("{} beside {peer}: {ratio:.2} times as fast", case.name());
            rows.push(Row {
                case: case.name(),
                device: name.to_owned(),
                peer,
                ours_s_per_epoch,
                peer_s_per_epoch: spread(&theirs)[0],
                ratio,
                ratio_min,
                ratio_max,
                at_least: (self.device != Choice::Cpu).then_some(at_least),
                share_of_peak: needed / ours_s_per_epoch / per_s,
                peak_multiply_adds_per_s: per_s,
                version: started.version,
                ours_setup_s: ready.setup_seconds,
                ours_loss_fall,
                peer_loss_fall,
                loss_fall_difference: (ours_loss_fall / peer_loss_fall - 1.0).abs(),
            });
        }
        fs::remove_dir_all(&folder)?;
        Ok(rows)
    }

    /// Epochs that fill a turn, so that the copy of our weights at its end counts little.
    fn epochs(&self, process: &mut Process) -> anyhow::Result<u64> {
        let mut epochs = 1;
        while process.ask(&epochs.to_string())?.seconds < self.turn && epochs < MOST {
            epochs *= 2;
        }
        Ok(epochs)
    }

    fn peer(
        &self,
        written: &str,
        folder: &Path,
        threads: usize,
    ) -> anyhow::Result<(Process, crate::process::Answer)> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/peer.py");
        let mut command = Command::new(&self.python);
        command.arg(script).args(["pytorch", written]).arg(folder);
        command.arg(self.device.to_string());
        Process::start(&mut command, threads)
    }

    /// Multiply-adds per second in a product of large square matrices.
    fn peak(&self, folder: &Path, threads: usize) -> anyhow::Result<f64> {
        let (mut process, _) = self.peer("square", folder, threads)?;
        process.ask("2")?;
        let answer = process.ask("5")?;
        Ok(answer.multiply_adds / answer.seconds)
    }
}
