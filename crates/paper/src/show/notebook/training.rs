//! Training runs in a notebook: done in the cell, or recorded by the `paper` command.

use std::sync::Arc;

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings as _};
use polars::prelude::DataFrame;
use serde::de::DeserializeOwned;

use super::{Curve, Notebook, fixed_points, frame, images, process};
use crate::experiments::common::style;
use crate::experiments::{self, Context, Figure, Model, Training, fig5, fig6};
use crate::runs::{Runs, State};
use crate::settings::Profile;
use crate::system::progress::{self, Progress};
use crate::{Error, Result};

impl Notebook {
    /// Trains a linear autoencoder on the spectrum of a data set as in Figure 5, and reports progress.
    ///
    /// # Errors
    /// Divergence.
    pub fn train_linear(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        model: Model,
    ) -> Result<fig5::run::Training> {
        let trainings = self.train_row(settings, dataset, |job| job.model == model)?;
        // Every model has exactly one run on a data set.
        trainings.into_iter().next().ok_or_else(|| Error::Unknown {
            kind: "model",
            name: model.name().to_owned(),
            choices: "those of Figure 5".to_owned(),
        })
    }

    fn train_row(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        wanted: impl Fn(&fig5::train::Job) -> bool,
    ) -> Result<Vec<fig5::run::Training>> {
        let spectra = [(dataset, Spectrum::committed(dataset)?)];
        let none = Runs::none();
        let jobs = fig5::train::jobs(settings, &self.context(&spectra, &none, &Progress::Silent));
        let jobs: Vec<_> = jobs.into_iter().filter(wanted).collect();
        train_each(
            &jobs,
            |job| &job.training.name,
            |job, runs| {
                let context = self.context(&spectra, runs, &Progress::Printed);
                fig5::run::training(settings, &context, job)
            },
            |job, fig5::train::Checkpoint { record, .. }| {
                fig5::run::Training::new(settings, job, &record)
            },
        )
    }

    /// The training runs of a row of Figure 5: the recorded ones, or trained here if `recompute` is set.
    ///
    /// Prints which it was. Empty if none were recorded.
    ///
    /// # Errors
    /// Divergence.
    pub fn linear_row(
        &self,
        settings: &Checked<fig5::Settings>,
        dataset: DataSet,
        recompute: bool,
    ) -> Result<Vec<fig5::run::Training>> {
        if recompute {
            return self.train_row(settings, dataset, |_| true);
        }
        let spectra = [(dataset, Spectrum::committed(dataset)?)];
        let kept = self.recorded();
        let context = self.context(&spectra, &kept, &Progress::Silent);
        let jobs = fig5::train::jobs(settings, &context);
        let are_kept = jobs.iter().all(|job| is_kept(&kept, &job.training));
        self.say_whether(are_kept, Figure::Fig5, style::dataset(dataset));
        if !are_kept {
            return Ok(Vec::new());
        }
        let training = |job| fig5::run::training(settings, &context, job);
        jobs.iter().map(training).collect()
    }

    /// The training runs of Figure 6, with the settings that they were made with: the recorded ones, or trained here if
    /// `recompute` is set.
    ///
    /// Prints which it was. If none were recorded, trains the sizes of the profile `smoke`, which takes seconds.
    ///
    /// # Errors
    /// Divergence.
    pub fn nonlinear(
        &self,
        mut settings: Checked<fig6::Settings>,
        recompute: bool,
    ) -> Result<(Checked<fig6::Settings>, fig6::run::Run)> {
        let kept = self.recorded();
        let jobs = fig6::train::jobs(&settings, self.settings.seed);
        let are_kept = jobs.iter().all(|job| is_kept(&kept, &job.training));
        if !recompute {
            self.say_whether(are_kept, Figure::Fig6, "Figure 6");
            if are_kept {
                let context = self.context(&[], &kept, &Progress::Silent);
                let run = fig6::run::run(&settings, &context)?;
                return Ok((settings, run));
            }
            say!("Until then, the tiny sizes of the profile smoke are trained here.");
            settings = experiments::load(Profile::Smoke)?.0.fig6.check()?;
        }
        let trainings = self.train_all(&settings, |_| true)?;
        Ok((settings, fig6::run::Run { trainings }))
    }

