//! CSV files of spectra and directions: those that come with this crate, and those that it writes.

use std::path::Path;

use super::directions::Directions;
use super::images::DataSet;
use super::spectrum::Spectrum;
use crate::files::write_atomically;
use crate::{Error, Result};

/// What the CSV files say about their numbers, and the names of their columns.
const SPECTRUM: Form = Form {
    convention: "eigenvalues of X^T X / N, pixels / 255, uncentred",
    columns: "mode,lambda",
};
const DIRECTIONS: Form = Form {
    convention: "u_i^T T u_i, T of all test images, and sum_p u_pi^2 S_pp, S = X^T X / N with eigenvectors u_i, \
                 pixels / 255, uncentred, means over the null space",
    columns: "mode,test_moment,pixel_moment",
};

/// A kind of CSV file.
struct Form {
    convention: &'static str,
    columns: &'static str,
}

impl Spectrum {
    /// The spectrum of the images that the paper uses, which comes with this crate.
    ///
    /// # Errors
    /// [`Error::Line`] if the committed file was damaged before this crate was compiled.
    ///
    /// # Example
    /// ```
    /// use dae::data::{DataSet, Spectrum};
    /// let spectrum = Spectrum::committed(DataSet::Mnist)?;
    /// assert!((spectrum.lambda[0] - 38.2888).abs() < 1e-4);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn committed(dataset: DataSet) -> Result<Self> {
        let (file, text) = match dataset {
            DataSet::Mnist => (
                "data/spectra/mnist-50000.csv",
                include_str!("../../spectra/mnist-50000.csv"),
            ),
            DataSet::Cifar10 => (
                "data/spectra/cifar10-30000.csv",
                include_str!("../../spectra/cifar10-30000.csv"),
            ),
        };
        Self::parse(text, Path::new(file))
    }

    /// The content of a CSV file. Numbers have enough digits to be read back exactly.
    pub fn to_csv(&self) -> String {
        let Self {
            dataset,
            samples,
            fingerprint,
            lambda,
        } = self;
        let mut text = SPECTRUM.head(dataset, *samples, lambda.len(), fingerprint);
        for (mode, value) in lambda.iter().enumerate() {
            text.push_str(&format!("{mode},{value:?}\n"));
        }
        text
    }

    /// Writes a CSV file, atomically.
    ///
    /// # Errors
    /// [`Error::Io`] naming the file.
    pub fn save(&self, path: &Path) -> Result<()> {
        write_atomically(path, self.to_csv().as_bytes())
    }

    /// Reads a CSV file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; as [`Spectrum::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
        Self::parse(&text, path)
    }

    /// Parses the content of a CSV file; messages name `file`.
    ///
    /// # Errors
    /// [`Error::Line`], naming file and line, for anything that [`Spectrum::to_csv`] would not write: a key that is
    /// missing, unknown or duplicated, a wrong number of modes, a mode out of order, an eigenvalue that is negative,
    /// not finite or larger than the one before.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let head = Head::parse(text, file, &SPECTRUM)?;
        let mut lambda: Vec<f64> = Vec::new();
        read_rows(text, &head, file, &SPECTRUM, |row| {
            let limit = lambda.last().copied().unwrap_or(f64::MAX);
            let value = row.parse().ok().filter(|x| (0.0..=limit).contains(x));
            value
                .map(|value| lambda.push(value))
                .ok_or_else(|| format!("a number from 0 to {limit:?}"))
        })?;
        let Head {
            dataset,
            samples,
            fingerprint,
            ..
        } = head;
        Ok(Self {
            dataset,
            samples,
            fingerprint,
            lambda,
        })
    }
}

impl Directions {
    /// The directions of the images that the paper uses, which come with this crate.
    ///
    /// # Errors
    /// [`Error::Line`] if the committed file was damaged before this crate was compiled.
    ///
    /// # Example
    /// ```
    /// use dae::data::{DataSet, Directions};
    /// let directions = Directions::committed(DataSet::Mnist)?;
    /// assert!((directions.test_moment[0] - 39.59911).abs() < 1e-5);
    /// assert!((directions.pixel_moment[0] - 0.33893).abs() < 1e-5);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn committed(dataset: DataSet) -> Result<Self> {
        let (file, text) = match dataset {
            DataSet::Mnist => (
                "data/spectra/mnist-50000-directions.csv",
                include_str!("../../spectra/mnist-50000-directions.csv"),
            ),
            DataSet::Cifar10 => (
                "data/spectra/cifar10-30000-directions.csv",
                include_str!("../../spectra/cifar10-30000-directions.csv"),
            ),
        };
        Self::parse(text, Path::new(file))
    }

    /// The content of a CSV file. Numbers have enough digits to be read back exactly.
    pub fn to_csv(&self) -> String {
        let Self {
            dataset,
            samples,
            fingerprint,
            test_moment,
            pixel_moment,
        } = self;
        let mut text = DIRECTIONS.head(dataset, *samples, test_moment.len(), fingerprint);
        for (mode, (mu, k)) in test_moment.iter().zip(pixel_moment).enumerate() {
            text.push_str(&format!("{mode},{mu:?},{k:?}\n"));
        }
        text
    }

    /// Writes a CSV file, atomically.
    ///
    /// # Errors
    /// [`Error::Io`] naming the file.
    pub fn save(&self, path: &Path) -> Result<()> {
        write_atomically(path, self.to_csv().as_bytes())
    }

    /// Reads a CSV file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; as [`Directions::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
        Self::parse(&text, path)
    }

    /// Parses the content of a CSV file; messages name `file`.
    ///
    /// # Errors
    /// [`Error::Line`], naming file and line, for anything that [`Directions::to_csv`] would not write, as in
    /// [`Spectrum::parse`]. Here the numbers need no order.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let head = Head::parse(text, file, &DIRECTIONS)?;
        let (mut test_moment, mut pixel_moment) = (Vec::new(), Vec::new());
        read_rows(text, &head, file, &DIRECTIONS, |row| {
            let number = |text: &str| text.parse().ok().filter(|x| (0.0..=f64::MAX).contains(x));
            let numbers = row.split_once(',').map(|(mu, k)| (number(mu), number(k)));
            match numbers {
                Some((Some(mu), Some(k))) => {
                    test_moment.push(mu);
                    pixel_moment.push(k);
                    Ok(())
                }
                _ => Err("two numbers, finite, zero or more".to_owned()),
            }
        })?;
        let Head {
            dataset,
            samples,
            fingerprint,
            ..
        } = head;
        Ok(Self {
            dataset,
            samples,
            fingerprint,
            test_moment,
            pixel_moment,
        })
    }
}

