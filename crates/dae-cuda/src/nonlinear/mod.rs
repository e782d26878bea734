//! The nonlinear trainer on a device.
//!
//! The equations are those of [`dae::train::nonlinear`]. Data, weights and sums stay on the device. Rows are processed
//! in blocks, which bounds the workspace.

// Matrices are capital letters, as in the equations of `dae::train::nonlinear`.
#![allow(non_snake_case)]

mod noise;

use dae::random::Key;
use dae::train::NonlinearDescent;
use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, Observation, Sampler, State};
use dae::train::parts::{self, NOISE_STRIP, PixelOrder};
use dae::{Checked, Error, Result, non_negative};
use ndarray::{ArcArray2, Array2, Axis, concatenate, s};

use crate::matrix::{Matrix, Wide};
use crate::operations::{NonlinearStep, Operations};
use noise::Sampled;

/// Maximum bytes for the matrices of one block of rows.
const WORK: usize = 512 << 20;

/// Full-batch gradient descent on a nonlinear autoencoder, as [`dae::train::nonlinear::NonlinearTrainer`], on a device.
///
/// With either sampler, the noise is that of the processor, bit for bit. The law-equal sampler factors H x H matrices
/// on the processor in every epoch, and waits for the result.
///
/// # Memory
/// [`NonlinearTrainer::memory`]: the data (N x D), a few matrices of D x H and H x H, and at most 512 MiB for a block
/// of rows, all in single precision (CIFAR-10 with directly drawn noise: 865 MiB).
///
/// # Numerical notes
/// Training runs in single precision, never lower. Loss and mappings are computed in double precision from products in
/// single precision. Results match the processor's up to the rounding of products. If the law-equal sampler has to
/// factor a singular matrix (no more samples than hidden units, or units that are off for every sample), rounding shows
/// in its root, and the run is a different one of the same law.
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::{Key, normal_matrix, stream};
/// use dae::train::NonlinearDescent as _;
/// use dae::train::linear::Weights;
/// use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, Sampler, State};
/// use dae_cuda::{Host, NonlinearTrainer};
///
/// let data = normal_matrix(&mut stream(1, &["data"]), 50, 4, 1.0).mapv(|x| x.abs() as f32);
/// let settings = NonlinearSettings {
///     hidden: 3, activation: Activation::Relu, alpha: 0.2, weight_decay: 0.0, sigma: 0.5, sampler: Sampler::Auto,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = State::start(&Weights::normal([&mut a, &mut b], 4, 3, 0.1)?);
/// let (settings, key) = (settings.check()?, Key::new(1, &["noise"]));
/// let mut trainer =
///     NonlinearTrainer::new(Host::default(), &settings, data.into(), Modes::none(4), key, &start)?;
/// let before = trainer.step(true)?.map(|seen| seen.loss);
/// for _ in 0..200 {
///     trainer.step(false)?;
/// }
/// let after = trainer.step(true)?.map(|seen| seen.loss);
/// assert!(after < before);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct NonlinearTrainer<O> {
    operations: O,
    /// Order of the pixels on the device.
    order: PixelOrder,
    sizes: Sizes,
    matrices: Matrices,
    sampled: Sampled,
    modes: (Wide, Vec<f64>),
    activation: Activation,
    /// `2/(N D)` times the learning rate.
    rate: f32,
    /// `1 - alpha weight_decay`.
    keep: f32,
    /// `||X||^2`.
    total: f64,
    sampler: Option<Sampler>,
    epoch: u64,
    /// Epoch of the last finite observation, or the one training started from; its weights are in [`Matrices::good`].
    good: u64,
}

/// Problem sizes.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// N.
    samples: usize,
    /// D.
    pixels: usize,
    /// L: pixels that are not 0 in every sample. They come first.
    used: usize,
    /// H.
    hidden: usize,
    /// Rows per block, a multiple of the noise's strips.
    block: usize,
}

