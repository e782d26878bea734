//! Every published value beside what the tables say: `tables/comparison.csv`.

use std::fmt;
use std::path::Path;

use dae::data::{DataSet, Spectrum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::Check;
use crate::experiments::Model;
use crate::profile::{self, Profile};
use crate::published::{self, Published};
use crate::recorded::Recorded;
use crate::regenerate::Figure;
use crate::sheet::Sheet;
use crate::{Error, Result, files};

/// Where the table is, below the folder of a profile.
pub const FILE: &str = "tables/comparison.csv";

/// What became of an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// Within its tolerance.
    #[serde(rename = "pass")]
    Pass,
    /// Not within its tolerance.
    #[serde(rename = "FAIL")]
    Fail,
    /// A claim of the paper that does not hold as stated; what holds instead is within its tolerance.
    #[serde(rename = "corrected")]
    Corrected,
    /// What it is about was not made, or not with settings that allow the comparison.
    #[serde(rename = "not measured")]
    NotMeasured,
}

impl Verdict {
    /// The verdict on several things together.
    ///
    /// One that fails decides. Otherwise what was measured does: a correction says more than the rest passing, and what
    /// was not measured says nothing, so that it counts only where nothing else is there.
    pub fn of_all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let weight = |verdict: &Self| match verdict {
            Self::NotMeasured => 0,
            Self::Pass => 1,
            Self::Corrected => 2,
            Self::Fail => 3,
        };
        let heaviest = verdicts.into_iter().max_by_key(weight);
        heaviest.unwrap_or(Self::NotMeasured)
    }

    /// As [`Verdict::of_all`] in words, with how much was measured where that is not all.
    pub fn of_all_in_words(verdicts: &[Self]) -> String {
        let measured = verdicts.iter().filter(|&&one| one != Self::NotMeasured);
        match (measured.count(), Self::of_all(verdicts.iter().copied())) {
            (0, _) => "not measured yet".to_owned(),
            (measured, all) if measured < verdicts.len() => {
                format!("{all} ({measured} of {} measures)", verdicts.len())
            }
            (_, all) => all.to_string(),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::Corrected => "corrected",
            Self::NotMeasured => "not measured",
        })
    }
}

/// One published value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Figure, such as `fig5`.
    pub figure: String,
    /// What it is, such as `mnist AE loss at epoch 100`.
    pub quantity: String,
    /// The published value.
    pub published: f64,
    /// Ours.
    pub reproduced: Option<f64>,
    /// Ours minus the published one.
    pub deviation: Option<f64>,
    /// Largest absolute deviation that counts as agreement.
    pub tolerance: f64,
    /// Whether they agree.
    pub verdict: Verdict,
    /// Where the value was published, the reason of the tolerance, and what else there is to know.
    pub note: String,
}

/// A published value and what the tables have to say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The value.
    pub published: Published,
    /// What was found; NaN if the tables should hold it and do not.
    pub found: Found,
}

/// What the tables say about a published value.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A value, and in what harmless way its settings differ from the paper's.
    Value(f64, String),
    /// The settings differ from the paper's so that the values cannot be compared.
    NotComparable(String),
}

/// Compares the published values of a figure with its tables.
///
/// # Errors
/// Damaged tables.
pub fn of(
    figure: Figure,
    settings: &Value,
    table: &dyn Fn(&str) -> Result<Sheet>,
) -> Result<Vec<Comparison>> {
    let values = published::of(figure.name())?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let paper = serde_json::to_value(profile::load(Profile::Paper)?.0);
    let paper = paper.map_err(|error| Error::io("settings")(error.into()))?;
    let found = |value: &Published| match figure {
        Figure::Fig5 => fig5(value, settings, entry(&paper, "fig5"), table),
        Figure::Fig6 => fig6(value, settings, entry(&paper, "fig6"), table),
        // A published value of another figure would need its own lines here: until then it counts as missing.
        _ => Ok(Found::Value(f64::NAN, String::new())),
    };
    values
        .into_iter()
        .map(|published| {
            Ok(Comparison {
                found: found(&published)?,
                published,
            })
        })
        .collect()
}

impl Comparison {
    /// As a check, if the values can be compared.
    pub fn check(&self) -> Option<Check> {
        match self.found {
            Found::Value(found, _) => Some(self.published.check(found)),
            Found::NotComparable(_) => None,
        }
    }

