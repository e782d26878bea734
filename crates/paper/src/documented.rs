//! The ranges of the settings, from the tables in their documentation: the one place where they are written.

use crate::regenerate::Figure;

/// The range of a setting, such as `fig5.mnist.alpha`; `None` if there is no such setting.
pub fn range(key: &str) -> Option<String> {
    if key == "seed" {
        return Some(format!("a whole number from 0 to {}", i64::MAX));
    }
    let (figure, rest) = key.split_once('.')?;
    let figure = Figure::ALL.into_iter().find(|f| f.name() == figure)?;
    let name = rest.rsplit('.').next()?;
    let source = match figure {
        Figure::Fig1 => include_str!("experiments/fig1/settings.rs"),
        Figure::Fig2 => include_str!("experiments/fig2/settings.rs"),
        Figure::Fig3 => include_str!("experiments/fig3/settings.rs"),
        Figure::Fig4 => include_str!("experiments/fig4/settings.rs"),
        Figure::Fig5 => include_str!("experiments/fig5/settings.rs"),
        Figure::Fig6 => include_str!("experiments/fig6/settings.rs"),
    };
    // "/// | `name` | value of the paper | unit | range |"
    let rows = source
        .lines()
        .filter_map(|line| line.strip_prefix("/// | "));
    let mut cells = rows.map(|row| row.split('|').map(str::trim));
    let mut row = cells.find(|row| row.clone().next() == Some(&format!("`{name}`")))?;
    Some(row.nth(3)?.replace('`', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_found_at_every_depth() {
        assert_eq!(range("fig2.w0").unwrap(), "0 to 1, not 0");
        assert_eq!(range("fig5.mnist.hidden").unwrap(), "1 to 1e4");
        assert!(range("seed").unwrap().contains("9223372036854775807"));
        assert_eq!(range("fig2.nothing"), None);
        assert_eq!(range("fig9.alpha"), None);
    }
}
