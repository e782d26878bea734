//! Colours that colour-blind readers can tell apart, the same for the same model in every figure.

use plotters::style::colors::colormaps::ViridisRGB;
use plotters::style::{RGBAColor, RGBColor};

use crate::experiments::Model;

/// A colour with opacity: red, green, blue in 0-255, alpha in 0-1.
pub type Colour = RGBAColor;

/// Text and axes.
pub const BLACK: Colour = RGBAColor(26, 26, 26, 1.0);
/// The page.
pub const WHITE: Colour = RGBAColor(255, 255, 255, 1.0);
/// Grid lines.
pub const GRID: Colour = RGBAColor(228, 228, 228, 1.0);
/// The one curve that a figure singles out; the colour of no model.
pub const MARKED: Colour = RGBAColor(0, 158, 115, 1.0);

/// The lightest fifth of viridis is lost on white paper, so families of curves stop here.
const FAMILY_END: f64 = 0.84;

/// The colour of a model: AE grey, WDAE vermillion, DAE blue (Okabe-Ito).
pub fn model(model: Model) -> Colour {
    match model {
        Model::Ae => RGBAColor(77, 77, 77, 1.0),
        Model::Wdae => RGBAColor(213, 94, 0, 1.0),
        Model::Dae => RGBAColor(0, 114, 178, 1.0),
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
    RGBAColor(v, v, v, 1.0)
}

/// Colour of a heat map, `level` in 0 (white, low) to 1 (grey, high): light enough for lines of any colour on top.
pub fn heat(level: f64) -> Colour {
    grey(1.0 - 0.42 * level.clamp(0.0, 1.0))
}

/// Viridis mixed with white, `level` in 0-1: for surfaces with lines on top.
pub fn pastel(level: f64) -> Colour {
    faded(viridis(level.clamp(0.0, 1.0)), 0.5)
}

/// `colour` mixed with white: 1 leaves it alone, 0 is white. Opaque, unlike transparency, so overlaps stay even.
pub fn faded(colour: Colour, strength: f64) -> Colour {
    let mix = |c: u8| (255.0 - strength.clamp(0.0, 1.0) * (255.0 - f64::from(c))).round() as u8;
    RGBAColor(mix(colour.0), mix(colour.1), mix(colour.2), colour.3)
}

fn viridis(level: f64) -> Colour {
    let RGBColor(r, g, b) = ViridisRGB::get_color(level);
    RGBAColor(r, g, b, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(c: Colour) -> f64 {
        0.2126 * f64::from(c.0) + 0.7152 * f64::from(c.1) + 0.0722 * f64::from(c.2)
    }

    #[test]
    fn families_are_ordered_by_lightness_and_stay_visible_on_white() {
        let shades: Vec<f64> = (0..10).map(|i| luminance(family(i, 10))).collect();
        assert!(shades.windows(2).all(|w| w[1] > w[0] + 5.0), "{shades:?}");
        assert!(shades[9] < 200.0, "{shades:?}");
    }

    #[test]
    fn a_family_of_one_and_an_index_past_the_end_have_a_colour() {
        assert_eq!(family(0, 1), family(0, 10));
        assert_eq!(family(99, 0).3, 1.0);
    }

    #[test]
    fn models_differ_in_lightness_or_hue() {
        let [a, w, d] = Model::ALL.map(model);
        assert!(a != w && w != d && a != d);
    }

    #[test]
    fn fading_ends_at_white() {
        assert_eq!(faded(BLACK, 0.0), WHITE);
        assert_eq!(faded(BLACK, 1.0), BLACK);
    }
}
