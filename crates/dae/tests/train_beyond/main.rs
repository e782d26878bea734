//! What goes beyond the paper: noise of any shape, deep networks, few images, and the directions of test images.

// A test fails by panicking. Matrices are capital letters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    non_snake_case
)]

#[path = "../data_support/mod.rs"]
mod data_support;
mod deep;
mod directions;
mod noise;
mod samples;

use dae::random::{Rng, stream};
use dae::train::linear::Weights;
use ndarray::{Array1, Array2, Axis};
use ndarray_linalg::{Eigh, UPLO};

fn rng(name: &str) -> Rng {
    stream(20_180_710, &["tests/train_beyond", name])
}

fn start(name: &str, directions: usize, hidden: usize, std: f64) -> Weights {
    let mut streams = ["encoder", "decoder"].map(|side| rng(&format!("{name} {side}")));
    Weights::normal(streams.each_mut(), directions, hidden, std).unwrap()
}

/// Largest magnitude.
fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |a: f64, b| a.max(b.abs()))
}

/// Eigenvalues in descending order, their vectors as columns, and the matrix `X^T X / N` itself.
fn eigenbasis(X: &Array2<f64>) -> (Array1<f64>, Array2<f64>, Array2<f64>) {
    let S = X.t().dot(X) / X.nrows() as f64;
    let (mut lambda, mut U) = S.eigh(UPLO::Lower).unwrap();
    lambda.invert_axis(Axis(0));
    U.invert_axis(Axis(1));
    (lambda.mapv(|l| l.max(0.0)), U, S)
}
