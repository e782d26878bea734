//! Units and ranges of the settings, from the tables in their documentation: the one place where they are written.

use super::schema::Schema;

/// What the documentation says of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Documented {
    /// Its name: the part after the last dot.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its range.
    pub range: String,
}

/// The settings that a source file documents, in order: rows `/// | name | value in the paper | unit | range |`.
pub fn documented(source: &str) -> Vec<Documented> {
    let row = |line: &str| {
        let cells = line.strip_prefix("/// |")?.split('|').map(str::trim);
        let [name, _paper, unit, range, ""] = cells.collect::<Vec<_>>()[..] else {
            return None;
        };
        let name = name.strip_prefix('`')?.strip_suffix('`')?.to_owned();
        let [unit, range] = [unit, range].map(|text| text.replace('`', ""));
        Some(Documented { name, unit, range })
    };
    source.lines().filter_map(row).collect()
}

/// The range of a setting, such as `fig5.mnist.alpha`; `None` if there is no such setting.
pub(super) fn range<S: Schema>(key: &str) -> Option<String> {
    if key == "seed" {
        return Some(format!("a whole number from 0 to {}", i64::MAX));
    }
    let (experiment, rest) = key.split_once('.')?;
    let name = rest.rsplit('.').next()?;
    let all = documented(S::documentation(experiment)?).into_iter();
    let mut own = all.filter(|setting| setting.name == name);
    Some(own.next()?.range)
}
