//! Lines, shapes and text in page pixels, on top of the SVG backend of `plotters`.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::Pos;
pub(crate) use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{
    Color, FontFamily, FontStyle, FontTransform, IntoFont, RGBAColor, TextStyle, register_font,
};

use crate::colour::{BLACK, Colour};
use crate::error::Result;
use crate::geometry::{Frame, Px};
use crate::line::{dashes, thinned};

/// Width of every page in pixels.
pub const PAGE_WIDTH: f64 = 1000.0;

/// Backend units per page pixel. `plotters` rounds to whole units; whole pixels would be too coarse.
pub(crate) const UNITS: f64 = 10.0;

/// Name of the embedded font in both libraries.
pub(crate) const FONT: &str = "DejaVu Sans";
/// `plotters` divides a font size by this before writing it.
const FONT_DIVISOR: f64 = 1.24;
/// Ascent plus descent of DejaVu Sans, in em, which `ab_glyph` takes as the size.
const FONT_HEIGHT: f64 = (1901.0 + 483.0) / 2048.0;

/// Size of tick labels.
pub(crate) const TICK: f64 = 19.0;
/// Size of axis labels, legends and titles.
pub(crate) const LABEL: f64 = 21.0;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Colour,
    /// Width in page pixels.
    pub width: f64,
    /// Lengths of a dash and of the gap after it, in page pixels; `None` for a solid line.
    pub dash: Option<[f64; 2]>,
}

impl Stroke {
    /// A solid line.
    pub const fn solid(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: None,
        }
    }

    /// A dashed line; dashes grow with the width so that they stay dashes.
    pub fn dashed(colour: Colour, width: f64) -> Self {
        let dash = Some([3.0 * width + 3.0, 2.0 * width + 3.0]);
        let line = Self::solid(colour, width);
        Self { dash, ..line }
    }

    /// A dotted line.
    pub fn dotted(colour: Colour, width: f64) -> Self {
        let dash = Some([width, 2.0 * width]);
        let line = Self::solid(colour, width);
        Self { dash, ..line }
    }
}

/// Frames, axes and their ticks.
pub(crate) const AXIS: Stroke = Stroke::solid(BLACK, 1.4);

/// Text style: font, size, colour and anchor.
pub(crate) type Write = TextStyle<'static>;

/// Style of text of this size with this anchor.
pub(crate) fn written(size: f64, h: HPos, v: VPos) -> Write {
    let font = (FontFamily::Name(FONT), size * UNITS * FONT_DIVISOR).into_font();
    font.color(&ink(BLACK)).pos(Pos::new(h, v))
}

/// Style of the label of a vertical axis, read from bottom to top.
pub(crate) fn upwards() -> Write {
    written(LABEL, HPos::Center, VPos::Top).transform(FontTransform::Rotate270)
}

/// Style of a row label.
pub(crate) fn bold_upwards(colour: Colour) -> Write {
    let mut how = upwards();
    how.font = how.font.style(FontStyle::Bold);
    how.color = ink(colour).to_backend_color();
    how
}

/// The page being drawn.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Canvas<'a> {
    /// A page whose SVG goes to `svg`. Its height is known only at the end; any value will do until then.
    pub fn new(svg: &'a mut String) -> Self {
        // Tests check that these are fonts; otherwise no text could be measured.
        let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
        let size = ((PAGE_WIDTH * UNITS) as u32, i32::MAX as u32);
        let area = SVGBackend::with_string(svg, size).into_drawing_area();
        Self { area }
    }

    /// Ends the document.
    pub fn finish(self) -> Result<()> {
        Ok(self.area.present()?)
    }

    /// Width of a text at size [`TICK`] or [`LABEL`].
    pub fn text_width(&self, text: &str, size: f64) -> Result<f64> {
        // Measured large, because the library truncates to whole units.
        let style = written(size, HPos::Left, VPos::Top);
        let (width, _) = self.area.estimate_text_size(text, &style)?;
        Ok(f64::from(width) / UNITS * FONT_HEIGHT / FONT_DIVISOR)
    }

    /// A line through `points`.
    pub fn line(&self, points: &[Px], stroke: &Stroke) -> Result<()> {
        let points = thinned(points);
        let Some(dash) = stroke.dash else {
            return self.path(&points, stroke);
        };
        let mut pieces = dashes(&points, dash).into_iter();
        pieces.try_for_each(|piece| self.path(&piece, stroke))
    }

    fn path(&self, points: &[Px], stroke: &Stroke) -> Result<()> {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(units).collect();
        let width = (stroke.width * UNITS).round().max(1.0) as u32;
        let style = ink(stroke.colour).stroke_width(width);
        Ok(self.area.draw(&PathElement::new(points, style))?)
    }

    /// The four sides of a rectangle.
    pub fn outline(&self, frame: &Frame, stroke: &Stroke) -> Result<()> {
        let [a, b, c, d] = frame.corners();
        self.line(&[a, b, c, d, a], stroke)
    }

    /// A filled polygon.
    pub fn polygon(&self, points: &[Px], fill: Colour) -> Result<()> {
        let points: Vec<_> = points.iter().map(units).collect();
        Ok(self.area.draw(&Polygon::new(points, ink(fill).filled()))?)
    }

    /// A filled disc.
    pub fn disc(&self, centre: Px, radius: f64, fill: Colour) -> Result<()> {
        let radius = (radius * UNITS).round().max(1.0) as u32;
        let disc = Circle::new(units(&centre), radius, ink(fill).filled());
        Ok(self.area.draw(&disc)?)
    }

    /// One line of text.
    pub fn text(&self, text: &str, at: Px, how: Write) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        Ok(self.area.draw(&Text::new(text, units(&at), how))?)
    }
}

fn ink(colour: Colour) -> RGBAColor {
    let [r, g, b] = colour.rgb;
    RGBAColor(r, g, b, colour.opacity)
}

fn units(p: &Px) -> (i32, i32) {
    ((p[0] * UNITS).round() as i32, (p[1] * UNITS).round() as i32)
}
