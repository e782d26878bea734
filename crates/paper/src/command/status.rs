//! `paper status`

use paper::results::regenerate::training_runs;
use paper::runs::State;
use paper::say;
use paper::show::number::duration;

use super::arguments::Changes;

pub fn status(changes: &Changes) -> anyhow::Result<()> {
    let job = changes.job();
    say!("training runs, profile {}", job.profile);
    for (figure, label, state) in training_runs(&job)? {
        say!("  {figure}  {label:18} {}", describe(&state));
    }
    Ok(())
}

fn describe(state: &State) -> String {
    let (header, running) = match state {
        State::Done => return "done".to_owned(),
        State::Waiting => return "waiting".to_owned(),
        State::UnderWay {
            checkpoint: None, ..
        } => return "running, no checkpoint yet".to_owned(),
        State::UnderWay {
            checkpoint: Some(header),
            running,
        } => (header, running),
    };
    let how = if *running { "running" } else { "stopped" };
    let (epoch, epochs) = (header.epoch, header.epochs);
    let rest = epochs.saturating_sub(epoch);
    let left = duration(header.seconds / epoch.max(1) as f64 * rest as f64);
    format!("{how}, checkpoint at epoch {epoch} of {epochs}, about {left} left after it")
}
