//! Figure 4: the norm of the weights under noise and under weight decay.

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

/// Figure 4.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str = "the norm of the weights under noise and under weight decay";
    const CAPTION: &'static str = "Top, noise: the minima form a curve, and where a path ends on it depends on its start, so \
        the norms (right) differ for ever. Bottom, weight decay: only two points of smallest norm are minima, and all \
        norms meet. The mappings (middle) reach the same value either way.";
    const DOCUMENTATION: &'static str = include_str!("settings.rs");

    fn run(settings: &Checked<Settings>, _: &Context) -> Result<Self::Run> {
        run::run(settings)
    }

    fn tables(settings: &Settings, run: &Self::Run) -> Result<Vec<Table>> {
        rows::tables(settings, run)
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
