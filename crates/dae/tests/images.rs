//! What can only be shown on real images. They are taken from the cache; without them the tests say so and pass.

// Clippy allows these in test functions by itself, but not in what they call.
#![allow(clippy::unwrap_used, non_snake_case)]

use dae::Settings;
use dae::data::{DataSet, Eigen, Images, SourceOptions, load, second_moment};
use dae::random::stream;
use dae::train::linear::{LinearSettings, LinearTrainer, Precision, Weights};
use dae::train::reference::ReferenceTrainer;
use ndarray::Array2;

fn cached(dataset: DataSet) -> Option<Images> {
    let options = SourceOptions {
        offline: true,
        ..SourceOptions::from_env().ok()?
    };
    let images = load(dataset, &options, &mut |_| {}).ok();
    if images.is_none() {
        eprintln!(
            "skipped: {} is not in the cache; `make data` gets it",
            dataset.name()
        );
    }
    images
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |worst, value| worst.max(value.abs()))
}

/// The trainer in the eigenbasis against full-batch steps on 50,000 images, at the paper's size, in single precision.
#[test]
fn on_mnist_both_trainers_give_the_same_weights() {
    let Some(images) = cached(DataSet::Mnist) else {
        return;
    };
    let (samples, hidden, epochs) = (50_000, 256, 50);
    let data = images.train.first(samples).unwrap();
    let Eigen { lambda, u } = Eigen::of(&second_moment(&images.train, samples).unwrap()).unwrap();
    let (mut a, mut b) = (
        stream(1, &["images", "encoder"]),
        stream(1, &["images", "decoder"]),
    );
    let start = Weights::normal([&mut a, &mut b], 784, hidden, 1e-4).unwrap();
    let rotate = |W: &Array2<f64>| u.dot(W);
    let pixel_start = Weights {
        encoder: rotate(&start.encoder),
        decoder: rotate(&start.decoder),
    };
    let settings = LinearSettings {
        hidden,
        alpha: 0.01,
        s2: 0.5,
        gamma: 0.1,
        precision: Precision::F32,
    };
    let settings = settings.check().unwrap();

    let mut eigen = LinearTrainer::new(&settings, &lambda.to_vec(), &start).unwrap();
    let mut pixel = ReferenceTrainer::new(&settings, &data, &pixel_start).unwrap();
    eigen.advance(epochs);
    pixel.advance(epochs);

    let (found, expected) = (eigen.weights(), pixel.weights());
    for (found, expected) in [
        (rotate(&found.encoder), &expected.encoder),
        (rotate(&found.decoder), &expected.decoder),
    ] {
        let scale = largest(expected.iter().copied());
        let worst = largest((&found - expected).iter().copied());
        println!("largest weight {scale:.3e}, largest difference {worst:.3e}");
        // The first mode has grown from 1e-4 to its plateau, so the comparison is not one of two starts. Single
        // precision sums of N products are good to about sqrt(N) EPSILON = 1e-5 of their size, epoch after epoch.
        assert!(scale > 5e-3);
        assert!(worst < 1e-4 * scale, "{worst} of {scale}");
    }
    let (found, expected) = (eigen.observe(&[]).unwrap().loss, pixel.loss());
    println!("losses {found} and {expected}");
    assert!((found / expected - 1.0).abs() < 1e-4);
}
