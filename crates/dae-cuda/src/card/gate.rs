//! Keeps everything that waits for the whole card apart from recordings.
//!
//! A recording breaks (CUDA's errors 900 and 901) if another thread waits for the whole card meanwhile. cuBLAS does so
//! when a handle is opened or closed.

use std::sync::{Condvar, Mutex, PoisonError};

/// One gate for the process: two [`Card`](super::Card)s of the same number share a context.
static CLOSED: Mutex<bool> = Mutex::new(false);
static OPENED: Condvar = Condvar::new();

/// Keeps the gate closed until it is dropped, on this thread or another.
pub(super) struct Closed(());

/// Waits until the gate is open, then closes it. Who keeps it closed waits for ever.
pub(super) fn close() -> Closed {
    let closed = CLOSED.lock().unwrap_or_else(PoisonError::into_inner);
    let closed = OPENED.wait_while(closed, |closed| *closed);
    *closed.unwrap_or_else(PoisonError::into_inner) = true;
    Closed(())
}

impl Drop for Closed {
    fn drop(&mut self) {
        *CLOSED.lock().unwrap_or_else(PoisonError::into_inner) = false;
        OPENED.notify_one();
    }
}
