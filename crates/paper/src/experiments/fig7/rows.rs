//! Tables of Figure 7, one per question; rows are ordered by their leading columns.

#![expect(
    missing_docs,
    reason = "the names of the other columns say what they are"
)]

use dae::data::DataSet;

use crate::experiments::Model;
use crate::tables::rows::cell;

dae::named! {
    /// What keeps an autoencoder from the identity.
    pub enum Regulariser as "regulariser" {
        /// Noise in training.
        Noise = "noise",
        /// Weight decay.
        Decay = "decay",
        /// Early stopping.
        Stopping = "stopping",
        /// Early stopping of a one-layer network.
        StoppingOneLayer = "stopping_one_layer",
    }
}

dae::named! {
    /// How to train on few images.
    pub enum Method as "method" {
        /// Without noise, to convergence.
        Ae = "ae",
        /// With noise redrawn in every epoch, of the test variance.
        Redrawn = "redrawn",
        /// With noise drawn once and kept, of the test variance.
        Once = "once",
        /// With noise drawn once and kept, of the best variance.
        OnceBest = "once_best",
    }
}

cell!(Regulariser: |regulariser| regulariser.name());
cell!(Method: |method| method.name());

crate::rows! {
    /// The error of a network in training on noisy test images.
    Denoising in "fig7_denoising.csv" {
        dataset: DataSet,
        model: Model,
        /// Variance of the noise on the test images.
        epsilon: f64,
        epoch: u64,
        /// From the clock and the free start of each mode.
        theory: f64,
        /// The paper's formula, from each mode's own start.
        theory_paper: f64,
        /// From the weights and the second moment of the test images; without images, as the next column.
        measured: f64,
        /// From the mappings alone.
        measured_diagonal: f64,
    }
}

crate::rows! {
    /// What a regulariser costs at its best.
    Price in "fig7_price.csv" {
        dataset: DataSet,
        regulariser: Regulariser,
        epsilon: f64,
        /// The best: `s2`, `gamma` or the time `s`.
        setting: f64,
        /// Error over the least error of any linear map.
        price: f64,
        /// The same of a trained network.
        measured: Option<f64>,
    }
}

crate::rows! {
    /// The error after training on few images.
    Samples in "fig7_samples.csv" {
        dataset: DataSet,
        method: Method,
        samples: usize,
        epsilon_train: f64,
        /// From the spectrum alone.
        theory: f64,
        /// From linear algebra on the images; mean over the noise draws.
        measured: Option<f64>,
        /// Standard deviation over the noise draws.
        spread: Option<f64>,
        /// From a trained network.
        trained: Option<f64>,
    }
}

crate::rows! {
    /// One mode of a narrow network at one epoch.
    Width in "fig7_width.csv" {
        model: Model,
        hidden: usize,
        mode: usize,
        epoch: u64,
        mapping: f64,
        /// The paper's formula, from the mode's own start.
        theory_paper: f64,
        /// From the clock and what stronger modes leave free.
        theory_free: f64,
        /// All modes together.
        theory_coupled: f64,
    }
}

crate::rows! {
    /// The epoch at which a mode of a DAE reaches half its fixed point, over many starts.
    Seeds in "fig7_seeds.csv" {
        hidden: usize,
        mode: usize,
        seeds: usize,
        mean: f64,
        standard_deviation: f64,
        /// With `H - mode` hidden directions for the mode.
        law_mean: f64,
        law_standard_deviation: f64,
        /// With all of them, as in the paper's formula.
        paper_mean: f64,
    }
}

crate::rows! {
    /// One mode of a deep network at its end.
    Depth in "fig7_depth.csv" {
        layers: usize,
        model: Model,
        mode: usize,
        lambda: f64,
        mapping: f64,
        /// Final mapping if the mode is learned.
        fixed_point: f64,
        /// The eigenvalue below which it is not learned; 0 with noise.
        critical_lambda: f64,
    }
}

crate::rows! {
    /// One mode of a network trained on masked images, at one epoch.
    Mask in "fig7_mask.csv" {
        dataset: DataSet,
        mode: usize,
        epoch: u64,
        mapping: f64,
        /// With the noise of the mask in this direction.
        theory_shaped: f64,
        /// With isotropic noise of the same variance.
        theory_isotropic: f64,
    }
}
