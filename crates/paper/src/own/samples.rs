//! From a file of samples to the spectrum of their second moment. The file is read twice, row by row: first to check
//! every number and count the rows, then to sum.

use std::path::Path;

use dae::data::Sums;
use ndarray::Array2;
use serde::Serialize;

use super::source::{Format, Visit};
use crate::plot::thousands;
use crate::system::files;
use crate::system::progress::Progress;
use crate::{Error, Result};

/// Numbers summed at a time: 32 MiB.
const BATCH: usize = 1 << 22;

/// Matrix size from which the decomposition takes a while.
const LARGE: usize = 2_000;

/// Range of the largest variance that the theory handles; beyond it, other units help.
const VARIANCES: [f64; 2] = [1e-40, 1e40];

/// How the samples are read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The array to read from an archive (`.npz`) with several.
    pub key: Option<String>,
    /// Divisor of every number.
    pub scale: f64,
    /// Whether to subtract the mean, which the paper does not do.
    pub centre: bool,
}

/// What a linear autoencoder sees of the samples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Samples {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows, N.
    pub samples: usize,
    /// Numbers per row, D.
    pub columns: usize,
    /// Share of the squared mean in the uncentred second moment.
    pub mean_share: f64,
    /// The D eigenvalues of `X^T X / N` in descending order, of the scaled numbers, centred if requested.
    #[serde(skip)]
    pub lambda: Vec<f64>,
}

