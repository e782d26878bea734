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
use dae::data::DataSet;

use super::experiment::{About, Context, Parts, Trained, no_such_run};
use crate::Result;
use crate::tables::Judge;
pub use settings::{DataSettings, Settings};

/// Figure 6.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "nonlinear autoencoders on MNIST and CIFAR-10 images",
        caption: "The same measurement on networks with a nonlinear hidden layer, for which there is no closed form. The \
            order is that of the linear theory: strong directions first, WDAE and DAE to lower plateaus than the AE, \
            and the DAE sooner than the WDAE.",
        documentation: include_str!("settings.rs"),
        spectra: false,
        images: true,
    },
    run: run::run,
    tables: |_, run| rows::tables(run),
    figure: figure::figure,
    checks: |_, run| Ok(checks::checks(run)),
    verify: verify::verify,
    trained: Some(Trained {
        images: |_| DataSet::ALL.to_vec(),
        runs: |settings, context| {
            let jobs = train::jobs(settings, context.seed).into_iter();
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
    let jobs = train::jobs(settings, context.seed);
    let job = jobs.iter().find(|job| job.training.label == label);
    let job = job.ok_or_else(|| no_such_run(label))?;
    let record = train::train(context, job, &train::Loaded::default())?;
    match judge {
        Some(judge) => verify::retrained(settings, job, record, judge),
        None => Ok(()),
    }
}
