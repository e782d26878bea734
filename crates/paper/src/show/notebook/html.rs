//! HTML that a notebook may show: tables without scripts or style sheets, so that static viewers show them too.

use std::fmt::Write as _;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Words, on the left.
    Text(String),
    /// A number, on the right.
    Number(String),
    /// Words that stand out.
    Strong(String),
}

/// A table with a line under it.
#[derive(Debug, Clone, Default)]
pub(super) struct HtmlTable {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// What is said below.
    pub caption: String,
}

impl Cell {
    fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Number(words) | Self::Strong(words) => words,
        }
    }
}

impl HtmlTable {
    /// The table as HTML.
    pub fn html(&self) -> String {
        let mut out = String::from("<table>\n<thead><tr>");
        // Writing to a String cannot fail.
        for name in &self.header {
            let _ = write!(out, "<th>{}</th>", escaped(name));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for cell in row {
                let words = escaped(cell.words());
                let _ = match cell {
                    Cell::Number(_) => write!(out, "<td align=\"right\">{words}</td>"),
                    Cell::Text(_) => write!(out, "<td style=\"text-align:left\">{words}</td>"),
                    Cell::Strong(_) => {
                        write!(out, "<td style=\"text-align:left\"><b>{words}</b></td>")
                    }
                };
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>");
        if !self.caption.is_empty() {
            let _ = write!(out, "\n<p>{}</p>", escaped(&self.caption));
        }
        out
    }

    /// The table as text in columns, for viewers that show no HTML.
    pub fn text(&self) -> String {
        let width = |(column, name): (usize, &String)| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let words = cells.map(Cell::words).chain([name.as_str()]);
            words.map(|words| words.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = self.header.iter().enumerate().map(width).collect();
        let header: Vec<Cell> = self.header.iter().cloned().map(Cell::Text).collect();
        let mut out = String::new();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut line = String::new();
            for (cell, &width) in row.iter().zip(&widths) {
                let _ = match cell {
                    Cell::Number(words) => write!(line, "{words:>width$}  "),
                    cell => write!(line, "{:<width$}  ", cell.words()),
                };
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push_str(&self.caption);
        out.trim_end().to_owned()
    }
}

/// Text that means itself inside an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_holds_cannot_become_markup() {
        let nasty = "<script>alert(\"1\")</script> & 'x'";
        let table = HtmlTable {
            header: vec![nasty.to_owned()],
            rows: vec![
                vec![Cell::Text(nasty.to_owned())],
                vec![Cell::Strong(nasty.to_owned())],
                vec![Cell::Number("1".to_owned())],
            ],
            caption: nasty.to_owned(),
        };
        let html = table.html();
        assert!(!html.contains("<script") && !html.contains("'x'"), "{html}");
        let shown = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;";
        assert_eq!(html.matches(shown).count(), 4);
        assert_eq!(html.matches("<td").count(), html.matches("</td>").count());
        assert_eq!(html.matches("<tr>").count(), 4);
    }

    #[test]
    fn text_has_aligned_columns() {
        let row = |a: &str, b: &str| vec![Cell::Text(a.to_owned()), Cell::Number(b.to_owned())];
        let table = HtmlTable {
            header: vec!["name".to_owned(), "w".to_owned()],
            rows: vec![row("λ", "1.5"), row("epsilon", "10")],
            caption: "2 rows".to_owned(),
        };
        assert_eq!(
            table.text(),
            "name     w\nλ        1.5\nepsilon   10\n2 rows"
        );
    }
}
