//! Data and settings at the edge of what makes sense: what comes out is defined.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
// Matrices are capital letters, as in the equations of the modules under test.
#![allow(non_snake_case)]

use dae::data::{DataSet, Eigen, Images, Spectrum, Split, second_moment};
use dae::random::{Key, stream};
use dae::theory::scalar::{Curvature, GlobalMinima, Origin};
use dae::theory::spectrum::Theory;
use dae::theory::{Mode, dynamics, rates};
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::nonlinear::{
    Activation, Modes, NonlinearSettings, NonlinearTrainer, Sampler, State,
};
use dae::train::scalar::{ScalarSettings, descend};
use dae::{Error, Settings};
use ndarray::{Array2, s};

const LINEAR: LinearSettings = LinearSettings {
    hidden: 3,
    alpha: 0.1,
    s2: 0.0,
    gamma: 0.0,
    precision: Precision::F64,
};

const NONLINEAR: NonlinearSettings = NonlinearSettings {
    hidden: 3,
    activation: Activation::Relu,
    alpha: 0.1,
    weight_decay: 0.0,
    sigma: 0.0,
    sampler: Sampler::Auto,
};

fn start(pixels: usize, hidden: usize) -> Weights {
    let mut a = stream(7, &["tests/edge_cases", "encoder"]);
    let mut b = stream(7, &["tests/edge_cases", "decoder"]);
    Weights::normal([&mut a, &mut b], pixels, hidden, 0.1).unwrap()
}

fn linear(settings: LinearSettings, lambda: &[f64], epochs: u64) -> LinearTrainer {
    let weights = start(lambda.len(), settings.hidden);
    let mut trainer = LinearTrainer::new(&settings.check().unwrap(), lambda, &weights).unwrap();
    trainer.advance(epochs);
    trainer
}

fn nonlinear(settings: NonlinearSettings, X: &Array2<f64>, modes: Modes) -> NonlinearTrainer {
    let X = X.mapv(|x| x as f32);
    let state = State::start(&start(X.ncols(), settings.hidden));
    let key = Key::new(7, &["tests/edge_cases"]);
    NonlinearTrainer::new(&settings.check().unwrap(), X.into(), modes, key, &state).unwrap()
}

fn split(rows: &[Vec<u8>]) -> Split {
    Split::new(vec![0; rows.len()], rows.concat(), rows[0].len()).unwrap()
}

/// Where decay is as strong as the data or stronger, everything is forgotten: in theory and in training.
#[test]
fn decay_above_the_variance_forgets() {
    for (lambda, gamma) in [(1.0, 1.0), (0.5, 2.0), (1e-6, 1.0), (0.0, 1.0)] {
        let mode = Mode::decaying(lambda, gamma).unwrap();
        assert_eq!(mode.fixed_point(), 0.0);
        assert_eq!(mode.origin(), Origin::GlobalMinimum);
        assert_eq!(mode.global_minima(), GlobalMinima::Origin);
        assert!(matches!(
            mode.matched_epsilon(),
            Err(Error::OutOfRange { name: "gamma", .. })
        ));
        let w = dynamics::balanced(&mode, 0.5, 1e3).unwrap();
        assert!((0.0..1e-3).contains(&w), "{lambda} {gamma}: {w}");
        let settings = ScalarSettings {
            lambda,
            epsilon: 0.0,
            gamma,
            alpha: 0.05,
            epochs: 4000,
        };
        let end = *descend(&settings.check().unwrap(), [0.7, 0.7])
            .unwrap()
            .last()
            .unwrap();
        assert!(end.w1 * end.w2 < 0.01, "{end:?}");
        // Equal rates leave only the power law of the borderline case, hence the bound.
        let settings = LinearSettings { gamma, ..LINEAR };
        let seen = linear(settings, &[lambda, lambda / 2.0], 4000)
            .observe(&[0, 1])
            .unwrap();
        assert!(seen.mappings.iter().all(|w| w.abs() < 0.01), "{seen:?}");
    }
    // A threshold of learning that can never be reached is an error, not an endless time.
    let mode = Mode::decaying(0.5, 2.0).unwrap();
    assert!(rates::learning_time(&mode, 1e-3, 0.95).is_err());
    let X = Array2::from_elem((6, 3), 0.5);
    let settings = NonlinearSettings {
        weight_decay: 50.0,
        alpha: 0.01,
        ..NONLINEAR
    };
    let mut trainer = nonlinear(settings, &X, Modes::none(3));
    for _ in 0..200 {
        trainer.step(false).unwrap();
    }
    assert!(trainer.state().encoder.iter().all(|w| w.abs() < 1e-6));
}

