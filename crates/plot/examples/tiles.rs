//! Rows of small images with labels.
//!
//!     cargo run --release -p plot --example tiles FOLDER

use std::{env, error, fs, path};

use plot::Tiles;

/// Pixels along a side.
const SIDE: usize = 24;

/// A grey image of a function on the square from -1 to 1.
fn image(f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let at = |k: usize| 2.0 * k as f64 / (SIDE - 1) as f64 - 1.0;
    let pixels = (0..SIDE * SIDE).map(|k| f(at(k % SIDE), at(k / SIDE)));
    pixels.collect()
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let waves = |k: usize| image(move |x, _| 0.5 + 0.5 * (x * 3.0 * k as f64).cos());
    let rings = |k: usize| image(move |x, y| 0.5 + 0.5 * (x.hypot(y) * 3.0 * k as f64).cos());
    let tiles = Tiles {
        shape: [1, SIDE, SIDE],
        rows: vec![
            ("waves".to_owned(), (1..=5).map(waves).collect()),
            ("rings".to_owned(), (1..=5).map(rings).collect()),
        ],
    };
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::write(path::Path::new(&folder).join("tiles.png"), tiles.draw()?)?;
    Ok(())
}