#[derive(Clone, Copy)]
struct Matrices {
    /// N x D.
    X: Matrix,
    /// `[W1, W2^T]`, D x 2H.
    W: Matrix,
    /// The weights of the last finite observation, D x 2H.
    good: Matrix,
    /// `[A, X W2^T]`, then `[P, dH]` of one block, rows x 2H.
    block: Matrix,
    /// `[X^T P, (X + Z)^T dH]`, D x 2H; `dH` without its factor `2/(N D)`.
    sums: Matrix,
    /// `W2 W2^T`, H x H.
    G: Matrix,
    /// `P^T P`, H x H.
    C: Matrix,
    /// `W2^T C`, D x H.
    W2tC: Matrix,
}

impl<O: Operations> NonlinearTrainer<O> {
    /// Prepares training on `X` from a given state, of this device or another.
    ///
    /// # Shapes
    /// `data`: N x D; `modes`: D x k; `state`: D x H twice.
    ///
    /// # Errors
    /// As [`dae::train::nonlinear::NonlinearTrainer::new`]; a device that fails or has too little memory.
    pub fn new(
        operations: O,
        settings: &Checked<NonlinearSettings>,
        data: ArcArray2<f32>,
        modes: Modes,
        noise: Key,
        state: &State,
    ) -> Result<Self> {
        let rows = block_rows(settings, data.dim());
        Self::in_blocks(operations, settings, (data, modes), noise, state, rows)
    }

    /// As [`NonlinearTrainer::new`], with this many rows per block, rounded up to whole strips of noise.
    ///
    /// The number affects only the rounding of sums and the memory needed.
    ///
    /// # Errors
    /// As [`NonlinearTrainer::new`].
    pub fn in_blocks(
        mut operations: O,
        settings: &Checked<NonlinearSettings>,
        (data, modes): (ArcArray2<f32>, Modes),
        noise: Key,
        state: &State,
        rows: usize,
    ) -> Result<Self> {
        let (samples, pixels) = data.dim();
        if samples == 0 || pixels == 0 {
            return Err(Error::out_of_range("samples x pixels", 0, "1 or more"));
        }
        parts::check_modes(&modes, pixels)?;
        check_state(state, (pixels, settings.hidden))?;
        let total: f64 = data.iter().map(|&x| f64::from(x).powi(2)).sum();
        non_negative("||X||^2", total)?;
        let sampler = parts::sampler(settings, data.dim());
        let (order, X) = PixelOrder::of(data);
        let sizes = Sizes {
            samples,
            pixels,
            used: X.ncols(),
            hidden: settings.hidden,
            block: rows
                .max(1)
                .next_multiple_of(NOISE_STRIP)
                .min(samples.next_multiple_of(NOISE_STRIP)),
        };
        operations.require(sizes.memory(sampler, modes.lambda.len()))?;
        let matrices = Matrices::new(&mut operations, sizes)?;
        matrices.put(&mut operations, X)?;
        let vectors = operations.wide(&order.arrange_wide(&modes.vectors))?;
        let sampled = Sampled::new(&mut operations, sampler, sizes, (noise, settings.sigma))?;
        let mean = 2.0 / (samples as f64 * pixels as f64);
        let mut trainer = Self {
            operations,
            order,
            sizes,
            matrices,
            sampled,
            modes: (vectors, modes.lambda),
            activation: settings.activation,
            rate: (settings.alpha * mean) as f32,
            keep: (1.0 - settings.alpha * settings.weight_decay) as f32,
            total,
            sampler,
            epoch: 0,
            good: 0,
        };
        trainer.restore(state)?;
        Ok(trainer)
    }

    /// Device memory in bytes for a trainer's matrices, with this many samples, pixels and recorded modes.
    pub fn memory(settings: &NonlinearSettings, data: (usize, usize), modes: usize) -> u64 {
        let (samples, pixels) = data;
        let sizes = Sizes {
            samples,
            pixels,
            used: pixels,
            hidden: settings.hidden,
            block: block_rows(settings, data),
        };
        sizes.memory(parts::sampler(settings, data), modes)
    }

