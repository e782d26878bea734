//! Training runs in a notebook: done in the cell, or those that the `paper` command recorded.

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings as _};
use polars::prelude::DataFrame;

use super::{Curve, Notebook, fixed_points, frame, images};
use crate::experiments::common::style;
use crate::experiments::{self, Context, Model, Training, fig5, fig6};
use crate::runs::{Runs, State};
use crate::settings::Profile;
use crate::system::progress::Progress;
use crate::{Error, Result};

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
        let spectra = [(dataset, Spectrum::committed(dataset)?)];
        let runs = Runs::none();
        let context = self.context(&spectra, &runs, &Progress::Printed);
        let jobs = fig5::train::jobs(settings, &context);
        let job = jobs.iter().find(|job| job.model == model);
        // Every model has exactly one run on a data set.
        let job = job.ok_or_else(|| Error::Unknown {
            kind: "model",
            name: model.name().to_owned(),
            choices: "those of Figure 5".to_owned(),
        })?;
        fig5::run::training(settings, &context, job)
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
        let spectra = [(dataset, Spectrum::committed(dataset)?)];
        let (kept, none) = (self.recorded(), Runs::none());
        let (runs, progress) = match recompute {
            true => (&none, Progress::Printed),
            false => (&kept, Progress::Silent),
        };
        let context = self.context(&spectra, runs, &progress);
        let jobs = fig5::train::jobs(settings, &context);
        if !recompute {
            let what = style::dataset(dataset);
            if !jobs.iter().all(|job| is_kept(&kept, &job.training)) {
                say!("{}", self.not_loaded("fig5", what));
                return Ok(Vec::new());
            }
            say!("{}", self.loaded("fig5", what));
        }
        let trainings = jobs.iter();
        trainings
            .map(|job| fig5::run::training(settings, &context, job))
            .collect()
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
        let kept = self.recorded();
        let jobs = fig6::train::jobs(&settings, self.seed());
        if jobs.iter().all(|job| is_kept(&kept, &job.training)) && !recompute {
            say!("{}", self.loaded("fig6", "Figure 6"));
            let context = self.context(&[], &kept, &Progress::Silent);
            let run = fig6::run::run(&settings, &context)?;
            return Ok((settings, run));
        }
        let settings = if recompute {
            settings
        } else {
            say!("{}", self.not_loaded("fig6", "Figure 6"));
            say!("Until then, the tiny sizes of the profile smoke are trained here.");
            experiments::load(Profile::Smoke)?.0.fig6.check()?
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
                training.dataset == dataset && training.model == model && training.drawn
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
        wanted: impl Fn(&fig6::train::Job) -> bool,
    ) -> Result<Vec<fig6::run::Training>> {
        let mut jobs = fig6::train::jobs(settings, self.seed());
        jobs.retain(wanted);
        let (loaded, runs) = (fig6::train::Loaded::default(), Runs::none());
        let context = self.context(&[], &runs, &Progress::Printed);
        let mut trainings = Vec::new();
        for job in &jobs {
            if !images::cached(job.dataset)? {
                say!("{}", images::absent(job.dataset));
                return Ok(Vec::new());
            }
            // Silently: where the cache lies is nothing for a notebook to keep.
            loaded.get(settings, job.dataset, &Progress::Silent)?;
            trainings.push(fig6::run::training(settings, &context, job, &loaded)?);
        }
        Ok(trainings)
    }

    fn context<'a>(
        &self,
        spectra: &'a [(DataSet, Spectrum)],
        runs: &'a Runs,
        progress: &'a Progress,
    ) -> Context<'a> {
        Context {
            seed: self.seed(),
            spectra,
            runs,
            progress,
        }
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

fn is_kept(runs: &Runs, training: &Training) -> bool {
    runs.state(&training.name, &training.key) == State::Done
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