    /// Trains a nonlinear autoencoder on the images of a data set as in Figure 6, and reports progress. Returns the
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
        let wanted = |job: &fig6::train::Job| job.dataset == dataset && job.label == model.name();
        let trainings = self.train_all(settings, wanted)?;
        Ok(trainings.iter().flat_map(mappings).collect())
    }

    /// The mappings at the end of Figure 6 on a data set, beside the fixed points of a linear DAE with the same noise;
    /// no rows if the data set was not trained on.
    ///
    /// # Errors
    /// Values that are not finite.
    pub fn against_linear(&self, run: &fig6::run::Run, dataset: DataSet) -> Result<DataFrame> {
        let of = |model| {
            let drawn = run.trainings.iter().filter(|training| training.drawn);
            let mut own = drawn.filter(|training| training.dataset == dataset);
            own.find(|training| training.model == model)
        };
        let end = |model| {
            let last = of(model)?.record.observations.last()?;
            Some(last.mappings.clone())
        };
        let end = |model| end(model).unwrap_or_default();
        let (mut modes, mut lambda, mut epsilon) = (Vec::new(), Vec::new(), 0.0);
        if let Some(dae) = of(Model::Dae) {
            modes.extend(dae.modes.iter().map(|&mode| mode as f64));
            lambda.extend(&dae.record.lambda);
            epsilon = dae.sigma * dae.sigma;
        }
        let linear = fixed_points(&lambda, epsilon, 0.0)?;
        frame([
            ("mode", modes),
            ("λ", lambda),
            ("linear DAE, λ/(λ+σ²)", linear),
            ("DAE", end(Model::Dae)),
            ("WDAE", end(Model::Wdae)),
            ("AE", end(Model::Ae)),
        ])
    }

    fn train_all(
        &self,
        settings: &Checked<fig6::Settings>,
        wanted: impl Fn(&fig6::train::Job) -> bool,
    ) -> Result<Vec<fig6::run::Training>> {
        let mut jobs = fig6::train::jobs(settings, self.settings.seed);
        jobs.retain(wanted);
        let loaded = fig6::train::Loaded::default();
        for job in &jobs {
            if !images::cached(job.dataset)? {
                say!("{}", images::absent(job.dataset));
                return Ok(Vec::new());
            }
            // Silently: the path of the cache does not belong in a notebook.
            loaded.get(settings, job.dataset, &Progress::Silent)?;
        }
        train_each(
            &jobs,
            |job| &job.training.name,
            |job, runs| {
                let context = self.context(&[], runs, &Progress::Printed);
                fig6::run::training(settings, &context, job, &loaded)
            },
            |job, fig6::train::Checkpoint { record, .. }| {
                Ok(fig6::run::Training::new(settings, job, record))
            },
        )
    }

    pub(super) fn context<'a>(
        &self,
        spectra: &'a [(DataSet, Spectrum)],
        runs: &'a Runs,
        progress: &'a Progress,
    ) -> Context<'a> {
        Context {
            seed: self.settings.seed,
            spectra,
            runs,
            progress,
        }
    }

    pub(super) fn say_whether(&self, are_kept: bool, figure: Figure, what: &str) {
        let profile = self.profile;
        if are_kept {
            say!(
                "{what}: the training runs that `paper run {figure} --profile {profile}` recorded."
            );
        } else {
            say!(
                "{what}: no training runs are recorded for these settings. `make {figure} PROFILE={profile}` records them, and `let recompute = true;` trains here."
            );
        }
    }
}

/// Does one training run after the other. An interrupt ends the current one with its result so far, which `partial`
/// makes of its checkpoint, and skips the rest.
fn train_each<J, C: DeserializeOwned, T>(
    jobs: &[J],
    name: impl Fn(&J) -> &str,
    train: impl Fn(&J, &Runs) -> Result<T>,
    partial: impl Fn(&J, C) -> Result<T>,
) -> Result<Vec<T>> {
    let training = process::Training::begin();
    let runs = Runs {
        directory: progress::kernel().map(|folder| folder.join("runs")),
        stop: Arc::clone(&training.stop),
        ..Runs::none()
    };
    let mut trained = Vec::new();
    for job in jobs {
        match train(job, &runs) {
            Err(Error::Interrupted { epoch, epochs, .. }) => {
                let so_far = "what was computed so far is what the cell goes on with";
                let line = format!("interrupted at epoch {epoch} of {epochs}: {so_far}");
                Progress::Printed.over_bar(&line);
                let checkpoint = runs.take_checkpoint(name(job));
                trained.extend(checkpoint.map(|state| partial(job, state)).transpose()?);
                break;
            }
            done => trained.push(done?),
        }
    }
    Ok(trained)
}

pub(super) fn is_kept(runs: &Runs, training: &Training) -> bool {
    runs.state(&training.name, &training.key) == State::Done
}

/// The mapping of each recorded mode of a run.
fn mappings(training: &fig6::run::Training) -> Vec<Curve> {
    let seen = &training.record.observations;
    let epochs: Vec<u64> = seen.iter().map(|seen| seen.epoch).collect();
    let curve = |(i, mode): (usize, &usize)| {
        let at = |i| seen.iter().map(move |seen| seen.mappings.get(i).copied());
        // A mode that was not seen is NaN, which drawing refuses.
        let mapping: Vec<f64> = at(i).map(|w| w.unwrap_or(f64::NAN)).collect();
        Curve::by_epoch(format!("mode {mode}"), &epochs, &mapping)
    };
    training.modes.iter().enumerate().map(curve).collect()
}
