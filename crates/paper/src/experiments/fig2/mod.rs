//! Figure 2: noise against weight decay in the balanced closed form.

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

/// Figure 2.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str = "theory: noise against weight decay";
    const CAPTION: &'static str = "One curve for each amount of noise. Each column has the same plateaus in both rows, \
        because the weight decay is matched to the noise; the curves of the DAE (top) rise sooner, and those of the \
        WDAE (bottom) later the stronger the regularisation.";
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
        Ok(checks::checks(settings, run))
    }

    fn verify(settings: &Checked<Settings>, judge: &mut Judge) -> Result<()> {
        verify::verify(settings, judge)
    }
}
