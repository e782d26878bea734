//! Drawing: the fonts, colours and panels that all figures share.
//!
//! A figure is described as data ([`Page`] > [`Row`] > [`Panel`] > [`Mark`]) and drawn in one go by [`Page::draw`]:
//! `plotters` writes an SVG, whose text is then turned into paths and which is rendered to PNG. The SVG and
//! the PNG are therefore one picture, and neither the drawing nor the looking needs an installed font.
//!
//! All lengths that are not data are in pixels of a page 1,000 wide ([`PAGE_WIDTH`]); the PNG has twice as many.

mod axis;
mod canvas;
mod colour;
mod contour;
mod error;
mod landscape;
mod legend;
mod mark;
mod page;
mod panel;
mod picture;
mod surface;
mod words;

pub use axis::{Axis, Scale, padded};
pub use canvas::Stroke;
pub use colour::{BLACK, Colour, GRID, MARKED, WHITE, faded, family, grey, heat, model, pastel};
pub use contour::Field;
pub use error::{Error, Result};
pub use landscape::{Minima, minima};
pub use legend::{ColourBar, Entry, Legend, Strip};
pub use mark::{Mark, Shape};
pub use page::{PAGE_WIDTH, Page, Row};
pub use panel::Panel;
pub use picture::{PNG_SCALE, Picture};
pub use surface::{Path3, Surface};
pub use words::{dataset, power_of_ten, scientific, subscript, thousands};
