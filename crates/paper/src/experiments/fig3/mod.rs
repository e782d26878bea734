//! Figure 3: optimal discrete learning rates.

pub mod checks;
pub mod figure;
pub mod rows;
pub mod run;
pub mod settings;
pub(super) mod verify;

use dae::Checked;

use super::{Context, Needs};
use crate::Result;
use crate::plot::Picture;
use crate::tables::{Check, Judge, Table};
pub use settings::Settings;

/// Figure 3.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str = "optimal discrete learning rates";
    const CAPTION: &'static str = "Top row, as published: the DAE leads because the WDAE was given a lower rate than its \
        optimum. Bottom row, with the rate that the paper's own rule gives the WDAE: the curves coincide and the \
        difference vanishes. Last panel: where the lead is real, one rate for all directions of a data set, and the \
        DAE needs fewer epochs in the weak directions.";
    const DOCUMENTATION: &'static str = include_str!("settings.rs");
    const NEEDS: Needs = Needs {
        spectra: true,
        images: false,
    };

    fn run(settings: &Checked<Settings>, context: &Context) -> Result<Self::Run> {
        run::run(settings, context.spectra)
    }

    fn tables(settings: &Settings, run: &Self::Run) -> Result<Vec<Table>> {
        rows::tables(settings, run)
    }

    fn figure(run: &Self::Run) -> Result<Picture> {
        figure::figure(run)
    }

    fn checks(_: &Checked<Settings>, run: &Self::Run) -> Result<Vec<Check>> {
        Ok(checks::checks(run))
    }

    fn verify(settings: &Checked<Settings>, judge: &mut Judge) -> Result<()> {
        verify::verify(settings, judge)
    }
}
