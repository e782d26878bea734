//! What the notebooks call: settings of a profile, tables, figures and images in forms that a notebook can show.
//!
//! A notebook opens with `let notebook = Notebook::open()?`, which reads the environment:
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `DAE_PROFILE` | profile whose settings are loaded: `smoke`, `quick` or `paper` | `quick` |
//! | `DAE_RESULTS` | where the recorded results of the `paper` command are | `results` of the clone |
//! | `DAE_NOTEBOOK_TABLES` | folder into which [`Notebook::keep`] writes | nothing is written |
//! | `DAE_KERNEL` | folder of the kernel that runs the cells, which sets it | panics and the end of the process are not explained |
//!
//! A cell shows its last expression if that has [`Show`]: figures, tables, checks, settings, images.

mod beyond;
mod curves;
mod frames;
mod html;
mod images;
mod masks;
mod panel;
mod process;
mod series;
mod settings;
mod show;
mod training;

use std::env;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dae::data::DataSet;
use serde::Serialize;

pub use beyond::{about, beside, dialled, ends_of_depth, histogram, mean_start};
pub use curves::{Chart, Curve, curves};
pub use frames::{Rows, frame};
pub use images::{Album, Batch, Grid, Sheet};
pub use series::{balanced, descent, epochs_to, fixed_points, unbalanced};
pub use settings::SettingsTable;
pub use show::{Content, Show};

use crate::experiments::{self, AllSettings, Figure};
use crate::results::comparison;
use crate::runs::Runs;
use crate::settings::{Profile, to_json};
use crate::system::files;
use crate::system::progress::{self, Progress};
use crate::tables::{Check, Table, Tables};
use crate::{Error, Result};

/// What every cell of the notebooks may use without a path.
pub mod prelude {
    pub use super::{
        Album, Batch, Chart, Curve, Grid, Notebook, Rows, SettingsTable, Sheet, Show, about,
        balanced, beside, curves, descent, dialled, ends_of_depth, epochs_to, fixed_points, frame,
        histogram, mean_start, unbalanced,
    };
    pub use crate::experiments::{
        Context, Figure, Model, fig1, fig2, fig3, fig4, fig5, fig6, fig7,
    };
    pub use crate::experiments::{load, spectra, starts};
    pub use crate::plot::Picture;
    pub use crate::runs::Runs;
    pub use crate::settings::Profile;
    pub use crate::tables::{Check, Table};
    pub use dae::data::{DataSet, Directions, Spectrum};
    pub use dae::theory::{
        Mode, deep, dynamics, filters, masking, rates, samples, scalar, spectrum::Theory,
    };
    pub use dae::train::nonlinear::Activation;
    pub use dae::{Checked, Settings as _};
    // Exported, so that a cell can keep one in a variable.
    pub use polars::prelude::DataFrame;
}

/// The settings that a notebook starts from, and the places that it reads and writes.
#[derive(Debug, Clone)]
pub struct Notebook {
    /// The profile.
    pub profile: Profile,
    /// The settings of the profile, the same as those of the `paper` command.
    pub settings: AllSettings,
    /// The settings of the paper.
    pub paper: AllSettings,
    results: PathBuf,
    tables: Option<PathBuf>,
}

impl Notebook {
    /// Reads the environment, and the settings of the profile that it names.
    ///
    /// In our kernel, it also makes a panic show only its message. When the process that runs the cells ends (by an
    /// interrupt, a crash, `exit`), the reader is told that the variables are gone.
    ///
    /// # Errors
    /// A profile that does not exist; a folder from which the clone cannot be found.
    pub fn open() -> Result<Self> {
        if let Some(folder) = progress::kernel() {
            process::prepare(&folder);
        }
        let here = env::current_dir().map_err(Error::io("."))?;
        Self::from_variables(|name| env::var(name).ok(), &here)
    }

    /// As [`Notebook::open`], with an environment that tests can make up. An empty variable counts as unset.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>, here: &Path) -> Result<Self> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let profile = match set("DAE_PROFILE") {
            None => Profile::Quick,
            Some(name) => Profile::from_str(&name, true).map_err(|_| Error::Unknown {
                kind: "profile",
                name,
                choices: "smoke, quick, paper".to_owned(),
            })?,
        };
        let results = match set("DAE_RESULTS") {
            Some(folder) => PathBuf::from(folder),
            None => clone_of(here)?.join("results"),
        };
        Ok(Self {
            profile,
            settings: experiments::load(profile)?.0,
            paper: experiments::load(Profile::Paper)?.0,
            results,
            tables: set("DAE_NOTEBOOK_TABLES").map(PathBuf::from),
        })
    }

    /// The settings of a figure beside those of the paper, with unit and range, as a table.
    pub fn compare(&self, figure: Figure, settings: &impl Serialize) -> Result<SettingsTable> {
        SettingsTable::new(figure, settings, &self.paper)
    }

    /// The images of a data set that Figure 6 is trained on, with up to `directions` leading eigen-directions; an empty
    /// album if they are not in the cache, because nothing is fetched.
    ///
    /// # Errors
    /// Images in the cache that are damaged.
    pub fn images(&self, dataset: DataSet, directions: usize) -> Result<Album> {
        Album::open(&self.settings.fig6, dataset, directions, &Progress::Silent)
    }

    /// Writes tables into the folder that `DAE_NOTEBOOK_TABLES` names, with the same bytes as the `paper` command; does
    /// nothing if it is not set.
    pub fn keep(&self, tables: &[Table]) -> Result<()> {
        let Some(folder) = &self.tables else {
            return Ok(());
        };
        let write = |table: &Table| files::write(&folder.join(table.name), &table.csv()?);
        tables.iter().try_for_each(write)
    }

    /// The values that the authors published for a figure beside those in its tables, where the settings allow it.
    ///
    /// # Errors
    /// Tables that lack a column, a damaged file of published values.
    pub fn published(
        &self,
        figure: Figure,
        settings: &impl Serialize,
        tables: &[Table],
    ) -> Result<Vec<Check>> {
        let compared = comparison::of(figure, &to_json(settings)?, &Tables::Made(tables))?;
        let checks = compared.into_iter().map(|(check, _)| check);
        Ok(checks.filter(|check| check.measured).collect())
    }

    /// The training runs that the `paper` command has recorded for this profile.
    fn recorded(&self) -> Runs {
        Runs::kept_in(self.results.join(self.profile.name()).join("runs"))
    }
}

/// The folder of the clone that `here` is in.
fn clone_of(here: &Path) -> Result<PathBuf> {
    let is_clone = |folder: &&Path| folder.join("crates/paper/Cargo.toml").exists();
    let clone = here.ancestors().find(is_clone).map(Path::to_owned);
    clone.ok_or_else(|| Error::Unknown {
        kind: "clone of the project around this notebook",
        name: here.display().to_string(),
        choices: "a folder inside it, or set DAE_RESULTS".to_owned(),
    })
}