impl Samples {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Input`]: a file that is not what its name says, no rows, a number that is not finite, no variance
    /// (every number is zero, or with `centre` every row is the same), numbers too large or too small for the theory,
    /// more than [`MOST_COLUMNS`](super::MOST_COLUMNS) columns. LAPACK fails.
    ///
    /// # Numerical notes
    /// With fewer samples than columns, decomposes the N x N matrix `X X^T / N`, which has the same nonzero
    /// eigenvalues. The result is bit-identical for any number of threads; integers are summed exactly.
    pub fn read(path: &Path, reading: &Reading, progress: &Progress) -> Result<Self> {
        dae::positive("scale", reading.scale)?;
        let survey = Survey::of(path, reading)?;
        let [samples, columns] = [survey.samples, survey.first.len()];
        let size = samples.min(columns);
        if size >= LARGE {
            let (file, size) = (path.display(), thousands(size));
            progress.say(&format!("{file}: decomposing a matrix of {size} x {size}"));
        }
        let sha256 = files::sha256_of_large(path).map_err(Error::io(path))?;
        let mut lambda = survey.eigenvalues(path, reading)?;
        for value in &mut lambda {
            *value /= reading.scale * reading.scale;
        }
        match lambda.first() {
            Some(largest) if (VARIANCES[0]..=VARIANCES[1]).contains(largest) => {}
            largest => {
                let largest = largest.copied().unwrap_or_default();
                let problem = format!(
                    "the largest variance is {largest:e}, beyond {:e} to {:e}; divide the numbers by their size with --scale",
                    VARIANCES[0], VARIANCES[1]
                );
                return Err(Error::input(path, problem));
            }
        }
        let mean_share = survey.mean_share();
        Ok(Self {
            sha256,
            samples,
            columns,
            mean_share,
            lambda,
        })
    }
}

/// The results of the first pass.
struct Survey {
    samples: usize,
    first: Vec<f64>,
    /// Sums of the differences from the first row.
    differences: Vec<f64>,
    /// The sum of all squares.
    squares: f64,
    /// Whether any row differs from the first.
    varies: bool,
}

impl Survey {
    fn of(path: &Path, reading: &Reading) -> Result<Self> {
        let mut survey = Self {
            samples: 0,
            first: Vec::new(),
            differences: Vec::new(),
            squares: 0.0,
            varies: false,
        };
        rows(path, reading, &mut |row| survey.see(row, path))?;
        let refuse = |problem: &str| Err(Error::input(path, problem));
        match (survey.samples, reading.centre) {
            (0, _) => refuse("it has no rows; give at least one sample"),
            (1, true) => {
                refuse("one row less its mean is nothing; leave --centre out, or give more rows")
            }
            (_, true) if !survey.varies => {
                refuse("zero variance: every row is the same, and with --centre nothing is left")
            }
            (_, false) if survey.squares == 0.0 => {
                refuse("zero variance: every number is zero, or too small to be squared")
            }
            _ => Ok(survey),
        }
    }

    fn see(&mut self, row: &[f64], path: &Path) -> Result<()> {
        if self.samples == 0 {
            self.first = row.to_vec();
            self.differences = vec![0.0; row.len()];
        }
        if let Some(column) = row.iter().position(|number| !number.is_finite()) {
            let found = row.get(column).copied().unwrap_or_default();
            let problem =
                format!("{found} is not a finite number; fill it in or leave the row out");
            return Err(Error::input_at(
                path,
                self.samples as u64,
                Some(column),
                problem,
            ));
        }
        let sums = self.differences.iter_mut().zip(&self.first);
        for ((sum, first), number) in sums.zip(row) {
            let difference = number - first;
            *sum += difference;
            self.squares += number * number;
            self.varies |= difference != 0.0;
        }
        self.samples += 1;
        Ok(())
    }

    /// The mean of each column; exact for a constant column.
    fn mean(&self) -> Vec<f64> {
        let pairs = self.first.iter().zip(&self.differences);
        let mean = |(first, sum): (&f64, &f64)| first + sum / self.samples as f64;
        pairs.map(mean).collect()
    }

    fn mean_share(&self) -> f64 {
        let squared = self.mean().iter().map(|mean| mean * mean).sum::<f64>();
        let share = squared / (self.squares / self.samples as f64);
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Reads the file again and decomposes the second moment.
    fn eigenvalues(&self, path: &Path, reading: &Reading) -> Result<Vec<f64>> {
        let [samples, columns] = [self.samples, self.first.len()];
        let mean = match reading.centre {
            true => self.mean(),
            false => vec![0.0; columns],
        };
        let (mut adding, mut seen) = (Adding::new(samples, columns), 0);
        let changed = || Error::input(path, "it changed while it was read; try again");
        rows(path, reading, &mut |row| {
            if row.len() != columns || seen == samples {
                return Err(changed());
            }
            seen += 1;
            adding.row(row.iter().zip(&mean).map(|(number, mean)| number - mean))
        })?;
        if seen != samples {
            return Err(changed());
        }
        let mut lambda = adding.eigenvalues(samples).map_err(|error| match error {
            Error::Dae(dae::Error::OutOfRange {
                name: "second moment",
                ..
            }) => {
                let problem =
                    "its squares are too large to add up; divide by their size with --scale";
                Error::input(path, problem)
            }
            other => other,
        })?;
        lambda.resize(columns, 0.0);
        Ok(lambda)
    }
}

/// Accumulates rows into `X^T X`, or into `X X^T` of all rows at once if there are fewer rows than columns.
struct Adding {
    sums: Sums,
    columns: usize,
    few: bool,
    /// Numbers summed at a time.
    full: usize,
    batch: Vec<f64>,
}

impl Adding {
    fn new(samples: usize, columns: usize) -> Self {
        let few = samples < columns;
        let at_once = if few {
            samples
        } else {
            (BATCH / columns).max(256)
        };
        Self {
            sums: Sums::new(samples.min(columns)),
            columns,
            few,
            full: at_once * columns,
            batch: Vec::new(),
        }
    }

    fn row(&mut self, row: impl Iterator<Item = f64>) -> Result<()> {
        self.batch.extend(row);
        match self.batch.len() < self.full {
            true => Ok(()),
            false => self.add(),
        }
    }

    fn add(&mut self) -> Result<()> {
        let shape = (self.batch.len() / self.columns, self.columns);
        let rows = Array2::from_shape_vec(shape, std::mem::take(&mut self.batch));
        // The batch holds whole rows.
        let rows = rows.unwrap_or_default();
        match self.few {
            true => self.sums.add(rows.t())?,
            false => self.sums.add(rows.view())?,
        }
        Ok(())
    }

    fn eigenvalues(mut self, samples: usize) -> Result<Vec<f64>> {
        if !self.batch.is_empty() {
            self.add()?;
        }
        Ok(self.sums.eigenvalues(samples as f64)?)
    }
}

/// Reads a file once.
fn rows(path: &Path, reading: &Reading, visit: &mut Visit) -> Result<()> {
    let source = files::open(path).map_err(Error::io(path))?;
    Format::of(path).rows(source, reading.key.as_deref(), path, visit)
}
