//! Table of the toy.

use super::run::Run;
use super::settings::Settings;
use crate::Result;
use crate::tables::Table;

crate::rows! {
    /// Fixed point of one mode under one amount of noise.
    FixedPoint in "toy_fixed_points.csv" {
        /// Eigenvalue.
        lambda: f64,
        /// Noise variance.
        epsilon: f64,
        /// Mapping `w2 w1` at the end of training.
        w: f64,
    }
}

/// The table.
///
/// # Errors
/// A value that is not finite.
pub fn tables(_: &Settings, run: &Run) -> Result<Vec<Table>> {
    let rows = run.points.iter();
    let row = |&[lambda, epsilon, w]: &[f64; 3]| FixedPoint { lambda, epsilon, w };
    Ok(vec![Table::of(&rows.map(row).collect::<Vec<_>>())?])
}
