//! The runs of all figures at `smoke`, to draw and to look into.

use dae::Settings;
use dae::data::{DataSet, Spectrum};
use dae::train::nonlinear::Observation;
use paper::experiments::{Model, fig1, fig2, fig3, fig4, fig5, fig6};
use paper::profile::{self, AllSettings, Profile};
use paper::progress::Progress;
use paper::runs::Runs;

fn settings() -> AllSettings {
    profile::load(Profile::Smoke).unwrap().0
}

fn spectra() -> Vec<(DataSet, Spectrum)> {
    let committed = |dataset| (dataset, Spectrum::committed(dataset).unwrap());
    DataSet::ALL.into_iter().map(committed).collect()
}

pub fn fig1() -> fig1::run::Run {
    fig1::run::run(&settings().fig1.check().unwrap()).unwrap()
}

pub fn fig2() -> fig2::run::Run {
    fig2::run::run(&settings().fig2.check().unwrap()).unwrap()
}

pub fn fig3() -> fig3::run::Run {
    fig3::run::run(&settings().fig3.check().unwrap(), &spectra()).unwrap()
}

pub fn fig4() -> fig4::run::Run {
    fig4::run::run(&settings().fig4.check().unwrap()).unwrap()
}

pub fn fig5() -> fig5::run::Run {
    let settings = settings().fig5.check().unwrap();
    fig5::run::run(&settings, 1, &spectra(), &Runs::none(), &Progress::Silent).unwrap()
}

/// Figure 6 needs images, which a test may not have: its curves are made up.
pub fn fig6() -> fig6::run::Run {
    let settings = settings().fig6.check().unwrap();
    let trainings = fig6::run::jobs(&settings, 1).into_iter().map(|job| {
        let rise = |mode: usize, epoch: u64| {
            let plateau = if job.model == Model::Ae {
                1.0
            } else {
                0.9 - 0.1 * mode as f64
            };
            plateau / (1.0 + (20.0 * mode as f64 + 10.0 - epoch as f64).exp())
        };
        let seen = |epoch| Observation {
            epoch,
            loss: 0.1,
            mappings: settings
                .modes
                .iter()
                .map(|&mode| rise(mode, epoch))
                .collect(),
        };
        let data = settings.of(job.dataset);
        fig6::run::Training {
            dataset: job.dataset.name(),
            model: job.model,
            sigma: job.sigma,
            drawn: job.label == job.model.name(),
            samples: data.samples,
            pixels: job.dataset.pixels(),
            directions: data.directions,
            modes: settings.modes.clone(),
            record: fig6::run::Record {
                lambda: settings
                    .modes
                    .iter()
                    .map(|&mode| 40.0 / (mode as f64 + 1.0))
                    .collect(),
                observations: (0..100).map(seen).collect(),
                sampler: None,
                projection: None,
            },
        }
    });
    fig6::run::Run {
        trainings: trainings.collect(),
    }
}
