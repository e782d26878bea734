//! The nonlinear trainer against plain formulas, finite differences, and the law that its noise must have.

// Matrices are capital letters, as in the equations of the module under test.
#![allow(non_snake_case)]
// Helpers are not test functions, but test code all the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use dae::random::{Key, Rng, normal_matrix, stream};
use dae::train::linear::{LinearSettings, Precision, Weights};
use dae::train::nonlinear::{
    Activation, Modes, NonlinearSettings, NonlinearTrainer, Observation, Sampler, State, gradient,
};
use dae::train::reference::ReferenceTrainer;
use dae::{Checked, Error, Settings};
use ndarray::{Array1, Array2, Axis, Zip, s};
use ndarray_linalg::{Eigh, QR, UPLO};
use proptest::prelude::*;

const GOOD: NonlinearSettings = NonlinearSettings {
    hidden: 3,
    activation: Activation::Relu,
    alpha: 0.1,
    weight_decay: 0.0,
    sigma: 0.0,
    sampler: Sampler::Auto,
};

fn rng(name: &str) -> Rng {
    stream(20_180_710, &["tests/nonlinear", name])
}

fn key(name: &str) -> Key {
    Key::new(20_180_710, &["tests/nonlinear", name])
}

fn start(name: &str, pixels: usize, hidden: usize, std: f64) -> Weights {
    let mut streams = [
        rng(&format!("{name} encoder")),
        rng(&format!("{name} decoder")),
    ];
    let [a, b] = &mut streams;
    Weights::normal([a, b], pixels, hidden, std).unwrap()
}

fn trainer(
    settings: NonlinearSettings,
    X: &Array2<f64>,
    modes: Modes,
    state: &State,
) -> NonlinearTrainer {
    let X = X.mapv(|x| x as f32).into();
    NonlinearTrainer::new(&settings.check().unwrap(), X, modes, key("noise"), state).unwrap()
}

/// The leading `count` eigenvectors and eigenvalues of `X^T X / N`.
fn leading(X: &Array2<f64>, count: usize) -> Modes {
    let (lambda, U) = (X.t().dot(X) / X.nrows() as f64).eigh(UPLO::Lower).unwrap();
    let last = lambda.len();
    Modes {
        vectors: U.slice(s![.., last - count..;-1]).to_owned(),
        lambda: lambda
            .slice(s![last - count..;-1])
            .iter()
            .copied()
            .collect(),
    }
}

/// Makes pixels 0 in every sample.
fn without(X: &mut Array2<f64>, pixels: &[usize]) {
    for &pixel in pixels {
        X.column_mut(pixel).fill(0.0);
    }
}

fn act(activation: Activation, a: f64) -> f64 {
    match activation {
        Activation::Relu => a.max(0.0),
        Activation::Tanh => a.tanh(),
    }
}

fn slope(activation: Activation, a: f64) -> f64 {
    match activation {
        Activation::Relu => f64::from(a > 0.0),
        Activation::Tanh => a.cosh().powi(-2),
    }
}

/// The training criterion with N x D matrices, the way one would write it down first.
fn plain_loss(settings: &NonlinearSettings, X: &Array2<f64>, Z: &Array2<f64>, w: &Weights) -> f64 {
    let P = (X + Z)
        .dot(&w.encoder)
        .mapv(|a| act(settings.activation, a));
    (P.dot(&w.decoder.t()) - X).mapv(|e| e * e).mean().unwrap()
}

/// Loss, mappings and gradient by plain back-propagation.
fn plain(
    settings: &NonlinearSettings,
    X: &Array2<f64>,
    Z: &Array2<f64>,
    modes: &Modes,
    w: &Weights,
) -> (f64, Vec<f64>, Weights) {
    let A = (X + Z).dot(&w.encoder);
    let P = A.mapv(|a| act(settings.activation, a));
    let X_hat = P.dot(&w.decoder.t());
    let error = (&X_hat - X) * (2.0 / X.len() as f64);
    let dH = error.dot(&w.decoder) * A.mapv(|a| slope(settings.activation, a));
    let U = &modes.vectors;
    let mapping = U.t().dot(&X_hat.t().dot(X)).dot(U) / X.nrows() as f64;
    let mappings = mapping.diag().into_iter().zip(&modes.lambda);
    (
        plain_loss(settings, X, Z, w),
        mappings.map(|(m, lambda)| m / lambda).collect(),
        Weights {
            encoder: (X + Z).t().dot(&dH) + &w.encoder * settings.weight_decay,
            decoder: error.t().dot(&P) + &w.decoder * settings.weight_decay,
        },
    )
}

