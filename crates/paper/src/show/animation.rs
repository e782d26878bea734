//! Pictures one after the other in one file: an animated PNG, which is a still picture for whoever shows no more.

use png::{BitDepth, BlendOp, ColorType, Decoder, Encoder, Writer};
use rayon::prelude::*;
use std::io::{Cursor, Write};

use crate::experiments::fig4::{self, animation};
use crate::experiments::load;
use crate::settings::Profile;
use crate::{Error, Result, plot};
use dae::Settings as _;

/// Milliseconds of the still picture and of each other.
const STILL: u16 = 3000;
const EACH: u16 = 100;

/// A picture: width, height, and four bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels.
    pub size: [u32; 2],
    /// Red, green, blue and opacity of each pixel, row after row.
    pub rgba: Vec<u8>,
}

/// Figure 4 in motion as an animated PNG: its end as a still picture, then the way there.
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
    /// A file that is none.
    pub fn of(file: &[u8]) -> Result<Self> {
        let mut size = [0; 2];
        let read = |size: &mut [u32; 2]| -> Result<Vec<u8>, png::DecodingError> {
            let mut reader = Decoder::new(Cursor::new(file)).read_info()?;
            *size = [reader.info().width, reader.info().height];
            let mut rgba = vec![0; reader.output_buffer_size().unwrap_or(0)];
            reader.next_frame(&mut rgba)?;
            Ok(rgba)
        };
        let rgba = read(&mut size).map_err(|error| bad(size, &error))?;
        match 4 * size[0] as usize * size[1] as usize == rgba.len() {
            true => Ok(Self { size, rgba }),
            false => Err(bad(
                size,
                &"other channels than red, green, blue and opacity",
            )),
        }
    }
}

/// Pictures of one size as an animated PNG that goes on for ever, the first one shown for longer.
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
    writer.write_image_data(&first.rgba)?;
    let mut before = first;
    for frame in others {
        writer.set_frame_delay(EACH, 1000)?;
        writer.set_blend_op(BlendOp::Over)?;
        change(&mut writer, before, frame)?;
        before = frame;
    }
    writer.finish()
}

/// Writes what is not as it was before, on a transparent ground.
fn change<W: Write>(
    writer: &mut Writer<W>,
    before: &Pixels,
    now: &Pixels,
) -> Result<(), png::EncodingError> {
    let width = now.size[0] as usize;
    let pixels = || {
        before
            .rgba
            .chunks_exact(4)
            .zip(now.rgba.chunks_exact(4))
            .enumerate()
    };
    let changed = || {
        pixels()
            .filter(|(_, (a, b))| a != b)
            .map(|(place, _)| [place % width, place / width])
    };
    // A frame has at least one pixel, whatever has changed.
    let start = ([usize::MAX; 2], [0; 2]);
    let (low, high) = changed().fold(start, |(low, high), [x, y]| {
        (
            [x.min(low[0]), y.min(low[1])],
            [x.max(high[0]), y.max(high[1])],
        )
    });
    let low = if low[0] == usize::MAX { [0; 2] } else { low };
    let inside = |place: usize| {
        let at = [place % width, place / width];
        (0..2).all(|k| (low[k]..=high[k]).contains(&at[k]))
    };
    let data: Vec<u8> = pixels()
        .filter(|(place, _)| inside(*place))
        .flat_map(|(_, (a, b))| {
            if a == b {
                [0; 4]
            } else {
                [b[0], b[1], b[2], b[3]]
            }
        })
        .collect();
    writer.reset_frame_dimension()?;
    writer.reset_frame_position()?;
    writer.set_frame_dimension((high[0] - low[0] + 1) as u32, (high[1] - low[1] + 1) as u32)?;
    writer.set_frame_position(low[0] as u32, low[1] as u32)?;
    writer.write_image_data(&data)
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
