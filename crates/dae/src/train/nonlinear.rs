//! The nonlinear autoencoder, trained on its data matrix.
//!
//! ```text
//! X_hat = act((X + Z) W1) W2,   Z ~ Normal(0, sigma^2) drawn afresh every epoch
//! loss  = mean over N D of (X_hat - X)^2
//! ```
//!
//! Full-batch gradient descent with weight decay added to the gradient, as in the published code. With
//! `P = act((X + Z) W1)` (N x H), `G = W2 W2^T` and `C = P^T P` (H x H) the reconstruction is never built:
//!
//! ```text
//! dW2   = 2/(N D) (C W2 - P^T X)
//! dP    = 2/(N D) (P G - X W2^T)
//! dW1   = (X + Z)^T dH,   dH = dP * act'
//! loss  = ( tr(C G) - 2 tr(W2 X^T P) + ||X||^2 ) / (N D)
//! mapping of mode i = u_i^T (X_hat^T X / N) u_i / lambda_i = (W2 u_i) . (P^T X u_i) / (N lambda_i)
//! ```
//!
//! The rows are cut into lanes, and those are taken a block at a time, so that work space does not grow with the number
//! of samples. A thread takes the next block of any lane. Lanes depend on the number of samples alone, so that results do
//! not depend on the number of threads. Pixels that are 0 in every sample are left out of products with data, where they
//! add nothing; noise does fall on them. Without directly drawn noise the four products with `X` are two of twice the
//! width, `X [W1, W2^T]` and `X^T [P, dH]`, which are 6% to 10% faster.
//!
//! In the convention of the linear trainers this is learning rate `2 alpha / D` and decay `weight_decay D / 2`.

// Matrices are capital letters, as in the equations above.
#![allow(non_snake_case)]

use ndarray::linalg::general_mat_mul;
use ndarray::{ArcArray2, Array2, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use serde::{Deserialize, Serialize};

use super::linear::Weights;
use super::noise::{self, LawEqual, Noise, STRIP, Source};
use super::products::{set_product, sum, sum_symmetric};
use super::real::Real;
use super::turns::in_turns;
use crate::error::{Error, non_negative, positive, shape};
use crate::random::Key;
use crate::{Checked, Result, Settings, blas};

/// Most rows that are taken at a time, and fewest while there are more, multiples of the noise's strips. From 512 rows
/// on the products run at full speed, and fewer rows take less memory; a lane's last blocks are smaller, so that threads
/// wait less for each other.
const BLOCK: usize = 1024;
const LAST_BLOCK: usize = 256;

/// Most lanes that rows are cut into, and fewest rows that make another lane worth its sums.
const LANES: usize = 8;
const LANE_ROWS: usize = 512;

/// What the hidden units do with their input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(0, a)`, with slope 0 at 0.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Replaces pre-activations by activations.
    fn apply<F: Real>(self, A: &mut ArrayViewMut2<F>) {
        // Written so that NaN stays NaN: max() would hide a divergence.
        let relu = |a: F| if a < F::zero() { F::zero() } else { a };
        match self {
            Self::Relu => rows_map(A, relu),
            Self::Tanh => rows_map(A, F::tanh),
        }
    }

    /// Multiplies gradients at the activations `P` by the slope there, a function of `P` for each of these.
    fn pull_back<F: Real>(self, P: &ArrayView2<F>, dP: &mut ArrayViewMut2<F>) {
        let relu = |d: F, p: F| if p <= F::zero() { F::zero() } else { d };
        match self {
            Self::Relu => rows_zip(P, dP, relu),
            Self::Tanh => rows_zip(P, dP, |d, p| d * (F::one() - p * p)),
        }
    }
}

fn rows_map<F: Real>(A: &mut ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    for mut row in A.rows_mut() {
        row.map_inplace(|a| *a = f(*a));
    }
}