fn largest_difference(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    (a - b).iter().fold(0.0, |worst: f64, x| worst.max(x.abs()))
}

fn widened(state: &State) -> Weights {
    Weights {
        encoder: state.encoder.mapv(f64::from),
        decoder: state.decoder.mapv(f64::from),
    }
}

fn observe(trainer: &mut NonlinearTrainer) -> Observation {
    trainer.step(true).unwrap().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_gradient_is_that_of_the_plain_loss_by_finite_differences(
        (samples, pixels, hidden) in (1..6usize, 1..5usize, 1..7usize), tanh in any::<bool>(),
        noisy in any::<bool>(), weight_decay in 0.0..0.5f64, seed in any::<u64>(),
    ) {
        let activation = if tanh { Activation::Tanh } else { Activation::Relu };
        let settings = NonlinearSettings { hidden, activation, weight_decay, ..GOOD };
        let mut rng = stream(seed, &["finite differences"]);
        let X = normal_matrix(&mut rng, samples, pixels, 1.0);
        let Z = normal_matrix(&mut rng, samples, pixels, if noisy { 0.7 } else { 0.0 });
        let weights = Weights {
            encoder: normal_matrix(&mut rng, pixels, hidden, 0.8),
            decoder: normal_matrix(&mut rng, pixels, hidden, 0.8),
        };
        let h = 1e-5;
        // No finite difference may straddle the kink of ReLU.
        let A = (&X + &Z).dot(&weights.encoder);
        prop_assume!(A.iter().all(|a| a.abs() > 10.0 * h));
        let modes = Modes::none(pixels);
        let (_, found) =
            gradient(&settings.check().unwrap(), &X, modes, &weights, noisy.then_some(&Z)).unwrap();
        let criterion = |w: &Weights| {
            let squares = w.encoder.iter().chain(&w.decoder).map(|x| x * x).sum::<f64>();
            plain_loss(&settings, &X, &Z, w) + 0.5 * weight_decay * squares
        };
        for i in 0..pixels {
            for j in 0..hidden {
                for encoder in [true, false] {
                    let moved = |by: f64| {
                        let mut w = weights.clone();
                        let side = if encoder { &mut w.encoder } else { &mut w.decoder };
                        side[[i, j]] += by;
                        criterion(&w)
                    };
                    let expected = (moved(h) - moved(-h)) / (2.0 * h);
                    let side = if encoder { &found.encoder } else { &found.decoder };
                    prop_assert!((side[[i, j]] - expected).abs() < 1e-7, "{} for {expected}", side[[i, j]]);
                }
            }
        }
    }
}

#[test]
fn loss_mappings_and_gradient_are_those_of_the_plain_formulas() {
    // The last size takes more than one block of rows, with a short one at the end. Pixels that are 0 in every sample
    // are not in the trainer's products.
    for (samples, pixels, hidden, zeros) in [
        (30, 12, 9, &[][..]),
        (30, 12, 9, &[0, 1, 5, 11]),
        (5, 8, 11, &[2]),
        (1, 3, 1, &[]),
        (9_000, 5, 3, &[1, 4]),
    ] {
        for activation in [Activation::Relu, Activation::Tanh] {
            let settings = NonlinearSettings {
                hidden,
                activation,
                weight_decay: 0.02,
                ..GOOD
            };
            let mut X = normal_matrix(&mut rng("plain data"), samples, pixels, 1.0);
            without(&mut X, zeros);
            let Z = normal_matrix(&mut rng("plain noise"), samples, pixels, 0.6);
            let weights = start("plain", pixels, hidden, 0.5);
            let modes = leading(&X, (pixels - zeros.len()).min(samples));
            let (loss, mappings, expected) = plain(&settings, &X, &Z, &modes, &weights);
            let checked = settings.check().unwrap();
            let (seen, found) = gradient(&checked, &X, modes, &weights, Some(&Z)).unwrap();
            assert!((seen.loss - loss).abs() < 1e-12 * (1.0 + loss));
            for (seen, expected) in seen.mappings.iter().zip(&mappings) {
                assert!((seen - expected).abs() < 1e-10, "{seen} for {expected}");
            }
            assert!(largest_difference(&found.encoder, &expected.encoder) < 1e-12);
            assert!(largest_difference(&found.decoder, &expected.decoder) < 1e-12);
        }
    }
}

