//! Deep linear autoencoders, trained in the eigenbasis of their data.
//!
//! `L` layers, `W = W_1 W_2 ... W_L`, of which the first is D x H, the last H x D, and those between H x H. As with two
//! layers ([`super::linear`]) the loss sees the data only through their second moment, so that in its eigenbasis, with
//! `Lambda = diag(lambda)`, `P_k = W_1 ... W_k` and `Q_k = W_{k+1} ... W_L`:
//!
//! ```text
//! dL/dW_1 = (Lambda + s2) W_1 Q_1 Q_1^T - Lambda Q_1^T + gamma W_1
//! dL/dW_k = P_{k-1}^T (Lambda + s2) P_{k-1} W_k Q_k Q_k^T - P_{k-1}^T Lambda Q_k^T + gamma W_k
//! dL/dW_L = P_{L-1}^T (Lambda + s2) P_{L-1} W_L - P_{L-1}^T Lambda + gamma W_L
//! loss    = 1/2 [ sum(lambda) - 2 tr(Lambda W) + tr(W^T (Lambda + s2) W) ] + gamma/2 sum_l ||W_l||^2
//! ```
//!
//! An epoch costs `(3 L - 2) D H^2` multiply-adds, whatever the number of samples. It runs on the calling thread:
//! networks are small, and several are trained side by side.

mod settings;
mod trainer;
mod weights;

pub use settings::DeepSettings;
pub use trainer::{DeepTrainer, Observation};
pub use weights::DeepWeights;
