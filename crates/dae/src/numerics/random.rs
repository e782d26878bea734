//! Random numbers that are the same on every machine and in every version.
//!
//! The generator is ChaCha, with 20 rounds (8 for training noise, which is drawn by the billion). Every use has a
//! stream of its own, named in words, so that adding one experiment never shifts the numbers of another.

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use rand_distr::{Distribution, StandardNormal};
use sha2::{Digest, Sha256};

/// The generator of everything but training noise.
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
    Rng::from_seed(Key::new(seed, name).0)
}

/// The key of a family of streams: one for every epoch and every strip of rows of a noise matrix.
///
/// Noise that is a function of (key, epoch, strip) needs no generator to be saved with a checkpoint, can be drawn
/// by any number of threads, and can be drawn twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// The key that belongs to `seed` and `name`, made as in [`stream`].
    pub fn new(seed: u64, name: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        for part in name {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The key of one matrix of one epoch: `SHA-256(key, epoch as 8 little-endian bytes, matrix)`.
    pub(crate) fn epoch(self, epoch: u64, matrix: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(epoch.to_le_bytes());
        hash.update(matrix.as_bytes());
        Self(hash.finalize().into())
    }

    /// The stream of one strip of rows, from ChaCha with 8 rounds instead of 20.
    ///
    /// Training noise is drawn by the billion, and these rounds take half of the time of each number. No attack on 8
    /// rounds is known, let alone a statistical test that tells their output from chance.
    pub(crate) fn strip(self, strip: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.0);
        rng.set_stream(strip);
        rng
    }
}

/// Draws a `rows x columns` matrix of `Normal(0, std^2)` numbers, in row-major order.
pub fn normal_matrix(rng: &mut Rng, rows: usize, columns: usize, std: f64) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || {
        let z: f64 = StandardNormal.sample(rng);
        std * z
    })
}