    fn row(&self) -> Row {
        let value = &self.published;
        let check = self.check();
        let verdict = match &check {
            None => Verdict::NotMeasured,
            Some(check) if check.passes() => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        let (Found::Value(_, remark) | Found::NotComparable(remark)) = &self.found;
        let finite = |value: f64| value.is_finite().then_some(value);
        Row {
            figure: value.figure.clone(),
            quantity: value.name(),
            published: value.value,
            reproduced: check.as_ref().and_then(|check| finite(check.found)),
            deviation: check
                .as_ref()
                .and_then(|check| finite(check.found - value.value)),
            tolerance: value.tolerance,
            verdict,
            note: note(value, remark),
        }
    }
}

fn note(value: &Published, remark: &str) -> String {
    let remark = if remark.is_empty() {
        String::new()
    } else {
        format!("; {remark}")
    };
    format!(
        "published: {}; tolerance: {}{remark}",
        value.source, value.reason
    )
}

/// All published values and what the recorded tables say about them.
///
/// # Errors
/// Damaged tables.
pub fn rows(recorded: &Recorded) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for figure in Figure::ALL {
        match recorded.records.get(&figure) {
            Some(record) => {
                let table = |name: &str| recorded.table(name);
                let compared = of(figure, &record.inputs.settings, &table)?;
                rows.extend(compared.iter().map(Comparison::row));
            }
            None => rows.extend(published::of(figure.name())?.into_iter().map(|published| {
                let found = Found::NotComparable(format!("{figure} has not been made"));
                Comparison { published, found }.row()
            })),
        }
    }
    Ok(rows)
}

/// The table as CSV text.
///
/// # Errors
/// Rows that have no CSV form.
pub fn csv<R: Serialize>(rows: &[R], file: &str) -> Result<Vec<u8>> {
    let broken = |problem: String| Error::io(file)(std::io::Error::other(problem));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer
            .serialize(row)
            .map_err(|error| broken(error.to_string()))?;
    }
    writer
        .into_inner()
        .map_err(|error| broken(error.to_string()))
}

/// Reads the table of a profile.
///
/// # Errors
/// No table, or a damaged one.
pub fn read(folder: &Path) -> Result<Vec<Row>> {
    read_rows(folder, FILE)
}

pub(crate) fn read_rows<R: for<'a> Deserialize<'a>>(folder: &Path, file: &str) -> Result<Vec<R>> {
    let path = folder.join(file);
    let text = std::fs::read(&path).map_err(Error::io(&path))?;
    let rows = csv::Reader::from_reader(text.as_slice()).into_deserialize();
    rows.collect::<Result<_, _>>()
        .map_err(|error| Error::Damaged {
            file: file.to_owned(),
            problem: error.to_string(),
        })
}

/// Writes a file if its content is not there already.
pub(crate) fn write_if_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    files::write(path, bytes)
}

fn fig5(
    value: &Published,
    settings: &Value,
    paper: &Value,
    table: &dyn Fn(&str) -> Result<Sheet>,
) -> Result<Found> {
    let dataset = dataset(value)?;
    // The spectrum is the same whatever is trained on it.
    match (value.quantity.as_str(), value.mode) {
        ("half_trace", _) => {
            let found = Spectrum::committed(dataset)?.half_trace();
            return Ok(Found::Value(
                found,
                "from the committed spectrum".to_owned(),
            ));
        }
        ("trace", _) => {
            let found = 2.0 * Spectrum::committed(dataset)?.half_trace();
            return Ok(Found::Value(
                found,
                "from the committed spectrum".to_owned(),
            ));
        }
        ("lambda", Some(mode)) => return lambda(value, dataset, mode, table),
        _ => {}
    }
    // Directions that are dropped add their whole variance to the loss, which is done exactly.
    let remark = match comparable(settings, paper, dataset, &["directions"]) {
        Ok(remark) => remark,
        Err(why) => return Ok(Found::NotComparable(why)),
    };
    let sheet = table("fig5_loss.csv")?;
    let epochs = sheet.counts("epoch")?.into_iter();
    let losses = epochs.zip(sheet.numbers("loss")?).collect();
    let mut of_run = rows_of(&sheet, value, losses)?.into_iter();
    let at = of_run.find(|&(epoch, _)| Some(epoch) == value.epoch);
    Ok(Found::Value(at.map_or(f64::NAN, |(_, loss)| loss), remark))
}

fn lambda(
    value: &Published,
    dataset: DataSet,
    mode: usize,
    table: &dyn Fn(&str) -> Result<Sheet>,
) -> Result<Found> {
    let sheet = table("fig5_dynamics.csv")?;
    let found = match row_of(&sheet, &value.dataset, Some(mode))? {
        Some(row) => sheet.numbers("lambda")?.get(row).copied(),
        None => None,
    };
    Ok(match found {
        Some(lambda) => Found::Value(lambda, String::new()),
        None => {
            let spectrum = Spectrum::committed(dataset)?;
            let found = spectrum.lambda.get(mode).copied().unwrap_or(f64::NAN);
            Found::Value(found, "from the committed spectrum".to_owned())
        }
    })
}

/// The first row of a mode of a data set.
fn row_of(sheet: &Sheet, dataset: &str, mode: Option<usize>) -> Result<Option<usize>> {
    let names = sheet.words("dataset")?.into_iter();
    let mut rows = names.zip(sheet.counts("mode")?);
    Ok(rows.position(|(name, found)| name == dataset && Some(found as usize) == mode))
}

