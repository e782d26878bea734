//! The published values of Figure 5, compared with its tables.

use dae::data::Spectrum;
use serde_json::Value;

use super::rows::{Dynamics, Loss};
use crate::Result;
use crate::experiments::common::published::{
    Curve, comparable, curves, dataset, found, of_spectrum,
};
use crate::tables::{Found, Published, Tables};

/// Settings of a data set that make no difference: the whole variance of dropped directions is added to the loss,
/// exactly.
pub(crate) const FREE: &[&str] = &["directions"];

/// The curves in the tables.
pub(crate) fn read(tables: &Tables) -> Result<Vec<Curve>> {
    let rows = tables.rows::<Dynamics>()?.into_iter();
    let curve = |row: &Dynamics| (row.dataset, row.model, row.mode);
    let rows = rows.map(|row| (curve(&row), row.epoch, row.mapping, Some(row.theory)));
    Ok(curves(rows))
}

pub(super) fn find(value: &Published, [own, paper]: [&Value; 2], tables: &Tables) -> Result<Found> {
    let dataset = dataset(value)?;
    // The spectrum does not depend on training.
    if value.quantity == "lambda" {
        let rows = tables.rows::<Dynamics>()?;
        let drawn = |row: &&Dynamics| row.dataset == dataset && Some(row.mode) == value.mode;
        if let Some(row) = rows.iter().find(drawn) {
            return Ok(Found::Value(row.lambda, String::new()));
        }
    }
    if ["lambda", "trace", "half_trace"].contains(&value.quantity.as_str()) {
        let value = of_spectrum(&Spectrum::committed(dataset)?, value);
        let remark = "from the committed spectrum".to_owned();
        return Ok(Found::Value(value.unwrap_or(f64::NAN), remark));
    }
    found(comparable(own, paper, dataset, FREE), || {
        let rows = tables.rows::<Loss>()?;
        let own = |row: &&Loss| row.dataset == dataset && row.model.name() == value.model;
        let mut own = rows.iter().filter(own);
        let at = own.find(|row| Some(row.epoch) == value.epoch);
        Ok(at.map_or(f64::NAN, |row| row.loss))
    })
}
