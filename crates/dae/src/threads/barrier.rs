//! A barrier for threads that meet every millisecond.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, scope};
use std::time::{Duration, Instant};

/// How long a thread spins. Threads with equal work arrive within this time. A later one was descheduled for
/// milliseconds, in which others may want the cores of those who wait.
const ACTIVE: Duration = Duration::from_millis(1);

/// A reusable barrier: threads wait until all have come.
///
/// The standard library's barrier puts a thread to sleep at once, and waking it takes 0.1 to 0.3 ms on a virtual
/// machine: a tenth of a step of the linear trainer on MNIST.
pub(crate) struct Barrier {
    threads: usize,
    /// Arrivals since the beginning.
    arrived: AtomicUsize,
    /// Held by nobody for longer than it takes to fall asleep.
    sleep: Mutex<()>,
    complete: Condvar,
}

impl Barrier {
    /// A barrier for this many threads, one or more.
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            arrived: AtomicUsize::new(0),
            sleep: Mutex::new(()),
            complete: Condvar::new(),
        }
    }

    /// Waits for the others. What each did before is visible to all afterwards.
    pub(crate) fn wait(&self) {
        let arrived = self.arrived.fetch_add(1, Ordering::AcqRel) + 1;
        let complete = arrived.next_multiple_of(self.threads);
        if arrived == complete {
            // A thread that found it incomplete is asleep once this lock is free.
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

/// Runs a thread for each item, the calling one among them, and waits for all of them.
///
/// If the system starts fewer threads, those share the items. `work` gets its items and a barrier for all threads.
/// Every call must come to the barrier equally often.
pub(crate) fn share_out<T: Send>(items: &mut [T], work: impl Fn(&mut [T], &Barrier) + Sync) {
    share_out_among(items.len(), items, work);
}

/// As [`share_out`], with at most `most` threads.
fn share_out_among<T: Send>(
    most: usize,
    items: &mut [T],
    work: impl Fn(&mut [T], &Barrier) + Sync,
) {
    let work = &work;
    scope(|scope| {
        // A thread gets its items only once the number of threads is known: at a barrier for more of them, those that
        // started would wait for ever.
        let start = |_| {
            let (sender, receiver) = channel::<(&mut [T], Arc<Barrier>)>();
            let thread = move || {
                if let Ok((items, barrier)) = receiver.recv() {
                    work(items, &barrier);
                }
            };
            let started = Builder::new().spawn_scoped(scope, thread);
            started.ok().map(|_| sender)
        };
        let senders: Vec<_> = (1..most).map_while(start).collect();
        let each = items.len().div_ceil(senders.len() + 1).max(1);
        let mut shares = items.chunks_mut(each);
        let barrier = Arc::new(Barrier::new(shares.len()));
        let own = shares.next();
        for (sender, share) in senders.iter().zip(shares) {
            // A thread that has started waits for this.
            drop(sender.send((share, Arc::clone(&barrier))));
        }
        drop(senders);
        if let Some(own) = own {
            work(own, &barrier);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

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

    /// However few threads there are, every item is worked on as often, and in step with the others.
    #[test]
    fn items_are_shared_out_among_the_threads_that_start() {
        for count in 0..6 {
            for threads in 1..=count.max(1) {
                let mut items = vec![0; count];
                let total = AtomicUsize::new(0);
                share_out_among(threads, &mut items, |items, barrier| {
                    for round in 1..=50 {
                        for item in &mut *items {
                            *item += 1;
                            total.fetch_add(1, Ordering::Relaxed);
                        }
                        barrier.wait();
                        assert!(total.load(Ordering::Relaxed) >= round * count);
                    }
                });
                assert_eq!(items, vec![50; count], "{threads} threads");
            }
        }
    }
}
