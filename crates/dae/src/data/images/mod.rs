//! What every loader returns, and how it is verified.

mod split;

use sha2::{Digest, Sha256};

pub use split::Split;

use crate::{Error, Result, named};

named! {
    /// The two data sets of the paper.
    pub enum DataSet as "dataset" {
        /// 60,000 + 10,000 grey images of handwritten digits, 28 x 28.
        Mnist = "mnist",
        /// 50,000 + 10,000 colour images of things and animals, 32 x 32.
        Cifar10 = "cifar10",
    }
}

impl DataSet {
    /// Channels, rows and columns of one image. Pixels are stored in this order, columns fastest.
    pub fn shape(self) -> [usize; 3] {
        match self {
            Self::Mnist => [1, 28, 28],
            Self::Cifar10 => [3, 32, 32],
        }
    }

    /// The number of inputs `D`: 784 or 3,072.
    pub fn pixels(self) -> usize {
        self.shape().iter().product()
    }

    /// How many of the training images the paper uses: 50,000 of MNIST and 30,000 of CIFAR-10.
    pub fn paper_samples(self) -> usize {
        match self {
            Self::Mnist => 50_000,
            Self::Cifar10 => 30_000,
        }
    }

    /// What the true data set looks like.
    pub fn expected(self) -> Expected {
        let (train, test, fingerprint) = match self {
            Self::Mnist => (60_000, 10_000, MNIST_FINGERPRINT),
            Self::Cifar10 => (50_000, 10_000, CIFAR10_FINGERPRINT),
        };
        Expected {
            dataset: self,
            train,
            test,
            fingerprint: fingerprint.to_owned(),
        }
    }
}

/// [`Images::fingerprint`] of MNIST. The four files it was computed from have the published
/// SHA-256.
const MNIST_FINGERPRINT: &str = "2604e522c25ae331c73d1015293301c02a4b767c1ad27f771ffc1f4d9bb8e33f";

/// [`Images::fingerprint`] of CIFAR-10.
const CIFAR10_FINGERPRINT: &str =
    "8e781fbb9cc419ec7e2d3316ea58fffb1f71b2a0d2f40fad4d775b1bda5c3f50";

/// What a data set must look like to be accepted.
///
/// [`DataSet::expected`] returns the real ones. The sizes are here, not in the loaders, so that tests can use small
/// synthetic data sets, and no loader has to trust a size that a file states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Which data set, hence which image size and which file formats.
    pub dataset: DataSet,
    /// The number of training images.
    pub train: usize,
    /// The number of test images.
    pub test: usize,
    /// [`Images::fingerprint`] of the true content.
    pub fingerprint: String,
}

impl Expected {
    /// Accepts `images` if they are the true ones.
    ///
    /// # Errors
    /// [`Error::Fingerprint`] if they are not.
    pub fn check(&self, images: Images) -> Result<Images> {
        let found = images.fingerprint();
        if found == self.fingerprint {
            return Ok(images);
        }
        Err(Error::Fingerprint {
            dataset: self.dataset.name(),
            expected: self.fingerprint.clone(),
            found,
        })
    }

    /// The size of all pixels and labels in bytes, from which limits for reading are derived.
    pub(crate) fn bytes(&self) -> usize {
        (self.train + self.test) * (self.dataset.pixels() + 1)
    }
}

/// Training and test images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Which data set this is, or claims to be until [`Expected::check`] has seen it.
    pub dataset: DataSet,
    /// The training images, in their published order.
    pub train: Split,
    /// The test images, in their published order.
    pub test: Split,
}

impl Images {
    /// The SHA-256 of the content, independent of the file format that it came in.
    ///
    /// Hashed, in this order: the line `<name> <train images> <test images> <pixels per image>\n`
    /// in ASCII; training labels, one byte each; training pixels, image after image, each channel
    /// after channel, row after row; test labels; test pixels. The sizes in the first line make
    /// sure that no two different data sets give the same stream of bytes.
    pub fn fingerprint(&self) -> String {
        let (train, test) = (&self.train, &self.test);
        let mut hash = Sha256::new();
        let sizes = [train.len(), test.len(), self.dataset.pixels()];
        hash.update(format!(
            "{} {} {} {}\n",
            self.dataset, sizes[0], sizes[1], sizes[2]
        ));
        for split in [train, test] {
            hash.update(&split.labels);
            for image in split.pixels.rows() {
                // Loaders store images contiguously; a matrix sliced by hand may not be.
                match image.as_slice() {
                    Some(bytes) => hash.update(bytes),
                    None => hash.update(image.to_vec()),
                }
            }
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
