//! Output of the command, on streams that may be closed.
//!
//! Rust's `println!` panics if the reader is gone, and a panic would end hours of training. A line that cannot be
//! written is dropped here. The command decides whether that matters: what it computed counts, not who listened.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// Why standard output refused a line.
static LOST: OnceLock<ErrorKind> = OnceLock::new();

/// Prints a line on standard output, as [`println!`] does, or drops it.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::system::output::out(::std::format_args!($($text)*)) };
}

/// Prints a line on standard error, as [`eprintln!`] does, or drops it.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::system::output::err(::std::format_args!($($text)*)) };
}

/// Prints a line on standard output; see [`say!`](crate::say).
pub fn out(line: Arguments) {
    let mut stream = io::stdout().lock();
    // Standard output is buffered, so only flushing shows whether a line was taken.
    if let Err(error) = writeln!(stream, "{line}").and_then(|()| stream.flush()) {
        LOST.get_or_init(|| error.kind());
    }
}

/// Prints a line on standard error; see [`note!`](crate::note).
pub fn err(line: Arguments) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Why a line of standard output was dropped, if one was: [`ErrorKind::BrokenPipe`] if its reader has gone.
pub fn lost() -> Option<ErrorKind> {
    LOST.get().copied()
}