fn rows_zip<F: Real>(P: &ArrayView2<F>, D: &mut ArrayViewMut2<F>, f: impl Fn(F, F) -> F) {
    for (p, mut d) in P.rows().into_iter().zip(D.rows_mut()) {
        d.zip_mut_with(&p, |d, &p| *d = f(*d, p));
    }
}

/// How the input noise is drawn; the law of training is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Whichever is cheaper for the sizes at hand.
    Auto,
    /// All N x D numbers.
    Direct,
    /// N x min(D, H) + D x H numbers with the same joint law of everything that training sees.
    LawEqual,
}

/// Settings of a nonlinear autoencoder.
///
/// | Name | Default | Unit | Range |
/// |---|---|---|---|
/// | `hidden` | none | hidden units H | 1 or more |
/// | `activation` | none | | `relu` or `tanh` |
/// | `alpha` | none | learning rate | above 0 |
/// | `weight_decay` | none | added to the gradient, per unit of weight | 0 or more |
/// | `sigma` | none | standard deviation of the input noise | 0 or more |
/// | `sampler` | none | | `auto`, `direct` or `law_equal` |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonlinearSettings {
    /// Hidden units.
    pub hidden: usize,
    /// Nonlinearity of the hidden units.
    pub activation: Activation,
    /// Learning rate.
    pub alpha: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// How the noise is drawn.
    pub sampler: Sampler,
}

impl Settings for NonlinearSettings {
    fn validate(&self) -> Result<()> {
        if self.hidden == 0 {
            return Err(Error::out_of_range("hidden", 0, "1 or more"));
        }
        positive("alpha", self.alpha)?;
        non_negative("weight_decay", self.weight_decay)?;
        non_negative("sigma", self.sigma)?;
        Ok(())
    }
}

/// The directions whose mapping is recorded: eigenvectors of `X^T X / N` and their eigenvalues.
///
/// # Shapes
/// `vectors`: D x k, one direction a column; `lambda`: k.
#[derive(Debug, Clone, PartialEq)]
pub struct Modes {
    /// `u_i` as columns.
    pub vectors: Array2<f64>,
    /// `lambda_i`, above 0.
    pub lambda: Vec<f64>,
}

impl Modes {
    /// No modes: only the loss is recorded.
    pub fn none(pixels: usize) -> Self {
        let vectors = Array2::zeros((pixels, 0));
        let lambda = Vec::new();
        Self { vectors, lambda }
    }

    fn check(&self, pixels: usize) -> Result<()> {
        shape("modes", (pixels, self.lambda.len()), self.vectors.dim())?;
        for &lambda in &self.lambda {
            positive("lambda", lambda)?;
        }
        Ok(())
    }
}

/// All that a training run needs to go on where it stopped.
///
/// The noise is a function of key and epoch, so that no generator has to be saved.
///
/// # Shapes
/// Both D x H, as in [`Weights`]: `encoder` is `W1`, `decoder` is the transpose of `W2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Updates done so far.
    pub epoch: u64,
    /// `W1`.
    pub encoder: Array2<f32>,
    /// `W2^T`.
    pub decoder: Array2<f32>,
}

impl State {
    /// The state before the first update.
    pub fn start(weights: &Weights) -> Self {
        Self {
            epoch: 0,
            encoder: weights.encoder.mapv(f32::narrow),
            decoder: weights.decoder.mapv(f32::narrow),
        }
    }
}

/// What one epoch's forward pass saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Updates done before that pass.
    pub epoch: u64,
    /// Mean squared error over N D, weight decay not included.
    pub loss: f64,
    /// Mapping of each mode.
    pub mappings: Vec<f64>,
}

