//! The user's own data: what a linear DAE would learn from them, when, and with which settings.
//!
//! A linear autoencoder sees its data only through the spectrum of `X^T X / N`, so the theory predicts training from
//! the file alone. Nothing is trained unless requested. [`predict`] does it all; [`Outcome::write`] saves the result.
//! [`Samples`] reads a file and finds its spectrum; [`Prediction`] is the theory of a spectrum.
//!
//! As everywhere here, the second moment is averaged, and not centred unless requested.

mod figure;
mod prediction;
pub mod rows;
mod samples;
mod source;
mod training;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use prediction::{LEARNED, Network, Noise, Prediction, SHARE};
pub use samples::{Reading, Samples};
pub use source::{Format, MOST_COLUMNS, Visit};

use crate::experiments::Model;
use crate::plot::Picture;
use crate::system::files;
use crate::system::progress::Progress;
use crate::system::provenance::Session;
use crate::tables::Table;
use crate::{Error, Result};
use rows::{Curve, Rms};

/// A request about a file.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `reading.key` | the only array | of an archive | |
/// | `reading.scale` | 1 | divisor of every number | above 0 |
/// | `reading.centre` | no | | |
/// | `noise` | share | variance, or directions | see [`Noise`] |
/// | `network.hidden` | 256, or twice what is kept, at most D | hidden units H | 1 to 1e4 |
/// | `network.alpha` | `1/(2 lambda_0 + 3 epsilon)` | learning rate | above 0 |
/// | `network.init_std` | 1e-4 | standard deviation of the start | 1e-12 to 1 |
/// | `network.epochs` | until all directions drawn are learned, at most 100,000 | updates | 1 to 1e7 |
/// | `train` | no | seed | |
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// How the file is read.
    pub reading: Reading,
    /// How much noise.
    pub noise: Noise,
    /// The network that is, or would be, trained.
    pub network: Network,
    /// Seed for training beside the theory, if requested.
    pub train: Option<u64>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            reading: Reading {
                key: None,
                scale: 1.0,
                centre: false,
            },
            noise: Noise::Share,
            network: Network {
                hidden: None,
                alpha: None,
                init_std: 1e-4,
                epochs: None,
            },
            train: None,
        }
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Name of the file, without its extension.
    pub name: String,
    /// How it was read.
    pub reading: Reading,
    /// The samples and their spectrum.
    pub samples: Samples,
    /// The prediction of the theory.
    pub prediction: Prediction,
    /// The curves drawn: theory and, if requested, training.
    pub curves: Vec<Curve>,
    /// Deviations of theory from training, if anything was trained.
    pub deviations: Vec<Rms>,
}

/// Predicts what a linear DAE would learn from the samples in a file.
///
/// # Errors
/// As [`Samples::read`] and [`Prediction::new`]; training diverges.
///
/// # Example
/// ```
/// use paper::own::{Noise, Question, predict};
/// use paper::system::progress::Progress;
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("two.csv");
/// std::fs::write(&file, "x,y\n2,0\n0,1\n")?;
/// let question = Question { noise: Noise::Epsilon(0.5), ..Question::default() };
/// let outcome = predict(&file, &question, &Progress::Silent)?;
/// assert_eq!(outcome.samples.lambda, vec![2.0, 0.5]);
/// assert_eq!(outcome.prediction.directions[0].fixed_point, 0.8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn predict(file: &Path, question: &Question, progress: &Progress) -> Result<Outcome> {
    let samples = Samples::read(file, &question.reading, progress)?;
    let prediction = Prediction::new(&samples.lambda, question.noise, &question.network)?;
    let (mut curves, deviations) = match question.train {
        Some(seed) => training::train(&prediction, seed, progress)?,
        None => Default::default(),
    };
    let starts = vec![prediction.expected_start(); prediction.drawn.len()];
    for model in Model::ALL {
        if curves.iter().all(|curve: &Curve| curve.model != model) {
            curves.extend(prediction.curves(model, &starts, &prediction.points())?);
        }
    }
    Ok(Outcome {
        name: name_of(file),
        reading: question.reading.clone(),
        samples,
        prediction,
        curves,
        deviations,
    })
}

/// Name of a file, without folder and extension.
pub fn name_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The record, written last: what the files beside it were made from.
#[derive(Serialize)]
struct Record<'a> {
    file: &'a Path,
    question: &'a Question,
    samples: &'a Samples,
    prediction: &'a Prediction,
    deviations: &'a [Rms],
    words: String,
    /// SHA-256 of every file written.
    outputs: BTreeMap<String, String>,
    provenance: crate::system::provenance::Provenance,
}

impl Outcome {
    /// One paragraph that a person can act on.
    pub fn words(&self) -> String {
        words::paragraph(self)
    }

    /// Directions and curves and, if anything was trained, the deviations of theory from training.
    ///
    /// # Errors
    /// A value that is not finite.
    pub fn tables(&self) -> Result<Vec<Table>> {
        let mut tables = vec![
            Table::of(&self.prediction.directions)?,
            Table::of(&self.curves)?,
        ];
        if !self.deviations.is_empty() {
            tables.push(Table::of(&self.deviations)?);
        }
        Ok(tables)
    }

    /// The spectrum, what noise leaves of it, and the curves.
    ///
    /// # Errors
    /// The drawing fails.
    pub fn figure(&self) -> Result<Picture> {
        figure::figure(self)
    }

    /// Writes tables, picture and record to a folder; returns the paths, the record last.
    ///
    /// # Errors
    /// As [`Outcome::tables`] and [`Outcome::figure`]; a file cannot be written.
    pub fn write(
        &self,
        file: &Path,
        question: &Question,
        session: &Session,
        folder: &Path,
    ) -> Result<Vec<PathBuf>> {
        let picture = self.figure()?;
        let mut files = vec![
            (
                "figures/prediction.svg".to_owned(),
                picture.svg.into_bytes(),
            ),
            ("figures/prediction.png".to_owned(), picture.png),
        ];
        for table in self.tables()? {
            files.push((format!("tables/{}", table.name), table.csv()?));
        }
        let (mut outputs, mut paths) = (BTreeMap::new(), Vec::new());
        for (name, bytes) in files {
            let path = folder.join(&name);
            files::write(&path, &bytes)?;
            outputs.insert(name, files::sha256(&bytes));
            paths.push(path);
        }
        // Left by an earlier prediction with training, if this one has none.
        let deviations = folder.join("tables/rms.csv");
        if self.deviations.is_empty() && deviations.exists() {
            std::fs::remove_file(&deviations).map_err(Error::io(&deviations))?;
        }
        let record = Record {
            file,
            question,
            samples: &self.samples,
            prediction: &self.prediction,
            deviations: &self.deviations,
            words: self.words(),
            outputs,
            provenance: session.provenance(session.elapsed().as_secs_f64()),
        };
        let path = folder.join("record.json");
        files::write(&path, &files::json(&path, &record)?)?;
        paths.push(path);
        Ok(paths)
    }
}
