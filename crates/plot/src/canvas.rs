//! Points, lines, shapes and text in page pixels, on top of the SVG backend of `plotters`.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::Pos;
pub(crate) use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{
    Color, FontFamily, FontStyle, FontTransform, IntoFont, RGBAColor, ShapeStyle, TextStyle,
    register_font,
};

use crate::colour::{BLACK, Colour};
use crate::error::{Error, Result};
use crate::line::{dashes, thinned};

/// Backend units in one page pixel: `plotters` rounds to whole units, which would be coarse pixels.
pub(crate) const UNITS: f64 = 10.0;

/// Name under which the embedded font is known to both libraries.
pub(crate) const FONT: &str = "DejaVu Sans";
/// `plotters` divides a font size by this before writing it.
const FONT_DIVISOR: f64 = 1.24;
/// Ascent plus descent of DejaVu Sans over its em: what `ab_glyph` takes for the size.
const FONT_HEIGHT: f64 = (1901.0 + 483.0) / 2048.0;

/// Size of tick labels.
pub(crate) const TICK: f64 = 19.0;
/// Size of axis labels, legends and titles.
pub(crate) const LABEL: f64 = 21.0;

/// A point of the page, in pixels from its upper left corner.
pub(crate) type Px = [f64; 2];

/// A rectangle of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn new([left, right]: [f64; 2], [top, bottom]: [f64; 2]) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn centre(&self) -> Px {
        [self.left + self.right, self.top + self.bottom].map(|sum| sum / 2.0)
    }

    /// Whether a point is inside, or on the border but for rounding.
    pub fn holds(&self, [x, y]: Px) -> bool {
        let within = |v: f64, low: f64, high: f64| (low - 0.5..=high + 0.5).contains(&v);
        within(x, self.left, self.right) && within(y, self.top, self.bottom)
    }

    /// Corners in order, for a polygon.
    pub fn corners(&self) -> [Px; 4] {
        let [l, r, t, b] = [self.left, self.right, self.top, self.bottom];
        [[l, t], [r, t], [r, b], [l, b]]
    }
}

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
        Self {
            dash,
            ..Self::solid(colour, width)
        }
    }

    /// A dotted line.
    pub fn dotted(colour: Colour, width: f64) -> Self {
        let dash = Some([width, 2.0 * width]);
        Self {
            dash,
            ..Self::solid(colour, width)
        }
    }

    fn style(&self) -> ShapeStyle {
        let width = (self.width * UNITS).round().max(1.0) as u32;
        ink(self.colour).stroke_width(width)
    }
}

/// Frames, axes and their ticks.
pub(crate) const AXIS: Stroke = Stroke::solid(BLACK, 1.4);

/// Where a text is put relative to its point.
#[derive(Clone, Copy)]
pub(crate) struct Write {
    pub size: f64,
    pub colour: Colour,
    pub bold: bool,
    pub h: HPos,
    pub v: VPos,
    /// Read from bottom to top.
    pub upwards: bool,
}

impl Write {
    /// As tick labels are written.
    pub fn tick(h: HPos, v: VPos) -> Self {
        Self {
            size: TICK,
            colour: BLACK,
            bold: false,
            h,
            v,
            upwards: false,
        }
    }

    /// As everything else is written.
    pub fn label(h: HPos, v: VPos) -> Self {
        let how = Self::tick(h, v);
        Self { size: LABEL, ..how }
    }

    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }
}

/// The page being drawn.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Canvas<'a> {
    /// A page of `width` x `height` pixels whose SVG goes to `svg`.
    pub fn new(svg: &'a mut String, width: f64, height: f64) -> Result<Self> {
        for (style, bytes) in [
            (FontStyle::Normal, dejavu::sans::regular()),
            (FontStyle::Bold, dejavu::sans::bold()),
        ] {
            register_font(FONT, style, bytes).map_err(|_| Error::Font)?;
        }
        let size = (
            (width * UNITS).round() as u32,
            (height * UNITS).round() as u32,
        );
        Ok(Self {
            area: SVGBackend::with_string(svg, size).into_drawing_area(),
        })
    }

    /// Ends the document.
    pub fn finish(&self) -> Result<()> {
        Ok(self.area.present()?)
    }

    /// Width that `text` takes.
    pub fn text_width(&self, text: &str, size: f64) -> Result<f64> {
        // Measured large, because the library truncates to whole units.
        let style = font(size * UNITS, FontStyle::Normal);
        let (width, _) = self.area.estimate_text_size(text, &style)?;
        Ok(f64::from(width) / UNITS * FONT_HEIGHT / FONT_DIVISOR)
    }

    /// A line through `points`.
    pub fn line(&self, points: &[Px], stroke: &Stroke) -> Result<()> {
        let points = thinned(points);
        match stroke.dash {
            None => self.path(&points, stroke),
            Some(dash) => dashes(&points, dash)
                .iter()
                .try_for_each(|piece| self.path(piece, stroke)),
        }
    }

    fn path(&self, points: &[Px], stroke: &Stroke) -> Result<()> {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(units).collect();
        Ok(self.area.draw(&PathElement::new(points, stroke.style()))?)
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

    /// A text of one line.
    pub fn text(&self, text: &str, at: Px, how: Write) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let weight = if how.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let colour = ink(how.colour);
        let mut style = font(how.size * UNITS, weight)
            .color(&colour)
            .pos(Pos::new(how.h, how.v));
        if how.upwards {
            style = style.transform(FontTransform::Rotate270);
        }
        let text = Text::new(text.to_owned(), units(&at), style);
        Ok(self.area.draw(&text)?)
    }
}

fn font(size: f64, style: FontStyle) -> TextStyle<'static> {
    let size = size * FONT_DIVISOR;
    let font = (FontFamily::Name(FONT), size, style).into_font();
    font.color(&ink(BLACK))
}

fn ink(colour: Colour) -> RGBAColor {
    let [r, g, b] = colour.rgb;
    RGBAColor(r, g, b, colour.opacity)
}

fn units(p: &Px) -> (i32, i32) {
    ((p[0] * UNITS).round() as i32, (p[1] * UNITS).round() as i32)
}
