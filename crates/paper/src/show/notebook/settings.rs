//! The settings of a figure as a table, beside those of the paper.

use serde::Serialize;
use serde_json::Number;

use super::super::number::setting;
use super::html::{Cell, Table};
use super::{Content, Show};
use crate::Result;
use crate::experiments::{AllSettings, Figure};
use crate::settings::{documented, to_json, walk};

/// Settings with the paper's beside them, their units and their ranges.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsTable {
    /// Name, value here, value in the paper, unit and range of each.
    pub rows: Vec<[String; 5]>,
}

impl SettingsTable {
    /// Lists every setting of a figure.
    pub fn new(figure: Figure, settings: &impl Serialize, paper: &AllSettings) -> Result<Self> {
        let (here, paper) = (to_json(settings)?, to_json(paper)?);
        let documented = documented(figure.about().documentation);
        // In the order of the documentation, which lists those of the data sets last; MNIST comes first.
        let place = |key: &str| {
            let (group, name) = key.rsplit_once('.').unwrap_or(("", key));
            let rank = documented.iter().position(|own| own.name == name);
            (group.len(), rank)
        };
        let mut leaves = walk::leaves(&here);
        leaves.sort_by_key(|(key, _)| place(key));
        let rows = leaves.into_iter().map(|(key, value)| {
            let known = place(&key).1.and_then(|rank| documented.get(rank));
            let known = known.cloned().unwrap_or_default();
            let published = walk::at(&paper, &format!("{figure}.{key}"));
            let published = published.map(|value| setting(value, digits));
            let value = setting(value, digits);
            [
                key,
                value,
                published.unwrap_or_default(),
                known.unit,
                known.range,
            ]
        });
        Ok(Self {
            rows: rows.collect(),
        })
    }
}

impl Show for SettingsTable {
    fn contents(&self) -> Vec<Content> {
        let row = |[name, here, paper, unit, range]: &[String; 5]| {
            let value = match here == paper {
                true => Cell::Text,
                false => Cell::Strong,
            };
            let text = |words: &String| Cell::Text(words.clone());
            let here = value(here.clone());
            vec![text(name), here, text(paper), text(unit), text(range)]
        };
        let differ = self
            .rows
            .iter()
            .filter(|[_, here, paper, ..]| here != paper);
        let changed = differ.count();
        let table = Table {
            header: vec!["setting", "here", "paper", "unit", "range"],
            rows: self.rows.iter().map(row).collect(),
            caption: match changed {
                0 => "All as in the paper.".to_owned(),
                1 => "In bold: the one that differs from the paper.".to_owned(),
                count => format!("In bold: the {count} that differ from the paper."),
            },
        };
        table.contents()
    }
}

/// All digits, but no long row of zeros.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if value != 0.0 && value.abs() < 1e-3 => format!("{value:e}"),
        _ => number.to_string().trim_end_matches(".0").to_owned(),
    }
}
