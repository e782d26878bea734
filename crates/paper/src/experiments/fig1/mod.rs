//! Figure 1: learning dynamics, loss surface and gradient-descent paths of the scalar network.

pub mod figure;
pub mod run;
