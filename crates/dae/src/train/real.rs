//! The two precisions that training runs in.

use ndarray::NdFloat;
use serde::{Deserialize, Serialize};

/// Floating-point precision of a trainer's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single precision: what the experiments run in.
    F32,
    /// Double precision: for checks.
    F64,
}

/// `f32` or `f64`, inside this module only.
pub(super) trait Real: NdFloat {
    fn narrow(value: f64) -> Self;
    fn widen(self) -> f64;
}

impl Real for f32 {
    fn narrow(value: f64) -> Self {
        value as Self
    }

    fn widen(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    fn narrow(value: f64) -> Self {
        value
    }

    fn widen(self) -> f64 {
        self
    }
}
