//! Figure 1: learning dynamics, loss surface and gradient-descent paths of the scalar network.

pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
mod settings;
mod verify;

use super::experiment::{About, Parts};
pub use settings::Settings;

/// Figure 1.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "learning dynamics, loss surface and paths of the scalar network",
        caption: "Top: the product of the two weights from ten starts. The closed form (broad) lies under gradient descent \
            (dashed) throughout, and more noise pulls the fixed point down. Bottom: the same runs on the loss \
            surface; every path leaves the neighbourhood of the saddle and ends on the curve of minima, which noise \
            bends towards the origin.",
        documentation: include_str!("settings.rs"),
        spectra: false,
        images: false,
    },
    run: |settings, _| run::run(settings),
    tables: |_, run| rows::tables(run),
    figure: figure::figure,
    checks: checks::checks,
    verify: verify::verify,
    trained: None,
};
