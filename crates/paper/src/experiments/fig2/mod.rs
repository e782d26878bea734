//! Figure 2: noise against weight decay in the balanced closed form.

pub mod figure;
pub mod run;
