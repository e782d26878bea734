//! Turns the drawn SVG into the two output files: SVG without text elements, and PNG.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::canvas::{FONT, UNITS};
use crate::error::{Error, Result};

/// PNG pixels in one page pixel.
pub const PNG_SCALE: u32 = 2;

/// A finished figure: the same drawing as SVG and as PNG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The SVG document; all text is paths, so it needs no fonts.
    pub svg: String,
    /// The PNG file, rendered from this SVG.
    pub png: Vec<u8>,
}

impl Picture {
    /// The same picture with a PNG of half the width and height, for a file that holds many.
    ///
    /// # Errors
    /// An invalid SVG.
    pub fn small(self) -> Result<Self> {
        let tree = usvg::Tree::from_str(&self.svg, &usvg::Options::default())?;
        let png = png(&rendered(&tree, 1)?)?;
        Ok(Self { png, ..self })
    }
}

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    Arc::new(fonts)
});

/// Turns the text of `drawn` into paths and renders it; title and description are for screen readers.
pub(crate) fn develop(drawn: &str, size: [f64; 2], spoken: [&str; 2]) -> Result<Picture> {
    let [right, bottom] = size.map(|side| side * UNITS);
    let paper = format!("<path fill=\"#ffffff\" d=\"M0 0H{right}V{bottom}H0Z\"/>");
    let tree = parsed(&document(drawn, size, UNITS, &paper))?;
    let write = usvg::WriteOptions {
        // A unit is a tenth of a page pixel, so one decimal is a hundredth.
        coordinates_precision: 1,
        transforms_precision: 6,
        indent: usvg::Indent::None,
        ..usvg::WriteOptions::default()
    };
    let [title, desc] = spoken.map(escaped);
    let spoken =
        format!("\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{desc}</desc>\n");
    let written = slim(&tree.to_string(&write));
    let svg = document(written.trim_end(), size, 1.0, &spoken) + "\n";
    // Rendered from the final SVG, without any font, so the two cannot differ.
    let kept = usvg::Tree::from_str(&svg, &usvg::Options::default())?;
    let png = png(&rendered(&kept, PNG_SCALE)?)?;
    Ok(Picture { svg, png })
}

/// Parses an SVG whose text uses the embedded font.
pub(crate) fn parsed(svg: &str) -> Result<usvg::Tree> {
    let options = usvg::Options {
        font_family: FONT.to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    };
    Ok(usvg::Tree::from_str(svg, &options)?)
}

/// Gives `svg` a new head: a view box in drawing units, so that the file scales, and round joins, because mitred ones
/// spike at sharp bends. `front` comes first.
fn document(svg: &str, size: [f64; 2], units: f64, front: &str) -> String {
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    let ([width, height], [right, bottom]) = (size, size.map(|side| side * units));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {right:.0} {bottom:.0}\" role=\"img\" \
         stroke-linejoin=\"round\" aria-labelledby=\"title desc\">{front}{body}"
    )
}

/// Drops defaults and what the head already says, and puts every element on its own line, for editors and diffs.
fn slim(svg: &str) -> String {
    svg.replace(" stroke-linejoin=\"round\"", "")
        .replace(" stroke=\"none\"", "")
        .replace("M ", "M")
        .replace(" L ", "L")
        .replace(" Q ", "Q")
        .replace(" Z", "Z")
        .replace("/><", "/>\n<")
}

/// `text` escaped for use between two tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The drawing on white, enlarged by `scale`.
pub(crate) fn rendered(tree: &usvg::Tree, scale: u32) -> Result<Pixmap> {
    let scale = scale as f32;
    let [width, height] =
        [tree.size().width(), tree.size().height()].map(|length| (length * scale).round() as u32);
    let mut pixels = blank(width, height)?;
    let enlarged = Transform::from_scale(scale, scale);
    resvg::render(tree, enlarged, &mut pixels.as_mut());
    Ok(pixels)
}

/// White pixels.
pub(crate) fn blank(width: u32, height: u32) -> Result<Pixmap> {
    let reason = "no room for its pixels".to_owned();
    let none = Error::Png {
        width,
        height,
        reason,
    };
    let mut pixels = Pixmap::new(width, height).ok_or(none)?;
    pixels.fill(Color::WHITE);
    Ok(pixels)
}

pub(crate) fn png(pixels: &Pixmap) -> Result<Vec<u8>> {
    pixels.encode_png().map_err(|error| Error::Png {
        width: pixels.width(),
        height: pixels.height(),
        reason: error.to_string(),
    })
}
