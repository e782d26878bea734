//! Figures as data, drawn as SVG and PNG.
//!
//! A figure is a [`Page`] of [`Row`]s of [`Panel`]s, and a panel holds [`Mark`]s (lines, markers, arrows, a [`Field`]
//! of colours) on two axes, or a [`Surface`] on three. Legends and colour bars are [`Strip`]s under a row, where they
//! cover no data. [`Page::draw`] lays the page out, so that frames line up and labels have room, and returns a
//! [`Picture`] with both files. [`Tiles`] are rows of small images, drawn as PNG alone.
//!
//! # Example
//!
//! ```
//! use plot::{Axis, BLUE, Entry, Mark, Page, Panel, Row, Strip, Stroke};
//!
//! let t: Vec<f64> = (0..=200).map(|k| f64::from(k) / 20.0).collect();
//! let x: Vec<f64> = t.iter().map(|t| (-0.3 * t).exp() * t.cos()).collect();
//! let stroke = Stroke::solid(BLUE, 2.4);
//! let marks = vec![Mark::line(t, &x, stroke)];
//! let (time, x) = (Axis::linear("time", [0.0, 10.0], 5), Axis::linear("x", [-1.0, 1.0], 4));
//! let row = Row::new(0.4, vec![Panel::plane("a damped oscillator", time, x, marks)]);
//! let page = Page {
//!     title: "A damped oscillator".to_owned(),
//!     description: "Displacement against time.".to_owned(),
//!     rows: vec![row.with_strip(Strip::legend("", vec![Entry::line(stroke, "rate 0.3")]))],
//! };
//! let picture = page.draw()?;
//! assert!(picture.svg.starts_with("<svg") && picture.png.starts_with(b"\x89PNG"));
//! # Ok::<(), plot::Error>(())
//! ```
//!
//! `examples/` has a page of lines, a surface beside a field with its colour bar, and tiles.
//!
//! # Units
//!
//! Points are in the data coordinates of their panel. All other lengths (widths of strokes, radii of markers) are in
//! pixels of a page that is [`PAGE_WIDTH`] = 1,000 wide; its height follows from the rows. The SVG has this size, the
//! PNG [`PNG_SCALE`] = 2 times as many pixels. Labels are 21 pixels high and tick labels 19, about 5 pt when the page
//! is printed 9 cm wide.
//!
//! # What can be relied on
//!
//! - The same data give the same bytes. Neither drawing nor viewing needs an installed font: DejaVu Sans is compiled
//!   in, and SVG text becomes paths.
//! - The PNG is rendered from the returned SVG, so both show the same.
//! - A NaN, an infinity, or a value that is not positive on a logarithmic axis is an [`Error`] that names the panel.
//! - Colours suit colour-blind readers: three of Okabe and Ito's for comparisons, viridis for families.
//! - Title and description are in the SVG for screen readers.

#![expect(
    clippy::indexing_slicing,
    reason = "coordinates, corners, neighbours in a list, and the nodes of a grid that the grid was made with"
)]

mod axis;
mod canvas;
mod colour;
mod contour;
mod error;
mod geometry;
mod legend;
mod line;
mod mark;
mod number;
mod page;
mod panel;
mod picture;
mod scene;
mod surface;
mod tiles;

pub use axis::{Axis, padded};
pub use canvas::{PAGE_WIDTH, Stroke};
pub use colour::{
    BLACK, BLUE, Colour, DARK, GRID, MARKED, VERMILLION, WHITE, faded, family, grey, heat, pastel,
};
pub use contour::Field;
pub use error::{Error, Result};
pub use legend::{ColourBar, Entry, Legend, Strip};
pub use mark::{Mark, Shape};
pub use number::{fixed, scientific, significant, subscript, superscript, thousands};
pub use page::{Page, Row};
pub use panel::Panel;
pub use picture::{PNG_SCALE, Picture};
pub use surface::{Path3, Surface};
pub use tiles::Tiles;
