//! Getting out of the machine what it has.

use std::panic;

use polars::prelude::{Column, CsvWriter, DataFrame, SerWriter as _};
use rayon::ThreadPoolBuilder;

use super::{Error, Result};

/// Starts the threads of rayon and polars, which otherwise start when they are first needed and panic where the system
/// does not let them.
///
/// # Errors
/// The system not letting them; a pool that was started before counts as started.
pub fn start_threads() -> Result<()> {
    let shortage = |what: String| Error::Threads { what };
    let rayon = ThreadPoolBuilder::new().build_global();
    if let Err(error) = rayon
        && std::error::Error::source(&error).is_some()
    {
        return Err(shortage(format!("rayon: {error}")));
    }
    // Polars has no other way to say that it failed. Its panic is caught and said in a line.
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

/// Starts this program anew with faster kernels of OpenBLAS, if it was started with slow ones for want of knowledge
/// ([`dae::blas::better_core`]). To be called first: OpenBLAS chooses when it is loaded, before `main`.
///
/// Process number, arguments and open files stay the same. If it cannot be started anew, it goes on as it is.
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
    // It comes back only if it failed.
    let _ = again.args(arguments).env(dae::blas::CORE_TYPE, core).exec();
}

/// Nothing: this system cannot start a program in the place of another.
#[cfg(not(unix))]
pub fn use_fast_kernels() {}
