//! Figure 3: optimal discrete learning rates.

pub mod figure;
pub mod run;
