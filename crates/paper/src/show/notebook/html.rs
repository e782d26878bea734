//! HTML that a notebook may show: tables without scripts or style sheets, so that static viewers show them too.

use super::Content;

/// One cell of a table: left-aligned text, a right-aligned number, or emphasised text.
pub(super) enum Cell {
    Text(String),
    Number(String),
    Strong(String),
}

/// A table with a line under it.
pub(super) struct Table<'a> {
    pub header: Vec<&'a str>,
    /// Rows with as many cells as the header.
    pub rows: Vec<Vec<Cell>>,
    pub caption: String,
}

impl Cell {
    fn words(&self) -> &str {
        match self {
            Self::Text(words) | Self::Number(words) | Self::Strong(words) => words,
        }
    }

    fn html(&self) -> String {
        let words = escaped(self.words());
        match self {
            Self::Number(_) => format!("<td align=\"right\">{words}</td>"),
            Self::Text(_) => format!("<td style=\"text-align:left\">{words}</td>"),
            Self::Strong(_) => format!("<td style=\"text-align:left\"><b>{words}</b></td>"),
        }
    }
}

impl Table<'_> {
    /// The table as HTML and as text.
    pub fn contents(&self) -> Vec<Content> {
        let html = Content {
            mime: "text/html",
            text: self.html(),
        };
        vec![html, Content::text(self.text())]
    }

    fn html(&self) -> String {
        let names = self.header.iter();
        let names: String = names
            .map(|name| format!("<th>{}</th>", escaped(name)))
            .collect();
        let mut out = format!("<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            let cells: String = row.iter().map(Cell::html).collect();
            out += &format!("<tr>{cells}</tr>\n");
        }
        out += "</tbody>\n</table>";
        if !self.caption.is_empty() {
            out += &format!("\n<p>{}</p>", escaped(&self.caption));
        }
        out
    }

    /// The table as text in columns, for viewers that show no HTML.
    fn text(&self) -> String {
        let width = |(column, name): (usize, &&str)| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widths = cells.map(|cell| cell.words().chars().count());
            widths.fold(name.chars().count(), usize::max)
        };
        let widths: Vec<usize> = self.header.iter().enumerate().map(width).collect();
        let padded = |(cell, &width): (&Cell, &usize)| match cell {
            Cell::Number(words) => format!("{words:>width$}  "),
            Cell::Text(words) | Cell::Strong(words) => format!("{words:<width$}  "),
        };
        let line = |row: &Vec<Cell>| row.iter().zip(&widths).map(padded).collect::<String>();
        let header = self
            .header
            .iter()
            .map(|&name| Cell::Text(name.to_owned()))
            .collect();
        let mut out = String::new();
        for row in std::iter::once(&header).chain(&self.rows) {
            out += line(row).trim_end();
            out.push('\n');
        }
        (out + &self.caption).trim_end().to_owned()
    }
}

/// Text escaped for use inside an element or an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
