//! Trains a linear denoising autoencoder from eigenvalues alone, and compares it with the theory.
//!
//!     cargo run --release -p dae --example train_spectrum
//!
//! The leading eigenvalues of MNIST come with the crate. For other data, put their eigenvalues into `lambda`: see
//! [`dae::data::Sums`].

use dae::data::{DataSet, Spectrum};
use dae::random::stream;
use dae::theory::spectrum::Theory;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::{Result, Settings as _};

const DIRECTIONS: usize = 64;
const SHOWN: [usize; 5] = [0, 1, 4, 9, 19];
const SETTINGS: LinearSettings = LinearSettings {
    hidden: 64,
    alpha: 0.005,
    s2: 0.5,
    gamma: 0.0,
    precision: Precision::F64,
};

/// One direction after training.
pub struct Row {
    /// The direction, counted from 0.
    pub mode: usize,
    /// Its eigenvalue.
    pub lambda: f64,
    /// Mapping `(A B)_ii` of the trained network.
    pub trained: f64,
    /// Mapping by the closed form.
    pub theory: f64,
}

/// Trains, and returns a row for each direction shown.
pub fn rows(epochs: u64) -> Result<Vec<Row>> {
    let spectrum = Spectrum::committed(DataSet::Mnist)?;
    let lambda: Vec<f64> = spectrum.lambda.into_iter().take(DIRECTIONS).collect();

    // A stream of random numbers for each matrix: the same seed gives the same network on every machine.
    let (mut a, mut b) = (stream(7, &["encoder"]), stream(7, &["decoder"]));
    let start = Weights::normal([&mut a, &mut b], DIRECTIONS, SETTINGS.hidden, 1e-3)?;
    let mut trainer = LinearTrainer::new(&SETTINGS.check()?, &lambda, &start)?;
    trainer.advance(epochs);
    let trained = trainer.observe(&SHOWN)?.mappings;

    // The theory starts from the part of the weights that grows.
    let w0 = start.growing_part().to_vec();
    let theory = Theory::isotropic(&lambda, SETTINGS.s2, SETTINGS.gamma, &w0)?;
    let theory = theory.mappings_by_clock(SETTINGS.alpha, epochs as f64)?;

    let pairs = lambda.iter().zip(&theory).enumerate();
    let shown = pairs.filter(|(mode, _)| SHOWN.contains(mode));
    let rows = shown.zip(trained);
    let row = |((mode, (&lambda, &theory)), trained)| Row {
        mode,
        lambda,
        trained,
        theory,
    };
    Ok(rows.map(row).collect())
}

fn main() -> Result<()> {
    for epochs in [20, 200, 2000] {
        println!("after {epochs} epochs\nmode    lambda  trained   theory");
        for row in rows(epochs)? {
            let Row {
                mode,
                lambda,
                trained,
                theory,
            } = row;
            println!("{mode:4}  {lambda:8.4}  {trained:7.4}  {theory:7.4}");
        }
    }
    Ok(())
}
