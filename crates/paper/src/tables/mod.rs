//! Tables and what is expected of them: their rows, checks with verdicts, the values that the authors published.

pub mod check;
mod judge;
mod published;
pub mod read;
pub mod rows;
mod table;

pub use check::{Check, Origin, Tally, Verdict};
pub use judge::{At, Judge, ROUNDING};
pub use published::{Found, Published, of as published, parse as parse_published};
pub use read::Tables;
pub use rows::Row;
pub use table::Table;
