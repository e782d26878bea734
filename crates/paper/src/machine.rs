//! Getting out of the machine what it has.

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
