//! Training runs in a notebook: done in the cell, or those that the `paper` command recorded.

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings as _};
use polars::prelude::DataFrame;

use super::{Curve, Notebook, fixed_points, frame, images};
use crate::experiments::common::style;
use crate::experiments::{Model, fig5, fig6};
use crate::settings::Profile;
use crate::system::progress::Progress;
use crate::runs::{Runs, State};
use crate::{Result, spectra};

impl Notebook {
    /// Trains a linear autoencoder on the spectrum of a data set as in Figure 5, saying how far it is.
    ///
    /// # Errors
    /// Divergence.
    pub fn train_linear(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        model: Model,
    ) -> Result<fig5::run::Training> {
        self.linear(settings, dataset, model, &Runs::none(), &Progress::Printed)
    }

    /// The training runs of a row of Figure 5: those that were recorded, or trained here if `recompute` says so.
    ///
    /// Says in a line which it was. There are none if none were recorded.
    ///
    /// # Errors
    /// Divergence.
    pub fn linear_row(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        recompute: bool,
    ) -> Result<Vec<fig5::run::Training>> {
        let spectra = spectra::committed()?;
        let recorded = self.recorded();
        let jobs = fig5::run::jobs(settings, self.seed(), &spectra);
        let mut own = jobs.iter().filter(|job| job.dataset == dataset);
        let (runs, progress) = if recompute {
            (Runs::none(), Progress::Printed)
        } else if own.all(|job| recorded.state(&job.name, &job.key) == State::Done) {
            say!("{}", self.loaded("fig5", style::dataset(dataset.name())));
            (recorded, Progress::Silent)
        } else {
            say!(
                "{}",
                self.not_loaded("fig5", style::dataset(dataset.name()))
            );
            return Ok(Vec::new());
        };
        let train = |model| self.linear(settings, dataset, model, &runs, &progress);
        Model::ALL.into_iter().map(train).collect()
    }

    fn linear(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        model: Model,
        runs: &Runs,
        progress: &Progress,
    ) -> Result<fig5::run::Training> {
        let spectra = [(dataset, Spectrum::committed(dataset)?)];
        let jobs = fig5::run::jobs(settings, self.seed(), &spectra);
        let mut trainings = Vec::new();
        for job in jobs.iter().filter(|job| job.model == model) {
            let record = fig5::run::train(settings, self.seed(), &spectra, job, runs, progress)?;
            let data = (dataset, &spectra[0].1.lambda[..]);
            trainings.push(fig5::run::with_theory(settings, data, model, &record)?);
        }
        // Every model has exactly one run on a data set.
        trainings.pop().ok_or_else(|| crate::Error::Unknown {
            kind: "model",
            name: model.name().to_owned(),
            choices: "those of Figure 5".to_owned(),
        })
    }

    /// The training runs of Figure 6, with the settings that they were made with: those that were recorded, or trained
    /// here if `recompute` says so.
    ///
    /// Says in a line which it was. Where none were recorded, the sizes of the profile `smoke` are trained instead,
    /// which takes seconds.
    ///
    /// # Errors
    /// Divergence.
    pub fn nonlinear(
        &self,
        settings: Checked<fig6::Settings>,
        recompute: bool,
    ) -> Result<(Checked<fig6::Settings>, fig6::run::Run)> {
        let recorded = self.recorded();
        let jobs = fig6::run::jobs(&settings, self.seed());
        let done = jobs
            .iter()
            .all(|job| recorded.state(&job.name, &job.key) == State::Done);
        if done && !recompute {
            say!("{}", self.loaded("fig6", "Figure 6"));
            let run = fig6::run::run(&settings, self.seed(), &recorded, &Progress::Silent)?;
            return Ok((settings, run));
        }
        let settings = if recompute {
            settings
        } else {
            say!("{}", self.not_loaded("fig6", "Figure 6"));
            say!("Until then, the tiny sizes of the profile smoke are trained here.");
            profile::load(Profile::Smoke)?.0.fig6.check()?
        };
        let trainings = self.train_all(&settings, |_| true)?;
        Ok((settings, fig6::run::Run { trainings }))
    }