/// Full-batch gradient descent on a nonlinear autoencoder.
///
/// # Reference
/// Pretorius, Kroon and Kamper (2018); the published code uses PyTorch's `MSELoss` and `SGD`.
///
/// # Example
/// ```
/// use dae::Settings as _;
/// use dae::random::{Key, normal_matrix, stream};
/// use dae::train::linear::Weights;
/// use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, NonlinearTrainer, Sampler, State};
///
/// let data = normal_matrix(&mut stream(1, &["data"]), 50, 4, 1.0).mapv(|x| x.abs() as f32);
/// let settings = NonlinearSettings {
///     hidden: 3, activation: Activation::Relu, alpha: 0.2, weight_decay: 0.0, sigma: 0.5, sampler: Sampler::Auto,
/// };
/// let (mut a, mut b) = (stream(1, &["encoder"]), stream(1, &["decoder"]));
/// let start = State::start(&Weights::normal([&mut a, &mut b], 4, 3, 0.1)?);
/// let key = Key::new(1, &["noise"]);
/// let mut trainer = NonlinearTrainer::new(&settings.check()?, data.into(), Modes::none(4), key, &start)?;
/// let before = trainer.step(true)?.map(|seen| seen.loss);
/// for _ in 0..200 {
///     trainer.step(false)?;
/// }
/// let after = trainer.step(true)?.map(|seen| seen.loss);
/// assert!(after < before);
/// # Ok::<(), dae::Error>(())
/// ```
pub struct NonlinearTrainer {
    engine: Engine<f32>,
    epoch: u64,
    sampler: Option<Sampler>,
    /// The state at the last observation that was finite, or the one training started from.
    good: State,
}

impl NonlinearTrainer {
    /// Prepares training on `X` from a given state.
    ///
    /// # Shapes
    /// `data`: N x D; `modes`: D x k; `state`: D x H twice.
    ///
    /// # Errors
    /// No samples, values that are not finite, shapes that do not fit, a mode whose eigenvalue is not above 0.
    pub fn new(
        settings: &Checked<NonlinearSettings>,
        data: ArcArray2<f32>,
        modes: Modes,
        noise: Key,
        state: &State,
    ) -> Result<Self> {
        let (key, sigma, epoch) = (noise, settings.sigma, state.epoch);
        let sampler = choose(settings, data.dim());
        let noise = match sampler {
            None | Some(Sampler::Auto) => Noise::Off,
            Some(Sampler::Direct) => Noise::Direct(Source::Drawn { key, sigma, epoch }),
            Some(Sampler::LawEqual) => {
                let sizes = [data.ncols(), settings.hidden];
                Noise::LawEqual(Box::new(LawEqual::new(key, sigma, sizes)))
            }
        };
        let engine = Engine::new(settings, data, modes, noise)?;
        let good = state.clone();
        let mut trainer = Self {
            engine,
            epoch,
            sampler,
            good,
        };
        trainer.restore(state)?;
        Ok(trainer)
    }

    /// Updates done so far.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The sampler in use: direct or law-equal, or none if there is no noise.
    pub fn sampler(&self) -> Option<Sampler> {
        self.sampler
    }

    /// Does one epoch and, if asked, tells what its forward pass saw (before the update, with its noise).
    ///
    /// # Errors
    /// Divergence, with the epoch at which it was found: at the next observation, or before if noise has to be
    /// drawn for it. The trainer is then back in the state of the last finite observation.
    ///
    /// # Numerical notes
    /// Training runs in `f32`; loss and mappings are put together in `f64` from `f32` products.
    pub fn step(&mut self, observe: bool) -> Result<Option<Observation>> {
        let seen = self.engine.pass(self.epoch).and_then(|()| {
            if !observe {
                return Ok(None);
            }
            self.engine.observe(self.epoch).map(Some)
        });
        match &seen {
            Ok(None) => {}
            Ok(Some(_)) => self.good = self.state(),
            Err(_) => {
                self.engine.set([&self.good.encoder, &self.good.decoder]);
                self.epoch = self.good.epoch;
                return seen;
            }
        }
        self.engine.update();
        self.epoch += 1;
        seen
    }

