//! Figure 3: optimal discrete learning rates.

pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
mod settings;
mod verify;

use super::experiment::{About, Parts};
pub use settings::Settings;

/// Figure 3.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "optimal discrete learning rates",
        caption: "Top row, as published: the DAE leads because the WDAE was given a lower rate than its optimum. Bottom \
            row, with the rate that the paper's own rule gives the WDAE: the curves coincide and the difference \
            vanishes. Last panel: where the lead is real, one rate for all directions of a data set, and the DAE \
            needs fewer epochs in the weak directions.",
        documentation: include_str!("settings.rs"),
        spectra: true,
        images: false,
    },
    run: |settings, context| run::run(settings, context.spectra),
    tables: rows::tables,
    figure: figure::figure,
    checks: |_, run| Ok(checks::checks(run)),
    verify: verify::verify,
    trained: None,
};
