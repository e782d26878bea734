//! What can go wrong while drawing.

use resvg::usvg;

/// The result of a drawing step.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong while drawing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A figure was asked for without the data it shows.
    #[error("nothing to draw for {what}: make its data first")]
    Empty {
        /// The missing part.
        what: String,
    },
    /// A value to be drawn is NaN, infinite, or not positive on a logarithmic axis.
    #[error(
        "panel `{panel}` has a value that its axes cannot show ({value}): look for it in its data"
    )]
    Value {
        /// Title of the panel.
        panel: String,
        /// The offending value.
        value: f64,
    },
    /// The drawing library failed.
    #[error("drawing failed: {0}; this is a defect of the drawing code, please report it")]
    Draw(#[from] plotters::drawing::DrawingAreaErrorKind<std::io::Error>),
    /// The drawn SVG could not be read back.
    #[error(
        "the drawn SVG is not valid: {0}; this is a defect of the drawing code, please report it"
    )]
    Svg(#[from] usvg::Error),
    /// The PNG could not be rendered.
    #[error(
        "a picture of {width} x {height} pixels could not be rendered: {reason}; free memory or draw fewer rows"
    )]
    Png {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The reason given by the renderer.
        reason: String,
    },
}