    /// The state as it is now.
    pub fn state(&self) -> State {
        let [encoder, decoder] = self.engine.weights();
        State {
            epoch: self.epoch,
            encoder,
            decoder,
        }
    }

    /// Goes on from a saved state; the result is that of a run that never stopped, byte for byte.
    ///
    /// # Errors
    /// Shapes that do not fit.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        let expected = self.engine.dim();
        shape("encoder", expected, state.encoder.dim())?;
        shape("decoder", expected, state.decoder.dim())?;
        self.engine.set([&state.encoder, &state.decoder]);
        self.epoch = state.epoch;
        self.good = state.clone();
        Ok(())
    }
}

/// The sampler that a run uses, if it uses one.
fn choose(settings: &NonlinearSettings, data: (usize, usize)) -> Option<Sampler> {
    match settings.sampler {
        _ if settings.sigma == 0.0 => None,
        Sampler::Auto => Some(cheaper(data, settings.hidden)),
        chosen => Some(chosen),
    }
}

/// The sampler that adds less to an epoch, from nanoseconds of one core measured at sizes from 2,000 x 784 x 32 to
/// 20,000 x 3,072 x 512 (N x D x H): 1.8 for a random number; a little more for a directly drawn one, with the wide
/// products that fall apart into narrow ones; the rest for the law-equal sampler's products and factorisations.
///
/// At the paper's sizes the direct one adds less than half of what the law-equal one does. Where D is many times H that
/// is several times cheaper, where N is not many times H it is several times dearer.
fn cheaper((samples, pixels): (usize, usize), hidden: usize) -> Sampler {
    let [N, D, H] = [samples, pixels, hidden].map(|size| size as f64);
    let rank = D.min(H);
    let direct = (2.0 + 0.003 * H) * N * D;
    let law_equal = 1.8 * (N * rank + D * H) + 0.05 * N * rank * H + 0.5 * D * H * H;
    if law_equal < direct {
        Sampler::LawEqual
    } else {
        Sampler::Direct
    }
}

/// Loss, mappings and gradient for given noise, in `f64`, by the code that trains.
///
/// The gradient is that of `loss + weight_decay/2 (||W1||^2 + ||W2||^2)`. The settings' `sigma` and `sampler` are not
/// looked at; without `noise` there is none.
///
/// # Shapes
/// `data`, `noise`: N x D; `weights` and the gradient: as in [`Weights`], D x H twice.
///
/// # Errors
/// As [`NonlinearTrainer::new`], and a loss that is not finite.
pub fn gradient(
    settings: &Checked<NonlinearSettings>,
    data: &Array2<f64>,
    modes: Modes,
    weights: &Weights,
    noise: Option<&Array2<f64>>,
) -> Result<(Observation, Weights)> {
    let noise = match noise {
        None => Noise::Off,
        Some(Z) => {
            shape("noise", data.dim(), Z.dim())?;
            Noise::Direct(Source::Given(Z.clone()))
        }
    };
    let mut engine = Engine::new(settings, data.to_shared(), modes, noise)?;
    weights.check(engine.dim())?;
    engine.set([&weights.encoder, &weights.decoder]);
    engine.pass(0)?;
    Ok((engine.observe(0)?, engine.gradient()))
}

/// The order in which an [`Engine`] keeps pixels: those that are 0 in every sample come last.
///
/// Those are left out of the data, and so of its products: a twelfth of MNIST.
struct Order(Vec<usize>);

impl Order {
    /// The order for `X`, and the data in it without the pixels that are 0. If all are, none is left out.
    fn of<F: Real>(X: ArcArray2<F>) -> (Self, ArcArray2<F>) {
        let is_used = |&pixel: &usize| X.column(pixel).iter().any(|&x| x != F::zero());
        let (mut order, unused): (Vec<usize>, Vec<usize>) = (0..X.ncols()).partition(is_used);
        if order.is_empty() || unused.is_empty() {
            return (Self((0..X.ncols()).collect()), X);
        }
        let mut kept = Array2::zeros((X.nrows(), order.len()));
        for (mut kept, row) in kept.rows_mut().into_iter().zip(X.rows()) {
            kept.assign(&row.select(Axis(0), &order));
        }
        order.extend(unused);
        (Self(order), kept.into())
    }

