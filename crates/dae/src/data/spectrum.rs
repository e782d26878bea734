//! Second moments of images, and their eigenvalues.

use std::path::Path;

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{Array1, Array2, Axis, s};
use ndarray_linalg::error::LinalgError;
use ndarray_linalg::{AllocatedArray, AllocatedArrayMut, Eigh, Lapack, UPLO};

use super::{DataSet, Images, Split};
use crate::files::write_atomically;
use crate::{Error, Result, blas};

/// Rows that are converted from bytes at a time: 48 MB of numbers for CIFAR-10.
const ROWS: usize = 2_000;

/// Rows of one block of the product, which ends at the last column and begins at the diagonal.
const BLOCK: usize = 256;

/// What the CSV files say about their numbers.
const CONVENTION: &str = "eigenvalues of X^T X / N, pixels / 255, uncentred";

/// The averaged, uncentred second moment of the first `samples` images.
///
/// `S = X^T X / N`, pixels divided by 255. The paper sums instead of averaging.
///
/// # Shapes
/// `D x D`, symmetric.
///
/// # Errors
/// [`Error::TooManyImages`] if there are fewer images; [`Error::OutOfRange`] if `samples` is zero.
///
/// # Numerical notes
/// The products are summed over the bytes, not over their 255th parts. A sum of 60,000 products of
/// two bytes is an integer below 2^32, hence exact in `f64` in whatever order BLAS adds it up; the
/// only rounding is that of the one division at the end. So the result is the same, bit for bit,
/// with any number of threads.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018), where `Sigma_xx` is `N` times this.
pub fn second_moment(split: &Split, samples: usize) -> Result<Array2<f64>> {
    split.check(samples)?;
    if samples == 0 {
        return Err(Error::out_of_range("samples", 0, "at least 1"));
    }
    let images = split.pixels.slice(s![..samples, ..]);
    let columns = images.ncols();
    let mut sums = Array2::<f64>::zeros((columns, columns));
    blas::use_one_thread();
    for rows in images.axis_chunks_iter(Axis(0), ROWS) {
        let rows = rows.mapv(f64::from);
        let blocks = sums.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter();
        blocks.enumerate().for_each(|(i, mut sums)| {
            let from = i * BLOCK;
            let left = rows.slice(s![.., from..from + sums.nrows()]);
            let right = rows.slice(s![.., from..]);
            general_mat_mul(
                1.0,
                &left.t(),
                &right,
                1.0,
                &mut sums.slice_mut(s![.., from..]),
            );
        });
    }
    let scale = 255.0 * 255.0 * samples as f64;
    Ok(Array2::from_shape_fn((columns, columns), |(i, j)| {
        sums[[i.min(j), i.max(j)]] / scale
    }))
}

/// Eigenvalues and eigenvectors of a second moment, `S = U diag(lambda) U^T`.
///
/// # Shapes
/// `lambda` has length `D`, in descending order; `u` is `D x D`, with one eigenvector a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues.
    pub lambda: Array1<f64>,
    /// The eigenvectors. The component of largest magnitude of each is positive (the first of
    /// several).
    pub u: Array2<f64>,
}

impl Eigen {
    /// Decomposes a symmetric matrix without negative eigenvalues, such as [`second_moment`] gives.
    ///
    /// # Errors
    /// [`Error::LinearAlgebra`] if LAPACK fails; [`Error::OutOfRange`] if the matrix is empty or an eigenvalue is
    /// negative by more than rounding; [`Error::Disagreement`] if they do not add up to the trace.
    ///
    /// # Numerical notes
    /// Negative eigenvalues down to `-lambda_0 D EPSILON` are rounding errors of zeros, and become
    /// zero.
    ///
    /// # Example
    /// ```
    /// use ndarray::array;
    /// let eigen = dae::data::Eigen::of(&array![[2.0, -1.0], [-1.0, 2.0]])?;
    /// assert!((eigen.lambda[0] - 3.0).abs() < 1e-15);
    /// assert!(eigen.u[[0, 0]] > 0.0 && eigen.u[[1, 0]] < 0.0);
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn of(moment: &Array2<f64>) -> Result<Self> {
        if moment.is_empty() {
            return Err(Error::out_of_range("pixels", 0, "at least 1"));
        }
        blas::use_one_thread();
        let (ascending, vectors) = moment.eigh(UPLO::Lower)?;
        let lambda = Array1::from(descending(&ascending, moment)?);
        let u = with_fixed_signs(vectors.slice(s![.., ..;-1]).to_owned());
        Ok(Self { lambda, u })
    }

