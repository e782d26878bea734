//! Computes the committed spectra afresh, and says how long each step takes.
//!
//! `cargo run --release --example spectra -- data/spectra` writes them into that folder;
//! without a folder they are only compared with the committed ones.

use std::path::PathBuf;
use std::time::Instant;

use dae::data::{DataSet, Event, SourceOptions, Spectrum, load};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let options = SourceOptions::from_env()?;
    for dataset in DataSet::ALL {
        let samples = dataset.paper_samples();
        let start = Instant::now();
        let images = load(dataset, &options, &mut report)?;
        eprintln!("{dataset}: loaded in {:.2?}", start.elapsed());
        let start = Instant::now();
        let spectrum = Spectrum::of_images(&images, samples)?;
        eprintln!(
            "{dataset}: spectrum of {samples} images in {:.2?}",
            start.elapsed()
        );
        eprintln!("{dataset}: half the trace is {:.7}", spectrum.half_trace());
        match &folder {
            Some(folder) => spectrum.save(&folder.join(format!("{dataset}-{samples}.csv")))?,
            None => spectrum.agrees_with(&Spectrum::committed(dataset)?, Spectrum::TOLERANCE)?,
        }
    }
    Ok(())
}

/// Says everything but how many bytes have arrived.
fn report(event: Event) {
    if !matches!(event, Event::Progress { .. }) {
        eprintln!("{event:?}");
    }
}
