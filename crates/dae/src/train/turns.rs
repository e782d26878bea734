//! Work that has an order within each of its lanes and none between them.

use std::sync::{Mutex, PoisonError};

/// Does all steps of all lanes on rayon's threads, those of a lane in their order.
///
/// A thread takes one step at a time, in the lane that has most `left` among those that no thread is at. So threads of
/// different speed end together but for a step, and which of them did what shows in no result. Every `step` must leave
/// less.
pub(super) fn in_turns<T: Send>(
    lanes: &mut [T],
    left: impl Fn(&T) -> usize + Sync,
    step: impl Fn(&mut T) + Sync,
) {
    let waiting = Mutex::new(lanes.iter_mut().collect::<Vec<_>>());
    let waiting = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let take = || {
        let mut lanes = waiting();
        let longest = (0..lanes.len()).max_by_key(|&i| lanes.get(i).map(|lane| left(lane)))?;
        let lane = lanes.swap_remove(longest);
        (left(lane) > 0).then_some(lane)
    };
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                while let Some(lane) = take() {
                    step(lane);
                    waiting().push(lane);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_done_once_and_in_the_order_of_its_lane() {
        for threads in [1, 2, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            for sizes in [
                vec![],
                vec![0],
                vec![5],
                vec![3, 0, 7],
                vec![1; 20],
                vec![9; 4],
            ] {
                let mut lanes: Vec<(usize, Vec<usize>)> =
                    sizes.iter().map(|&size| (size, Vec::new())).collect();
                pool.as_ref().unwrap().install(|| {
                    in_turns(
                        &mut lanes,
                        |(left, _)| *left,
                        |(left, seen)| {
                            seen.push(*left);
                            *left -= 1;
                        },
                    );
                });
                for (size, (left, seen)) in sizes.iter().zip(lanes) {
                    assert_eq!(left, 0);
                    assert!(seen.into_iter().eq((1..=*size).rev()), "{sizes:?}");
                }
            }
        }
    }

    #[test]
    #[should_panic = "a step failed"]
    fn a_panic_is_passed_on() {
        in_turns(&mut [1, 2], |&left| left, |_| panic!("a step failed"));
    }
}
