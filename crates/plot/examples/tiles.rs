//! Rows of small images with labels.
//!
//!     cargo run --release -p plot --example tiles FOLDER

use std::{env, error, fs};

/// Pixels along a side.
const SIDE: usize = 24;

/// Five grey images on the square from -1 to 1: waves of a distance, ever shorter.
fn waves(distance: fn(f64, f64) -> f64) -> Vec<Vec<f64>> {
    let at = |k: usize| 2.0 * k as f64 / (SIDE - 1) as f64 - 1.0;
    let pixel =
        |n: usize, k| 0.5 + 0.5 * (distance(at(k % SIDE), at(k / SIDE)) * 3.0 * n as f64).cos();
    let image = |n| (0..SIDE * SIDE).map(|k| pixel(n, k)).collect();
    (1..=5).map(image).collect()
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let (straight, round) = (waves(|x, _| x), waves(f64::hypot));
    let tiles = plot::Tiles {
        shape: [1, SIDE, SIDE],
        rows: vec![("waves".to_owned(), straight), ("rings".to_owned(), round)],
    };
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    Ok(fs::write(format!("{folder}/tiles.png"), tiles.draw()?)?)
}
