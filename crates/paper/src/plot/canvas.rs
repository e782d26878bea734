//! Points, lines, shapes and text in page pixels, on top of the SVG backend of `plotters`.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontFamily, FontStyle, FontTransform, IntoFont, ShapeStyle, TextStyle, register_font,
};

use super::colour::{BLACK, Colour};
use super::error::{Error, Result};

/// Backend units in one page pixel: `plotters` rounds to whole units, which would be coarse pixels.
pub(super) const UNITS: f64 = 10.0;
/// Points closer than this to the last one (page pixels) are left out of a line: nobody can see them.
const THIN: f64 = 0.3;

/// Name under which the embedded font is known to both libraries.
pub(super) const FONT: &str = "DejaVu Sans";
/// `plotters` divides a font size by this before writing it.
const FONT_DIVISOR: f64 = 1.24;
/// Ascent plus descent of DejaVu Sans over its em: what `ab_glyph` takes for the size.
const FONT_HEIGHT: f64 = (1901.0 + 483.0) / 2048.0;

/// Size of tick labels.
pub(super) const TICK: f64 = 19.0;
/// Size of axis labels, legends and titles.
pub(super) const LABEL: f64 = 21.0;

/// A point of the page, in pixels from its upper left corner.
pub(super) type Px = [f64; 2];

/// A rectangle of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn centre(&self) -> Px {
        [
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        ]
    }

    /// Corners in order, for a polygon.
    pub fn corners(&self) -> [Px; 4] {
        [
            [self.left, self.top],
            [self.right, self.top],
            [self.right, self.bottom],
            [self.left, self.bottom],
        ]
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
    pub fn solid(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: None,
        }
    }

    /// A dashed line; dashes grow with the width so that they stay dashes.
    pub fn dashed(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: Some([3.0 * width + 3.0, 2.0 * width + 3.0]),
        }
    }

    /// A dotted line.
    pub fn dotted(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: Some([width, 2.0 * width]),
        }
    }

    fn style(&self) -> ShapeStyle {
        let width = (self.width * UNITS).round().max(1.0) as u32;
        self.colour.stroke_width(width)
    }
}

/// Where a text is put relative to its point.
#[derive(Clone, Copy)]
pub(super) struct Write {
    pub size: f64,
    pub colour: Colour,
    pub bold: bool,
    pub h: HPos,
    pub v: VPos,
    /// Read from bottom to top.
    pub upwards: bool,
}

impl Write {
    pub fn new(size: f64, h: HPos, v: VPos) -> Self {
        Self {
            size,
            colour: BLACK,
            bold: false,
            h,
            v,
            upwards: false,
        }
    }

    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }

    pub fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// The page being drawn.
pub(super) struct Canvas<'a> {
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

    /// A filled polygon.
    pub fn polygon(&self, points: &[Px], fill: Colour) -> Result<()> {
        let points: Vec<_> = points.iter().map(units).collect();
        Ok(self.area.draw(&Polygon::new(points, fill.filled()))?)
    }

    /// A filled disc.
    pub fn disc(&self, centre: Px, radius: f64, fill: Colour) -> Result<()> {
        let radius = (radius * UNITS).round().max(1.0) as u32;
        Ok(self
            .area
            .draw(&Circle::new(units(&centre), radius, fill.filled()))?)
    }

    /// A text; `\n` is not understood.
    pub fn text(&self, text: &str, at: Px, how: &Write) -> Result<()> {
        let weight = if how.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let mut style = font(how.size * UNITS, weight)
            .color(&how.colour)
            .pos(Pos::new(how.h, how.v));
        if how.upwards {
            style = style.transform(FontTransform::Rotate270);
        }
        Ok(self
            .area
            .draw(&Text::new(text.to_owned(), units(&at), style))?)
    }
}

fn font(size: f64, style: FontStyle) -> TextStyle<'static> {
    let size = size * FONT_DIVISOR;
    (FontFamily::Name(FONT), size, style)
        .into_font()
        .color(&BLACK)
}

fn units(p: &Px) -> (i32, i32) {
    ((p[0] * UNITS).round() as i32, (p[1] * UNITS).round() as i32)
}