    /// Puts rows or columns that stand for pixels in this order.
    fn arrange<F: Real>(&self, pixels: &Array2<F>, axis: Axis) -> Array2<F> {
        pixels.select(axis, &self.0)
    }

    /// Undoes [`Order::arrange`] for rows.
    fn restore<F: Real>(&self, rows: ArrayView2<F>) -> Array2<F> {
        let mut pixels = Array2::zeros(rows.dim());
        for (row, &pixel) in rows.rows().into_iter().zip(&self.0) {
            pixels.row_mut(pixel).assign(&row);
        }
        pixels
    }
}

/// Data, weights and work space in one precision. Rows that stand for pixels, D of them, are in an order of its own.
struct Engine<F> {
    order: Order,
    /// N x L: without the pixels that are 0 in every sample.
    X: ArcArray2<F>,
    modes: Modes,
    noise: Noise<F>,
    activation: Activation,
    alpha: f64,
    weight_decay: f64,
    /// `||X||^2`.
    total: f64,
    /// `[W1, W2^T]`, D x 2H.
    W: Array2<F>,
    /// `[X^T P, (X + Z)^T dH]`, D x 2H; `dH` without its factor `2/(N D)`, which would carry it towards underflow.
    sums: Array2<F>,
    lanes: Vec<Lane<F>>,
    /// `W2 W2^T`, H x H.
    G: Array2<F>,
    /// `P^T P`, H x H.
    C: Array2<F>,
    /// `W2^T C`, D x H.
    W2tC: Array2<F>,
}

/// Some of the rows, n of N, and what they add to the sums of an epoch.
struct Lane<F> {
    /// The first of the rows.
    first: usize,
    X: ArcArray2<F>,
    /// Rows done in this epoch.
    done: usize,
    noise: noise::Lane<F>,
    /// `[A, X W2^T]`, then `[P, dH]` of one block, rows x 2H.
    block: Array2<F>,
    /// As [`Engine::sums`].
    sums: Array2<F>,
    /// As [`Engine::C`], on and above the diagonal.
    C: Array2<F>,
}

impl<F: Real> Lane<F> {
    /// Rows still to do in this epoch.
    fn left(&self) -> usize {
        self.X.nrows() - self.done
    }

    /// Forward and backward pass for the next block of rows.
    fn pass(&mut self, noise: &Noise<F>, activation: Activation, W: ArrayView2<F>, G: &Array2<F>) {
        let (from, to) = (self.done, self.done + block_rows(self.left()));
        self.done = to;
        // What the first block finds takes the place of the last epoch's sums.
        let keep = if from == 0 { F::zero() } else { F::one() };
        let X = self.X.slice(s![from..to, ..]);
        let mut block = self.block.slice_mut(s![..to - from, ..]);
        noise.forward(&mut self.noise, self.first + from, X, W, &mut block);
        let (mut P, mut dH) = block.view_mut().split_at(Axis(1), G.ncols());
        activation.apply(&mut P);
        let P = P.view();
        general_mat_mul(F::one(), &P, G, -F::one(), &mut dH);
        activation.pull_back(&P, &mut dH);
        F::gram(P, keep, &mut self.C);
        noise.backward(&mut self.noise, X, block.view(), keep, &mut self.sums);
    }
}

/// The rows of the next block where so many are left: half of them, within limits.
fn block_rows(left: usize) -> usize {
    let half = (left / 2).next_multiple_of(STRIP);
    half.clamp(LAST_BLOCK, BLOCK).min(left)
}

