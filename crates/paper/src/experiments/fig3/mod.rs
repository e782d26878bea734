//! Figure 3: optimal discrete learning rates.

pub mod run;
