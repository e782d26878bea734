//! The settings of a figure as a table, beside those of the paper.

use serde::Serialize;
use serde_json::Value;

use super::html::{Cell, HtmlTable};
use super::show::{Content, Show};
use crate::Result;
use crate::experiments::{AllSettings, Figure};
use crate::settings::{Documented, documented, to_json, walk};

/// Settings with the paper's beside them, their units and their ranges.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsTable {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    name: String,
    here: String,
    paper: String,
    unit: String,
    range: String,
}

impl SettingsTable {
    /// Lists every setting of a figure.
    ///
    /// # Errors
    /// Settings without a JSON form.
    pub fn new(figure: Figure, settings: &impl Serialize, paper: &AllSettings) -> Result<Self> {
        let (here, paper) = (to_json(settings)?, to_json(paper)?);
        let documented = documented(figure.about().documentation);
        // In the order of the documentation, which has those of the data sets last; MNIST first.
        let place = |key: &str| {
            let (group, name) = key.rsplit_once('.').unwrap_or(("", key));
            let rank = documented.iter().position(|d| d.name == name);
            (group.len(), rank)
        };
        let mut leaves = walk::leaves(&here);
        leaves.sort_by_key(|(key, _)| place(key));
        let row = |(key, value): (String, &Value)| {
            let (_, rank) = place(&key);
            let Documented { unit, range, .. } = rank
                .and_then(|rank| documented.get(rank))
                .cloned()
                .unwrap_or_default();
            let published = walk::at(&paper, &format!("{figure}.{key}"));
            Row {
                here: shown(value),
                paper: published.map(shown).unwrap_or_default(),
                name: key,
                unit,
                range,
            }
        };
        let rows = leaves.into_iter().map(row).collect();
        Ok(Self { rows })
    }
}

impl Show for SettingsTable {
    fn contents(&self) -> Vec<Content> {
        let row = |row: &Row| {
            let here = if row.here == row.paper {
                Cell::Text
            } else {
                Cell::Strong
            };
            vec![
                Cell::Text(row.name.clone()),
                here(row.here.clone()),
                Cell::Text(row.paper.clone()),
                Cell::Text(row.unit.clone()),
                Cell::Text(row.range.clone()),
            ]
        };
        let changed = self.rows.iter().filter(|row| row.here != row.paper).count();
        let caption = match changed {
            0 => "All as in the paper.".to_owned(),
            1 => "In bold: the one that differs from the paper.".to_owned(),
            count => format!("In bold: the {count} that differ from the paper."),
        };
        Content::table(&HtmlTable {
            header: ["setting", "here", "paper", "unit", "range"]
                .map(str::to_owned)
                .to_vec(),
            rows: self.rows.iter().map(row).collect(),
            caption,
        })
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        // All digits, but no long row of zeros.
        Value::Number(number) => match number.as_f64() {
            Some(value) if value != 0.0 && value.abs() < 1e-3 => format!("{value:e}"),
            _ => number.to_string().trim_end_matches(".0").to_owned(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::load;
    use crate::settings::Profile;

    fn of(figure: Figure, profile: Profile) -> SettingsTable {
        let paper = load(Profile::Paper).unwrap().0;
        let all = serde_json::to_value(load(profile).unwrap().0).unwrap();
        SettingsTable::new(figure, &all[figure.name()], &paper).unwrap()
    }

    #[test]
    fn every_setting_of_every_figure_has_a_range() {
        for figure in Figure::ALL.iter().copied() {
            let table = of(figure, Profile::Paper);
            assert!(table.rows.len() >= 5);
            for row in table.rows {
                assert!(!row.range.is_empty(), "{figure}: {}", row.name);
                assert_eq!(row.here, row.paper);
            }
        }
    }

    #[test]
    fn what_differs_from_the_paper_stands_out() {
        let table = of(Figure::Fig5, Profile::Quick);
        let row = table
            .rows
            .iter()
            .find(|row| row.name == "cifar10.directions")
            .unwrap();
        assert_eq!((row.here.as_str(), row.paper.as_str()), ("768", "3072"));
        let html = table.contents().remove(0).text;
        assert!(
            html.contains("<b>768</b>") && html.contains("the one that differs"),
            "{html}"
        );
        assert_eq!(html.matches("<b>").count(), 1);
    }
}
