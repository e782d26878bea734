//! Figure 2: noise against weight decay in the balanced closed form.

pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
mod settings;
mod verify;

use super::experiment::{About, Parts};
pub use settings::Settings;

/// Figure 2.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "theory: noise against weight decay",
        caption: "One curve for each amount of noise. Each column has the same plateaus in both rows, because the weight \
            decay is matched to the noise; the curves of the DAE (top) rise sooner, and those of the WDAE (bottom) \
            later the stronger the regularisation.",
        documentation: include_str!("settings.rs"),
        spectra: false,
        images: false,
    },
    run: |settings, _| run::run(settings),
    tables: rows::tables,
    figure: figure::figure,
    checks: |settings, run| Ok(checks::checks(settings, run)),
    verify: verify::verify,
    trained: None,
};
