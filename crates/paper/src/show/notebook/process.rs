//! The process that runs the cells: how it fails, and what a reader is told when it has ended.

use std::ffi::OsStr;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio, id};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::{io, mem, panic};

use signal_hook::consts::SIGUSR1;
use signal_hook::flag;

/// Tells a reader what is lost, and how to restore it.
const ENDED: &str = "The process that held the variables of this notebook has ended, and they are gone. \
    Run its cells again, from the first on (in JupyterLab: Run > Run All Above Selected Cell).";

/// Waits for its standard input to close, which happens however the other process ends, then prints the message.
const WATCH: &str = "cat >/dev/null; printf '%s\\n' \"$0\"";

/// Makes the failures of this process readable: a panic shows its message without the stack of the kernel, and the end
/// of the process tells the reader that the variables are gone.
///
/// An interrupt may kill this process. The kernel then starts another one and reports only the signal, so a separate
/// process watches this one. `folder` is the kernel's own. A file in it says that this process is watched already, and
/// tells the kernel that it listens to interrupts (`kernel.py`).
pub(super) fn prepare(folder: &Path) {
    panic::set_hook(Box::new(|panic| note!("{panic}")));
    match File::create_new(folder.join(format!("watched-{}", id()))) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // If the file cannot be written, watch all the same; an interrupt then ends the process.
        _ => {
            watch(OsStr::new(ENDED));
            drop(listen());
        }
    }
}

/// What an interrupt does. Our kernel turns it into a signal for the process that runs the cells (`kernel.py`).
struct Interrupt {
    /// Whether it ends the process at once: if nothing trains, or at the second one.
    ends: Arc<AtomicBool>,
    /// Set by an interrupt.
    stop: Arc<AtomicBool>,
}

/// One for this process: all cells share the library that contains it.
static INTERRUPT: LazyLock<Interrupt> = LazyLock::new(|| Interrupt {
    ends: Arc::new(AtomicBool::new(true)),
    stop: Arc::default(),
});

fn listen() -> io::Result<()> {
    let Interrupt { ends, stop } = &*INTERRUPT;
    flag::register_conditional_shutdown(SIGUSR1, 130, Arc::clone(ends))?;
    flag::register(SIGUSR1, Arc::clone(ends))?;
    flag::register(SIGUSR1, Arc::clone(stop))?;
    Ok(())
}

/// While this lives, the first interrupt sets `stop` and ends nothing.
pub(super) struct Training {
    pub stop: Arc<AtomicBool>,
}

impl Training {
    pub fn begin() -> Self {
        let Interrupt { ends, stop } = &*INTERRUPT;
        stop.store(false, Ordering::Relaxed);
        ends.store(false, Ordering::Relaxed);
        Self {
            stop: Arc::clone(stop),
        }
    }
}

impl Drop for Training {
    fn drop(&mut self) {
        INTERRUPT.ends.store(true, Ordering::Relaxed);
    }
}

fn watch(message: &OsStr) {
    let watcher = Command::new("sh")
        .args([OsStr::new("-c"), OsStr::new(WATCH), message])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    // Without a watcher the kernel's own message must do. The pipe stays open as long as this process lives.
    if let Ok(mut watcher) = watcher {
        mem::forget(watcher.stdin.take());
    }
}