fn fig6(
    value: &Published,
    settings: &Value,
    paper: &Value,
    table: &dyn Fn(&str) -> Result<Sheet>,
) -> Result<Found> {
    let free = ["samples", "directions", "other_sigmas"];
    let remark = match comparable(settings, paper, dataset(value)?, &free) {
        Ok(remark) => remark,
        Err(why) => return Ok(Found::NotComparable(why)),
    };
    let curve = Curve::read(&table("fig6_mapping.csv")?, value)?;
    let found = match value.quantity.as_str() {
        "mapping" => curve.at(value.epoch),
        "half_rise_epoch" => curve.half_rise(curve.at(value.epoch)),
        "mapping_minus_shrinkage" if value.model == Model::Dae.name() => {
            let sheet = table("fig6_spectrum.csv")?;
            let row = row_of(&sheet, &value.dataset, value.mode)?;
            let lambda = sheet.numbers("lambda")?;
            let lambda = row.and_then(|row| lambda.get(row));
            let sigma = entry(entry(settings, &value.dataset), "sigma").as_f64();
            match (lambda, sigma) {
                (Some(lambda), Some(sigma)) => {
                    curve.at(value.epoch) - lambda / (lambda + sigma * sigma)
                }
                _ => f64::NAN,
            }
        }
        _ => f64::NAN,
    };
    Ok(Found::Value(found, remark))
}

/// One mode of one training run, over the recorded epochs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub epochs: Vec<u64>,
    pub mappings: Vec<f64>,
}

impl Curve {
    fn read(sheet: &Sheet, value: &Published) -> Result<Self> {
        let times = sheet.counts_by_row(["mode", "epoch"])?.into_iter();
        let rows = times.zip(sheet.numbers("mapping")?).collect();
        let of_run = rows_of(sheet, value, rows)?.into_iter();
        let own = of_run.filter(|&([mode, _], _)| Some(mode as usize) == value.mode);
        let (epochs, mappings) = own.map(|([_, epoch], mapping)| (epoch, mapping)).unzip();
        Ok(Self { epochs, mappings })
    }

    fn at(&self, epoch: Option<u64>) -> f64 {
        let mut points = self.epochs.iter().zip(&self.mappings);
        let at = points.find(|&(&at, _)| Some(at) == epoch);
        at.map_or(f64::NAN, |(_, &mapping)| mapping)
    }

    /// First recorded epoch above half of a value.
    pub fn half_rise(&self, of: f64) -> f64 {
        let mut points = self.epochs.iter().zip(&self.mappings);
        let above = points.find(|&(_, &mapping)| mapping > 0.5 * of);
        above.map_or(f64::NAN, |(&epoch, _)| epoch as f64)
    }
}

/// What the rows of the data set and the model of a value have, of what all rows have.
fn rows_of<T>(sheet: &Sheet, value: &Published, rows: Vec<T>) -> Result<Vec<T>> {
    let runs = sheet.words_by_row(["dataset", "model"])?.into_iter();
    let own = runs
        .zip(rows)
        .filter(|(run, _)| *run == [&value.dataset, &value.model]);
    Ok(own.map(|(_, row)| row).collect())
}

fn dataset(value: &Published) -> Result<DataSet> {
    let found = DataSet::ALL
        .into_iter()
        .find(|dataset| dataset.name() == value.dataset);
    found.ok_or_else(|| Error::Repository {
        file: "data/published.csv".to_owned(),
        problem: format!("`{}` is not a data set", value.dataset),
    })
}

/// What settings say under a name: null, which no setting is, if they do not have it.
pub(crate) fn entry<'a>(settings: &'a Value, name: &str) -> &'a Value {
    static NULL: Value = Value::Null;
    settings.get(name).unwrap_or(&NULL)
}

/// Whether settings are the paper's as far as a data set goes, but for those of the data set that are free: these in
/// words. The settings of the other data set make no difference.
///
/// # Errors
/// The settings that differ, in words.
pub(crate) fn comparable(
    settings: &Value,
    paper: &Value,
    dataset: DataSet,
    free: &[&str],
) -> Result<String, String> {
    let (mut harmless, mut serious) = (Vec::new(), Vec::new());
    let empty = serde_json::Map::new();
    let entries = |value: &Value| value.as_object().unwrap_or(&empty).clone();
    for (key, value) in entries(paper) {
        let own = entry(settings, &key);
        if DataSet::ALL.iter().all(|dataset| dataset.name() != key) && *own != value {
            serious.push(format!("{key} = {own} instead of {value}"));
        }
    }
    for (key, value) in entries(entry(paper, dataset.name())) {
        let own = entry(entry(settings, dataset.name()), &key);
        if *own != value {
            let words = format!("{key} = {own} instead of {value}");
            if free.contains(&key.as_str()) {
                harmless.push(words);
            } else {
                serious.push(words);
            }
        }
    }
    if serious.is_empty() {
        Ok(if harmless.is_empty() {
            String::new()
        } else {
            format!("with {}", harmless.join(", "))
        })
    } else {
        Err(format!("not comparable: {}", serious.join(", ")))
    }
}
