//! The published values of Figure 6, compared with its tables.

use serde_json::Value;

use super::rows::{Mapping, Spectrum};
use crate::Result;
use crate::experiments::Model;
use crate::experiments::common::published::{Curve, comparable, curves, dataset, found};
use crate::settings::walk::at;
use crate::tables::{Found, Published, Tables};

/// Settings of a data set that may differ from the paper's without preventing a comparison.
pub(crate) const FREE: &[&str] = &["samples", "directions", "other_sigmas"];

/// The curves in the tables.
pub(crate) fn read(tables: &Tables) -> Result<Vec<Curve>> {
    let rows = tables.rows::<Mapping>()?.into_iter();
    let curve = |row: &Mapping| (row.dataset, row.model, row.mode);
    let rows = rows.map(|row| (curve(&row), row.epoch, row.mapping, None));
    Ok(curves(rows))
}

pub(super) fn find(value: &Published, [own, paper]: [&Value; 2], tables: &Tables) -> Result<Found> {
    let dataset = dataset(value)?;
    found(comparable(own, paper, dataset, FREE), || {
        let curves = read(tables)?;
        let of_value = |c: &&Curve| {
            c.dataset == dataset && c.model.name() == value.model && Some(c.mode) == value.mode
        };
        let Some(curve) = curves.iter().find(of_value) else {
            return Ok(f64::NAN);
        };
        let mapping = curve.at(value.epoch);
        Ok(match value.quantity.as_str() {
            "mapping" => mapping,
            "half_rise_epoch" => {
                let epoch = curve.half_rise(mapping);
                epoch.map_or(f64::NAN, |epoch| epoch as f64)
            }
            "mapping_minus_shrinkage" if curve.model == Model::Dae => {
                let rows = tables.rows::<Spectrum>()?;
                let own_mode = |row: &&Spectrum| row.dataset == dataset && row.mode == curve.mode;
                let mut own_rows = rows.iter().filter(own_mode);
                let lambda = own_rows.next().map_or(f64::NAN, |row| row.lambda);
                let sigma = at(own, &format!("{dataset}.sigma")).and_then(Value::as_f64);
                let sigma = sigma.unwrap_or(f64::NAN);
                mapping - lambda / (lambda + sigma * sigma)
            }
            _ => f64::NAN,
        })
    })
}
