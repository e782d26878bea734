//! How results are shown: the report, the places in README and docs, and what notebooks call.

pub mod animation;
pub mod notebook;
pub mod number;
pub mod panel;
pub mod readme;
pub mod report;
