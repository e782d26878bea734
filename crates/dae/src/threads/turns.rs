//! Work that has an order within each of its lanes and none between them.

use std::sync::{Mutex, PoisonError};

use rayon::current_num_threads;

/// Does all steps of all lanes on rayon's threads, those of a lane in order.
///
/// A thread keeps its lane, whose work space is in its cache, while at least as many lanes wait as there are threads.
/// After that it takes one step at a time, in the waiting lane with most `left`. So threads of different speed finish
/// within a step of each other, and no result depends on which thread did what. Every `step` must reduce `left`.
pub(crate) fn in_turns<T: Send>(
    lanes: &mut [T],
    left: impl Fn(&T) -> usize + Sync,
    step: impl Fn(&mut T) + Sync,
) {
    let waiting = Mutex::new(lanes.iter_mut().collect::<Vec<_>>());
    let threads = current_num_threads();
    // Returns a thread's lane and takes the next.
    let change = |last: Option<_>| {
        let mut lanes = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = last.filter(|lane: &&mut T| left(lane) > 0) {
            if lanes.len() >= threads {
                return Some(lane);
            }
            lanes.push(lane);
        }
        let longest = (0..lanes.len()).max_by_key(|&i| lanes.get(i).map(|lane| left(lane)))?;
        let lane = lanes.swap_remove(longest);
        (left(lane) > 0).then_some(lane)
    };
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| {
                let mut lane = change(None);
                while let Some(current) = lane {
                    step(current);
                    lane = change(Some(current));
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
