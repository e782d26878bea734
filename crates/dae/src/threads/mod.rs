//! Which thread does which work, and when.
//!
//! Nothing here affects a number: the callers decide what is added up, and in which order. So results are
//! byte-identical with any number of threads.

mod barrier;
mod turns;

pub(crate) use barrier::share_out;
pub(crate) use turns::in_turns;
