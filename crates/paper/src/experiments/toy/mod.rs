//! A toy: the fixed point of the DAE against the noise.

mod checks;
mod figure;
mod rows;
mod run;
mod settings;
mod verify;

use super::experiment::{About, Parts};
pub use settings::Settings;

/// The toy.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "toy: the fixed point against the noise",
        caption: "The more noise, the lower the fixed point.",
        documentation: include_str!("settings.rs"),
        spectra: false,
        images: false,
    },
    run: |settings, _| run::run(settings),
    tables: rows::tables,
    figure: figure::figure,
    checks: |_, run| Ok(checks::checks(run)),
    verify: verify::verify,
    trained: None,
};