/// The rows of each lane, whole strips of noise but for the last one.
fn lane_rows(samples: usize) -> usize {
    let lanes = (samples / LANE_ROWS).clamp(1, LANES);
    samples.div_ceil(lanes).next_multiple_of(STRIP)
}

impl<F: Real> Engine<F> {
    fn new(
        settings: &NonlinearSettings,
        X: ArcArray2<F>,
        modes: Modes,
        mut noise: Noise<F>,
    ) -> Result<Self> {
        let ((samples, pixels), hidden) = (X.dim(), settings.hidden);
        if samples == 0 || pixels == 0 {
            return Err(Error::out_of_range("samples x pixels", 0, "1 or more"));
        }
        modes.check(pixels)?;
        let total: f64 = X.iter().map(|x| x.widen().powi(2)).sum();
        non_negative("||X||^2", total)?;
        let (order, X) = Order::of(X);
        let vectors = order.arrange(&modes.vectors, Axis(0));
        let modes = Modes { vectors, ..modes };
        if let Noise::Direct(Source::Given(Z)) = &mut noise {
            *Z = order.arrange(Z, Axis(1));
        }
        blas::use_one_thread();
        let rows = lane_rows(samples);
        let lanes = (0..samples).step_by(rows).map(|first| {
            let last = samples.min(first + rows);
            let block = BLOCK.min(last - first);
            Lane {
                first,
                X: X.clone().slice_move(s![first..last, ..]),
                done: 0,
                noise: noise.lane(block, pixels),
                block: Array2::zeros((block, 2 * hidden)),
                sums: Array2::zeros((pixels, 2 * hidden)),
                C: Array2::zeros((hidden, hidden)),
            }
        });
        Ok(Self {
            lanes: lanes.collect(),
            order,
            X,
            modes,
            noise,
            activation: settings.activation,
            alpha: settings.alpha,
            weight_decay: settings.weight_decay,
            total,
            W: Array2::zeros((pixels, 2 * hidden)),
            sums: Array2::zeros((pixels, 2 * hidden)),
            G: Array2::zeros((hidden, hidden)),
            C: Array2::zeros((hidden, hidden)),
            W2tC: Array2::zeros((pixels, hidden)),
        })
    }

    /// Pixels and hidden units.
    fn dim(&self) -> (usize, usize) {
        (self.W.nrows(), self.G.ncols())
    }

    /// `W1` and `W2^T`, pixels in the order of the data given.
    fn weights(&self) -> [Array2<F>; 2] {
        let (W1, W2t) = self.W.view().split_at(Axis(1), self.G.ncols());
        [W1, W2t].map(|W| self.order.restore(W))
    }

    fn set(&mut self, [W1, W2t]: [&Array2<F>; 2]) {
        let [W1, W2t] = [W1, W2t].map(|W| self.order.arrange(W, Axis(0)));
        let hidden = self.G.ncols();
        self.W.slice_mut(s![.., ..hidden]).assign(&W1);
        self.W.slice_mut(s![.., hidden..]).assign(&W2t);
    }

    /// Forward and backward pass: fills `G`, `C`, `W2tC` and `sums` for the weights as they are.
    fn pass(&mut self, epoch: u64) -> Result<()> {
        let Self {
            lanes, noise, W, G, ..
        } = self;
        let (W1, W2t) = W.view().split_at(Axis(1), G.ncols());
        set_product(W2t.t(), W2t, G);
        noise.start(W1, epoch)?;
        let activation = self.activation;
        lanes.iter_mut().for_each(|lane| lane.done = 0);
        in_turns(lanes, Lane::left, |lane| {
            lane.pass(noise, activation, W.view(), G);
        });
        sum_symmetric(lanes.iter().map(|lane| &lane.C), &mut self.C);
        set_product(W2t, self.C.view(), &mut self.W2tC);
        let sums: Vec<_> = lanes.iter().map(|lane| &lane.sums).collect();
        sum(&sums, &mut self.sums);
        let noises: Vec<_> = lanes.iter().map(|lane| &lane.noise).collect();
        noise.finish(&noises, &mut self.sums)
    }