    /// The device, to query what it used.
    pub fn operations(&self) -> &O {
        &self.operations
    }

    /// Forward and backward pass: fills `G`, `C`, `W2tC` and `sums` for the current weights.
    fn pass(&mut self) -> Result<()> {
        let Self {
            operations,
            matrices,
            sampled,
            sizes,
            ..
        } = self;
        let Matrices { W, G, C, W2tC, .. } = *matrices;
        let [W1, W2t] = sides(W);
        operations.product(1.0, W2t.t(), W2t.into(), 0.0, G)?;
        sampled.start(operations, W1, self.epoch)?;
        for first in (0..sizes.samples).step_by(sizes.block) {
            let rows = first..sizes.samples.min(first + sizes.block);
            let X = matrices.X.rows(rows.clone());
            let block = matrices.block.rows(0..rows.len());
            let [P, dH] = sides(block);
            // The first block overwrites the sums of the last epoch.
            let keep = if first == 0 { 0.0 } else { 1.0 };
            sampled.forward(operations, (X, first), (W, sizes.used), block)?;
            operations.activate(self.activation, P)?;
            operations.product(1.0, P.into(), G.into(), -1.0, dH)?;
            operations.pull_back(self.activation, P, dH)?;
            operations.product(1.0, P.t(), P.into(), keep, C)?;
            sampled.backward(operations, (X, sizes.used), block, keep, matrices.sums)?;
        }
        operations.product(1.0, W2t.into(), C.into(), 0.0, W2tC)?;
        sampled.finish(operations, sizes.used, matrices.sums)
    }

    /// Loss and mappings of the last pass, which must be of the current weights.
    fn observe(&mut self) -> Result<Observation> {
        let Self {
            operations,
            matrices,
            modes: (U, lambda),
            ..
        } = self;
        let ([_, W2t], [XtP, _]) = (sides(matrices.W), sides(matrices.sums));
        let (samples, pixels) = (self.sizes.samples as f64, self.sizes.pixels as f64);
        let quadratic = operations.dot_rows(matrices.C, matrices.G)?.sum();
        let cross = operations.dot_rows(W2t, XtP)?.sum();
        let loss = (quadratic - 2.0 * cross + self.total) / (samples * pixels);
        let (of_W, of_P) = (operations.project(*U, W2t)?, operations.project(*U, XtP)?);
        let covariances = (of_W * of_P).sum_axis(Axis(1));
        let scaled = covariances.iter().zip(lambda);
        let mappings: Vec<f64> = scaled.map(|(c, lambda)| c / (samples * *lambda)).collect();
        let epoch = self.epoch;
        for (what, value) in std::iter::once(("the loss", loss))
            .chain(mappings.iter().map(|&mapping| ("a mapping", mapping)))
        {
            if !value.is_finite() {
                return Err(Error::Diverged { what, epoch });
            }
        }
        Ok(Observation {
            epoch,
            loss,
            mappings,
        })
    }
}

/// The two halves of the columns.
fn sides(whole: Matrix) -> [Matrix; 2] {
    let (_, columns) = whole.dim();
    [
        whole.columns(0..columns / 2),
        whole.columns(columns / 2..columns),
    ]
}

fn check_state(state: &State, expected: (usize, usize)) -> Result<()> {
    parts::check_shape("encoder", expected, state.encoder.dim())?;
    parts::check_shape("decoder", expected, state.decoder.dim())
}

/// Rows per block whose matrices fit into [`WORK`], in whole strips of noise.
fn block_rows(settings: &NonlinearSettings, (samples, pixels): (usize, usize)) -> usize {
    let sampler = parts::sampler(settings, (samples, pixels));
    let noise = noise::columns(sampler, (pixels, settings.hidden));
    let row = 4 * (2 * settings.hidden + noise);
    let strips = (WORK / row / NOISE_STRIP).clamp(1, samples.div_ceil(NOISE_STRIP).max(1));
    strips * NOISE_STRIP
}