fn distance(a: Px, b: Px) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// `points` without those that the eye cannot tell from their neighbours; both ends are kept.
fn thinned(points: &[Px]) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::with_capacity(points.len());
    for (i, &p) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|&last| distance(last, p) >= THIN);
        if far || i + 1 == points.len() {
            kept.push(p);
        }
    }
    straightened(&kept)
}

/// Leaves out points on the straight line between their neighbours (to a twentieth of a pixel).
fn straightened(points: &[Px]) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::with_capacity(points.len());
    let mut anchor = 0;
    for i in 0..points.len() {
        let inner = i > 0 && i + 1 < points.len();
        // The chord to the next point must pass close to everything it would replace.
        let redundant = inner
            && i - anchor < 64
            && (anchor + 1..=i).all(|k| off_chord(points[k], points[anchor], points[i + 1]) < 0.05);
        if !redundant {
            kept.push(points[i]);
            anchor = i;
        }
    }
    kept
}

/// Distance of `p` from the segment `a`-`b`.
fn off_chord(p: Px, a: Px, b: Px) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return distance(p, a);
    }
    let t = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square).clamp(0.0, 1.0);
    distance(p, [a[0] + t * dx, a[1] + t * dy])
}

/// Cuts a line into dashes of `dash[0]` with gaps of `dash[1]`, measured along the line.
fn dashes(points: &[Px], dash: [f64; 2]) -> Vec<Vec<Px>> {
    let mut pieces = Vec::new();
    let Some(&first) = points.first() else {
        return pieces;
    };
    let (mut ink, mut left, mut piece) = (true, dash[0], vec![first]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut rest = distance(from, to);
        while rest > left {
            let t = left / rest;
            from = [
                from[0] + t * (to[0] - from[0]),
                from[1] + t * (to[1] - from[1]),
            ];
            rest -= left;
            if ink {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            ink = !ink;
            left = if ink { dash[0] } else { dash[1] };
        }
        left -= rest;
        if ink {
            piece.push(to);
        }
    }
    if ink && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_the_stated_share_of_a_line() {
        let pieces = dashes(&[[0.0, 0.0], [10.0, 0.0], [30.0, 0.0]], [4.0, 6.0]);
        let ends: Vec<_> = pieces
            .iter()
            .map(|p| (p[0][0], p[p.len() - 1][0]))
            .collect();
        assert_eq!(ends, [(0.0, 4.0), (10.0, 14.0), (20.0, 24.0)]);
    }

    #[test]
    fn thinning_keeps_both_ends_and_every_visible_bend() {
        let line: Vec<Px> = (0..=1000).map(|i| [f64::from(i) * 0.1, 0.0]).collect();
        assert_eq!(thinned(&line).first(), line.first());
        assert_eq!(thinned(&line).last(), line.last());
        assert!(thinned(&line).len() < 20);
        let bent = [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]];
        assert_eq!(thinned(&bent), bent);
    }

    #[test]
    fn thinning_stays_on_a_curve() {
        let curve: Vec<Px> = (0..=2000)
            .map(|i| f64::from(i) * 0.1)
            .map(|x| [x, 50.0 * (x / 30.0).sin()])
            .collect();
        let kept = thinned(&curve);
        assert!(kept.len() < 600, "{}", kept.len());
        let worst = curve
            .iter()
            .map(|&p| {
                kept.windows(2)
                    .map(|w| off_chord(p, w[0], w[1]))
                    .fold(f64::INFINITY, f64::min)
            })
            .fold(0.0, f64::max);
        assert!(worst < 0.2, "{worst}");
    }

    #[test]
    fn a_page_measures_text_without_installed_fonts() {
        let mut svg = String::new();
        let canvas = Canvas::new(&mut svg, 100.0, 100.0).unwrap();
        let width = canvas.text_width("00", 20.0).unwrap();
        // A digit of DejaVu Sans is 1303 of 2048 em wide.
        assert!(
            (width - 2.0 * 20.0 * 1303.0 / 2048.0).abs() < 0.3,
            "{width}"
        );
    }
}
