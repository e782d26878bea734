//! The examples, run: each gives what it says.

// The `main` of an example prints what is looked at here.
#![allow(dead_code)]
#![allow(clippy::unwrap_used)]

#[path = "../examples/closed_form.rs"]
mod closed_form;
#[path = "../examples/learning_times.rs"]
mod learning_times;
#[path = "../examples/load_mnist.rs"]
mod load_mnist;
#[path = "../examples/train_spectrum.rs"]
mod train_spectrum;

use dae::data::{DataSet, SourceOptions, Spectrum, cache_dir};
use dae::theory::{Mode, dynamics};

#[test]
fn the_closed_form_is_where_gradient_descent_is() {
    let rows = closed_form::rows().unwrap();
    assert_eq!(rows.len(), 9);
    for &(epoch, theory, descent) in &rows {
        assert!(
            (theory - descent).abs() < 5e-3,
            "epoch {epoch}: {theory}, {descent}"
        );
    }
    let (_, first, _) = rows[0];
    let (_, last, _) = rows[8];
    assert!(first < 2e-3 && (last - 0.8).abs() < 1e-2, "{first}, {last}");
}

#[test]
fn training_from_a_spectrum_follows_the_theory() {
    for epochs in [20, 2000] {
        let rows = train_spectrum::rows(epochs).unwrap();
        // Directions share hidden units, and the later ones lag behind a little: 0.025 for the last.
        assert_eq!(rows.len(), 5);
        for row in &rows {
            let difference = (row.trained - row.theory).abs();
            assert!(
                difference < 0.03,
                "mode {} at {epochs}: {difference}",
                row.mode
            );
        }
    }
}

#[test]
fn learning_times_are_those_of_the_closed_form() {
    let lambda = Spectrum::committed(DataSet::Mnist).unwrap().lambda;
    let alpha = learning_times::rate(&lambda).unwrap();
    let rows = learning_times::rows().unwrap();
    assert_eq!(rows.len(), 10);
    for row in &rows {
        let [plain, decaying, noisy] = row.epochs;
        // Noise does not slow learning down at equal rates; the decay with the same fixed point does.
        assert!(noisy <= plain && plain < decaying, "mode {}", row.mode);
        let mode = Mode::denoising(row.lambda, learning_times::EPSILON).unwrap();
        let mapping = dynamics::balanced(&mode, learning_times::START, alpha * noisy).unwrap();
        let share = mapping / mode.fixed_point();
        assert!((share - learning_times::SHARE).abs() < 1e-12, "{share}");
    }
    assert!(
        rows.windows(2)
            .all(|pair| pair[0].epochs[2] < pair[1].epochs[2])
    );
}

#[test]
fn images_that_are_not_there_are_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = SourceOptions::with_cache(folder.path());
    options.offline = true;
    let said = load_mnist::describe(&options).unwrap();
    assert!(
        said.starts_with("MNIST is not in ") && !said.contains('\n'),
        "{said}"
    );
    assert!(said.contains(&*folder.path().to_string_lossy()), "{said}");
}

#[test]
fn images_that_are_there_are_loaded() {
    let mut options = SourceOptions::with_cache(cache_dir().unwrap());
    options.offline = true;
    if !options.cache.join("mnist").exists() {
        println!("passed over: MNIST is not in the cache");
        return;
    }
    let said = load_mnist::describe(&options).unwrap();
    assert!(
        said.starts_with("60000 training and 10000 test images"),
        "{said}"
    );
}
