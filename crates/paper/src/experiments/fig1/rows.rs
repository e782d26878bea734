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
            for (epoch, &[w1, w2]) in (0..).zip(&t.path) {
                let (epsilon, trial, i) = (panel.epsilon, t.trial, epoch as usize);
                let (theory, simulation, loss) = (t.theory[i], w1 * w2, t.loss[i]);
                dynamics.push(Dynamics {
                    epsilon,
                    trial,
                    epoch,
                    theory,
                    simulation,
                });
                paths.push(Paths {
                    epsilon,
                    trial,
                    epoch,
                    w1,
                    w2,
                    loss,
                });
            }
        }
    }
    Ok(vec![Table::of(&dynamics)?, Table::of(&paths)?])
}
