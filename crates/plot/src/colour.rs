//! Colours that colour-blind readers can tell apart (Okabe and Ito; viridis).

use plotters::style::RGBColor;
use plotters::style::colors::colormaps::ViridisRGB;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Red, green and blue.
    pub rgb: [u8; 3],
    /// From 0, invisible, to 1, opaque.
    pub opacity: f64,
}

/// Text and axes.
pub const BLACK: Colour = Colour::rgb(26, 26, 26);
/// The page.
pub const WHITE: Colour = Colour::rgb(255, 255, 255);
/// Grid lines.
pub const GRID: Colour = Colour::rgb(228, 228, 228);
/// First of three colours for comparisons.
pub const DARK: Colour = Colour::rgb(77, 77, 77);
/// Second of three colours for comparisons.
pub const VERMILLION: Colour = Colour::rgb(213, 94, 0);
/// Third of three colours for comparisons.
pub const BLUE: Colour = Colour::rgb(0, 114, 178);
/// The one curve that a figure singles out: bluish green.
pub const MARKED: Colour = Colour::rgb(0, 158, 115);

/// The light end of viridis is lost on white paper, so families of curves stop here.
const FAMILY_END: f64 = 0.84;

impl Colour {
    /// An opaque colour.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        let rgb = [red, green, blue];
        Self { rgb, opacity: 1.0 }
    }

    /// The same colour at `share` of its brightness.
    pub(crate) fn darker(self, share: f64) -> Self {
        let rgb = self.rgb.map(|c| (f64::from(c) * share).round() as u8);
        Self { rgb, ..self }
    }
}

/// Colour of member `index` of an ordered family of `count` curves (viridis without its light end).
pub fn family(index: usize, count: usize) -> Colour {
    let last = count.saturating_sub(1).max(1) as f64;
    viridis(FAMILY_END * index.min(count) as f64 / last)
}

/// A grey, 0 black to 1 white.
pub fn grey(level: f64) -> Colour {
    let v = (255.0 * level.clamp(0.0, 1.0)).round() as u8;
    Colour::rgb(v, v, v)
}

/// Colour of a heat map, `level` in 0 (white, low) to 1 (grey, high): light enough for lines of any colour on top.
pub fn heat(level: f64) -> Colour {
    grey(1.0 - 0.42 * level.clamp(0.0, 1.0))
}

/// Viridis mixed with white, `level` in 0-1: for surfaces with lines on top.
pub fn pastel(level: f64) -> Colour {
    faded(viridis(level.clamp(0.0, 1.0)), 0.5)
}

/// `colour` mixed with white: strength 1 changes nothing, 0 gives white. Opaque, so that overlaps stay even.
pub fn faded(colour: Colour, strength: f64) -> Colour {
    let mix = |c: u8| (255.0 - strength.clamp(0.0, 1.0) * (255.0 - f64::from(c))).round() as u8;
    Colour {
        rgb: colour.rgb.map(mix),
        ..colour
    }
}

fn viridis(level: f64) -> Colour {
    let RGBColor(r, g, b) = ViridisRGB::get_color(level);
    Colour::rgb(r, g, b)
}