#[test]
fn single_precision_training_follows_plain_descent_in_double_precision() {
    let mut X = normal_matrix(&mut rng("descent"), 200, 10, 1.0).mapv(f64::abs);
    without(&mut X, &[0, 7]);
    let modes = leading(&X, 4);
    for activation in [Activation::Relu, Activation::Tanh] {
        let settings = NonlinearSettings {
            hidden: 6,
            activation,
            alpha: 0.2,
            weight_decay: 0.003,
            ..GOOD
        };
        let zero = Array2::zeros(X.dim());
        let state = State::start(&start("descent", 10, 6, 0.1));
        let mut single = trainer(settings, &X, modes.clone(), &state);
        let mut double = widened(&state);
        for epoch in 0..300 {
            let seen = observe(&mut single);
            let (loss, mappings, step) = plain(&settings, &X, &zero, &modes, &double);
            assert_eq!(seen.epoch, epoch);
            assert!((seen.loss / loss - 1.0).abs() < 1e-5, "epoch {epoch}");
            for (seen, expected) in seen.mappings.iter().zip(mappings) {
                assert!((seen - expected).abs() < 1e-4, "epoch {epoch}");
            }
            double.encoder.scaled_add(-settings.alpha, &step.encoder);
            double.decoder.scaled_add(-settings.alpha, &step.decoder);
        }
        let end = widened(&single.state());
        assert!(largest_difference(&end.encoder, &double.encoder) < 1e-4);
        assert!(largest_difference(&end.decoder, &double.decoder) < 1e-4);
    }
}

#[test]
fn a_relu_that_is_never_off_is_the_linear_autoencoder() {
    let X = normal_matrix(&mut rng("linear data"), 50, 6, 1.0).mapv(f64::abs);
    let mut weights = start("linear", 6, 3, 0.2);
    weights.encoder.mapv_inplace(f64::abs);
    weights.decoder.mapv_inplace(f64::abs);
    let settings = NonlinearSettings {
        alpha: 0.3,
        weight_decay: 0.01,
        ..GOOD
    };
    // 1/(2N) ||.||^2 against the mean over N D: D/2 times the criterion, hence the two factors.
    let linear = LinearSettings {
        hidden: 3,
        alpha: 2.0 * settings.alpha / 6.0,
        s2: 0.0,
        gamma: settings.weight_decay * 6.0 / 2.0,
        precision: Precision::F64,
    };
    let mut linear = ReferenceTrainer::new(&linear.check().unwrap(), &X, &weights).unwrap();
    let mut relu = trainer(settings, &X, Modes::none(6), &State::start(&weights));
    linear.advance(30);
    for _ in 0..30 {
        relu.step(false).unwrap();
    }
    let end = linear.weights();
    assert!(X.dot(&end.encoder).iter().all(|&a| a > 0.0));
    assert!(largest_difference(&end.encoder, &weights.encoder) > 0.1);
    let found = widened(&relu.state());
    assert!(largest_difference(&found.encoder, &end.encoder) < 1e-5);
    assert!(largest_difference(&found.decoder, &end.decoder) < 1e-5);
}

/// A problem to draw gradients of, and the samples' moments.
struct Problem {
    X: Array2<f64>,
    weights: Weights,
    activation: Activation,
}

const SIGMA: f64 = 0.9;
const DRAWS: usize = 8_000;

/// One row a draw: all entries of the gradient.
fn flat(gradient: &Weights) -> Vec<f64> {
    let entries = gradient.encoder.iter().chain(&gradient.decoder);
    entries.copied().collect()
}

impl Problem {
    fn settings(&self, sampler: Sampler) -> NonlinearSettings {
        NonlinearSettings {
            hidden: self.weights.encoder.ncols(),
            activation: self.activation,
            alpha: 1.0,
            sigma: SIGMA,
            sampler,
            ..GOOD
        }
    }

