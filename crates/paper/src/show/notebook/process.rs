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

/// What a reader has lost, and how to have it again.
const ENDED: &str = "The process that held the variables of this notebook has ended, and they are gone. \
    Run its cells again, from the first on (in JupyterLab: Run > Run All Above Selected Cell).";

/// Waits for the other end of its standard input to close, which happens however the process there ends, then speaks.
const WATCH: &str = "cat >/dev/null; printf '%s\\n' \"$0\"";

/// Makes this process fail as a reader needs it: a panic says what went wrong without the stack of the kernel, and the
/// end of the process says that the variables went with it.
///
/// An interrupt kills this process, the kernel starts another one and says no more than the signal: so a process of its
/// own watches this one. `folder` is the kernel's own; a file in it says that this process is watched already, which a
/// variable here cannot, because each cell is a library that has its own.
pub(super) fn prepare(folder: &Path) {
    panic::set_hook(Box::new(|panic| note!("{panic}")));
    match File::create_new(folder.join(format!("watched-{}", id()))) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        // Nobody is told the less for a file that cannot be written, and an interrupt ends a process without the file.
        _ => {
            watch(OsStr::new(ENDED));
            drop(listen());
        }
    }
}

/// What an interrupt does. Our kernel makes it a signal for the process that runs the cells (`kernel.py`).
struct Interrupt {
    /// Whether it ends the process at once: where nothing trains, or at the second one.
    ends: Arc<AtomicBool>,
    /// Set by it.
    stop: Arc<AtomicBool>,
}

/// Of this process: all cells share the library that this is in.
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

/// While this lives, an interrupt sets `stop` and ends nothing.
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
    // Without a watcher the kernel's own message has to do. What it reads from stays open as long as this process lives.
    if let Ok(mut watcher) = watcher {
        mem::forget(watcher.stdin.take());
    }
}
