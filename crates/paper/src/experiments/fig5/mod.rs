//! Figure 5: linear autoencoders on MNIST and CIFAR-10, theory against training.

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

/// Figure 5.
pub struct Experiment;

impl super::Experiment for Experiment {
    type Settings = Settings;
    type Run = run::Run;

    const TITLE: &'static str =
        "linear autoencoders on MNIST and CIFAR-10, theory against training";
    const CAPTION: &'static str = "Lines are the closed form, markers are training on real data; they agree from the \
        leading direction to the thirty-second. Directions with λ below the regularisation stay at zero under weight \
        decay (left) and are damped under noise (right).";
    const DOCUMENTATION: &'static str = include_str!("settings.rs");
    const NEEDS: Needs = Needs {
        spectra: true,
        images: false,
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

    fn checks(settings: &Checked<Settings>, run: &Self::Run) -> Result<Vec<Check>> {
        let mut checks = checks::checks(run)?;
        checks.extend(checks::agreement(settings, run));
        Ok(checks)
    }

    fn verify(settings: &Checked<Settings>, judge: &mut Judge) -> Result<()> {
        verify::verify(settings, judge)
    }

    fn trainings(settings: &Settings, context: &Context) -> Vec<Training> {
        let jobs = train::jobs(settings, context).into_iter();
        jobs.map(|job| job.training).collect()
    }

    fn train(
        settings: &Checked<Settings>,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()> {
        let jobs = train::jobs(settings, context);
        let job = jobs.iter().find(|job| job.training.label == label);
        let job = job.ok_or_else(|| no_such_run(label))?;
        let record = train::train(context, job)?;
        match judge {
            Some(judge) => verify::retrained(settings, job, &record, judge),
            None => Ok(()),
        }
    }

    fn published(value: &Published, settings: [&Value; 2], tables: &Tables) -> Result<Found> {
        published::find(value, settings, tables)
    }
}
