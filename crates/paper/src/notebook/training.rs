//! Training runs in a notebook: done in the cell, or those that the `paper` command recorded.

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings as _};

use super::{Notebook, images};
use crate::experiments::{Model, fig5, fig6};
use crate::plot;
use crate::profile::{self, Profile};
use crate::progress::Progress;
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
            println!("{}", self.loaded("fig5", plot::dataset(dataset.name())));
            (recorded, Progress::Silent)
        } else {
            println!("{}", self.not_loaded("fig5", plot::dataset(dataset.name())));
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
            println!("{}", self.loaded("fig6", "Figure 6"));
            let run = fig6::run::run(&settings, self.seed(), &recorded, &Progress::Silent)?;
            return Ok((settings, run));
        }
        for dataset in DataSet::ALL {
            if !images::cached(dataset)? {
                println!("{}", images::absent(dataset));
                let trainings = Vec::new();
                return Ok((settings, fig6::run::Run { trainings }));
            }
        }
        let settings = if recompute {
            settings
        } else {
            println!("{}", self.not_loaded("fig6", "Figure 6"));
            println!("Until then, the tiny sizes of the profile smoke are trained here.");
            profile::load(Profile::Smoke)?.0.fig6.check()?
        };
        let run = fig6::run::run(&settings, self.seed(), &Runs::none(), &Progress::Printed)?;
        Ok((settings, run))
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
