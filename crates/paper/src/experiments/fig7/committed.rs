//! Measurements on images, for use without images: `data/few_samples.csv`.
//!
//! The errors after training on few images and the mappings of the network trained on masked images, with everything
//! they depend on. `cargo run --release -p paper --example few_samples` writes it from recorded results.

use std::str::FromStr;

use dae::data::DataSet;

use super::rows::{Mask, Method, Samples};
use super::settings::Settings;
use crate::{Error, Result};

const FILE: &str = "data/few_samples.csv";
const TEXT: &str = include_str!("../../../../../data/few_samples.csv");

/// Names of the columns. `number` is the number of images or a mode; `parameter` is the training noise or an epoch.
const COLUMNS: &str = "quantity,dataset,method,number,parameter,value";

/// What a network trained on masked images depends on.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "as in the settings")]
pub struct Masked {
    pub seed: u64,
    pub hidden: usize,
    pub directions: usize,
    pub init_std: f64,
    pub alpha: f64,
    pub q: f64,
}

impl Masked {
    /// The network with these settings.
    pub fn of(settings: &Settings, seed: u64) -> Self {
        Self {
            seed,
            hidden: settings.hidden,
            directions: settings.directions,
            init_std: settings.init_std,
            alpha: settings.alpha,
            q: settings.mask.q,
        }
    }
}

/// The measurements on one sample.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Entry {
    pub dataset: DataSet,
    pub method: Method,
    pub samples: usize,
    pub epsilon_train: f64,
    pub measured: f64,
    pub spread: Option<f64>,
    pub trained: Option<f64>,
}

/// The contents of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// The network on masked images; the rest shares its seed and width.
    pub masked: Masked,
    /// Hidden units for CIFAR-10.
    pub hidden_cifar10: usize,
    /// Variance of the noise on test images.
    pub epsilon: f64,
    /// Errors, in the order of the table.
    pub errors: Vec<Entry>,
    /// Mode, epoch and mapping, in the order of the table.
    pub mappings: Vec<(usize, u64, f64)>,
}

/// The committed file, as of the build of this crate.
///
/// # Errors
/// The file was damaged before the build.
pub fn committed() -> Result<Committed> {
    Committed::parse(TEXT)
}

impl Committed {
    /// From tables computed from images.
    pub fn of(settings: &Settings, seed: u64, samples: &[Samples], mask: &[Mask]) -> Self {
        let error = |row: &Samples| {
            Some(Entry {
                dataset: row.dataset,
                method: row.method,
                samples: row.samples,
                epsilon_train: row.epsilon_train,
                measured: row.measured?,
                spread: row.spread,
                trained: row.trained,
            })
        };
        let mappings = mask.iter().map(|row| (row.mode, row.epoch, row.mapping));
        Self {
            masked: Masked::of(settings, seed),
            hidden_cifar10: settings.hidden_cifar10,
            epsilon: settings.epsilon,
            errors: samples.iter().filter_map(error).collect(),
            mappings: mappings.collect(),
        }
    }

