//! The tables of the parts, and what their rows share.

use std::path::Path;

use paper::system::files;
use paper::system::provenance::{Provenance, Session};
use paper::tables::read::to_csv;
use serde::Serialize;

/// Provenance of a table.
#[derive(Serialize)]
struct Record {
    table: String,
    sha256: String,
    provenance: Provenance,
}

/// Writes a table and its record, and prints it.
pub fn write(
    to: &Path,
    name: &str,
    session: &Session,
    rows: &[impl Serialize],
) -> anyhow::Result<()> {
    let table = format!("{name}.csv");
    let bytes = to_csv(rows, &table)?;
    files::write(&to.join(&table), &bytes)?;
    let record = Record {
        table,
        sha256: files::sha256(&bytes),
        provenance: session.provenance(session.elapsed().as_secs_f64()),
    };
    let path = to.join(format!("{name}.json"));
    files::write(&path, &files::json(&path, &record)?)?;
    println!("{}", String::from_utf8_lossy(&bytes));
    Ok(())
}

/// A measured cost and its target.
#[derive(Debug, Serialize)]
pub struct Cost {
    what: &'static str,
    measured: f64,
    unit: &'static str,
    target: f64,
    met: bool,
}

impl Cost {
    pub fn new(what: &'static str, measured: f64, unit: &'static str, target: f64) -> Self {
        eprintln!("{what}: {measured:.3} {unit}");
        Self {
            what,
            measured,
            unit,
            target,
            met: measured < target,
        }
    }
}

/// Median, minimum and maximum.
pub fn spread(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let last = sorted.len().saturating_sub(1);
    let median = (at(last / 2) + at(sorted.len() / 2)) / 2.0;
    [median, at(0), at(last)]
}
