//! The settings of a figure as a table, beside those of the paper.

use serde::Serialize;
use serde_json::Value;

use super::html::{Cell, HtmlTable};
use super::show::{Content, Show};
use crate::comparison::entry;
use crate::settings::AllSettings;
use crate::experiments::Figure;
use crate::{Error, Result};

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
        let json = |error: serde_json::Error| Error::io("settings")(error.into());
        let here = serde_json::to_value(settings).map_err(json)?;
        let paper = serde_json::to_value(paper).map_err(json)?;
        let mut rows = Vec::new();
        list(
            "",
            &here,
            entry(&paper, figure.name()),
            &documented(figure),
            &mut rows,
        );
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

/// Goes through nested settings, in their order.
fn list(
    prefix: &str,
    here: &Value,
    paper: &Value,
    documented: &[[String; 3]],
    rows: &mut Vec<Row>,
) {
    let Value::Object(settings) = here else {
        return;
    };
    // In the order of the documentation; JSON has them by the alphabet. Those of a data set come last, MNIST first.
    let rank = |name: &str| documented.iter().position(|[known, _, _]| known == name);
    let mut settings: Vec<_> = settings.iter().collect();
    settings.sort_by_key(|(name, _)| rank(name).map_or((1, name.len()), |rank| (0, rank)));
    for (name, value) in settings {
        let path = format!("{prefix}{name}");
        if value.is_object() {
            list(&format!("{path}."), value, &paper[name], documented, rows);
            continue;
        }
        let [_, unit, range] = documented
            .iter()
            .find(|[documented, _, _]| documented == name)
            .cloned()
            .unwrap_or_default();
        rows.push(Row {
            name: path,
            here: shown(value),
            paper: shown(&paper[name]),
            unit,
            range,
        });
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

/// Name, unit and range of every setting, from the table in the documentation of the settings: the one place where
/// they are written down.
fn documented(figure: Figure) -> Vec<[String; 3]> {
    let source = match figure {
        Figure::Fig1 => include_str!("../experiments/fig1/settings.rs"),
        Figure::Fig2 => include_str!("../experiments/fig2/settings.rs"),
        Figure::Fig3 => include_str!("../experiments/fig3/settings.rs"),
        Figure::Fig4 => include_str!("../experiments/fig4/settings.rs"),
        Figure::Fig5 => include_str!("../experiments/fig5/settings.rs"),
        Figure::Fig6 => include_str!("../experiments/fig6/settings.rs"),
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line
            .strip_prefix("/// |")?
            .split('|')
            .map(str::trim)
            .collect();
        let [name, _paper, unit, range, ""] = cells[..] else {
            return None;
        };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        Some([name, unit, range].map(|text| text.replace('`', "")))
    };
    source.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{self, Profile};

    fn of(figure: Figure, profile: Profile) -> SettingsTable {
        let paper = profile::load(Profile::Paper).unwrap().0;
        let all = serde_json::to_value(profile::load(profile).unwrap().0).unwrap();
        SettingsTable::new(figure, &all[figure.name()], &paper).unwrap()
    }

    #[test]
    fn every_setting_of_every_figure_has_a_range() {
        for figure in Figure::ALL {
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
