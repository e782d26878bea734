//! Settings in layers: those of the paper, what a profile changes, what the command line changes; and which layer is to
//! blame for a value that is refused.

use std::collections::BTreeMap;

use dae::Settings as _;
use toml::{Table, Value};

use super::AllSettings;
use crate::{Error, Result, documented, starts};

/// Settings that were read but not yet looked at.
#[derive(Debug, Clone)]
pub(super) struct Layers {
    table: Table,
    /// Where the value of each key comes from.
    origin: BTreeMap<String, String>,
}

/// A figure and what its check said.
type Refused = (&'static str, dae::Error);

impl Layers {
    /// The settings that all others change: every key has to be here.
    ///
    /// # Errors
    /// Text that is not TOML.
    pub(super) fn base(file: &str, text: &str) -> Result<Self> {
        let table = parse(file, text)?;
        let mut origin = BTreeMap::new();
        for key in keys(&table, "") {
            origin.insert(key, file.to_owned());
        }
        Ok(Self { table, origin })
    }

    /// Replaces values by those of a further layer, which may only name keys that exist.
    ///
    /// # Errors
    /// Text that is not TOML, an unknown key, or a value in place of a table.
    pub(super) fn overlay(&mut self, file: &str, text: &str) -> Result<()> {
        let overlay = parse(file, text)?;
        let known: Vec<String> = self.origin.keys().cloned().collect();
        for key in keys(&overlay, "") {
            let (value, old) = (at(&overlay, &key), at_mut(&mut self.table, &key));
            let (Some(value), Some(old)) = (value, old.filter(|old| !old.is_table())) else {
                return Err(refused(file, unknown(&key, &known)));
            };
            *old = value.clone();
            self.origin.insert(key, file.to_owned());
        }
        Ok(())
    }

    /// The values as they are.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// The settings, every one of them checked.
    ///
    /// # Errors
    /// A value that is missing, of the wrong type or out of its range; the message has the layer that it comes from, its
    /// name and what is allowed.
    pub(super) fn settings(&self) -> Result<AllSettings> {
        let settings = serde_path_to_error::deserialize(self.table.clone())
            .map_err(|error| self.wrong_type(&error))?;
        validate(&settings).map_err(|error| self.out_of_range(error))?;
        Ok(settings)
    }

    /// Where the value of a key comes from; a key that is nowhere is missing in the base.
    fn file(&self, key: &str) -> &str {
        let within = format!("{key}.");
        let mut found = self.origin.iter();
        found
            .find(|(name, _)| *name == key || name.starts_with(&within))
            .map_or("paper.toml", |(_, file)| file)
    }

    fn wrong_type(&self, error: &serde_path_to_error::Error<toml::de::Error>) -> Error {
        let path = error.path().to_string();
        let message = error.inner().message().trim();
        // What is missing is named by the message, its table by the path.
        if let Some(name) = message.strip_prefix("missing field ") {
            let name = name.trim_matches('`');
            let key = match path.as_str() {
                "." => name.to_owned(),
                table => format!("{table}.{name}"),
            };
            return refused(
                self.file(&key),
                format!("{key} is missing{}", allowed(&key)),
            );
        }
        let key = path.split('[').next().unwrap_or_default();
        let value = at(&self.table, key).map_or(String::new(), |value| format!(" = {value}"));
        let message = message
            .replace("expected f64", "expected a number")
            .replace("expected u64", "expected a whole number, 0 or more")
            .replace("expected usize", "expected a whole number, 0 or more");
        let problem = format!("{key}{value}: {message}{}", allowed(key));
        refused(self.file(key), problem)
    }

    fn out_of_range(&self, (figure, error): Refused) -> Error {
        let dae::Error::OutOfRange {
            name,
            value,
            allowed,
        } = error
        else {
            return error.into();
        };
        let key = self.culprit(figure, name, &value);
        let related = self.related(figure, allowed);
        let problem = format!("{key} = {value} is out of range: it must be {allowed}{related}");
        refused(self.file(&key), problem)
    }

    /// Which of the settings of a figure that have the same name is the one that was refused.
    fn culprit(&self, figure: &'static str, name: &str, value: &str) -> String {
        let named: Vec<String> = self.named(figure, name);
        let same = |error: &Refused| matches!(&error.1, dae::Error::OutOfRange { name: n, value: v, .. } if *n == name && v == value);
        // The first one without which that complaint is not heard: one for the data set after it, with the same value,
        // would be heard still.
        let other = |key: &&String| {
            let mut without = self.table.clone();
            let (Some(slot), Some(good)) = (at_mut(&mut without, key), paper_value(key)) else {
                return false;
            };
            *slot = good;
            let settings: std::result::Result<AllSettings, _> = without.try_into();
            settings.is_ok_and(|settings| !validate(&settings).is_err_and(|e| same(&e)))
        };
        let found = named.iter().find(other).or(named.first());
        found.map_or_else(|| format!("{figure}.{name}"), Clone::clone)
    }

    /// The values of the settings that a range speaks of.
    fn related(&self, figure: &str, range: &str) -> String {
        let words = range.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let mut values = Vec::new();
        for key in words.flat_map(|word| self.named(figure, word)) {
            if let Some(value) = at(&self.table, &key) {
                values.push(format!("{key} = {value}"));
            }
        }
        if values.is_empty() {
            String::new()
        } else {
            format!(" ({})", values.join(", "))
        }
    }

    /// The keys of a figure that end in a name, MNIST before CIFAR-10, which is the order of the checks.
    fn named(&self, figure: &str, name: &str) -> Vec<String> {
        let (start, end) = (format!("{figure}."), format!(".{name}"));
        let all = self.origin.keys().rev();
        all.filter(|key| key.starts_with(&start) && key.ends_with(&end))
            .cloned()
            .collect()
    }
}

/// Looks at every setting of every figure.
fn validate(settings: &AllSettings) -> std::result::Result<(), Refused> {
    // Taken apart so that a figure cannot be added and forgotten here.
    let AllSettings {
        seed: _,
        fig1,
        fig2,
        fig3,
        fig4,
        fig5,
        fig6,
    } = settings;
    let of = |figure: &'static str| move |error: dae::Error| (figure, error);
    fig1.validate().map_err(of("fig1"))?;
    published(&fig1.trials).map_err(of("fig1"))?;
    fig2.validate().map_err(of("fig2"))?;
    fig3.validate().map_err(of("fig3"))?;
    fig4.validate().map_err(of("fig4"))?;
    published(&fig4.trials).map_err(of("fig4"))?;
    fig5.validate().map_err(of("fig5"))?;
    fig6.validate().map_err(of("fig6"))
}

/// Refuses trials whose start was not published.
fn published(trials: &[usize]) -> dae::Result<()> {
    match trials
        .iter()
        .find(|&&trial| starts::published(trial).is_err())
    {
        None => Ok(()),
        Some(trial) => Err(dae::Error::out_of_range(
            "trials",
            trial,
            "one of those in data/figure1_starts.csv",
        )),
    }
}

/// The value of a key in the paper's settings.
fn paper_value(key: &str) -> Option<Value> {
    let (file, text) = super::Profile::Paper.file();
    at(&parse(file, text).ok()?, key).cloned()
}

fn allowed(key: &str) -> String {
    documented::range(key).map_or(String::new(), |range| format!("; allowed: {range}"))
}

fn refused(file: &str, problem: String) -> Error {
    Error::SettingsFile {
        file: file.to_owned(),
        problem,
    }
}

/// Says that a key does not exist, and which one may have been meant.
fn unknown(key: &str, known: &[String]) -> String {
    let within = format!("{key}.");
    if let Some(one) = known.iter().find(|known| known.starts_with(&within)) {
        return format!("`{key}` is a group of settings; change one of them, such as {one}");
    }
    let closeness = |known: &&String| (strsim::jaro_winkler(key, known) * 1e6) as u64;
    match known.iter().max_by_key(closeness) {
        Some(near) if strsim::jaro_winkler(key, near) > 0.8 => {
            let range = allowed(near);
            format!("`{key}` is not a setting; did you mean `{near}`?{range}")
        }
        _ => format!("`{key}` is not a setting; crates/paper/settings/paper.toml has all of them"),
    }
}

/// Reads TOML that sets at least one value; what is wrong with it is said in one line.
fn parse(file: &str, text: &str) -> Result<Table> {
    let table: Table = text
        .parse()
        .map_err(|error| refused(file, not_toml(text, &error)))?;
    if table.is_empty() {
        let problem = format!("sets nothing; write {FORM}");
        return Err(refused(file, problem));
    }
    Ok(table)
}

const FORM: &str = "NAME = VALUE, such as fig6.mnist.samples = 5000, with words in quotes";

fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let line = lines.get(number).copied().unwrap_or_default();
    let message = error.message().trim().replace('\n', " ");
    // The group is the last one that was opened above.
    let name = line.split('=').next().unwrap_or_default().trim();
    let mut above = lines.iter().take(number).rev();
    let group = above.find_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    let key = group.map_or(name.to_owned(), |group| format!("{group}.{name}"));
    let allowed = allowed(&key);
    let number = number + 1;
    format!("line {number}, `{line}`: {message}; write {FORM}{allowed}")
}

/// The keys of all values that are not tables, or are empty ones, such as `fig5.mnist.alpha`.
fn keys(table: &Table, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value {
            Value::Table(inner) if !inner.is_empty() => {
                found.extend(keys(inner, &format!("{key}.")))
            }
            _ => found.push(key),
        }
    }
    found
}

fn at<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((first, rest)) => at(table.get(first)?.as_table()?, rest),
    }
}

fn at_mut<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    match key.split_once('.') {
        None => table.get_mut(key),
        Some((first, rest)) => at_mut(table.get_mut(first)?.as_table_mut()?, rest),
    }
}