    /// All eigenvalues of the second moment of the first `samples` images, and the leading `count` eigenvectors.
    ///
    /// With fewer images than pixels the `N x N` matrix `X X^T / N` is decomposed instead, which has the same
    /// eigenvalues above zero: an eigenvector `v` of it gives `u = X^T v / ||X^T v||`.
    ///
    /// # Shapes
    /// `lambda` has length `D`; `u` is `D x count`.
    ///
    /// # Errors
    /// As [`second_moment`] and [`Eigen::of`]; more directions than images or pixels, or than the images span.
    pub fn leading(split: &Split, samples: usize, count: usize) -> Result<Self> {
        if samples == 0 {
            return Err(Error::out_of_range("samples", 0, "at least 1"));
        }
        let columns = split.pixels.ncols();
        if samples >= columns {
            let Self { lambda, u } = Self::of(&second_moment(split, samples)?)?;
            let count = count.min(columns);
            return Ok(Self {
                lambda,
                u: u.slice(s![.., ..count]).to_owned(),
            });
        }
        blas::use_one_thread();
        let images = split.first(samples)?;
        let gram = images.dot(&images.t()) / samples as f64;
        let Self { lambda: few, u: v } = Self::of(&gram)?;
        let smallest = few.get(count.wrapping_sub(1)).copied().unwrap_or_default();
        if smallest <= few[0] * columns as f64 * f64::EPSILON {
            let allowed = "1 to the number of directions that the images span";
            return Err(Error::out_of_range("directions", count, allowed));
        }
        let mut u = images.t().dot(&v.slice(s![.., ..count]));
        for mut column in u.columns_mut() {
            let length = column.dot(&column).sqrt();
            column /= length;
        }
        let mut lambda = Array1::zeros(columns);
        lambda.slice_mut(s![..samples]).assign(&few);
        Ok(Self {
            lambda,
            u: with_fixed_signs(u),
        })
    }
}

/// Turns every column so that its component of largest magnitude is positive.
fn with_fixed_signs(mut u: Array2<f64>) -> Array2<f64> {
    for mut column in u.columns_mut() {
        let largest = column
            .iter()
            .fold(0.0, |a: f64, &b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            column.mapv_inplace(|component| -component);
        }
    }
    u
}

/// Puts eigenvalues into descending order, after a look at what is known about them.
fn descending(ascending: &Array1<f64>, moment: &Array2<f64>) -> Result<Vec<f64>> {
    let mut lambda: Vec<_> = ascending.iter().rev().copied().collect();
    let largest = lambda.first().copied().unwrap_or_default();
    let rounding = largest.abs() * lambda.len() as f64 * f64::EPSILON;
    for value in &mut lambda {
        if value.is_nan() || *value < -rounding {
            return Err(Error::out_of_range(
                "lambda",
                *value,
                "zero or more, but for rounding",
            ));
        }
        // Adding zero turns -0.0 into 0.0.
        *value = value.max(0.0) + 0.0;
    }
    let (sum, trace) = (lambda.iter().sum::<f64>(), moment.diag().sum());
    if (sum - trace).abs() > rounding * lambda.len() as f64 {
        return Err(Error::Disagreement {
            what: "the sum of the eigenvalues and the trace".to_owned(),
            expected: trace.to_string(),
            found: sum.to_string(),
        });
    }
    Ok(lambda)
}

