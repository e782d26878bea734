//! Settings in layers: the paper's, then changes by a profile, then changes by the command line; and which layer is to
//! blame for a refused value.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use toml::{Table, Value};

use super::documented::range;
use super::profile::Profile;
use super::schema::Schema;
use super::walk::{at, leaves};
use crate::{Error, Result};

/// Settings that were read but not yet checked.
#[derive(Debug, Clone)]
pub(super) struct Layers<S> {
    pub(super) tree: Value,
    /// Where the value of each key comes from.
    origin: BTreeMap<String, String>,
    schema: PhantomData<S>,
}

/// A figure and what its check said.
type Refused = (&'static str, dae::Error);

impl<S: Schema> Layers<S> {
    /// The base settings, which all others change: every key has to be here.
    pub(super) fn base(file: &str, text: &str) -> Result<Self> {
        let tree = parse::<S>(file, text)?;
        let (keys, schema) = (leaves(&tree).into_iter(), PhantomData);
        let origin = keys.map(|(key, _)| (key, file.to_owned())).collect();
        Ok(Self {
            tree,
            origin,
            schema,
        })
    }

    /// Replaces values by those of a further layer, which may only name keys that exist.
    pub(super) fn overlay(&mut self, file: &str, text: &str) -> Result<()> {
        let overlay = parse::<S>(file, text)?;
        for (key, value) in leaves(&overlay) {
            let Some(old) = at_mut(&mut self.tree, &key).filter(|old| !old.is_table()) else {
                return Err(refused(file, self.unknown(&key)));
            };
            *old = value.clone();
            self.origin.insert(key, file.to_owned());
        }
        Ok(())
    }

    /// The settings, all of them checked. An error names the layer that a value comes from, the key, and what is
    /// allowed.
    pub(super) fn settings(&self) -> Result<S> {
        let read = serde_path_to_error::deserialize(self.tree.clone());
        let settings: S = read.map_err(|error| self.wrong_type(&error))?;
        match settings.validate() {
            Ok(()) => Ok(settings),
            Err(error) => Err(self.out_of_range(error)),
        }
    }

    /// The file that the value of a key comes from; a key found nowhere is missing in the base.
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
        // The message names what is missing, the path its table.
        if let Some(name) = message.strip_prefix("missing field ") {
            let name = name.trim_matches('`');
            let key = match path.as_str() {
                "." => name.to_owned(),
                table => format!("{table}.{name}"),
            };
            let problem = format!("{key} is missing{}", allowed::<S>(&key));
            return refused(self.file(&key), problem);
        }
        let key = path.split('[').next().unwrap_or_default();
        let value = at(&self.tree, key).map_or(String::new(), |value| format!(" = {value}"));
        let whole = "expected a whole number, 0 or more";
        let message = message.replace("expected f64", "expected a number");
        let message = message.replace("expected u64", whole);
        let message = message.replace("expected usize", whole);
        let problem = format!("{key}{value}: {message}{}", allowed::<S>(key));
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

    /// The refused setting, among those of a figure with the same name.
    fn culprit(&self, figure: &'static str, name: &str, value: &str) -> String {
        let named: Vec<String> = self.named(figure, name);
        let same = |error: &Refused| matches!(&error.1, dae::Error::OutOfRange { name: n, value: v, .. } if *n == name && v == value);
        // The first one whose paper value silences the complaint. If another data set has the same bad value, nothing
        // does, and the first one is blamed.
        let other = |key: &&String| {
            let mut without = self.tree.clone();
            if let (Some(slot), Some(good)) = (at_mut(&mut without, key), paper_value::<S>(key)) {
                *slot = good;
            }
            let settings: Result<S, _> = without.try_into();
            settings.is_ok_and(|settings| !settings.validate().is_err_and(|e| same(&e)))
        };
        let found = named.iter().find(other).or(named.first());
        found.map_or_else(|| format!("{figure}.{name}"), Clone::clone)
    }

    /// The values of the settings that a range mentions.
    fn related(&self, figure: &str, range: &str) -> String {
        let words = range.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let keys = words.flat_map(|word| self.named(figure, word));
        let value = |key: String| Some(format!("{key} = {}", at(&self.tree, &key)?));
        match keys.filter_map(value).collect::<Vec<_>>() {
            values if values.is_empty() => String::new(),
            values => format!(" ({})", values.join(", ")),
        }
    }

    /// Says that a key does not exist, and which one may have been meant.
    fn unknown(&self, key: &str) -> String {
        let within = format!("{key}.");
        let known = || self.origin.keys();
        if let Some(one) = known().find(|known| known.starts_with(&within)) {
            return format!("`{key}` is a group of settings; change one of them, such as {one}");
        }
        let closeness = |known: &&String| (strsim::jaro_winkler(key, known) * 1e6) as u64;
        match known().max_by_key(closeness) {
            Some(near) if strsim::jaro_winkler(key, near) > 0.8 => {
                let range = allowed::<S>(near);
                format!("`{key}` is not a setting; did you mean `{near}`?{range}")
            }
            _ => format!("`{key}` is not a setting; {ALL}"),
        }
    }

    /// The keys of a figure that end in a name, MNIST before CIFAR-10, which is the order of the checks.
    fn named(&self, figure: &str, name: &str) -> Vec<String> {
        let (start, end) = (format!("{figure}."), format!(".{name}"));
        let own = |key: &&String| key.starts_with(&start) && key.ends_with(&end);
        self.origin.keys().rev().filter(own).cloned().collect()
    }
}

const ALL: &str = "crates/paper/settings/paper.toml has all of them";

/// The value of a key in the paper's settings.
fn paper_value<S: Schema>(key: &str) -> Option<Value> {
    let (file, text) = Profile::Paper.file();
    at(&parse::<S>(file, text).ok()?, key).cloned()
}

fn allowed<S: Schema>(key: &str) -> String {
    range::<S>(key).map_or(String::new(), |range| format!("; allowed: {range}"))
}

fn refused(file: &str, problem: String) -> Error {
    Error::SettingsFile {
        file: file.to_owned(),
        problem,
    }
}

/// Parses TOML that sets at least one value; what is wrong with it is said in one line.
fn parse<S: Schema>(file: &str, text: &str) -> Result<Value> {
    let problem = match text.parse::<Table>() {
        Ok(table) if !table.is_empty() => return Ok(Value::Table(table)),
        Ok(_) => format!("sets nothing; write {FORM}"),
        Err(error) => not_toml::<S>(text, &error),
    };
    Err(refused(file, problem))
}

const FORM: &str = "NAME = VALUE, such as fig6.mnist.samples = 5000, with words in quotes";

fn not_toml<S: Schema>(text: &str, error: &toml::de::Error) -> String {
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
    let (allowed, number) = (allowed::<S>(&key), number + 1);
    format!("line {number}, `{line}`: {message}; write {FORM}{allowed}")
}

/// The value at a key, to be changed.
fn at_mut<'a>(tree: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    key.split('.')
        .try_fold(tree, |tree, name| tree.get_mut(name))
}
