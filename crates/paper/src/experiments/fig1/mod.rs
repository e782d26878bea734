//! Figure 1: learning dynamics, loss surface and gradient-descent paths of the scalar network.

pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
pub mod settings;
pub(super) mod verify;

use dae::Checked;

use super::Context;
use crate::Result;
use crate::plot::Picture;
use crate::tables::{Check, Judge, Table};
pub use settings::Settings;

/// Figure 1.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str = "learning dynamics, loss surface and paths of the scalar network";
    const CAPTION: &'static str = "Top: the product of the two weights from ten starts. The closed form (broad) lies under \
        gradient descent (dashed) throughout, and more noise pulls the fixed point down. Bottom: the same runs on the \
        loss surface; every path leaves the neighbourhood of the saddle and ends on the curve of minima, which noise \
        bends towards the origin.";
    const DOCUMENTATION: &'static str = include_str!("settings.rs");

    fn run(settings: &Checked<Settings>, _: &Context) -> Result<Self::Run> {
        run::run(settings)
    }

    fn tables(_: &Settings, run: &Self::Run) -> Result<Vec<Table>> {
        rows::tables(run)
    }

    fn figure(run: &Self::Run) -> Result<Picture> {
        figure::figure(run)
    }

    fn checks(settings: &Checked<Settings>, run: &Self::Run) -> Result<Vec<Check>> {
        checks::checks(settings, run)
    }

    fn verify(settings: &Checked<Settings>, judge: &mut Judge) -> Result<()> {
        verify::verify(settings, judge)
    }
}
