//! What several tests share.

// A test fails by panicking. Matrices are capital letters, as in the equations of the trainers. Not every test uses
// everything.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    non_snake_case,
    dead_code
)]

pub mod compile;
pub mod conformance;
pub mod emulated;
pub mod runs;
