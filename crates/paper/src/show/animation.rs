//! Animated PNG files, which viewers without animation show as a still picture.

use std::io::Cursor;

use dae::Settings as _;
use png::{BitDepth, BlendOp, ColorType, Decoder, Encoder};
use rayon::prelude::*;

use crate::experiments::fig4::{self, animation};
use crate::experiments::load;
use crate::settings::Profile;
use crate::{Error, Result, plot};

/// Milliseconds for the still picture, and for each other one.
const STILL: u16 = 3000;
const EACH: u16 = 100;

/// A picture: width, height, and four bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels.
    pub size: [u32; 2],
    /// Red, green, blue and opacity of each pixel, row after row.
    pub rgba: Vec<[u8; 4]>,
}

/// Figure 4 in motion as an animated PNG: its end as a still picture, then the way to it.
///
/// # Errors
/// Settings or pictures that cannot be used.
pub fn figure4() -> Result<Vec<u8>> {
    let settings = load(Profile::Paper)?.0.fig4.check()?;
    let run = fig4::run::run(&settings)?;
    let mut epochs = animation::epochs(&run);
    epochs.splice(0..0, epochs.last().copied());
    let draw = |&epoch: &usize| Pixels::of(&animation::frame(&run, epoch)?.small()?.png);
    let frames = epochs.par_iter().map(draw).collect::<Result<Vec<_>>>()?;
    animated(&frames)
}

impl Pixels {
    /// Reads a PNG file of four channels.
    ///
    /// # Errors
    /// Not such a file.
    pub fn of(file: &[u8]) -> Result<Self> {
        let mut size = [0; 2];
        let read = |size: &mut [u32; 2]| -> Result<Vec<u8>, png::DecodingError> {
            let mut reader = Decoder::new(Cursor::new(file)).read_info()?;
            *size = [reader.info().width, reader.info().height];
            let mut bytes = vec![0; reader.output_buffer_size().unwrap_or(0)];
            reader.next_frame(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read(&mut size).map_err(|error| bad(size, &error))?;
        let rgba = bytes.as_chunks().0.to_vec();
        match u64::from(size[0]) * u64::from(size[1]) == rgba.len() as u64 {
            true => Ok(Self { size, rgba }),
            false => Err(bad(
                size,
                &"other channels than red, green, blue and opacity",
            )),
        }
    }
}

/// Pictures of one size as an animated PNG that loops forever; the first one is shown for longer.
///
/// # Errors
/// No picture, or pictures of several sizes.
pub fn animated(frames: &[Pixels]) -> Result<Vec<u8>> {
    let [first, others @ ..] = frames else {
        return Err(plot::Error::Empty {
            what: "the animation".to_owned(),
        }
        .into());
    };
    let mut file = Vec::new();
    write(&mut file, first, others).map_err(|error| bad(first.size, &error))?;
    Ok(file)
}

fn write(file: &mut Vec<u8>, first: &Pixels, others: &[Pixels]) -> Result<(), png::EncodingError> {
    let [width, height] = first.size;
    let mut encoder = Encoder::new(file, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_animated(1 + others.len() as u32, 0)?;
    encoder.set_frame_delay(STILL, 1000)?;
    encoder.set_blend_op(BlendOp::Source)?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(first.rgba.as_flattened())?;
    let mut before = first;
    for frame in others {
        // Unchanged pixels are transparent, which takes no room.
        let changes = before.rgba.iter().zip(&frame.rgba);
        let changes = changes.map(|(old, new)| if old == new { [0; 4] } else { *new });
        writer.set_frame_delay(EACH, 1000)?;
        writer.set_blend_op(BlendOp::Over)?;
        writer.write_image_data(changes.collect::<Vec<_>>().as_flattened())?;
        before = frame;
    }
    writer.finish()
}

fn bad([width, height]: [u32; 2], reason: &dyn ToString) -> Error {
    let reason = reason.to_string();
    plot::Error::Png {
        width,
        height,
        reason,
    }
    .into()
}
