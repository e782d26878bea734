//! The protocol by which the Rust kernel shows more than text, and what is shown by it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use polars::prelude::{AnyValue, DataFrame};

use super::super::number::significant;
use super::html::{Cell, HtmlTable};
use crate::plot::{self, Picture};
use crate::tables::Table;
use crate::tables::{Check, Origin, Tally};

/// Rows that a table may have before its middle is left out.
const MOST: usize = 24;
/// Rows that are shown of a longer one.
const ROWS: usize = 10;

/// One form of something that is shown; the viewer takes the richest that it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Such as `text/html`.
    pub mime: &'static str,
    /// The text, or the bytes in base 64.
    pub text: String,
}

/// Something that a notebook can show.
///
/// The kernel calls [`Show::evcxr_display`] on the last expression of a cell, by that name.
pub trait Show {
    /// Its forms, at most one of each kind.
    fn contents(&self) -> Vec<Content>;

    /// Hands all forms to the kernel, which puts them into the output of the cell.
    fn evcxr_display(&self) {
        for Content { mime, text } in self.contents() {
            evcxr_runtime::mime_type(mime).text(text);
        }
    }
}

impl Content {
    /// Plain text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            mime: "text/plain",
            text: text.into(),
        }
    }

    /// A PNG file.
    pub(super) fn png(bytes: &[u8]) -> Self {
        Self {
            mime: "image/png",
            text: STANDARD.encode(bytes),
        }
    }

    /// A table, as HTML and as text.
    pub(super) fn table(table: &HtmlTable) -> Vec<Self> {
        let html = Self {
            mime: "text/html",
            text: table.html(),
        };
        vec![html, Self::text(table.text())]
    }
}

impl Show for Picture {
    /// The PNG, which is smaller than most of the SVGs, and the title for those who cannot see it.
    fn contents(&self) -> Vec<Content> {
        let title = self.svg.split_once("<title id=\"title\">");
        let title = title.and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map_or("a figure", |(title, _)| title);
        let plain = title
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        vec![Content::png(&self.png), Content::text(plain)]
    }
}

impl Show for Table {
    fn contents(&self) -> Vec<Content> {
        match self.frame() {
            Ok(rows) => Content::table(&frame(&rows, self.name)),
            Err(error) => vec![Content::text(error.to_string())],
        }
    }
}

impl Show for DataFrame {
    fn contents(&self) -> Vec<Content> {
        Content::table(&frame(self, ""))
    }
}

impl Show for [Check] {
    fn contents(&self) -> Vec<Content> {
        Content::table(&checks(self))
    }
}

impl Show for Vec<Check> {
    fn contents(&self) -> Vec<Content> {
        self.as_slice().contents()
    }
}

impl Show for Check {
    fn contents(&self) -> Vec<Content> {
        std::slice::from_ref(self).contents()
    }
}