impl Form {
    /// Everything above the first mode.
    fn head(&self, dataset: &str, samples: usize, modes: usize, fingerprint: &str) -> String {
        let Self {
            convention,
            columns,
        } = self;
        format!(
            "# dataset: {dataset}\n# samples: {samples}\n# modes: {modes}\n# fingerprint: {fingerprint}\n\
             # convention: {convention}\n{columns}\n"
        )
    }
}

/// The lines that begin with `#`.
struct Head {
    dataset: String,
    samples: usize,
    modes: usize,
    fingerprint: String,
}

const KEYS: [&str; 5] = ["dataset", "samples", "modes", "fingerprint", "convention"];

impl Head {
    fn parse(text: &str, file: &Path, form: &Form) -> Result<Self> {
        let mut values: [Option<(u64, &str)>; 5] = [None; 5];
        for (number, line) in (1..).zip(text.lines()) {
            let Some(line_text) = line.strip_prefix('#') else {
                continue;
            };
            let (key, value) = line_text.split_once(':').unwrap_or((line_text, ""));
            let mut places = KEYS.iter().zip(&mut values);
            let place = places.find(|(known, _)| **known == key.trim());
            match place {
                Some((_, place @ None)) => *place = Some((number, value.trim())),
                _ => return Err(at(file, number, format!("each of {KEYS:?} once"), line)),
            }
        }
        let [dataset, samples, modes, fingerprint, convention] = values;
        let has = |key: &str, value: Option<_>| {
            value.ok_or_else(|| at(file, 1, format!("a line \"# {key}: ...\""), "none"))
        };
        let head = Self {
            dataset: check(has("dataset", dataset)?, file, "a name", is_name)?.to_owned(),
            samples: count(has("samples", samples)?, file)?,
            modes: count(has("modes", modes)?, file)?,
            fingerprint: check(
                has("fingerprint", fingerprint)?,
                file,
                "64 hexadecimal digits",
                is_hash,
            )?
            .to_owned(),
        };
        let convention = has("convention", convention)?;
        check(convention, file, form.convention, |text| {
            text == form.convention
        })?;
        head.check_modes(has("modes", modes)?, file)
    }

    /// A known data set has a known number of modes.
    fn check_modes(self, (line, found): (u64, &str), file: &Path) -> Result<Self> {
        match self.dataset.parse::<DataSet>() {
            Ok(known) if known.pixels() != self.modes => {
                Err(at(file, line, format!("{} modes", known.pixels()), found))
            }
            _ => Ok(self),
        }
    }
}

/// Reads the header and the modes. Nothing in them is quoted, so every comma separates.
///
/// `take` gets what follows the number of a mode. Its error is what it expected instead.
fn read_rows(
    text: &str,
    head: &Head,
    file: &Path,
    form: &Form,
    mut take: impl FnMut(&str) -> Result<(), String>,
) -> Result<()> {
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.starts_with('#'));
    let end = 1 + text.lines().count() as u64;
    let (number, header) = lines.next().unwrap_or((end, "the end"));
    if header != form.columns {
        return Err(at(file, number, form.columns, header));
    }
    for mode in 0..head.modes {
        let (number, line) = lines.next().unwrap_or((end, "the end"));
        let (first, rest) = line.split_once(',').unwrap_or((line, ""));
        let taken = take(rest);
        if first != mode.to_string() || taken.is_err() {
            let numbers = taken.err().unwrap_or_else(|| "its numbers".to_owned());
            return Err(at(file, number, format!("mode {mode} and {numbers}"), line));
        }
    }
    match lines.next() {
        Some((number, line)) => Err(at(
            file,
            number,
            format!("the end after {} modes", head.modes),
            line,
        )),
        None => Ok(()),
    }
}

fn at(file: &Path, line: u64, expected: impl Into<String>, found: &str) -> Error {
    // A hostile line may be as long as it likes; the message need not be.
    let found = found.chars().take(200).collect();
    Error::Line {
        file: file.to_path_buf(),
        line,
        expected: expected.into(),
        found,
    }
}

fn check<'a>(
    (line, value): (u64, &'a str),
    file: &Path,
    expected: &str,
    accept: impl Fn(&str) -> bool,
) -> Result<&'a str> {
    if accept(value) {
        Ok(value)
    } else {
        Err(at(file, line, expected, value))
    }
}

fn count((line, value): (u64, &str), file: &Path) -> Result<usize> {
    let number = value.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| at(file, line, "a whole number above zero", value))
}

fn is_name(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !text.is_empty() && text.chars().all(fine)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