    fn collect(&self, mut draw: impl FnMut(usize) -> Weights) -> Array2<f64> {
        let rows: Vec<f64> = (0..DRAWS).flat_map(|i| flat(&draw(i))).collect();
        Array2::from_shape_vec((DRAWS, rows.len() / DRAWS), rows).unwrap()
    }

    /// Gradients as the trainer draws them: the difference that one step makes, from as many epochs.
    fn trained(&self, sampler: Sampler) -> Array2<f64> {
        let start = State::start(&self.weights);
        let modes = Modes::none(self.X.ncols());
        let mut trainer = trainer(self.settings(sampler), &self.X, modes, &start);
        assert_eq!(trainer.sampler(), Some(sampler));
        let from = widened(&start);
        self.collect(|i| {
            let epoch = i as u64;
            trainer
                .restore(&State {
                    epoch,
                    ..start.clone()
                })
                .unwrap();
            trainer.step(false).unwrap();
            let to = widened(&trainer.state());
            Weights {
                encoder: &from.encoder - &to.encoder,
                decoder: &from.decoder - &to.decoder,
            }
        })
    }

    /// Gradients by plain back-propagation with a whole `Z`.
    fn defined(&self) -> Array2<f64> {
        let (mut rng, modes) = (rng("defined"), Modes::none(self.X.ncols()));
        let settings = self.settings(Sampler::Direct);
        self.collect(|_| {
            let Z = normal_matrix(&mut rng, self.X.nrows(), self.X.ncols(), SIGMA);
            plain(&settings, &self.X, &Z, &modes, &self.weights).2
        })
    }

    /// The law-equal construction written out, with or without its `(I - Q Q^T) E K^T`; `K = dH^T` will do.
    fn by_hand(&self, complete: bool) -> Array2<f64> {
        let (mut rng, samples, pixels) = (rng("by hand"), self.X.nrows(), self.X.ncols());
        let (W1, W2t) = (&self.weights.encoder, &self.weights.decoder);
        let (Q, R) = W1.qr().unwrap();
        self.collect(|_| {
            let Y = normal_matrix(&mut rng, samples, Q.ncols(), SIGMA);
            let A = self.X.dot(W1) + Y.dot(&R);
            let P = A.mapv(|a| act(self.activation, a));
            let error = (P.dot(&W2t.t()) - &self.X) * (2.0 / self.X.len() as f64);
            let dH = error.dot(W2t) * A.mapv(|a| slope(self.activation, a));
            let mut noise = Q.dot(&Y.t().dot(&dH));
            if complete {
                let rest = normal_matrix(&mut rng, pixels, samples, SIGMA).dot(&dH);
                noise = noise + &rest - Q.dot(&Q.t().dot(&rest));
            }
            Weights {
                encoder: self.X.t().dot(&dH) + noise,
                decoder: error.t().dot(&P),
            }
        })
    }
}

/// Mean and its squared standard error of every column.
fn moments(values: &Array2<f64>) -> (Array1<f64>, Array1<f64>) {
    let error = values.var_axis(Axis(0), 1.0) / values.nrows() as f64;
    (values.mean_axis(Axis(0)).unwrap(), error)
}

/// Products of all pairs of centred columns: their means are the covariances.
fn pairs(values: &Array2<f64>) -> Array2<f64> {
    let centred = values - &values.mean_axis(Axis(0)).unwrap();
    let entries = values.ncols();
    let columns: Vec<_> = (0..entries)
        .flat_map(|i| (i..entries).map(move |j| (i, j)))
        .collect();
    let mut products = Array2::zeros((values.nrows(), columns.len()));
    Zip::from(products.rows_mut())
        .and(centred.rows())
        .for_each(|mut out, row| {
            for (out, &(i, j)) in out.iter_mut().zip(&columns) {
                *out = row[i] * row[j];
            }
        });
    products
}

