//! Masked images, and the noise that a mask amounts to.

use dae::random::{normal_matrix, stream};
use dae::train::linear::pixel_moments;
use ndarray::{Array1, Array2, Axis, s};

use super::{Album, Batch};
use crate::Result;

impl Album {
    /// Images with each pixel set to 0 with probability `q`, otherwise divided by `1 - q`.
    pub fn masked(&self, images: &Batch, q: f64, seed: u64) -> Batch {
        let (rows, columns) = images.0.dim();
        let mut rng = stream(seed, &["notebook", self.dataset.name(), "mask"]);
        let mut squares = || normal_matrix(&mut rng, rows, columns, 1.0).mapv(|x| x * x);
        // The sum of the squares of two normal numbers is above -2 ln q with probability q.
        let sums = squares() + squares();
        let kept = |sum: f64| sum <= -2.0 * q.ln();
        let factors = sums.mapv(|sum| if kept(sum) { (1.0 - q).recip() } else { 0.0 });
        Batch(&images.0 * &factors)
    }

    /// The second moments of the pixels, weighted by each leading direction, `k_i`.
    ///
    /// # Errors
    /// As [`pixel_moments`].
    pub fn pixel_moments(&self) -> Result<Vec<f64>> {
        Ok(self.moments()?.diag().to_vec())
    }

    /// The absolute values of the leading entries of `U^T diag(S_pp) U` as one image of the usual size, the largest
    /// white. No image if the images are not square, or are in colour.
    ///
    /// # Errors
    /// As [`pixel_moments`].
    pub fn mask_matrix(&self) -> Result<Batch> {
        let moments = self.moments()?;
        let side = self.dataset.pixels().isqrt();
        if moments.nrows() < side || side * side != self.dataset.pixels() {
            return Ok(self.none());
        }
        let sizes = moments.slice(s![..side, ..side]).mapv(f64::abs);
        let largest = sizes.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let image: Array1<f64> = sizes.iter().map(|x| x / largest).collect();
        Ok(Batch(image.insert_axis(Axis(0))))
    }

    fn moments(&self) -> Result<Array2<f64>> {
        let Some(images) = &self.images else {
            return Ok(Array2::zeros((0, 0)));
        };
        let squares = images.pixels.mapv(|x| f64::from(x).powi(2));
        let means = squares.sum_axis(Axis(0)) / squares.nrows().max(1) as f64;
        let diagonal = Array2::from_diag(&means);
        Ok(pixel_moments(&diagonal, &images.basis.vectors)?)
    }
}
