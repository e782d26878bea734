//! Figure 4: the norm of the weights under noise and under weight decay.

pub mod animation;
pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
mod settings;
mod verify;

use super::experiment::{About, Parts};
pub use settings::Settings;

/// Figure 4.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "the norm of the weights under noise and under weight decay",
        caption: "Top, noise: the minima form a curve, and where a path ends on it depends on its start, so the norms \
            (right) differ for ever. Bottom, weight decay: only two points of smallest norm are minima, and all \
            norms meet. The mappings (middle) reach the same value either way.",
        documentation: include_str!("settings.rs"),
        spectra: false,
        images: false,
    },
    run: |settings, _| run::run(settings),
    tables: rows::tables,
    figure: figure::figure,
    checks: |settings, run| checks::checks(settings, run),
    verify: verify::verify,
    trained: None,
};