/// How far apart two samples are: the largest standardised difference of any mean or covariance, and how many were
/// compared. Entries that do not vary must agree.
fn distance(a: &Array2<f64>, b: &Array2<f64>) -> (f64, usize) {
    let mut worst: f64 = 0.0;
    let mut compared = 0;
    for (a, b) in [(a.clone(), b.clone()), (pairs(a), pairs(b))] {
        let ((mean_a, error_a), (mean_b, error_b)) = (moments(&a), moments(&b));
        for i in 0..mean_a.len() {
            let difference = (mean_a[i] - mean_b[i]).abs();
            // f32 training leaves rounding where the exact value does not vary.
            if difference > 1e-6 {
                worst = worst.max(difference / (error_a[i] + error_b[i]).sqrt());
            }
            compared += 1;
        }
    }
    (worst, compared)
}

/// Confidence 99.9% for all comparisons of a pair of samples together (Bonferroni): for 10,000 comparisons the
/// quantile of the normal distribution is 5.33, for 100 it is 4.42.
fn threshold(compared: usize) -> f64 {
    assert!(compared <= 10_000);
    if compared <= 100 { 4.42 } else { 5.33 }
}

fn problem(name: &str, samples: usize, pixels: usize, hidden: usize) -> Problem {
    Problem {
        X: normal_matrix(&mut rng(&format!("{name} data")), samples, pixels, 1.0).mapv(f64::abs),
        weights: start(name, pixels, hidden, 0.8),
        activation: Activation::Relu,
    }
}

fn assert_one_law(problem: &Problem) {
    let defined = problem.defined();
    for sampler in [Sampler::Direct, Sampler::LawEqual] {
        let (worst, compared) = distance(&problem.trained(sampler), &defined);
        assert!(
            worst < threshold(compared),
            "{sampler:?}: |z| = {worst} in {compared}"
        );
    }
}

#[test]
fn both_samplers_have_the_law_of_the_definition() {
    assert_one_law(&problem("law", 5, 4, 2));
    assert_one_law(&Problem {
        activation: Activation::Tanh,
        ..problem("law tanh", 3, 3, 2)
    });
}

#[test]
fn the_law_holds_with_pixels_that_are_zero_in_every_sample() {
    for zeros in [&[0, 2][..], &[0, 1, 2, 3]] {
        let mut problem = problem("zeros", 5, 4, 2);
        without(&mut problem.X, zeros);
        assert_one_law(&problem);
    }
}

#[test]
fn the_law_holds_with_more_hidden_units_than_pixels_and_with_one_of_each() {
    assert_one_law(&problem("wide", 4, 2, 4));
    assert_one_law(&problem("one", 1, 3, 1));
}

#[test]
fn the_law_holds_with_dependent_and_dead_hidden_units() {
    let mut dependent = problem("dependent", 4, 3, 3);
    let copy = &dependent.weights.encoder.column(0) * 2.0;
    dependent.weights.encoder.column_mut(1).assign(&copy);
    assert_one_law(&dependent);
    // A unit without weights has pre-activation 0, where the slope of ReLU is 0; one without a decoder gets no
    // gradient.
    let mut dead = problem("dead", 4, 3, 3);
    dead.weights.encoder.column_mut(0).fill(0.0);
    dead.weights.decoder.column_mut(1).fill(0.0);
    assert_one_law(&dead);
    let mut nothing = problem("nothing", 3, 3, 2);
    nothing.weights.encoder.fill(0.0);
    nothing.weights.decoder.fill(0.0);
    nothing.activation = Activation::Tanh;
    assert_one_law(&nothing);
}

#[test]
fn the_test_of_the_law_finds_a_wrong_one() {
    let problem = problem("law", 5, 4, 2);
    let defined = problem.defined();
    let (worst, compared) = distance(&problem.by_hand(true), &defined);
    assert!(worst < threshold(compared), "|z| = {worst} in {compared}");
    let (worst, _) = distance(&problem.by_hand(false), &defined);
    assert!(worst > 20.0, "without its second term: |z| = {worst}");
    let (worst, compared) = distance(&(&defined * 1.1), &defined);
    assert!(
        worst > threshold(compared),
        "a tenth too large: |z| = {worst}"
    );
}

/// Some epochs of a run that is large enough for several blocks, strips and threads.
fn run(sampler: Sampler, epochs: u64, state: &State) -> NonlinearTrainer {
    let X = normal_matrix(&mut rng("bytes"), 5_000, 20, 0.5).mapv(f64::abs);
    let settings = NonlinearSettings {
        hidden: 8,
        sigma: 0.5,
        sampler,
        ..GOOD
    };
    let mut trainer = trainer(settings, &X, Modes::none(20), state);
    for _ in 0..epochs {
        trainer.step(false).unwrap();
    }
    trainer
}

