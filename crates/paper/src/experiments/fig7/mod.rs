//! Figure 7: beyond the paper.
//!
//! Questions the paper leaves open, each with theory and training: does it denoise, at what price, from how many
//! images, why do theory and training differ, what does depth do, what if the noise is a mask.

pub mod checks;
pub mod committed;
pub mod figure;
pub mod rows;
pub mod run;
mod settings;
pub(crate) mod theory;
pub mod train;
mod verify;

use dae::Checked;
use dae::data::DataSet;

use super::experiment::{About, Context, Parts, Trained, no_such_run};
use crate::Result;
use crate::tables::{Found, Judge};
pub use settings::{
    DenoisingSettings, DepthSettings, FewSettings, MaskSettings, PriceSettings, SeedsSettings,
    Settings, WidthSettings,
};

/// Figure 7.
pub(crate) const EXPERIMENT: Parts<Settings, run::Run> = Parts {
    about: About {
        title: "beyond the paper: denoising, its price, few images, width, depth and masks",
        caption: "Lines are theory, markers are training on MNIST. A: noise and decay denoise for good, a plain autoencoder \
            only if it is stopped. B: of four regularisers only noise costs nothing. C: the error from N images follows \
            from the spectrum; noise that is drawn once and kept has a pole where N is the number of pixels. D: modes \
            that share 24 hidden units follow their coupled form, not the paper's formula. E: noise ends in the same \
            mapping at any depth, decay drops the weaker modes from three layers on. F: a mask is noise of its own shape. \
            Where there are no images, the markers of C and F are those of data/few_samples.csv.",
        documentation: include_str!("settings.rs"),
        spectra: true,
        images: false,
    },
    run: run::run,
    tables: |_, run| run.tables(),
    figure: figure::figure,
    checks: |settings, run| checks::checks(settings, run),
    verify: verify::verify,
    trained: Some(Trained {
        images: |settings| {
            let there = train::images::there(settings);
            let there = |dataset: &DataSet| there[*dataset as usize];
            DataSet::ALL.into_iter().filter(there).collect()
        },
        runs: |settings, context| {
            let there = train::images::there(settings);
            let jobs = train::jobs(settings, context, there).into_iter();
            jobs.map(|job| job.training).collect()
        },
        train,
        // There are no published values.
        published: |_, _, _| Ok(Found::Value(f64::NAN, String::new())),
    }),
};

fn train(
    settings: &Checked<Settings>,
    context: &Context,
    label: &str,
    judge: Option<&mut Judge>,
) -> Result<()> {
    let jobs = train::jobs(settings, context, train::images::there(settings));
    let job = jobs.iter().find(|job| job.training.label == label);
    let job = job.ok_or_else(|| no_such_run(label))?;
    let outcome = train::train(context, job, &train::Shared::default())?;
    match judge {
        Some(judge) => verify::retrained(settings, job, &outcome, judge),
        None => Ok(()),
    }
}
