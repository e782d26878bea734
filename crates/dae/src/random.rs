//! Random numbers that are the same on every machine and in every version.
//!
//! The generator is ChaCha with 20 rounds. Every use has a stream of its own, named in words, so that adding one
//! experiment never shifts the numbers of another.

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rand_distr::{Distribution, StandardNormal};
use sha2::{Digest, Sha256};

/// The generator that everything in this crate draws from.
pub type Rng = ChaCha20Rng;

/// Opens the stream that belongs to `seed` and `name`.
///
/// The key is `SHA-256(seed as 8 little-endian bytes, then the parts of the name, each preceded by its
/// length as 8 little-endian bytes)`, so that different names never share a stream.
///
/// # Example
/// ```
/// use rand::Rng as _;
/// let mut a = dae::random::stream(7, &["fig5", "mnist", "DAE"]);
/// let mut b = dae::random::stream(7, &["fig5", "mnist", "AE"]);
/// assert_ne!(a.next_u64(), b.next_u64());
/// ```
pub fn stream(seed: u64, name: &[&str]) -> Rng {
    let mut key = Sha256::new();
    key.update(seed.to_le_bytes());
    for part in name {
        key.update((part.len() as u64).to_le_bytes());
        key.update(part.as_bytes());
    }
    Rng::from_seed(key.finalize().into())
}

/// Draws a `rows x columns` matrix of `Normal(0, std^2)` numbers, row after row.
pub fn normal_matrix(rng: &mut Rng, rows: usize, columns: usize, std: f64) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || {
        let z: f64 = StandardNormal.sample(rng);
        std * z
    })
}
