//! Figure 4: the norm of the weights under noise and under weight decay.

pub mod figure;
pub mod run;