/// A rate that is too high is an error with the epoch, never a table with NaN in it.
#[test]
fn divergence_is_said_everywhere() {
    let settings = ScalarSettings {
        lambda: 1.0,
        epsilon: 0.0,
        gamma: 0.0,
        alpha: 5.0,
        epochs: 1000,
    };
    let error = descend(&settings.check().unwrap(), [1.5, 1.5]).unwrap_err();
    assert!(
        matches!(error, Error::Diverged { epoch: 1..1000, .. }),
        "{error}"
    );
    for precision in [Precision::F32, Precision::F64] {
        let settings = LinearSettings {
            alpha: 1e3,
            precision,
            ..LINEAR
        };
        let error = linear(settings, &[4.0, 1.0, 0.5], 300)
            .observe(&[0])
            .unwrap_err();
        assert!(
            matches!(error, Error::Diverged { epoch: 300, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("lower alpha"), "{error}");
    }
    let X = Array2::from_elem((5, 4), 1.0);
    let settings = NonlinearSettings {
        alpha: 1e4,
        activation: Activation::Tanh,
        ..NONLINEAR
    };
    let mut trainer = nonlinear(settings, &X, Modes::none(4));
    let error = (0..1000).find_map(|_| trainer.step(true).err()).unwrap();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

/// No noise is the plain autoencoder, to the last bit, whatever the model is called.
#[test]
fn noise_of_no_strength_is_none() {
    let lambda = [2.0, 0.5, 0.1];
    let plain = linear(LINEAR, &lambda, 200).weights();
    let noisy = linear(
        LinearSettings {
            s2: 0.0,
            gamma: -0.0,
            ..LINEAR
        },
        &lambda,
        200,
    )
    .weights();
    assert_eq!(
        (plain.encoder, plain.decoder),
        (noisy.encoder, noisy.decoder)
    );
    let [noise, none] = [Mode::denoising(2.0, 0.0), Mode::new(2.0, 0.0, 0.0)].map(Result::unwrap);
    for s in [0.0, 1.0, 1e3] {
        let [a, b] = [&noise, &none].map(|mode| dynamics::balanced(mode, 1e-3, s).unwrap());
        assert_eq!(a, b);
    }
    assert_eq!(noise.matched_gamma(), 0.0);
    assert_eq!(rates::ratio(2.0, 0.0).unwrap(), 1.0);
}

/// Fewer images than directions, a single hidden unit, and more of them than pixels.
#[test]
fn one_image_one_unit_and_more_units_than_pixels() {
    let X = Array2::from_shape_vec((1, 4), vec![0.1, 0.9, 0.0, 0.4]).unwrap();
    let bytes: Vec<u8> = X.iter().map(|x| (x * 255.0f64).round() as u8).collect();
    let eigen = Eigen::of(&second_moment(&split(&[bytes]), 1).unwrap()).unwrap();
    // One image is one direction, of its own squared length.
    let length = X.iter().map(|x| x * x).sum::<f64>();
    assert!((eigen.lambda[0] - length).abs() < 0.01 && eigen.lambda[1] < 1e-12);
    assert!(eigen.u.column(0).iter().all(|u| *u >= -1e-12));
    for hidden in [1, 4, 9] {
        let settings = LinearSettings {
            hidden,
            s2: 0.1,
            ..LINEAR
        };
        let seen = linear(settings, &eigen.lambda.to_vec(), 3000)
            .observe(&[0, 3])
            .unwrap();
        let expected = eigen.lambda[0] / (eigen.lambda[0] + 0.1);
        assert!(
            (seen.mappings[0] - expected).abs() < 1e-6,
            "{hidden}: {seen:?}"
        );
        assert!(seen.mappings[1].abs() < 0.05, "{hidden}: {seen:?}");
        for sampler in [Sampler::Auto, Sampler::Direct, Sampler::LawEqual] {
            let settings = NonlinearSettings {
                hidden,
                sigma: 0.1,
                sampler,
                ..NONLINEAR
            };
            let modes = Modes {
                vectors: eigen.u.slice(s![.., ..1]).to_owned(),
                lambda: vec![eigen.lambda[0]],
            };
            let mut trainer = nonlinear(settings, &X, modes);
            for _ in 0..50 {
                let seen = trainer.step(true).unwrap().unwrap();
                assert!(seen.loss.is_finite() && seen.mappings[0].is_finite());
            }
        }
    }
}

/// Images without any content: variances of zero, nothing to learn, noise only shrinks what there is.
#[test]
fn all_zero_data_teach_nothing() {
    let black = split(&vec![vec![0; 6]; 5]);
    let moment = second_moment(&black, 5).unwrap();
    let eigen = Eigen::of(&moment).unwrap();
    assert!(eigen.lambda.iter().all(|&l| l == 0.0));
    assert!(eigen.u.iter().all(|u| u.is_finite()));
    assert!(
        Eigen::leading(&black, 5, 1).is_err(),
        "no direction has any variance"
    );
    for s2 in [0.0, 1.0] {
        let settings = LinearSettings { s2, ..LINEAR };
        let (first, last) = (
            linear(settings, &[0.0; 6], 0),
            linear(settings, &[0.0; 6], 500),
        );
        let [first, last] = [first, last].map(|trainer| trainer.observe(&[0]).unwrap());
        let moved = first.mappings[0] != last.mappings[0];
        assert_eq!(moved, s2 > 0.0);
        assert!(last.loss.abs() <= first.loss.abs() && last.loss.is_finite());
    }
    let mode = Mode::new(0.0, 0.0, 0.0).unwrap();
    assert_eq!(
        (mode.fixed_point(), mode.global_minima()),
        (0.0, GlobalMinima::Everywhere)
    );
    assert_eq!(mode.classify(0.3, 0.4), Curvature::Degenerate);
    assert!(
        rates::optimal(&mode).is_err(),
        "no rate is the best where nothing is learned"
    );
    let theory = Theory::isotropic(&[0.0, 0.0], 0.0, 0.0, &[0.1, 0.2]).unwrap();
    assert_eq!(theory.mappings(1e6).unwrap(), [0.1, 0.2]);
    let mut trainer = nonlinear(NONLINEAR, &Array2::zeros((5, 6)), Modes::none(6));
    let before = trainer.state();
    let seen = trainer.step(true).unwrap().unwrap();
    assert_eq!(seen.loss, 0.0);
    assert_eq!(trainer.state().encoder, before.encoder);
}

/// Constant pixels, as at the border of MNIST, have no variance of their own; equal images count as often as they are.
#[test]
fn constant_pixels_and_duplicated_images() {
    let images: Vec<Vec<u8>> = (0..4u8)
        .map(|n| vec![0, 255, 40 * n, 200 - 30 * n, 0])
        .collect();
    let once = Eigen::of(&second_moment(&split(&images), 4).unwrap()).unwrap();
    // Grey values affine in one number span two directions; the black pixels have no part in either.
    assert!(
        once.lambda
            .iter()
            .skip(2)
            .all(|&l| l < 1e-12 * once.lambda[0])
    );
    for mode in 0..2 {
        assert!(once.u[[0, mode]].abs() < 1e-12 && once.u[[4, mode]].abs() < 1e-12);
    }
    let twice = [images.clone(), images].concat();
    let again = Eigen::of(&second_moment(&split(&twice), 8).unwrap()).unwrap();
    for (a, b) in once.lambda.iter().zip(&again.lambda) {
        assert!((a - b).abs() < 1e-12 * once.lambda[0]);
    }
    // All images the same: one direction; asking for a second one is an error.
    let same = split(&vec![vec![10, 20, 30, 40, 50, 60, 70]; 5]);
    let eigen = Eigen::leading(&same, 5, 1).unwrap();
    assert!((eigen.u.column(0).dot(&eigen.u.column(0)) - 1.0).abs() < 1e-12);
    assert!(matches!(
        Eigen::leading(&same, 5, 2),
        Err(Error::OutOfRange {
            name: "directions",
            ..
        })
    ));
    let X = Array2::from_elem((8, 3), 0.5);
    let mut trainer = nonlinear(NONLINEAR, &X, Modes::none(3));
    let first = trainer.step(true).unwrap().unwrap().loss;
    for _ in 0..300 {
        trainer.step(false).unwrap();
    }
    assert!(trainer.step(true).unwrap().unwrap().loss < first);
}

/// A spectrum of degenerate images can be written and read back.
#[test]
fn spectra_of_degenerate_images_survive_their_file() {
    let pixels = DataSet::Mnist.pixels();
    let train = split(&vec![vec![7; pixels]; 3]);
    let images = Images {
        dataset: DataSet::Mnist,
        test: train.clone(),
        train,
    };
    let spectrum = Spectrum::of_images(&images, 3).unwrap();
    let expected = pixels as f64 * (7.0f64 / 255.0).powi(2);
    assert!((spectrum.lambda[0] - expected).abs() < 1e-12 * expected);
    assert!(spectrum.lambda.iter().all(|l| *l >= 0.0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("same.csv");
    spectrum.save(&path).unwrap();
    assert_eq!(Spectrum::read(&path).unwrap(), spectrum);
}

/// No image at all is an error, not a panic.
#[test]
fn no_image_at_all_is_refused() {
    let images = split(&vec![vec![1, 2, 3, 4]; 2]);
    assert!(second_moment(&images, 0).is_err());
    assert!(Eigen::leading(&images, 0, 1).is_err());
    assert!(Eigen::of(&Array2::zeros((0, 0))).is_err());
    assert!(images.first(3).is_err());
}
