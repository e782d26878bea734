//! Loads MNIST, verified by its content, and computes a spectrum from its images.
//!
//!     cargo run --release -p dae --example load_mnist [-- --fetch]
//!
//! The images come from the cache, or from the folder or archive that `DAE_DATA_MIRROR` names. Only `--fetch` uses the
//! network.

use std::env;

use dae::data::{DataSet, SourceOptions, Spectrum, load};
use dae::{Error, Result};

/// The number of images that the spectrum is computed from.
pub const SAMPLES: usize = 5000;

/// Describes the images that these sources hold, or says how to get them.
pub fn describe(options: &SourceOptions) -> Result<String> {
    let images = match load(DataSet::Mnist, options, &mut |_| {}) {
        Ok(images) => images,
        Err(Error::NoSource { .. }) => {
            return Ok(format!(
                "MNIST is not in {}: fetch it with --fetch, or let DAE_DATA_MIRROR name a folder that holds it",
                options.cache.join("mnist").display()
            ));
        }
        Err(error) => return Err(error),
    };
    let spectrum = Spectrum::of_images(&images, SAMPLES)?;
    let leading: Vec<f64> = spectrum.lambda.iter().copied().take(3).collect();
    Ok(format!(
        "{} training and {} test images, SHA-256 of their content {}\n\
         leading eigenvalues of X^T X / N of the first {SAMPLES}: {leading:.3?}",
        images.train.len(),
        images.test.len(),
        images.fingerprint(),
    ))
}

fn main() -> Result<()> {
    let mut options = SourceOptions::from_env()?;
    options.offline |= env::args().nth(1).as_deref() != Some("--fetch");
    println!("{}", describe(&options)?);
    Ok(())
}