#[test]
fn the_same_key_gives_the_same_bytes_on_any_number_of_threads() {
    let start = State::start(&start("bytes", 20, 8, 0.1));
    for sampler in [Sampler::Direct, Sampler::LawEqual] {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| run(sampler, 5, &start).state())
        };
        let one = on(1);
        assert_eq!(one, on(2));
        assert_eq!(one, on(5));
        assert_ne!(one.encoder, start.encoder);
    }
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one() {
    let start = State::start(&start("bytes", 20, 8, 0.1));
    for sampler in [Sampler::Direct, Sampler::LawEqual] {
        let mut whole = run(sampler, 7, &start);
        let saved = serde_json::to_string(&run(sampler, 4, &start).state()).unwrap();
        let mut resumed = run(sampler, 3, &serde_json::from_str(&saved).unwrap());
        assert_eq!(whole.epoch(), 7);
        assert_eq!(whole.state(), resumed.state());
        assert_eq!(observe(&mut whole), observe(&mut resumed));
        // Noise of another epoch would show: the same weights, labelled otherwise, go elsewhere.
        let shifted = State {
            epoch: 100,
            ..start.clone()
        };
        let [here, there] = [&start, &shifted].map(|state| run(sampler, 1, state).state());
        assert_ne!(here.encoder, there.encoder);
    }
}

#[test]
fn without_noise_no_sampler_runs() {
    let X = normal_matrix(&mut rng("quiet"), 20, 4, 1.0);
    let state = State::start(&start("quiet", 4, 3, 0.3));
    let ends = [Sampler::Auto, Sampler::Direct, Sampler::LawEqual].map(|sampler| {
        let settings = NonlinearSettings { sampler, ..GOOD };
        let mut trainer = trainer(settings, &X, Modes::none(4), &state);
        assert_eq!(trainer.sampler(), None);
        trainer.step(false).unwrap();
        trainer.state()
    });
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn degenerate_sizes_train() {
    for (samples, pixels, hidden) in [(1, 1, 1), (1, 4, 2), (3, 1, 2), (2, 3, 7), (300, 2, 1)] {
        for sampler in [Sampler::Direct, Sampler::LawEqual] {
            let X = normal_matrix(&mut rng("degenerate"), samples, pixels, 1.0).mapv(f64::abs);
            let settings = NonlinearSettings {
                hidden,
                sigma: 0.1,
                sampler,
                ..GOOD
            };
            let mut weights = start("degenerate", pixels, hidden, 0.3);
            weights.encoder.mapv_inplace(f64::abs);
            weights.decoder.mapv_inplace(f64::abs);
            let mut trainer = trainer(settings, &X, leading(&X, 1), &State::start(&weights));
            let first = observe(&mut trainer);
            for _ in 0..200 {
                trainer.step(false).unwrap();
            }
            let last = observe(&mut trainer);
            assert!(last.loss < first.loss, "{first:?}, then {last:?}");
        }
    }
}

#[test]
fn divergence_is_an_error_and_leaves_the_last_good_state() {
    let X = normal_matrix(&mut rng("diverge"), 50, 4, 1.0).mapv(f64::abs);
    let state = State::start(&start("diverge", 4, 3, 0.5));
    for (sigma, sampler) in [
        (0.0, Sampler::Auto),
        (0.5, Sampler::Direct),
        (0.5, Sampler::LawEqual),
    ] {
        let settings = NonlinearSettings {
            alpha: 100.0,
            sigma,
            sampler,
            // ReLU would die of such a step instead, and stay finite.
            activation: Activation::Tanh,
            ..GOOD
        };
        let mut trainer = trainer(settings, &X, Modes::none(4), &state);
        let mut good = trainer.state();
        let error = (0..1000).find_map(|_| {
            let before = trainer.state();
            match trainer.step(true) {
                Ok(_) => {
                    good = before;
                    None
                }
                Err(error) => Some((error, before.epoch)),
            }
        });
        let (error, epoch) = error.unwrap();
        assert!(
            matches!(error, Error::Diverged { epoch: found, .. } if found == epoch),
            "{error}"
        );
        assert_eq!(trainer.state(), good);
        assert_eq!(trainer.epoch() + 1, epoch);
    }
}

#[test]
fn nan_does_not_hide_behind_relu() {
    let X = normal_matrix(&mut rng("nan"), 10, 4, 1.0);
    let mut state = State::start(&start("nan", 4, 3, 0.5));
    state.encoder[[1, 1]] = f32::NAN;
    for (sigma, sampler) in [
        (0.0, Sampler::Auto),
        (0.5, Sampler::Direct),
        (0.5, Sampler::LawEqual),
    ] {
        let settings = NonlinearSettings {
            sigma,
            sampler,
            ..GOOD
        };
        let error = trainer(settings, &X, Modes::none(4), &state)
            .step(true)
            .unwrap_err();
        assert!(matches!(error, Error::Diverged { epoch: 0, .. }), "{error}");
    }
}

#[test]
fn bad_settings_are_refused_by_name() {
    let refused = |settings: NonlinearSettings, name: &str| {
        let message = settings.check().unwrap_err().to_string();
        assert!(message.starts_with(name), "{message}");
    };
    refused(NonlinearSettings { hidden: 0, ..GOOD }, "hidden");
    refused(NonlinearSettings { alpha: 0.0, ..GOOD }, "alpha");
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        refused(NonlinearSettings { alpha: bad, ..GOOD }, "alpha");
        let weight_decay = bad;
        refused(
            NonlinearSettings {
                weight_decay,
                ..GOOD
            },
            "weight_decay",
        );
        refused(NonlinearSettings { sigma: bad, ..GOOD }, "sigma");
    }
    let read = |text: &str| serde_json::from_str::<NonlinearSettings>(text);
    let text = serde_json::to_string(&GOOD).unwrap();
    assert_eq!(read(&text).unwrap(), GOOD);
    for (from, to) in [
        ("relu", "step"),
        ("auto", "fast"),
        ("\"hidden\"", "\"width\""),
        ("{", "{\"more\":1,"),
    ] {
        let changed = text.replace(from, to);
        assert!(changed != text && read(&changed).is_err(), "{changed}");
    }
}

