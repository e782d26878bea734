//! The linear trainer on the host's operations, against the processor's.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use dae::random::stream;
use dae::train::LinearDescent;
use dae::train::linear::{LinearSettings, LinearTrainer as OnProcessor, Precision, Weights};
use dae::{Checked, Error, Settings as _};
use dae_cuda::{Host, LinearTrainer};
use ndarray::Array2;

const GOOD: LinearSettings = LinearSettings {
    hidden: 4,
    alpha: 0.05,
    s2: 0.0,
    gamma: 0.0,
    precision: Precision::F32,
};

fn start(directions: usize, hidden: usize, std: f64) -> Weights {
    let name = format!("{directions} x {hidden}");
    let mut sides = ["encoder", "decoder"].map(|side| stream(1, &["tests/linear", &name, side]));
    Weights::normal(sides.each_mut(), directions, hidden, std).unwrap()
}

/// A spectrum that falls to 0.
fn spectrum(directions: usize) -> Vec<f64> {
    let lambda = |i: usize| 2.0 / (i + 1) as f64 - 2.0 / directions.max(2) as f64;
    (0..directions).map(|i| lambda(i).max(0.0)).collect()
}

/// A run that begins on one device, or on the other.
fn begin(
    settings: &Checked<LinearSettings>,
    lambda: &[f64],
    (weights, epoch): (&Weights, u64),
    on_processor: bool,
) -> Box<dyn LinearDescent> {
    if on_processor {
        Box::new(OnProcessor::resume(settings, lambda, weights, epoch).unwrap())
    } else {
        let host = Host::default();
        Box::new(LinearTrainer::resume(host, settings, lambda, weights, epoch).unwrap())
    }
}

fn difference(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    (a - b).iter().fold(0.0, |worst: f64, x| worst.max(x.abs()))
}

fn assert_same(a: &mut dyn LinearDescent, b: &mut dyn LinearDescent, modes: &[usize], what: &str) {
    let (of_a, of_b) = (a.weights().unwrap(), b.weights().unwrap());
    assert!(difference(&of_a.encoder, &of_b.encoder) < 2e-5, "{what}");
    assert!(difference(&of_a.decoder, &of_b.decoder) < 2e-5, "{what}");
    let (of_a, of_b) = (a.observe(modes).unwrap(), b.observe(modes).unwrap());
    assert_eq!(of_a.epoch, of_b.epoch, "{what}");
    let error = (of_a.loss - of_b.loss).abs();
    assert!(
        error < 1e-5 * of_a.loss.max(1e-3),
        "{what}: {of_a:?}, {of_b:?}"
    );
    for (of_a, of_b, within) in [
        (&of_a.mappings, &of_b.mappings, 2e-5),
        // From roots of Gram matrices: an error below single precision becomes one of its root.
        (&of_a.singular_values, &of_b.singular_values, 2e-4),
    ] {
        assert_eq!(of_a.len(), modes.len(), "{what}");
        let pairs = of_a.iter().zip(of_b);
        assert!(
            pairs.into_iter().all(|(a, b)| (a - b).abs() < within),
            "{what}: {of_a:?}, {of_b:?}"
        );
    }
}

#[test]
fn every_model_and_size_trains_as_on_the_processor() {
    for (directions, hidden) in [(1, 1), (1, 5), (7, 1), (12, 4), (5, 9), (33, 17)] {
        for (s2, gamma) in [(0.0, 0.0), (0.0, 0.05), (0.5, 0.0), (0.5, 0.05)] {
            let settings = LinearSettings {
                hidden,
                s2,
                gamma,
                ..GOOD
            };
            let (settings, lambda) = (settings.check().unwrap(), spectrum(directions));
            let weights = start(directions, hidden, 0.2);
            let [mut a, mut b] =
                [true, false].map(|first| begin(&settings, &lambda, (&weights, 0), first));
            let modes = [0, directions - 1];
            for epochs in [0, 1, 40, 200] {
                a.advance(epochs).unwrap();
                b.advance(epochs).unwrap();
                let what = format!("{directions} x {hidden}, {s2}, {gamma}, {}", b.epoch());
                assert_same(&mut *a, &mut *b, &modes, &what);
            }
            assert_eq!(b.epoch(), 241);
        }
    }
}

