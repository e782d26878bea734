//! Which epochs are recorded.

use std::iter;

/// Epochs `0, every, 2 every, ...` up to and including the last one.
pub fn epochs(last: u64, every: u64) -> Vec<u64> {
    let regular = (0..=last).step_by(every.max(1) as usize);
    if last.is_multiple_of(every.max(1)) {
        regular.collect()
    } else {
        regular.chain(iter::once(last)).collect()
    }
}