#[test]
fn bad_data_shapes_and_modes_are_refused() {
    let checked: Checked<_> = GOOD.check().unwrap();
    let state = State::start(&start("shapes", 4, 3, 0.1));
    let build = |X: Array2<f32>, modes: Modes, state: &State| {
        NonlinearTrainer::new(&checked, X.into(), modes, key("shapes"), state).map(|_| ())
    };
    let X = Array2::<f32>::ones((5, 4));
    let message = |result: dae::Result<()>| result.unwrap_err().to_string();
    assert!(build(X.clone(), Modes::none(4), &state).is_ok());
    assert!(message(build(Array2::zeros((0, 4)), Modes::none(4), &state)).starts_with("samples"));
    assert!(message(build(X.clone() * f32::NAN, Modes::none(4), &state)).starts_with("||X||^2"));
    assert!(message(build(Array2::ones((5, 3)), Modes::none(3), &state)).starts_with("encoder"));
    assert!(message(build(X.clone(), Modes::none(3), &state)).starts_with("modes"));
    for bad in [0.0, -1.0, f64::NAN] {
        let modes = Modes {
            vectors: Array2::eye(4).slice(s![.., ..1]).to_owned(),
            lambda: vec![bad],
        };
        assert!(message(build(X.clone(), modes, &state)).starts_with("lambda"));
    }
    let mut narrow = state.clone();
    narrow.decoder = Array2::zeros((4, 2));
    assert!(message(build(X.clone(), Modes::none(4), &narrow)).starts_with("decoder"));
    let X = X.mapv(f64::from);
    let mut good = trainer(GOOD, &X, Modes::none(4), &state);
    assert!(good.restore(&narrow).is_err());
    assert_eq!(good.state(), state);
    let weights = start("shapes", 4, 3, 0.1);
    let noise = Array2::zeros((5, 3));
    assert!(gradient(&checked, &X, Modes::none(4), &weights, Some(&noise)).is_err());
}
