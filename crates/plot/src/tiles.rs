//! Rows of small raster images, each row with a label on its left.

use resvg::tiny_skia::{ColorU8, Pixmap, PixmapPaint, Transform};

use crate::canvas::FONT;
use crate::error::Result;
use crate::picture::{blank, escaped, parsed, png, rendered};

/// Pixels between two images.
const GAP: usize = 6;
/// Width of the column of labels.
const LABEL: usize = 190;
/// Smallest width of an image in the picture; images are enlarged by whole factors.
const WIDTH: usize = 72;

/// Rows of small images of one size, each row with a label on its left.
///
/// # Example
/// ```
/// let chequered = vec![0.0, 1.0, 1.0, 0.0];
/// let tiles = plot::Tiles {
///     shape: [1, 2, 2],
///     rows: vec![("two of a kind".to_owned(), vec![chequered.clone(), chequered])],
/// };
/// assert!(tiles.draw()?.starts_with(b"\x89PNG"));
/// # Ok::<(), plot::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tiles {
    /// Channels (1 for grey, 3 for colours), height and width of each image.
    pub shape: [usize; 3],
    /// Label and images of each row. An image is its values from 0 to 1, channel by channel and row-major. Values
    /// outside 0-1 are clipped, missing ones are black.
    pub rows: Vec<(String, Vec<Vec<f64>>)>,
}

impl Tiles {
    /// Draws the rows as a PNG file.
    ///
    /// # Errors
    /// [`Error::Png`](crate::Error::Png) for a picture that is too large.
    pub fn draw(&self) -> Result<Vec<u8>> {
        let [_, height, width] = self.shape;
        let factor = WIDTH.div_ceil(width.max(1));
        // Distance between neighbouring images in a row and in a column.
        let [across, down] = [width, height].map(|side| side * factor + GAP);
        let columns = self.rows.iter().map(|(_, images)| images.len()).max();
        let width = LABEL + columns.unwrap_or(0) * across;
        let height = self.rows.len().max(1) * down;
        let written = |(i, (label, _)): (usize, &(String, _))| {
            let (y, label) = (i * down + (down - GAP) / 2 + 6, escaped(label));
            format!(
                "<text x=\"4\" y=\"{y}\" font-family=\"{FONT}\" font-size=\"17\">{label}</text>"
            )
        };
        let labels: String = self.rows.iter().enumerate().map(written).collect();
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">{labels}</svg>"
        );
        let mut page = rendered(&parsed(&svg)?, 1)?;
        for (i, (_, images)) in self.rows.iter().enumerate() {
            for (j, image) in images.iter().enumerate() {
                let (left, top) = ((LABEL + j * across) as f32, (i * down) as f32);
                let place = Transform::from_scale(factor as f32, factor as f32);
                let (place, how) = (place.post_translate(left, top), PixmapPaint::default());
                page.draw_pixmap(0, 0, self.pixels(image)?.as_ref(), &how, place, None);
            }
        }
        png(&page)
    }

    /// An image at its original size.
    fn pixels(&self, image: &[f64]) -> Result<Pixmap> {
        let [channels, height, width] = self.shape;
        let level = |channel: usize, pixel: usize| {
            let value = image.get(channel * height * width + pixel);
            (255.0 * value.copied().unwrap_or(0.0).clamp(0.0, 1.0)).round() as u8
        };
        let mut pixels = blank(width as u32, height as u32)?;
        for (k, pixel) in pixels.pixels_mut().iter_mut().enumerate() {
            let [r, g, b] = [0, 1, 2].map(|c: usize| level(c.min(channels.saturating_sub(1)), k));
            *pixel = ColorU8::from_rgba(r, g, b, 255).premultiply();
        }
        Ok(pixels)
    }
}