    /// The content of the file.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        for (key, value) in self.head() {
            text.push_str(&format!("# {key}: {value}\n"));
        }
        text.push_str(COLUMNS);
        text.push('\n');
        for error in &self.errors {
            let values = [
                ("measured", Some(error.measured)),
                ("spread", error.spread),
                ("trained", error.trained),
            ];
            for (quantity, value) in values {
                if let Some(value) = value {
                    let (dataset, method) = (error.dataset, error.method);
                    let (number, parameter) = (error.samples, error.epsilon_train);
                    text.push_str(&format!(
                        "{quantity},{dataset},{method},{number},{parameter:?},{value:?}\n"
                    ));
                }
            }
        }
        for (mode, epoch, mapping) in &self.mappings {
            text.push_str(&format!("mapping,mnist,mask,{mode},{epoch},{mapping:?}\n"));
        }
        text
    }

    /// What everything depends on, in the order of the file.
    fn head(&self) -> Vec<(&'static str, String)> {
        let of = &self.masked;
        let mut head = vec![("seed", of.seed.to_string())];
        for dataset in DataSet::ALL {
            head.push((dataset.name(), dataset.expected().fingerprint));
        }
        head.extend([
            ("hidden", of.hidden.to_string()),
            ("directions", of.directions.to_string()),
            ("init_std", format!("{:?}", of.init_std)),
            ("alpha", format!("{:?}", of.alpha)),
            ("q", format!("{:?}", of.q)),
            ("hidden_cifar10", self.hidden_cifar10.to_string()),
            ("epsilon", format!("{:?}", self.epsilon)),
        ]);
        head
    }

    /// Parses the content of the file.
    ///
    /// # Errors
    /// Anything that [`Committed::to_csv`] would not write, to the last byte, with its line: other images, missing or
    /// unknown keys or columns, numbers that are not finite, duplicate rows, rows that belong to no entry.
    pub fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader {
            lines: text.lines().zip(1..),
        };
        let masked_seed = reader.key("seed")?;
        for dataset in DataSet::ALL {
            let found: String = reader.key(dataset.name())?;
            if found != dataset.expected().fingerprint {
                return Err(damaged(2, "the fingerprint of other images"));
            }
        }
        let mut all = Self {
            masked: Masked {
                seed: masked_seed,
                hidden: reader.key("hidden")?,
                directions: reader.key("directions")?,
                init_std: reader.key("init_std")?,
                alpha: reader.key("alpha")?,
                q: reader.key("q")?,
            },
            hidden_cifar10: reader.key("hidden_cifar10")?,
            epsilon: reader.key("epsilon")?,
            errors: Vec::new(),
            mappings: Vec::new(),
        };
        if reader.lines.next().map(|(line, _)| line) != Some(COLUMNS) {
            return Err(damaged(11, "other columns"));
        }
        for (line, number) in reader.lines {
            all.enter(line)
                .ok_or_else(|| damaged(number, "no row of this file"))?;
        }
        // Duplicates, another order or another number format would not be written like this.
        let again = all.to_csv();
        let mut lines = again.lines().zip(text.lines()).zip(1..);
        let wrong = lines.find(|((ours, theirs), _)| ours != theirs);
        match wrong {
            None if again == text => Ok(all),
            None => Err(damaged(
                text.lines().count(),
                "not where the file should end",
            )),
            Some((_, number)) => Err(damaged(number, "not as it would be written")),
        }
    }

    /// Enters a row; `None` if it is not valid.
    fn enter(&mut self, line: &str) -> Option<()> {
        let cells: Vec<&str> = line.split(',').collect();
        let [quantity, dataset, method, number, parameter, value] = cells[..] else {
            return None;
        };
        let finite = |text: &str| text.parse().ok().filter(|x: &f64| x.is_finite());
        let value = finite(value)?;
        if quantity == "mapping" {
            let (mode, epoch) = (number.parse().ok()?, parameter.parse().ok()?);
            let mut rows = self.mappings.iter();
            if mode >= self.masked.directions || rows.any(|row| (row.0, row.1) == (mode, epoch)) {
                return None;
            }
            self.mappings.push((mode, epoch, value));
            return Some(());
        }
        let entry = Entry {
            dataset: dataset.parse().ok()?,
            method: method.parse().ok()?,
            samples: number.parse().ok()?,
            epsilon_train: finite(parameter)?,
            measured: value,
            spread: None,
            trained: None,
        };
        let key = |entry: &Entry| (entry.dataset, entry.method, entry.samples);
        let known = self.errors.iter().position(|own| key(own) == key(&entry));
        match (quantity, known) {
            ("measured", None) => self.errors.push(entry),
            ("spread", Some(place)) => self.errors[place].spread = Some(value),
            ("trained", Some(place)) => self.errors[place].trained = Some(value),
            _ => return None,
        }
        Some(())
    }

    /// Hidden units for a data set.
    pub fn hidden_of(&self, dataset: DataSet) -> usize {
        match dataset {
            DataSet::Mnist => self.masked.hidden,
            DataSet::Cifar10 => self.hidden_cifar10,
        }
    }

    /// The measurements on a sample with training and test noise of these variances.
    pub fn find(
        &self,
        (dataset, method, samples): (DataSet, Method, usize),
        [epsilon_train, epsilon]: [f64; 2],
    ) -> Option<&Entry> {
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs();
        let own = |entry: &&Entry| {
            (entry.dataset, entry.method, entry.samples) == (dataset, method, samples)
                && same(entry.epsilon_train, epsilon_train)
        };
        let mut all = self.errors.iter().filter(|_| same(self.epsilon, epsilon));
        all.find(own)
    }
}

/// Lines with their numbers, counted from 1.
struct Reader<'a, I: Iterator<Item = (&'a str, usize)>> {
    lines: I,
}

impl<'a, I: Iterator<Item = (&'a str, usize)>> Reader<'a, I> {
    /// The value of the next line, `# key: value`.
    fn key<T: FromStr>(&mut self, key: &str) -> Result<T> {
        let (line, number) = self.lines.next().unwrap_or(("", 1));
        let value = line
            .strip_prefix("# ")
            .and_then(|rest| rest.split_once(": "));
        let value = value.filter(|(found, _)| *found == key);
        let value = value.and_then(|(_, value)| value.parse().ok());
        value.ok_or_else(|| damaged(number, &format!("it should give `{key}`")))
    }
}

fn damaged(line: usize, problem: &str) -> Error {
    Error::Repository {
        file: FILE.to_owned(),
        problem: format!("line {line}: {problem}"),
    }
}
