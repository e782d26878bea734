//! The protocol by which the Rust kernel shows more than text, and what is shown by it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use polars::prelude::{AnyValue, DataFrame};

use super::super::number::significant;
use super::html::{self, Cell};
use crate::plot::{Picture, thousands};
use crate::tables::{Check, Origin, Table, Tally};

/// Rows that a table may have before its middle is left out.
const MOST: usize = 24;
/// Rows shown of a longer one.
const ROWS: usize = 10;

/// One form of what is shown; the viewer takes the richest that it knows.
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
        frame(&self.frame, &format!("{}: ", self.name))
    }
}

impl Show for DataFrame {
    fn contents(&self) -> Vec<Content> {
        frame(self, "")
    }
}

impl Show for [Check] {
    /// Each expectation with what was found, its tolerance and the verdict.
    fn contents(&self) -> Vec<Content> {
        let row = |check: &Check| {
            let origin = match check.origin {
                Origin::Published => "published",
                Origin::Theory => "theory",
                Origin::Claim => "claim",
            };
            let number = |value| Cell::Number(significant(value, 6));
            vec![
                Cell::Text(check.quantity.clone()),
                number(check.expected),
                number(check.found),
                number(check.tolerance),
                Cell::Strong(check.verdict().to_string()),
                Cell::Text(format!("{origin}: {}", check.reason)),
            ]
        };
        let (holding, all) = (Tally::of(self).holding(), self.len());
        let table = html::Table {
            header: vec![
                "quantity",
                "expected",
                "found",
                "tolerance",
                "verdict",
                "from, and why this tolerance",
            ],
            rows: self.iter().map(row).collect(),
            caption: match all {
                0 => "Nothing was published for these settings, so nothing is compared.".to_owned(),
                _ => format!("{holding} of {all} within tolerance"),
            },
        };
        table.contents()
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
fn frame(frame: &DataFrame, name: &str) -> Vec<Content> {
    let (columns, height) = (frame.columns(), frame.height());
    let row = |index: usize| -> Vec<Cell> {
        let values = columns.iter().map(|column| column.get(index));
        values
            .map(|value| cell(value.unwrap_or(AnyValue::Null)))
            .collect()
    };
    let rows = if height <= MOST {
        (0..height).map(row).collect()
    } else {
        let gap = columns.iter().map(|_| Cell::Number("…".to_owned()));
        let mut rows: Vec<Vec<Cell>> = (0..ROWS / 2).map(row).collect();
        rows.push(gap.collect());
        rows.extend((height - ROWS / 2..height).map(row));
        rows
    };
    let [height, width] = [height, columns.len()].map(thousands);
    let table = html::Table {
        header: columns
            .iter()
            .map(|column| column.name().as_str())
            .collect(),
        rows,
        caption: format!("{name}{height} rows × {width} columns"),
    };
    table.contents()
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
