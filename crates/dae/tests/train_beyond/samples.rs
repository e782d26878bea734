//! What training on few images ends with, against its definition.

use dae::Settings;
use dae::data::Eigen;
use dae::random::normal_matrix;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::samples::{Sample, drawn_once};
use ndarray::{Array2, s};
use ndarray_linalg::{Inverse, SVD};

use super::{largest, rng, start};

const D: usize = 7;
const EPSILON: f64 = 0.3;

fn images(samples: usize) -> Array2<f64> {
    let mixing = normal_matrix(&mut rng("mixing"), D, D, 0.5);
    normal_matrix(&mut rng("images"), samples, D, 1.0).dot(&mixing)
}

fn test_moment() -> Array2<f64> {
    let X = normal_matrix(&mut rng("test"), 50, D, 0.8);
    X.t().dot(&X) / 50.0
}

/// `1/2 E ||x - (x + z) W||^2`, as it is defined.
fn error(W: &Array2<f64>, T: &Array2<f64>) -> f64 {
    let rest = Array2::<f64>::eye(D) - W;
    let noise = W.mapv(|w| w * w).sum();
    0.5 * (rest.t().dot(T).dot(&rest).diag().sum() + EPSILON * noise)
}

#[test]
fn redrawn_noise_and_the_projection_are_what_they_are_defined_to_be() {
    let T = test_moment();
    for samples in [1, 4, 7, 20] {
        let X = images(samples);
        let S = X.t().dot(&X) / samples as f64;
        let sample = Sample::of(X.view(), &T).unwrap();
        assert_eq!(sample.lambda.len(), samples.min(D));
        assert!((sample.trace - T.diag().sum()).abs() < 1e-14);
        for e in [0.01, 0.3, 5.0] {
            let W = S.dot(&(&S + &(Array2::<f64>::eye(D) * e)).inv().unwrap());
            let found = sample.redrawn(e, EPSILON).unwrap();
            assert!(
                (found - error(&W, &T)).abs() < 1e-12,
                "N = {samples}, e = {e}"
            );
        }
        for hidden in [1, 3, 100] {
            let V = sample.vectors.slice(s![.., ..hidden.min(samples.min(D))]);
            let found = sample.autoencoder(hidden, EPSILON).unwrap();
            assert!((found - error(&V.dot(&V.t()), &T)).abs() < 1e-12);
        }
        // Without noise in training nothing is held back.
        let limits = (sample.redrawn(0.0, EPSILON), sample.autoencoder(D, EPSILON));
        assert!((limits.0.unwrap() - limits.1.unwrap()).abs() < 1e-12);
        // Nothing is restored, nothing is lost to noise: half of the images' second moment.
        assert!((sample.filtered([], EPSILON).unwrap() - 0.5 * sample.trace).abs() < 1e-14);
    }
}

#[test]
fn few_and_many_images_have_the_directions_of_their_moment() {
    let T = test_moment();
    for samples in [3, 20] {
        let X = images(samples);
        let eigen = Eigen::of(&(X.t().dot(&X) / samples as f64)).unwrap();
        let (one, other) = (Sample::of(X.view(), &T), Sample::in_basis(&eigen, &T));
        let (one, other) = (one.unwrap(), other.unwrap());
        let spanned = samples.min(D);
        assert_eq!((one.lambda.len(), other.lambda.len()), (spanned, D));
        assert_eq!((one.rank(), other.rank()), (spanned, spanned));
        assert!(largest(&(&one.lambda - &other.lambda.slice(s![..spanned]))) < 1e-13);
        let leading = other.vectors.slice(s![.., ..spanned]);
        let projection = one.vectors.dot(&one.vectors.t());
        assert!(largest(&(projection - leading.dot(&leading.t()))) < 1e-12);
        let test = other.test.slice(s![..spanned, ..spanned]);
        assert!(largest(&(&one.test.diag() - &test.diag())) < 1e-12);
        let errors = |sample: &Sample| {
            let hidden = [1, 5, 9].map(|hidden| sample.autoencoder(hidden, EPSILON).unwrap());
            let noise = [0.0, 0.5].map(|e| sample.redrawn(e, EPSILON).unwrap());
            [hidden.to_vec(), noise.to_vec()].concat()
        };
        for (a, b) in errors(&one).into_iter().zip(errors(&other)) {
            assert!((a - b).abs() < 1e-12, "{a}, {b}");
        }
        // Weights in a null space count as well: this is exact for any weights.
        let weights = start("null", D, 4, 0.3);
        let inside = weights.encoder.dot(&weights.decoder.t());
        let W = other.vectors.dot(&inside).dot(&other.vectors.t());
        let found = other.trained(&weights, EPSILON).unwrap();
        assert!((found - error(&W, &T)).abs() < 1e-12);
    }
}

