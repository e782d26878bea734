//! Making full use of the machine.

use std::panic;

use polars::prelude::{Column, CsvWriter, DataFrame, SerWriter as _};
use rayon::ThreadPoolBuilder;

use super::{Error, Result};

/// Starts the threads of rayon and polars. Otherwise they would start on first use, and panic if the system refuses.
///
/// # Errors
/// The system refuses; a pool that was started before counts as started.
pub fn start_threads() -> Result<()> {
    let shortage = |what: String| Error::Threads { what };
    let rayon = ThreadPoolBuilder::new().build_global();
    if let Err(error) = rayon
        && std::error::Error::source(&error).is_some()
    {
        return Err(shortage(format!("rayon: {error}")));
    }
    // Polars panics if its threads cannot start. The panic is caught and turned into a one-line error.
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let written = panic::catch_unwind(|| {
        let frame = DataFrame::new_infer_height(vec![Column::new("a".into(), [1.0])]);
        frame.and_then(|mut frame| CsvWriter::new(Vec::new()).finish(&mut frame))
    });
    panic::set_hook(before);
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(shortage(format!("polars: {error}"))),
        Err(_) => Err(shortage("polars".to_owned())),
    }
}

/// Restarts this program with faster OpenBLAS kernels, if OpenBLAS chose slow ones because it does not know the
/// processor ([`dae::blas::better_core`]). Call this first: OpenBLAS chooses when it is loaded, before `main`.
///
/// Process id, arguments and open files stay the same. If the restart fails, the program goes on as it is.
#[cfg(unix)]
pub fn use_fast_kernels() {
    use std::env::{args_os, current_exe};
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    let (Some(core), Ok(program)) = (dae::blas::better_core(), current_exe()) else {
        return;
    };
    let mut again = Command::new(program);
    let mut arguments = args_os();
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // This returns only if it failed.
    let _ = again.args(arguments).env(dae::blas::CORE_TYPE, core).exec();
}

/// Does nothing: this system cannot replace a running program by another.
#[cfg(not(unix))]
pub fn use_fast_kernels() {}