    /// Trains a nonlinear autoencoder on the images of a data set as in Figure 6, saying how far it is, and gives the
    /// mapping of each recorded mode as a curve; no curves if the images are not on this machine.
    ///
    /// # Errors
    /// Divergence.
    pub fn train_nonlinear(
        &self,
        settings: &Checked<fig6::Settings>,
        dataset: DataSet,
        model: Model,
    ) -> Result<Vec<Curve>> {
        let trainings = self.train_all(settings, |job| {
            job.dataset == dataset && job.label == model.name()
        })?;
        Ok(trainings.iter().flat_map(mappings).collect())
    }

    /// The mappings at the end of Figure 6 on a data set, beside what a linear DAE with the same noise would end at; no
    /// rows if the data set was not trained on.
    ///
    /// # Errors
    /// Values that are not finite.
    pub fn against_linear(&self, run: &fig6::run::Run, dataset: DataSet) -> Result<DataFrame> {
        let of = |model| {
            let own = |training: &&fig6::run::Training| {
                training.dataset == dataset.name() && training.model == model && training.drawn
            };
            run.trainings.iter().find(own)
        };
        let end = |model| {
            let last = of(model).and_then(|training| training.record.observations.last());
            last.map(|seen| seen.mappings.clone()).unwrap_or_default()
        };
        let dae = of(Model::Dae);
        let modes = dae.map(|training| training.modes.iter().map(|&mode| mode as f64).collect());
        let lambda = dae
            .map(|training| training.record.lambda.clone())
            .unwrap_or_default();
        let sigma = dae.map_or(0.0, |training| training.sigma);
        frame([
            ("mode", modes.unwrap_or_default()),
            ("λ", lambda.clone()),
            (
                "linear DAE, λ/(λ+σ²)",
                fixed_points(&lambda, sigma * sigma, 0.0)?,
            ),
            ("DAE", end(Model::Dae)),
            ("WDAE", end(Model::Wdae)),
            ("AE", end(Model::Ae)),
        ])
    }

    fn train_all(
        &self,
        settings: &Checked<fig6::Settings>,
        wanted: impl Fn(&fig6::run::Job) -> bool,
    ) -> Result<Vec<fig6::run::Training>> {
        let mut jobs = fig6::run::jobs(settings, self.seed());
        jobs.retain(wanted);
        let mut loaded = fig6::run::Loaded::new();
        let mut trainings = Vec::new();
        for job in &jobs {
            let name = job.dataset.name();
            if !loaded.contains_key(name) {
                if !images::cached(job.dataset)? {
                    say!("{}", images::absent(job.dataset));
                    return Ok(Vec::new());
                }
                // Silently: where the cache lies is nothing for a notebook to keep.
                let images = fig6::images::Images::load(settings, job.dataset, &Progress::Silent)?;
                loaded.insert(name, images);
            }
            let (runs, progress) = (Runs::none(), Progress::Printed);
            let record =
                fig6::run::train(settings, self.seed(), job, &mut loaded, &runs, &progress)?;
            let data = settings.of(job.dataset);
            trainings.push(fig6::run::Training {
                dataset: name,
                model: job.model,
                sigma: job.sigma,
                drawn: job.label == job.model.name(),
                samples: data.samples,
                pixels: job.dataset.pixels(),
                directions: data.directions,
                modes: settings.modes.clone(),
                record,
            });
        }
        Ok(trainings)
    }

    fn loaded(&self, figure: &str, what: &str) -> String {
        let profile = self.profile;
        format!("{what}: the training runs that `paper run {figure} --profile {profile}` recorded.")
    }

    fn not_loaded(&self, figure: &str, what: &str) -> String {
        let profile = self.profile;
        format!(
            "{what}: no training runs are recorded for these settings. `make {figure} PROFILE={profile}` records them, and `let recompute = true;` trains here."
        )
    }
}

/// The mapping of each recorded mode of a run.
fn mappings(training: &fig6::run::Training) -> Vec<Curve> {
    let seen = &training.record.observations;
    let curve = |(i, mode): (usize, &usize)| {
        let epochs: Vec<u64> = seen.iter().map(|seen| seen.epoch).collect();
        // A mode that was not seen is no number, which is refused where it would be drawn.
        let of = |mappings: &[f64]| mappings.get(i).copied().unwrap_or(f64::NAN);
        let mapping: Vec<f64> = seen.iter().map(|seen| of(&seen.mappings)).collect();
        Curve::by_epoch(format!("mode {mode}"), &epochs, &mapping)
    };
    training.modes.iter().enumerate().map(curve).collect()
}
