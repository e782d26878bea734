//! Tables of Figure 1.

use polars::prelude::Column;

use super::run::Run;
use crate::Result;
use crate::table::Table;

/// `fig1_dynamics.csv` and `fig1_paths.csv`.
///
/// # Errors
/// A value that is not finite.
pub fn tables(run: &Run) -> Result<Vec<Table>> {
    let mut epsilon = Vec::new();
    let (mut trial, mut epoch) = (Vec::<u64>::new(), Vec::<u64>::new());
    let (mut theory, mut simulation) = (Vec::<f64>::new(), Vec::<f64>::new());
    let (mut w1, mut w2, mut loss) = (Vec::new(), Vec::new(), Vec::<f64>::new());
    for panel in &run.panels {
        for t in &panel.trials {
            epsilon.extend(t.epochs.iter().map(|_| panel.epsilon));
            trial.extend(t.epochs.iter().map(|_| t.trial as u64));
            epoch.extend(&t.epochs);
            theory.extend(&t.theory);
            simulation.extend(&t.simulation);
            w1.extend(t.path.iter().map(|w| w[0]));
            w2.extend(t.path.iter().map(|w| w[1]));
            loss.extend(&t.loss);
        }
    }
    let keys = || {
        vec![
            Column::new("epsilon".into(), &epsilon),
            Column::new("trial".into(), &trial),
            Column::new("epoch".into(), &epoch),
        ]
    };
    let mut dynamics = keys();
    dynamics.push(Column::new("theory".into(), &theory));
    dynamics.push(Column::new("simulation".into(), &simulation));
    let mut paths = keys();
    paths.push(Column::new("w1".into(), &w1));
    paths.push(Column::new("w2".into(), &w2));
    paths.push(Column::new("loss".into(), &loss));
    Ok(vec![
        Table::new("fig1_dynamics.csv", dynamics)?,
        Table::new("fig1_paths.csv", paths)?,
    ])
}
