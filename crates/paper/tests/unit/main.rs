//! The parts of the library one by one: a single program, so that the library is built and linked once for all of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // a test that cannot set itself up has failed

mod base;
mod experiments;
mod networks;
mod show;