impl Sizes {
    fn memory(self, sampler: Option<Sampler>, modes: usize) -> u64 {
        let (D, H) = (self.pixels, self.hidden);
        let block = self.block.min(self.samples);
        let fixed = self.samples * D + 7 * D * H + 2 * H * H;
        let single = fixed + block * 2 * H + noise::numbers(sampler, self);
        // The modes, and what observations read back.
        let double = D * modes + D + H + modes * H;
        (4 * single + 8 * double) as u64
    }
}

impl Matrices {
    fn new<O: Operations>(operations: &mut O, sizes: Sizes) -> Result<Self> {
        let Sizes {
            samples,
            pixels,
            hidden,
            block,
            ..
        } = sizes;
        let mut zeros = |rows, columns| operations.zeros(rows, columns);
        Ok(Self {
            X: zeros(samples, pixels)?,
            W: zeros(pixels, 2 * hidden)?,
            good: zeros(pixels, 2 * hidden)?,
            block: zeros(block.min(samples), 2 * hidden)?,
            sums: zeros(pixels, 2 * hidden)?,
            G: zeros(hidden, hidden)?,
            C: zeros(hidden, hidden)?,
            W2tC: zeros(pixels, hidden)?,
        })
    }

    /// Copies the data, and zeros for the pixels that they omit, because noise falls on those too.
    fn put<O: Operations>(&self, operations: &mut O, X: ArcArray2<f32>) -> Result<()> {
        let (samples, pixels) = self.X.dim();
        if X.ncols() == pixels {
            return operations.write(X.view(), self.X);
        }
        const ROWS: usize = 4096;
        for (i, rows) in X.axis_chunks_iter(Axis(0), ROWS).enumerate() {
            let first = i * ROWS;
            let mut padded = Array2::zeros((rows.nrows(), pixels));
            padded.slice_mut(s![.., ..X.ncols()]).assign(&rows);
            let to = self.X.rows(first..samples.min(first + ROWS));
            operations.write(padded.view(), to)?;
        }
        Ok(())
    }
}

impl<O: Operations> NonlinearDescent for NonlinearTrainer<O> {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn sampler(&self) -> Option<Sampler> {
        self.sampler
    }

    fn step(&mut self, observe: bool) -> Result<Option<Observation>> {
        let Matrices {
            W,
            good,
            sums,
            W2tC,
            ..
        } = self.matrices;
        let seen = self.pass().and_then(|()| {
            if !observe {
                return Ok(None);
            }
            self.observe().map(Some)
        });
        match &seen {
            Ok(None) => {}
            Ok(Some(_)) => {
                self.operations.copy(W, good)?;
                self.good = self.epoch;
            }
            Err(_) => {
                // A failed device cannot copy either; its first error is the one that matters.
                let _ = self.operations.copy(good, W);
                self.epoch = self.good;
                return seen;
            }
        }
        self.operations.step_nonlinear(NonlinearStep {
            W,
            sums,
            W2tC,
            rate: self.rate,
            keep: self.keep,
        })?;
        self.epoch += 1;
        seen
    }

    fn state(&self) -> Result<State> {
        let W = self.operations.read(self.matrices.W)?;
        let (encoder, decoder) = W.view().split_at(Axis(1), self.sizes.hidden);
        Ok(State {
            epoch: self.epoch,
            encoder: self.order.restore(encoder),
            decoder: self.order.restore(decoder),
        })
    }

    fn restore(&mut self, state: &State) -> Result<()> {
        check_state(state, (self.sizes.pixels, self.sizes.hidden))?;
        let [encoder, decoder] = [&state.encoder, &state.decoder].map(|W| self.order.arrange(W));
        // Their shapes were checked.
        let W = concatenate(Axis(1), &[encoder.view(), decoder.view()]).unwrap_or(encoder);
        self.operations.write(W.view(), self.matrices.W)?;
        self.operations.copy(self.matrices.W, self.matrices.good)?;
        self.epoch = state.epoch;
        self.good = state.epoch;
        Ok(())
    }
}