#[test]
fn images_that_depend_on_each_other_span_fewer_directions() {
    let T = test_moment();
    let mut X = images(4);
    let sum = &X.row(0) + &X.row(1);
    X.row_mut(3).assign(&sum);
    let sample = Sample::of(X.view(), &T).unwrap();
    assert_eq!(sample.lambda.len(), 3);
    assert!(sample.vectors.iter().all(|x| x.is_finite()));
    let nothing = Sample::of(Array2::zeros((2, D)).view(), &T).unwrap();
    assert_eq!(nothing.lambda.len(), 0);
    assert!((nothing.redrawn(0.0, 1.0).unwrap() - 0.5 * nothing.trace).abs() < 1e-14);
}

#[test]
fn noise_drawn_once_is_the_pseudo_inverse() {
    let T = test_moment();
    for samples in [1, 4, 6, 7, 8, 20, 5000] {
        for e in [0.1, 2.0] {
            let X = images(samples);
            let Z = normal_matrix(&mut rng("once"), samples, D, f64::sqrt(e));
            let Y = &X + &Z;
            let W = match samples > D {
                true => Y.t().dot(&Y).inv().unwrap().dot(&Y.t()).dot(&X),
                false => {
                    let (U, values, Vt) = Y.svd(true, true).unwrap();
                    let Vt = Vt.unwrap().slice(s![..samples, ..]).to_owned();
                    let scaled = Vt.t().dot(&Array2::from_diag(&(1.0 / values)));
                    scaled.dot(&U.unwrap().t()).dot(&X)
                }
            };
            let expected = error(&W, &T);
            let found = drawn_once(X.view(), e, &T, EPSILON, &mut rng("once")).unwrap();
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "N = {samples}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn training_on_the_samples_spectrum_ends_there() {
    let T = test_moment();
    for samples in [4, 20] {
        let sample = Sample::of(images(samples).view(), &T).unwrap();
        let count = sample.lambda.len();
        let settings = LinearSettings {
            hidden: 8,
            alpha: 0.05,
            s2: 0.2,
            gamma: 0.0,
            precision: Precision::F64,
        };
        let weights = start("samples", count, 8, 1e-2);
        let lambda = sample.lambda.to_vec();
        let checked = settings.check().unwrap();
        let mut trainer = LinearTrainer::new(&checked, &lambda, &weights).unwrap();
        // At the beginning it is the error of whatever the weights are.
        let W = |weights: &Weights| {
            let inside = weights.encoder.dot(&weights.decoder.t());
            sample.vectors.dot(&inside).dot(&sample.vectors.t())
        };
        for epochs in [0, 30, 40_000] {
            trainer.advance(epochs);
            let weights = trainer.weights();
            let found = sample.trained(&weights, EPSILON).unwrap();
            assert!((found - error(&W(&weights), &T)).abs() < 1e-12);
        }
        let (found, limit) = (
            sample.trained(&trainer.weights(), EPSILON).unwrap(),
            sample.redrawn(0.2, EPSILON).unwrap(),
        );
        assert!(
            (found - limit).abs() < 1e-6,
            "N = {samples}: {found}, {limit}"
        );
        // Directions that were left out are not let through.
        let leading = trainer.weights().leading(2);
        let found = sample.trained(&leading, EPSILON).unwrap();
        let mut cut = trainer.weights();
        cut.encoder.slice_mut(s![2.., ..]).fill(0.0);
        cut.decoder.slice_mut(s![2.., ..]).fill(0.0);
        assert!((found - sample.trained(&cut, EPSILON).unwrap()).abs() < 1e-14);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let (X, T) = (images(4), test_moment());
    let sample = Sample::of(X.view(), &T).unwrap();
    let small = Array2::<f64>::eye(D - 1);
    assert!(Sample::of(X.view(), &small).is_err());
    assert!(Sample::of(Array2::zeros((0, D)).view(), &T).is_err());
    let eigen = Eigen::of(&T).unwrap();
    assert!(Sample::in_basis(&eigen, &small).is_err());
    let short = Eigen {
        lambda: eigen.lambda.slice(s![..3]).to_owned(),
        ..eigen
    };
    assert!(Sample::in_basis(&short, &T).is_err());
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(sample.redrawn(bad, EPSILON).is_err());
        assert!(sample.redrawn(0.1, bad).is_err());
        assert!(sample.autoencoder(3, bad).is_err());
        assert!(sample.trained(&start("refused", 4, 2, 0.1), bad).is_err());
        assert!(drawn_once(X.view(), bad, &T, EPSILON, &mut rng("refused")).is_err());
        assert!(drawn_once(X.view(), 0.1, &T, bad, &mut rng("refused")).is_err());
    }
    assert!(drawn_once(X.view(), 0.0, &T, EPSILON, &mut rng("refused")).is_err());
    assert!(drawn_once(X.view(), 0.1, &small, EPSILON, &mut rng("refused")).is_err());
    let none = Array2::zeros((0, D));
    assert!(drawn_once(none.view(), 0.1, &T, EPSILON, &mut rng("refused")).is_err());
    assert!(sample.trained(&start("refused", 5, 2, 0.1), 0.1).is_err());
}
