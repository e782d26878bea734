//! The runs of all figures at `smoke`, to draw and to look into.

use dae::Settings;
use dae::data::{DataSet, Spectrum};
use dae::train::nonlinear::Observation;
use paper::experiments::{
    self, AllSettings, Context, Model, fig1, fig2, fig3, fig4, fig5, fig6, fig7,
};
use paper::runs::Runs;
use paper::settings::Profile;
use paper::system::progress::Progress;

fn settings() -> AllSettings {
    experiments::load(Profile::Smoke).unwrap().0
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
    let context = Context {
        seed: 1,
        spectra: &spectra(),
        runs: &Runs::none(),
        progress: &Progress::Silent,
    };
    fig5::run::run(&settings, &context).unwrap()
}

/// Figure 6 needs images, which a test may not have: its curves are made up.
pub fn fig6() -> fig6::run::Run {
    let settings = settings().fig6.check().unwrap();
    let trainings = fig6::train::jobs(&settings, 1).into_iter().map(|job| {
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
        let record = fig6::train::Record {
            lambda: settings
                .modes
                .iter()
                .map(|&mode| 40.0 / (mode as f64 + 1.0))
                .collect(),
            observations: (0..100).map(seen).collect(),
            sampler: None,
            projection: None,
        };
        fig6::run::Training::new(&settings, &job, record)
    });
    fig6::run::Run {
        trainings: trainings.collect(),
    }
}

/// Without images or with them: whatever lies in the cache.
pub fn fig7() -> fig7::run::Run {
    let settings = settings().fig7.check().unwrap();
    let context = Context {
        seed: 1,
        spectra: &spectra(),
        runs: &Runs::none(),
        progress: &Progress::Silent,
    };
    fig7::run::run(&settings, &context).unwrap()
}
