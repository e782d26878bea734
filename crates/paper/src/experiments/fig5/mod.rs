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

use super::experiment::{About, Context, Parts, Trained, no_such_run};
use crate::Result;
use crate::tables::Judge;
pub use settings::{DataSettings, Settings};

/// Figure 5.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "linear autoencoders on MNIST and CIFAR-10, theory against training",
        caption: "Lines are the closed form, markers are training on real data; they agree from the leading direction to \
            the thirty-second. Directions with λ below the regularisation stay at zero under weight decay (left) and \
            are damped under noise (right).",
        documentation: include_str!("settings.rs"),
        spectra: true,
        images: false,
    },
    run: run::run,
    tables: |_, run| rows::tables(run),
    figure: figure::figure,
    checks: |settings, run| {
        let mut checks = checks::checks(run)?;
        checks.extend(checks::agreement(settings, run));
        Ok(checks)
    },
    verify: verify::verify,
    trained: Some(Trained {
        images: |_| Vec::new(),
        runs: |settings, context| {
            let jobs = train::jobs(settings, context).into_iter();
            jobs.map(|job| job.training).collect()
        },
        train,
        published: published::find,
    }),
};

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