    /// Loss and mappings of the last pass, which must be of the weights as they are.
    fn observe(&self, epoch: u64) -> Result<Observation> {
        let (pixels, hidden) = self.dim();
        let samples = self.X.nrows() as f64;
        let W2t = self.W.slice(s![.., hidden..]).mapv(F::widen);
        let XtP = self.sums.slice(s![.., ..hidden]).mapv(F::widen);
        let quadratic = (self.C.mapv(F::widen) * self.G.mapv(F::widen)).sum();
        let cross = (&W2t * &XtP).sum();
        let loss = (quadratic - 2.0 * cross + self.total) / (samples * pixels as f64);
        let U = &self.modes.vectors;
        let covariances = (U.t().dot(&W2t) * U.t().dot(&XtP)).sum_axis(Axis(1));
        let scaled = covariances.iter().zip(&self.modes.lambda);
        let mappings: Vec<f64> = scaled.map(|(c, lambda)| c / (samples * lambda)).collect();
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

    /// `2/(N D)`, the factor of the mean's derivative.
    fn scale(&self) -> f64 {
        2.0 / (self.X.nrows() as f64 * self.W.nrows() as f64)
    }

    /// The gradient that the last pass found, decay included.
    fn gradient(&self) -> Weights {
        let (scale, decay) = (self.scale(), self.weight_decay);
        let [W1, W2t] = self.weights().map(|W| W.mapv(F::widen));
        let (XtP, XtdH) = self.sums.view().split_at(Axis(1), self.G.ncols());
        let [for_W1, for_W2t] = [XtdH, (&self.W2tC - &XtP).view()]
            .map(|gradient| self.order.restore(gradient).mapv(F::widen));
        Weights {
            encoder: for_W1 * scale + W1 * decay,
            decoder: for_W2t * scale + W2t * decay,
        }
    }

    /// One step down the gradient that the last pass found.
    fn update(&mut self) {
        let rate = F::narrow(self.alpha * self.scale());
        let keep = F::narrow(1.0 - self.alpha * self.weight_decay);
        let hidden = self.G.ncols();
        let (mut W1, mut W2t) = self.W.view_mut().split_at(Axis(1), hidden);
        let (XtP, XtdH) = self.sums.view().split_at(Axis(1), hidden);
        Zip::from(&mut W1)
            .and(&XtdH)
            .par_for_each(|w, &d| *w = keep * *w - rate * d);
        Zip::from(&mut W2t)
            .and(&self.W2tC)
            .and(&XtP)
            .par_for_each(|w, &c, &p| *w = keep * *w - rate * (c - p));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_shrink_towards_the_end_of_a_lane_and_begin_with_a_strip() {
        for rows in (1..2_000).chain([3_840, 6_272, 50_000]) {
            let (mut done, mut last) = (0, BLOCK);
            while done < rows {
                assert_eq!(done % STRIP, 0, "{rows}");
                let block = block_rows(rows - done);
                assert!(0 < block && block <= last, "{rows}");
                (done, last) = (done + block, block);
            }
            assert_eq!(done, rows);
        }
    }

    #[test]
    fn the_cheaper_sampler_is_the_one_that_was_measured_to_be() {
        for (data, hidden, expected) in [
            ((50_000, 784), 256, Sampler::Direct),
            ((20_000, 3_072), 512, Sampler::Direct),
            ((2_000, 784), 32, Sampler::LawEqual),
            ((2_000, 784), 256, Sampler::Direct),
            ((5_000, 3_072), 512, Sampler::Direct),
            ((50_000, 784), 64, Sampler::LawEqual),
            ((10_000, 3_072), 128, Sampler::LawEqual),
            ((1_000, 4), 40, Sampler::Direct),
        ] {
            assert_eq!(cheaper(data, hidden), expected, "{data:?}, {hidden}");
        }
    }
}
