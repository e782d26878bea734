//! Images as bytes, and as floating-point numbers.

use ndarray::{Array2, s};

use crate::{Error, Result};

/// Images with their labels, as bytes.
///
/// # Shapes
/// `pixels` is `N x D`, one image a row, `labels` has length `N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// One image a row: channel after channel, row after row.
    pub pixels: Array2<u8>,
    /// The class of each image, 0 to 9.
    pub labels: Vec<u8>,
}

impl Split {
    /// Joins labels and pixels.
    ///
    /// # Errors
    /// [`Error::Shape`] if `pixels` does not hold one image of `columns` pixels per label.
    pub fn new(labels: Vec<u8>, pixels: Vec<u8>, columns: usize) -> Result<Self> {
        let found = format!("{} pixels", pixels.len());
        let pixels =
            Array2::from_shape_vec((labels.len(), columns), pixels).map_err(|_| Error::Shape {
                what: "pixels",
                expected: format!("{} images of {columns} pixels", labels.len()),
                found,
            })?;
        Ok(Self { pixels, labels })
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The first `samples` images as `X`, pixels divided by 255 and not centred.
    ///
    /// # Shapes
    /// `samples x D`.
    ///
    /// # Errors
    /// [`Error::TooManyImages`] if there are fewer.
    ///
    /// # Example
    /// ```
    /// let split = dae::data::Split::new(vec![3, 7], vec![0, 255, 51, 0], 2)?;
    /// assert_eq!(split.first(1)?, ndarray::array![[0.0, 1.0]]);
    /// assert!(split.first(3).is_err());
    /// # Ok::<(), dae::Error>(())
    /// ```
    pub fn first(&self, samples: usize) -> Result<Array2<f64>> {
        self.check(samples)?;
        Ok(self
            .pixels
            .slice(s![..samples, ..])
            .mapv(|byte| f64::from(byte) / 255.0))
    }

    /// As [`Split::first`], in single precision.
    ///
    /// # Errors
    /// As [`Split::first`].
    pub fn first_f32(&self, samples: usize) -> Result<Array2<f32>> {
        self.check(samples)?;
        Ok(self
            .pixels
            .slice(s![..samples, ..])
            .mapv(|byte| f32::from(byte) / 255.0))
    }

    /// Refuses to hand out more images than there are.
    pub(crate) fn check(&self, samples: usize) -> Result<()> {
        if samples > self.len() {
            return Err(Error::TooManyImages {
                asked: samples,
                available: self.len(),
            });
        }
        Ok(())
    }
}
