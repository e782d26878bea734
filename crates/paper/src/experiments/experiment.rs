//! What an experiment is.

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::plot::Picture;
use crate::runs::Runs;
use crate::system::progress::Progress;
use crate::tables::{Check, Found, Judge, Published, Table, Tables};
use crate::{Error, Result};

/// Description of an experiment, and what it needs besides its settings.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What it shows, in one line.
    pub title: &'static str,
    /// What to see in its figure.
    pub caption: &'static str,
    /// The source file that documents its settings.
    pub documentation: &'static str,
    /// Whether it needs the spectra of the data.
    pub spectra: bool,
    /// Whether it needs the images themselves.
    pub images: bool,
}

/// The context an experiment runs in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Seed of everything random.
    pub seed: u64,
    /// The spectra of the data; empty if the experiment needs none.
    pub spectra: &'a [(DataSet, Spectrum)],
    /// Where training runs are stored.
    pub runs: &'a Runs,
    /// Where progress goes.
    pub progress: &'a Progress,
}

/// A training run of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// Its name within the experiment, such as `mnist/DAE`.
    pub label: String,
    /// The name it is stored under.
    pub name: String,
    /// Key of everything it depends on.
    pub key: String,
}

/// The output of an experiment.
pub(crate) struct Product {
    pub tables: Vec<Table>,
    pub picture: Picture,
    /// What the figure should show.
    pub checks: Vec<Check>,
}

/// The parts of an experiment, with settings `S` and results `R`.
pub(crate) struct Parts<S, R> {
    pub about: About,
    pub run: fn(&Checked<S>, &Context) -> Result<R>,
    pub tables: fn(&S, &R) -> Result<Vec<Table>>,
    pub figure: fn(&R) -> Result<Picture>,
    /// What the figure should show.
    pub checks: fn(&Checked<S>, &R) -> Result<Vec<Check>>,
    /// Judges the tables by the theory.
    pub verify: fn(&S, &mut Judge) -> Result<()>,
    /// Further parts, if networks are trained.
    pub trained: Option<Trained<S>>,
}

/// The further parts of an experiment that trains networks.
pub(crate) struct Trained<S> {
    /// The data sets whose images it is made from, of those that are there.
    pub images: fn(&S) -> Vec<DataSet>,
    /// Its training runs, in order.
    pub runs: fn(&S, &Context) -> Vec<Training>,
    /// Does one of them or loads the stored one; a judge, if given, then judges the tables by it.
    pub train: fn(&Checked<S>, &Context, &str, Option<&mut Judge>) -> Result<()>,
    /// The tables' counterpart of a published value; the settings are the recorded ones and the paper's.
    pub published: fn(&Published, [&Value; 2], &Tables) -> Result<Found>,
}

/// An experiment as the registry sees it, with settings from a record.
pub(crate) trait Experiment: Sync {
    fn about(&self) -> About;

    /// Computes, draws and checks.
    fn produce(&self, settings: &Value, context: &Context) -> Result<Product>;

    fn verify(&self, settings: &Value, judge: &mut Judge) -> Result<()>;

    /// The data sets whose images it is made from, of those that are there.
    fn images(&self, settings: &Value) -> Result<Vec<DataSet>>;

    fn trainings(&self, settings: &Value, context: &Context) -> Result<Vec<Training>>;

    fn train(
        &self,
        settings: &Value,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()>;

    fn published(&self, value: &Published, settings: [&Value; 2], tables: &Tables)
    -> Result<Found>;
}

impl<S: Settings + DeserializeOwned, R> Experiment for Parts<S, R> {
    fn about(&self) -> About {
        self.about
    }

    fn produce(&self, settings: &Value, context: &Context) -> Result<Product> {
        let settings = checked(settings)?;
        let run = (self.run)(&settings, context)?;
        Ok(Product {
            tables: (self.tables)(&settings, &run)?,
            picture: (self.figure)(&run)?,
            checks: (self.checks)(&settings, &run)?,
        })
    }

    fn verify(&self, settings: &Value, judge: &mut Judge) -> Result<()> {
        (self.verify)(&*checked(settings)?, judge)
    }

    fn images(&self, settings: &Value) -> Result<Vec<DataSet>> {
        let settings = plain(settings)?;
        let images = self.trained.as_ref().map(|it| (it.images)(&settings));
        Ok(images.unwrap_or_default())
    }

    fn trainings(&self, settings: &Value, context: &Context) -> Result<Vec<Training>> {
        let settings = plain(settings)?;
        let runs = self
            .trained
            .as_ref()
            .map(|it| (it.runs)(&settings, context));
        Ok(runs.unwrap_or_default())
    }

    fn train(
        &self,
        settings: &Value,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()> {
        let trained = self.trained.as_ref().ok_or_else(|| no_such_run(label))?;
        (trained.train)(&checked(settings)?, context, label, judge)
    }

    fn published(
        &self,
        value: &Published,
        settings: [&Value; 2],
        tables: &Tables,
    ) -> Result<Found> {
        match &self.trained {
            Some(trained) => (trained.published)(value, settings, tables),
            // Without trained networks, no published value is found: each counts as missing.
            None => Ok(Found::Value(f64::NAN, String::new())),
        }
    }
}

/// Settings as recorded, unchecked.
fn plain<S: DeserializeOwned>(settings: &Value) -> Result<S> {
    serde_json::from_value(settings.clone()).map_err(|error| damaged(&error.to_string()))
}

fn checked<S: Settings + DeserializeOwned>(settings: &Value) -> Result<Checked<S>> {
    let settings = plain::<S>(settings)?.check();
    settings.map_err(|error| damaged(&error.to_string()))
}

fn damaged(problem: &str) -> Error {
    Error::DamagedRecord {
        problem: format!("settings: {problem}"),
    }
}

/// The error for a training run that the experiment does not have.
pub(super) fn no_such_run(label: &str) -> Error {
    Error::Unknown {
        kind: "training run",
        name: label.to_owned(),
        choices: "those that `paper status` lists".to_owned(),
    }
}