/// The first and the last rows of a frame, with its shape.
fn frame(frame: &DataFrame, name: &str) -> HtmlTable {
    let columns = frame.columns();
    let height = frame.height();
    let row = |index: usize| -> Vec<Cell> {
        let values = columns.iter().map(|column| column.get(index));
        values
            .map(|value| value.map_or(Cell::Text(String::new()), cell))
            .collect()
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if height <= MOST {
        rows.extend((0..height).map(row));
    } else {
        rows.extend((0..ROWS / 2).map(row));
        rows.push(
            columns
                .iter()
                .map(|_| Cell::Number("…".to_owned()))
                .collect(),
        );
        rows.extend((height - ROWS / 2..height).map(row));
    }
    let head = if name.is_empty() {
        String::new()
    } else {
        format!("{name}: ")
    };
    let [height, width] = [height, columns.len()].map(plot::thousands);
    HtmlTable {
        header: columns
            .iter()
            .map(|column| column.name().to_string())
            .collect(),
        rows,
        caption: format!("{head}{height} rows × {width} columns"),
    }
}

fn cell(value: AnyValue) -> Cell {
    match value {
        AnyValue::String(text) => Cell::Text(text.to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        AnyValue::Null => Cell::Text(String::new()),
        AnyValue::Float64(value) => Cell::Number(significant(value, 6)),
        AnyValue::Float32(value) => Cell::Number(significant(f64::from(value), 6)),
        other => Cell::Number(other.to_string()),
    }
}

/// Each expectation with what was found, its tolerance and the verdict.
fn checks(checks: &[Check]) -> HtmlTable {
    let row = |check: &Check| {
        let origin = match check.origin {
            Origin::Published => "published",
            Origin::Theory => "theory",
            Origin::Claim => "claim",
        };
        vec![
            Cell::Text(check.quantity.clone()),
            Cell::Number(significant(check.expected, 6)),
            Cell::Number(significant(check.found, 6)),
            Cell::Number(significant(check.tolerance, 6)),
            Cell::Strong(check.verdict().to_string()),
            Cell::Text(format!("{origin}: {}", check.reason)),
        ]
    };
    let header = [
        "quantity",
        "expected",
        "found",
        "tolerance",
        "verdict",
        "from, and why this tolerance",
    ];
    let passed = Tally::of(checks).holding();
    let caption = if checks.is_empty() {
        "Nothing was published for these settings, so nothing is compared.".to_owned()
    } else {
        format!("{passed} of {} within tolerance", checks.len())
    };
    HtmlTable {
        header: header.map(str::to_owned).to_vec(),
        rows: checks.iter().map(row).collect(),
        caption,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::Column;

    fn numbers(count: usize) -> DataFrame {
        let values: Vec<f64> = (0..count).map(|i| i as f64 / 3.0).collect();
        let names: Vec<String> = (0..count).map(|i| format!("<{i}>")).collect();
        DataFrame::new_infer_height(vec![
            Column::new("name".into(), names),
            Column::new("value".into(), values),
        ])
        .unwrap()
    }

    #[test]
    fn a_short_frame_is_shown_whole_and_a_long_one_without_its_middle() {
        let [html, text] = &numbers(3).contents()[..] else {
            panic!("two forms")
        };
        assert_eq!((html.mime, text.mime), ("text/html", "text/plain"));
        assert_eq!(html.text.matches("<tr>").count(), 1 + 3);
        assert!(html.text.contains("&lt;2&gt;") && html.text.contains("0.666667"));
        assert!(html.text.contains("3 rows × 2 columns"));
        let long = numbers(6030).contents().remove(0).text;
        assert_eq!(long.matches("<tr>").count(), 1 + ROWS + 1);
        assert!(long.contains("&lt;6029&gt;") && long.contains("6,030 rows × 2 columns"));
        assert!(long.len() < 4_000, "{}", long.len());
    }

    #[test]
    fn a_failed_check_is_seen_and_counted() {
        let checks = vec![
            Check::theory("a", 1.0, 1.05, 0.1, "why"),
            Check::theory("b", 1.0, f64::NAN, 0.1, "why"),
        ];
        let html = checks.contents().remove(0).text;
        assert!(html.contains("<b>pass</b>") && html.contains("<b>FAIL</b>"));
        assert!(html.contains("1 of 2 within tolerance"));
    }

    #[test]
    fn a_picture_is_a_png_with_its_title() {
        let picture = Picture {
            svg: "<svg><title id=\"title\">a &lt; b</title></svg>".to_owned(),
            png: vec![0, 255, 7, 9],
        };
        let [png, text] = &picture.contents()[..] else {
            panic!("two forms")
        };
        assert_eq!((png.mime, text.text.as_str()), ("image/png", "a < b"));
        assert_eq!(STANDARD.decode(&png.text).unwrap(), picture.png);
        assert!(!png.text.contains('\n'), "the kernel reads line by line");
    }
}
