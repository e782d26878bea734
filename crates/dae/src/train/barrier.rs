//! A barrier for threads that meet every millisecond.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a thread waits actively. Threads with as much to do arrive within this; one that is late was put aside by
/// the system, for milliseconds, in which others may want the core of those who wait.
const ACTIVE: Duration = Duration::from_millis(1);

/// Where threads wait until all have come, again and again.
///
/// The standard library's barrier puts a thread to sleep at once, and waking it takes 0.1 to 0.3 ms on a virtual
/// machine: a tenth of a step of the linear trainer on MNIST.
pub(super) struct Barrier {
    threads: usize,
    /// Arrivals since the beginning.
    arrived: AtomicUsize,
    /// Held by nobody for longer than it takes to fall asleep.
    sleep: Mutex<()>,
    complete: Condvar,
}

impl Barrier {
    /// A barrier for so many threads, one or more.
    pub(super) fn new(threads: usize) -> Self {
        Self {
            threads,
            arrived: AtomicUsize::new(0),
            sleep: Mutex::new(()),
            complete: Condvar::new(),
        }
    }

    /// Waits for the others. What each did before is visible to all after.
    pub(super) fn wait(&self) {
        let arrived = self.arrived.fetch_add(1, Ordering::AcqRel) + 1;
        let complete = arrived.next_multiple_of(self.threads);
        if arrived == complete {
            // Who found it incomplete is asleep by the time that this lock is free.
            drop(self.sleep.lock().unwrap_or_else(PoisonError::into_inner));
            self.complete.notify_all();
            return;
        }
        let waits = || self.arrived.load(Ordering::Acquire) < complete;
        let since = Instant::now();
        while waits() {
            if since.elapsed() > ACTIVE {
                let sleep = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
                drop(self.complete.wait_while(sleep, |()| waits()));
                return;
            }
            spin_loop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::{scope, sleep};

    use super::*;

    /// Nobody leaves before all have come, whether they come at once or so late that the others are asleep.
    #[test]
    fn nobody_leaves_before_all_have_come() {
        for threads in 1..=5 {
            let (barrier, count) = (Barrier::new(threads), AtomicUsize::new(0));
            scope(|scope| {
                for thread in 0..threads {
                    let (barrier, count) = (&barrier, &count);
                    scope.spawn(move || {
                        for round in 1..=300 {
                            if round % 100 == thread {
                                sleep(5 * ACTIVE);
                            }
                            count.fetch_add(1, Ordering::Relaxed);
                            barrier.wait();
                            assert!(count.load(Ordering::Relaxed) >= round * threads);
                        }
                    });
                }
            });
            assert_eq!(count.into_inner(), 300 * threads);
        }
    }
}