/// The eigenvalues of `X^T X / N` (averaged, uncentred) and what they were computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// The name of the data set, in lower-case letters, digits, `-` and `_`.
    pub dataset: String,
    /// The number of images, `N`, from the beginning of the training images.
    pub samples: usize,
    /// [`Images::fingerprint`] of the whole data set.
    pub fingerprint: String,
    /// The eigenvalues in descending order, none negative.
    pub lambda: Vec<f64>,
}

impl Spectrum {
    /// How well a recomputed spectrum agrees with a stored one, relative to the largest eigenvalue.
    ///
    /// Other versions of LAPACK round otherwise, by some `D EPSILON`; other data differ by far
    /// more.
    pub const TOLERANCE: f64 = 1e-10;

    /// Computes the spectrum of the first `samples` training images.
    ///
    /// # Errors
    /// As [`second_moment`] and [`Eigen::of`].
    pub fn of_images(images: &Images, samples: usize) -> Result<Self> {
        let moment = second_moment(&images.train, samples)?;
        // `eigvalsh` of ndarray-linalg 0.18 has LAPACK compute the eigenvectors, too, which takes ten times as long.
        let mut work = moment.clone();
        let layout = work.square_layout()?;
        let values = f64::eigh(false, layout, UPLO::Lower, work.as_allocated_mut()?);
        let values = values.map_err(LinalgError::from)?;
        let spectrum = Self {
            dataset: images.dataset.name().to_owned(),
            samples,
            fingerprint: images.fingerprint(),
            lambda: descending(&Array1::from(values), &moment)?,
        };
        Ok(spectrum)
    }

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
                include_str!("../../../../data/spectra/mnist-50000.csv"),
            ),
            DataSet::Cifar10 => (
                "data/spectra/cifar10-30000.csv",
                include_str!("../../../../data/spectra/cifar10-30000.csv"),
            ),
        };
        Self::parse(text, Path::new(file))
    }

    /// Half the sum of the eigenvalues: `1/(2N) ||X||_F^2`, the loss of a network that gives zeros.
    pub fn half_trace(&self) -> f64 {
        self.lambda.iter().sum::<f64>() / 2.0
    }

    /// Insists that `other` is the same spectrum, up to `tolerance` times the largest eigenvalue.
    ///
    /// # Errors
    /// [`Error::Disagreement`], naming what differs, and among eigenvalues the worst.
    pub fn agrees_with(&self, other: &Self, tolerance: f64) -> Result<()> {
        let differ = |what: String, expected: String, found: String| {
            Err(Error::Disagreement {
                what,
                expected,
                found,
            })
        };
        let origin = |spectrum: &Self| {
            let Self {
                dataset,
                samples,
                fingerprint,
                lambda,
            } = spectrum;
            format!(
                "{} modes of {samples} images of {dataset} {fingerprint}",
                lambda.len()
            )
        };
        if origin(self) != origin(other) {
            return differ(
                "the origin of the spectrum".into(),
                origin(other),
                origin(self),
            );
        }
        let differences = self
            .lambda
            .iter()
            .zip(&other.lambda)
            .map(|(a, b)| (a - b).abs());
        // NaN sorts above every number here, so it is found.
        let worst = differences
            .enumerate()
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        let allowed = tolerance * other.lambda.first().copied().unwrap_or_default();
        match worst {
            Some((mode, difference)) if difference.is_nan() || difference > allowed => differ(
                format!("eigenvalue of mode {mode}"),
                format!("{:?} within {allowed:e}", other.lambda[mode]),
                format!("{:?}", self.lambda[mode]),
            ),
            _ => Ok(()),
        }
    }

    /// The content of a CSV file. Numbers have as many digits as it takes to read the same ones
    /// back.
    pub fn to_csv(&self) -> String {
        let Self {
            dataset,
            samples,
            fingerprint,
            lambda,
        } = self;
        let mut text = format!(
            "# dataset: {dataset}\n# samples: {samples}\n# modes: {}\n# fingerprint: {fingerprint}\n\
             # convention: {CONVENTION}\nmode,lambda\n",
            lambda.len()
        );
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

    /// Understands the content of a CSV file; `file` is named in messages.
    ///
    /// # Errors
    /// [`Error::Line`], naming file and line, for anything that [`Spectrum::to_csv`] would not
    /// write: a key that is missing, unknown or there twice, a wrong number of modes, a mode out of
    /// order, an eigenvalue that is negative, not finite or larger than the one before.
    pub fn parse(text: &str, file: &Path) -> Result<Self> {
        let head = Head::parse(text, file)?;
        let lambda = read_rows(text, &head, file)?;
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

/// The lines that begin with `#`.
struct Head {
    dataset: String,
    samples: usize,
    modes: usize,
    fingerprint: String,
}

const KEYS: [&str; 5] = ["dataset", "samples", "modes", "fingerprint", "convention"];

impl Head {
    fn parse(text: &str, file: &Path) -> Result<Self> {
        let mut values: [Option<(u64, &str)>; 5] = [None; 5];
        for (number, line) in (1..).zip(text.lines()) {
            let Some(line_text) = line.strip_prefix('#') else {
                continue;
            };
            let (key, value) = line_text.split_once(':').unwrap_or((line_text, ""));
            let index = KEYS.iter().position(|known| *known == key.trim());
            let Some(index) = index.filter(|&index| values[index].is_none()) else {
                return Err(at(file, number, format!("each of {KEYS:?} once"), line));
            };
            values[index] = Some((number, value.trim()));
        }
        let get = |index: usize| {
            let key = KEYS[index];
            values[index].ok_or_else(|| at(file, 1, format!("a line \"# {key}: ...\""), "none"))
        };
        let head = Self {
            dataset: check(get(0)?, file, "a name", is_name)?.to_owned(),
            samples: count(get(1)?, file)?,
            modes: count(get(2)?, file)?,
            fingerprint: check(get(3)?, file, "64 hexadecimal digits", is_hash)?.to_owned(),
        };
        check(get(4)?, file, CONVENTION, |text| text == CONVENTION)?;
        head.check_modes(get(2)?, file)
    }

    /// A data set that is known has a known number of modes.
    fn check_modes(self, (line, found): (u64, &str), file: &Path) -> Result<Self> {
        match self.dataset.parse::<DataSet>() {
            Ok(known) if known.pixels() != self.modes => {
                Err(at(file, line, format!("{} modes", known.pixels()), found))
            }
            _ => Ok(self),
        }
    }
}

/// Reads the header and the modes. There is nothing to quote in them, so a comma is a comma.
fn read_rows(text: &str, head: &Head, file: &Path) -> Result<Vec<f64>> {
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.starts_with('#'));
    let end = 1 + text.lines().count() as u64;
    let (number, header) = lines.next().unwrap_or((end, "the end"));
    if header != "mode,lambda" {
        return Err(at(file, number, "mode,lambda", header));
    }
    let mut lambda: Vec<f64> = Vec::new();
    for mode in 0..head.modes {
        let (number, line) = lines.next().unwrap_or((end, "the end"));
        let limit = lambda.last().copied().unwrap_or(f64::MAX);
        let (first, second) = line.split_once(',').unwrap_or((line, ""));
        // The range excludes NaN and infinity too.
        match second.parse::<f64>() {
            Ok(value) if first == mode.to_string() && (0.0..=limit).contains(&value) => {
                lambda.push(value);
            }
            _ => {
                let expected = format!("mode {mode} and a number from 0 to {limit:?}");
                return Err(at(file, number, expected, line));
            }
        }
    }
    match lines.next() {
        Some((number, line)) => Err(at(
            file,
            number,
            format!("the end after {} modes", head.modes),
            line,
        )),
        None => Ok(lambda),
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
