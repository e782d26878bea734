//! Figure 6: nonlinear autoencoders on MNIST and CIFAR-10 images.

pub mod checks;
pub mod figure;
pub(crate) mod published;
pub mod rows;
pub mod run;
mod settings;
pub mod train;
mod verify;

use dae::Checked;
use serde_json::Value;

use super::experiment::no_such_run;
use super::{Context, Needs, Training};
use crate::Result;
use crate::plot::Picture;
use crate::tables::{Check, Found, Judge, Published, Table, Tables};
pub use settings::Settings;

/// Figure 6.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str = "nonlinear autoencoders on MNIST and CIFAR-10 images";
    const CAPTION: &'static str = "The same measurement on networks with a nonlinear hidden layer, for which there is no \
        closed form. The order is that of the linear theory: strong directions first, WDAE and DAE to lower plateaus \
        than the AE, and the DAE sooner than the WDAE.";
    const DOCUMENTATION: &'static str = include_str!("settings.rs");
    const NEEDS: Needs = Needs {
        spectra: false,
        images: true,
    };

    fn run(settings: &Checked<Settings>, context: &Context) -> Result<Self::Run> {
        run::run(settings, context)
    }

    fn tables(_: &Settings, run: &Self::Run) -> Result<Vec<Table>> {
        rows::tables(run)
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

    fn trainings(settings: &Settings, context: &Context) -> Vec<Training> {
        let jobs = train::jobs(settings, context.seed).into_iter();
        jobs.map(|job| job.training).collect()
    }

    fn train(
        settings: &Checked<Settings>,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()> {
        let jobs = train::jobs(settings, context.seed);
        let job = jobs.iter().find(|job| job.training.label == label);
        let job = job.ok_or_else(|| no_such_run(label))?;
        let record = train::train(context, job, &train::Loaded::default())?;
        match judge {
            Some(judge) => verify::retrained(settings, job, record, judge),
            None => Ok(()),
        }
    }

    fn published(value: &Published, settings: [&Value; 2], tables: &Tables) -> Result<Found> {
        published::find(value, settings, tables)
    }
}