#[test]
fn a_run_continued_on_the_other_device_is_one_run() {
    let settings = LinearSettings { s2: 0.5, ..GOOD };
    let (settings, lambda) = (settings.check().unwrap(), spectrum(9));
    let weights = start(9, 4, 0.1);
    for first in [true, false] {
        let mut whole = begin(&settings, &lambda, (&weights, 0), first);
        whole.advance(150).unwrap();
        let mut half = begin(&settings, &lambda, (&weights, 0), first);
        half.advance(70).unwrap();
        let at = (&half.weights().unwrap(), half.epoch());
        let mut rest = begin(&settings, &lambda, at, !first);
        rest.advance(80).unwrap();
        assert_same(&mut *whole, &mut *rest, &[0, 3, 8], "continued");
    }
}

#[test]
fn weights_survive_the_way_to_the_device_and_back() {
    let weights = start(6, 4, 0.3);
    let single = |matrix: &Array2<f64>| matrix.mapv(|x| f64::from(x as f32));
    let trainer = LinearTrainer::new(
        Host::default(),
        &GOOD.check().unwrap(),
        &spectrum(6),
        &weights,
    );
    let read = trainer.unwrap().weights().unwrap();
    assert_eq!(read.encoder, single(&weights.encoder));
    assert_eq!(read.decoder, single(&weights.decoder));
}

#[test]
fn divergence_is_an_error_with_its_epoch() {
    let settings = LinearSettings {
        alpha: 50.0,
        ..GOOD
    };
    let (settings, lambda) = (settings.check().unwrap(), spectrum(6));
    for on_processor in [true, false] {
        let mut trainer = begin(&settings, &lambda, (&start(6, 4, 0.5), 10), on_processor);
        trainer.advance(100).unwrap();
        let error = trainer.observe(&[0]).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Diverged {
                    what: "the loss",
                    epoch: 110
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn what_the_processor_refuses_is_refused_in_the_same_words() {
    let (settings, weights) = (GOOD.check().unwrap(), start(5, 4, 0.1));
    let both = |lambda: &[f64], weights: &Weights| {
        let processor = OnProcessor::new(&settings, lambda, weights).map(|_| ());
        let host = LinearTrainer::new(Host::default(), &settings, lambda, weights).map(|_| ());
        [processor, host].map(|result| result.unwrap_err().to_string())
    };
    for lambda in [
        &spectrum(4)[..],
        &[1.0, -1.0, 0.0, 0.0, 0.0],
        &[f64::NAN; 5],
    ] {
        let [a, b] = both(lambda, &weights);
        assert_eq!(a, b);
    }
    for beyond in [5, 99] {
        let [a, b] = [true, false].map(|on_processor| {
            let mut trainer = begin(&settings, &spectrum(5), (&weights, 0), on_processor);
            trainer.observe(&[4, beyond]).unwrap_err().to_string()
        });
        assert_eq!(a, b);
    }
    let double = LinearSettings {
        precision: Precision::F64,
        ..GOOD
    };
    let double = LinearTrainer::new(
        Host::default(),
        &double.check().unwrap(),
        &spectrum(5),
        &weights,
    );
    let refused = double.map(|_| ()).unwrap_err().to_string();
    assert!(refused.starts_with("precision = f64 "), "{refused}");
}

#[test]
fn memory_is_what_is_used_and_too_little_is_refused() {
    let settings = GOOD.check().unwrap();
    for (directions, hidden) in [(1, 4), (9, 4), (3, 4)] {
        let (lambda, weights) = (spectrum(directions), start(directions, hidden, 0.1));
        let new = |host| LinearTrainer::new(host, &settings, &lambda, &weights);
        let needed = LinearTrainer::<Host>::memory((directions, hidden));
        // The host returns what is observed without a buffer for it.
        let results = 8 * (hidden * hidden + directions) as u64;
        let trainer = new(Host::with_memory(needed)).unwrap();
        assert_eq!(trainer.operations().used() + results, needed);
        let error = new(Host::with_memory(needed - 1)).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Device { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains(&format!("{needed} bytes of memory are needed"))
        );
    }
}
