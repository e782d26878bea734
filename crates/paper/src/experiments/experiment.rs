//! What an experiment is.

use dae::data::{DataSet, Spectrum};
use dae::{Checked, Settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::plot::Picture;
use crate::runs::Runs;
use crate::system::progress::Progress;
use crate::tables::{Check, Found, Judge, Published, Table, Tables};
use crate::{Error, Result};

/// What an experiment starts from beside its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// The spectra of the data.
    pub spectra: bool,
    /// The images themselves.
    pub images: bool,
}

/// The surroundings in which an experiment is done.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Seed of everything random.
    pub seed: u64,
    /// The spectra of the data; empty for an experiment that needs none.
    pub spectra: &'a [(DataSet, Spectrum)],
    /// Where training runs are kept.
    pub runs: &'a Runs,
    /// Where progress goes.
    pub progress: &'a Progress,
}

/// A training run that an experiment is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// What it is called within the experiment, such as `mnist/DAE`.
    pub label: String,
    /// The name under which it is kept.
    pub name: String,
    /// Key of everything that it depends on.
    pub key: String,
}

/// What making an experiment gives.
pub struct Product {
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its figure.
    pub picture: Picture,
    /// What it should show.
    pub checks: Vec<Check>,
}

/// One experiment of the paper.
pub trait Experiment {
    /// Its settings.
    type Settings: Settings + Serialize + DeserializeOwned;
    /// Everything that it computes.
    type Run;

    /// What it shows, in a line.
    const TITLE: &'static str;
    /// What to see in its figure.
    const CAPTION: &'static str;
    /// The source in which its settings are documented.
    const DOCUMENTATION: &'static str;
    /// What it starts from beside its settings.
    const NEEDS: Needs = Needs {
        spectra: false,
        images: false,
    };

    /// Computes it.
    ///
    /// # Errors
    /// Settings outside the domain of the theory, divergence, or the file system failing.
    fn run(settings: &Checked<Self::Settings>, context: &Context) -> Result<Self::Run>;

    /// Its tables.
    ///
    /// # Errors
    /// A value that is not finite.
    fn tables(settings: &Self::Settings, run: &Self::Run) -> Result<Vec<Table>>;

    /// Its figure.
    ///
    /// # Errors
    /// Nothing to draw, or a value that is not finite.
    fn figure(run: &Self::Run) -> Result<Picture>;

    /// What it should show.
    ///
    /// # Errors
    /// Divergence, or settings outside the domain of the theory.
    fn checks(settings: &Checked<Self::Settings>, run: &Self::Run) -> Result<Vec<Check>>;

    /// Judges its tables by the theory.
    ///
    /// # Errors
    /// A table that is missing or damaged.
    fn verify(settings: &Checked<Self::Settings>, judge: &mut Judge) -> Result<()>;

    /// The training runs that it is made from, in order.
    fn trainings(_settings: &Self::Settings, _context: &Context) -> Vec<Training> {
        Vec::new()
    }

    /// Does one of its training runs, or takes it from where it is kept. With a judge, the tables are judged by it.
    ///
    /// # Errors
    /// As [`Experiment::run`]; no such run.
    fn train(
        _settings: &Checked<Self::Settings>,
        _context: &Context,
        label: &str,
        _judge: Option<&mut Judge>,
    ) -> Result<()> {
        Err(no_such_run(label))
    }

    /// What its tables say of a published value; until an experiment has lines for its values, each counts as missing.
    ///
    /// # Errors
    /// A table that is missing or damaged.
    fn published(_value: &Published, _settings: [&Value; 2], _tables: &Tables) -> Result<Found> {
        Ok(Found::Value(f64::NAN, String::new()))
    }
}

/// An experiment as the registry knows it: its settings are those of a record.
pub trait Registered: Sync {
    /// What it shows, in a line.
    fn title(&self) -> &'static str;

    /// What to see in its figure.
    fn caption(&self) -> &'static str;

    /// The source in which its settings are documented.
    fn documentation(&self) -> &'static str;

    /// What it starts from beside its settings.
    fn needs(&self) -> Needs;

    /// Computes, draws and checks it.
    ///
    /// # Errors
    /// As [`Experiment::run`].
    fn produce(&self, settings: &Value, context: &Context) -> Result<Product>;

    /// Computes its tables alone.
    ///
    /// # Errors
    /// As [`Experiment::run`].
    fn tables(&self, settings: &Value, context: &Context) -> Result<Vec<Table>>;

    /// See [`Experiment::verify`].
    ///
    /// # Errors
    /// As there.
    fn verify(&self, settings: &Value, judge: &mut Judge) -> Result<()>;

    /// See [`Experiment::trainings`].
    ///
    /// # Errors
    /// Settings of another version of this program.
    fn trainings(&self, settings: &Value, context: &Context) -> Result<Vec<Training>>;

    /// See [`Experiment::train`].
    ///
    /// # Errors
    /// As there.
    fn train(
        &self,
        settings: &Value,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()>;

    /// See [`Experiment::published`]; the settings are the recorded ones and the paper's.
    ///
    /// # Errors
    /// As there.
    fn published(&self, value: &Published, settings: [&Value; 2], tables: &Tables)
    -> Result<Found>;
}

impl<E: Experiment + Sync> Registered for E {
    fn title(&self) -> &'static str {
        E::TITLE
    }

    fn caption(&self) -> &'static str {
        E::CAPTION
    }

    fn documentation(&self) -> &'static str {
        E::DOCUMENTATION
    }

    fn needs(&self) -> Needs {
        E::NEEDS
    }

    fn produce(&self, settings: &Value, context: &Context) -> Result<Product> {
        let settings = checked::<E>(settings)?;
        let run = E::run(&settings, context)?;
        Ok(Product {
            tables: E::tables(&settings, &run)?,
            picture: E::figure(&run)?,
            checks: E::checks(&settings, &run)?,
        })
    }

    fn tables(&self, settings: &Value, context: &Context) -> Result<Vec<Table>> {
        let settings = checked::<E>(settings)?;
        E::tables(&settings, &E::run(&settings, context)?)
    }

    fn verify(&self, settings: &Value, judge: &mut Judge) -> Result<()> {
        E::verify(&checked::<E>(settings)?, judge)
    }

    fn trainings(&self, settings: &Value, context: &Context) -> Result<Vec<Training>> {
        Ok(E::trainings(&plain::<E>(settings)?, context))
    }

    fn train(
        &self,
        settings: &Value,
        context: &Context,
        label: &str,
        judge: Option<&mut Judge>,
    ) -> Result<()> {
        E::train(&checked::<E>(settings)?, context, label, judge)
    }

    fn published(
        &self,
        value: &Published,
        settings: [&Value; 2],
        tables: &Tables,
    ) -> Result<Found> {
        E::published(value, settings, tables)
    }
}

/// Settings as a record has them, not looked at.
fn plain<E: Experiment>(settings: &Value) -> Result<E::Settings> {
    serde_json::from_value(settings.clone()).map_err(|error| damaged(&error.to_string()))
}

fn checked<E: Experiment>(settings: &Value) -> Result<Checked<E::Settings>> {
    let settings = plain::<E>(settings)?.check();
    settings.map_err(|error| damaged(&error.to_string()))
}

fn damaged(problem: &str) -> Error {
    Error::DamagedRecord {
        problem: format!("settings: {problem}"),
    }
}

/// A training run that an experiment does not have.
pub(super) fn no_such_run(label: &str) -> Error {
    Error::Unknown {
        kind: "training run",
        name: label.to_owned(),
        choices: "those that `paper status` lists".to_owned(),
    }
}
