//! Ctrl-C, and the signal that a scheduler sends before it kills.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, sleep};
use std::time::Duration;

use paper::system::progress::Progress;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;

/// Signals this soon after the first are part of it: `timeout` sends one to the process and one to its group.
const ONE_SIGNAL: Duration = Duration::from_millis(100);

/// The first signal sets `stop` and prints a line; the second one ends the process at once.
///
/// The second does so in its handler, because every thread may be inside a library that never returns. SIGHUP is left
/// alone, so that `nohup` works.
pub fn connect(stop: &Arc<AtomicBool>, progress: &Progress) -> io::Result<()> {
    let ready_to_end = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&ready_to_end))?;
        flag::register(signal, Arc::clone(stop))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let progress = progress.clone();
    Builder::new().spawn(move || {
        if signals.forever().next().is_some() {
            sleep(ONE_SIGNAL);
            ready_to_end.store(true, Ordering::Relaxed);
            progress.say("stopping at the next epoch, with a checkpoint; a second Ctrl-C ends the process at once");
        }
    })?;
    Ok(())
}
