//! Tables of Figure 1.

use super::run::Run;
use crate::Result;
use crate::tables::Table;

crate::rows! {
    /// Mapping of one start at one epoch.
    Dynamics in "fig1_dynamics.csv" {
        /// Noise variance.
        epsilon: f64,
        /// Number of the start.
        trial: usize,
        /// Epoch.
        epoch: u64,
        /// `w2 w1` of the closed form.
        theory: f64,
        /// `w2 w1` of gradient descent.
        simulation: f64,
    }
}

crate::rows! {
    /// Weights of one start at one epoch.
    Paths in "fig1_paths.csv" {
        /// Noise variance.
        epsilon: f64,
        /// Number of the start.
        trial: usize,
        /// Epoch.
        epoch: u64,
        /// First weight.
        w1: f64,
        /// Second weight.
        w2: f64,
        /// Loss.
        loss: f64,
    }
}

/// Both tables.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let (mut dynamics, mut paths) = (Vec::new(), Vec::new());
    for panel in &run.panels {
        for t in &panel.trials {
            for (i, &epoch) in t.epochs.iter().enumerate() {
                let (epsilon, trial, [w1, w2]) = (panel.epsilon, t.trial, t.path[i]);
                dynamics.push(Dynamics {
                    epsilon,
                    trial,
                    epoch,
                    theory: t.theory[i],
                    simulation: t.simulation[i],
                });
                paths.push(Paths {
                    epsilon,
                    trial,
                    epoch,
                    w1,
                    w2,
                    loss: t.loss[i],
                });
            }
        }
    }
    Ok(vec![Table::of(&dynamics)?, Table::of(&paths)?])
}
