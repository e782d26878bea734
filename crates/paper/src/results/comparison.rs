//! Every published value beside what the tables say: `tables/comparison.csv`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Recorded;
use crate::Result;
use crate::experiments::Figure;
use crate::tables::{self, Check, Found, Origin, Published, Tables, Verdict};

/// Where the table is, below the folder of a profile.
pub const FILE: &str = "tables/comparison.csv";

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
    /// Where the value was published, the reason for the tolerance, and any remark.
    pub note: String,
}

impl Row {
    /// The value as a check.
    pub fn check(&self) -> Check {
        Check {
            quantity: self.quantity.clone(),
            origin: Origin::Published,
            expected: self.published,
            found: self.reproduced.unwrap_or(f64::NAN),
            tolerance: self.tolerance,
            reason: self.note.clone(),
            measured: self.verdict != Verdict::NotMeasured,
            corrects: false,
        }
    }
}

/// Compares the published values of a figure with its tables, made with some settings; each with a note.
pub fn of(figure: Figure, settings: &Value, tables: &Tables) -> Result<Vec<(Check, String)>> {
    let values = tables::published(figure.name())?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let paper = figure.paper_settings()?;
    let compare = |value: &Published| {
        let experiment = figure.experiment();
        let found = experiment.published(value, [settings, &paper], tables)?;
        Ok(match found {
            Found::Value(found, remark) => (value.check(found), value.note(&remark)),
            Found::NotComparable(why) => not_compared(value, &why),
        })
    };
    values.iter().map(compare).collect()
}

fn not_compared(value: &Published, why: &str) -> (Check, String) {
    let check = value.check(f64::NAN).not_measured(why);
    (check, value.note(why))
}

/// All published values and what the recorded tables say about them.
pub fn rows(recorded: &Recorded) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &figure in Figure::ALL {
        let compared = match recorded.records.get(&figure) {
            Some(record) => of(figure, &record.inputs.settings, &recorded.tables())?,
            None => {
                let why = format!("{figure} has not been made");
                let open = |value: &Published| not_compared(value, &why);
                let values = tables::published(figure.name())?;
                values.iter().map(open).collect()
            }
        };
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        rows.extend(compared.into_iter().map(|(check, note)| Row {
            figure: figure.name().to_owned(),
            published: check.expected,
            reproduced: finite(check.found),
            deviation: finite(check.deviation()),
            tolerance: check.tolerance,
            verdict: check.verdict(),
            quantity: check.quantity,
            note,
        }));
    }
    Ok(rows)
}
