//! Which thread does which work, and when.
//!
//! Nothing here decides a number: what is added up, and in which order, is the callers' affair, so that results are the
//! same bytes with any number of threads.

mod barrier;
mod turns;

pub(crate) use barrier::share_out;
pub(crate) use turns::in_turns;
