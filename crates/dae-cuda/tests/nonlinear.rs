//! The nonlinear trainer on the host's operations, against the processor's.

// A test fails by panicking. Matrices are capital letters, as in the equations of the trainers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, non_snake_case)]

use dae::random::{Key, normal_matrix, stream};
use dae::train::NonlinearDescent;
use dae::train::linear::Weights;
use dae::train::nonlinear::{
    Activation, Modes, NonlinearSettings, NonlinearTrainer as OnProcessor, Observation, Sampler,
    State,
};
use dae::{Error, Settings as _};
use dae_cuda::{Host, NonlinearTrainer};
use ndarray::{Array2, s};

const GOOD: NonlinearSettings = NonlinearSettings {
    hidden: 3,
    activation: Activation::Relu,
    alpha: 0.1,
    weight_decay: 0.0,
    sigma: 0.0,
    sampler: Sampler::Auto,
};

/// Every model: the plain one, with decay, and with noise from each sampler.
const MODELS: [(f64, f64, Sampler); 4] = [
    (0.0, 0.0, Sampler::Auto),
    (0.02, 0.0, Sampler::Auto),
    (0.0, 0.5, Sampler::Direct),
    (0.0, 0.5, Sampler::LawEqual),
];

fn key() -> Key {
    Key::new(20_180_710, &["tests/nonlinear on a device"])
}

/// Images in some pixels, none in the others.
fn images(samples: usize, pixels: usize, zeros: &[usize]) -> Array2<f32> {
    let mut rng = stream(1, &["tests/nonlinear on a device", "data"]);
    let mut X = normal_matrix(&mut rng, samples, pixels, 1.0).mapv(|x| x.abs() as f32);
    zeros
        .iter()
        .for_each(|&pixel| X.column_mut(pixel).fill(0.0));
    X
}

/// Any directions will do to be compared.
fn modes(pixels: usize, count: usize) -> Modes {
    let mut rng = stream(1, &["tests/nonlinear on a device", "modes"]);
    Modes {
        vectors: normal_matrix(&mut rng, pixels, count, 1.0),
        lambda: (0..count).map(|i| 1.0 / (i + 1) as f64).collect(),
    }
}

fn start(pixels: usize, hidden: usize, std: f64) -> State {
    let mut sides = ["encoder", "decoder"].map(|side| stream(1, &["tests/nonlinear", side]));
    State::start(&Weights::normal(sides.each_mut(), pixels, hidden, std).unwrap())
}

/// A trainer of the processor, or of the host's operations with so many rows at a time.
fn begin(
    settings: NonlinearSettings,
    X: &Array2<f32>,
    state: &State,
    rows: Option<usize>,
) -> Box<dyn NonlinearDescent> {
    let (settings, data) = (settings.check().unwrap(), X.to_shared());
    let modes = modes(X.ncols(), 2);
    match rows {
        None => Box::new(OnProcessor::new(&settings, data, modes, key(), state).unwrap()),
        Some(rows) => {
            let host = Host::default();
            let given = (data, modes);
            Box::new(
                NonlinearTrainer::in_blocks(host, &settings, given, key(), state, rows).unwrap(),
            )
        }
    }
}

fn run(trainer: &mut dyn NonlinearDescent, epochs: u64) -> Vec<Observation> {
    let seen = (0..epochs).map(|epoch| trainer.step(epoch % 5 == 0).unwrap());
    seen.flatten().collect()
}

fn assert_same(a: &dyn NonlinearDescent, b: &dyn NonlinearDescent, what: &str) {
    let (a, b) = (a.state().unwrap(), b.state().unwrap());
    assert_eq!(a.epoch, b.epoch, "{what}");
    for (a, b) in [(&a.encoder, &b.encoder), (&a.decoder, &b.decoder)] {
        assert_eq!(a.dim(), b.dim(), "{what}");
        let worst = (a - b).iter().fold(0.0, |worst: f32, x| worst.max(x.abs()));
        assert!(worst < 2e-5, "{what}: {worst}");
    }
}

fn assert_seen_same(a: &[Observation], b: &[Observation], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (a, b) in a.iter().zip(b) {
        assert_eq!(
            (a.epoch, a.mappings.len()),
            (b.epoch, b.mappings.len()),
            "{what}"
        );
        let scale = a.loss.max(1e-2);
        assert!(
            (a.loss - b.loss).abs() < 1e-5 * scale,
            "{what}: {a:?}, {b:?}"
        );
        let pairs = a.mappings.iter().zip(&b.mappings);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-4 * a.abs().max(1.0);
        assert!(pairs.into_iter().all(close), "{what}: {a:?}, {b:?}");
    }
}

#[test]
fn every_model_activation_and_size_trains_as_on_the_processor() {
    for (samples, pixels, hidden, zeros) in [
        (1, 1, 1, &[][..]),
        (1, 4, 2, &[]),
        (3, 1, 2, &[]),
        (2, 3, 7, &[1]),
        (130, 12, 9, &[0, 5, 11]),
        (300, 5, 3, &[1, 4]),
        // All pixels are 0: none is left out.
        (4, 3, 2, &[0, 1, 2]),
    ] {
        let (X, mut state) = (images(samples, pixels, zeros), start(pixels, hidden, 0.3));
        // So that no ReLU is off from the first epoch on.
        state.encoder.mapv_inplace(f32::abs);
        for activation in Activation::ALL {
            for (weight_decay, sigma, sampler) in MODELS {
                let settings = NonlinearSettings {
                    hidden,
                    activation,
                    weight_decay,
                    sigma,
                    sampler,
                    ..GOOD
                };
                let what = format!("{samples} x {pixels} x {hidden}, {settings:?}");
                let mut a = begin(settings, &X, &state, None);
                let mut b = begin(settings, &X, &state, Some(128));
                assert_eq!(a.sampler(), b.sampler(), "{what}");
                let seen = [run(&mut *a, 31), run(&mut *b, 31)];
                // With few samples for each hidden unit the factor that carries on the law-equal noise is singular, or
                // nearly: what is nothing but rounding in its square is not in its root. The first loss does not know yet.
                if sampler == Sampler::LawEqual && samples < 10 * hidden {
                    assert_seen_same(&seen[0][..1], &seen[1][..1], &what);
                } else {
                    assert_seen_same(&seen[0], &seen[1], &what);
                    assert_same(&*a, &*b, &what);
                }
                assert_eq!(b.epoch(), 31);
                let moved = b.state().unwrap().decoder != state.decoder;
                assert!(moved || zeros.len() == pixels, "{what}");
            }
        }
    }
}

#[test]
fn the_sampler_is_the_one_that_the_processor_chooses() {
    for (samples, pixels, hidden) in [(40, 30, 1), (40, 4, 8)] {
        let settings = NonlinearSettings {
            hidden,
            sigma: 0.5,
            ..GOOD
        };
        let (X, state) = (images(samples, pixels, &[]), start(pixels, hidden, 0.1));
        let [a, b] = [None, Some(128)].map(|rows| begin(settings, &X, &state, rows).sampler());
        assert!(a.is_some_and(|sampler| sampler != Sampler::Auto));
        assert_eq!(a, b);
    }
}

#[test]
fn rows_at_a_time_change_nothing_but_rounding() {
    let (X, state) = (images(500, 6, &[3]), start(6, 4, 0.3));
    for (weight_decay, sigma, sampler) in MODELS {
        let settings = NonlinearSettings {
            hidden: 4,
            weight_decay,
            sigma,
            sampler,
            ..GOOD
        };
        let [mut whole, mut parts] =
            [1000, 200].map(|rows| begin(settings, &X, &state, Some(rows)));
        let seen = [run(&mut *whole, 12), run(&mut *parts, 12)];
        assert_seen_same(&seen[0], &seen[1], "blocks");
        assert_same(&*whole, &*parts, "blocks");
    }
}

#[test]
fn a_run_continued_on_the_other_device_is_one_run() {
    let (X, state) = (images(140, 9, &[2, 3]), start(9, 5, 0.2));
    for (weight_decay, sigma, sampler) in MODELS {
        let settings = NonlinearSettings {
            hidden: 5,
            weight_decay,
            sigma,
            sampler,
            ..GOOD
        };
        for [first, then] in [[None, Some(128)], [Some(128), None]] {
            let mut whole = begin(settings, &X, &state, first);
            run(&mut *whole, 20);
            let mut half = begin(settings, &X, &state, first);
            run(&mut *half, 8);
            let saved = half.state().unwrap();
            let mut rest = begin(settings, &X, &saved, then);
            run(&mut *rest, 12);
            assert_same(&*whole, &*rest, "continued");
            // The same with a trainer that was somewhere else.
            rest.restore(&saved).unwrap();
            assert_eq!(rest.state().unwrap(), saved);
            run(&mut *rest, 12);
            assert_same(&*whole, &*rest, "restored");
        }
    }
}

#[test]
fn divergence_is_an_error_with_its_epoch_and_leaves_the_last_good_state() {
    let (X, state) = (images(50, 4, &[]), start(4, 3, 0.5));
    for (sigma, sampler) in [
        (0.0, Sampler::Auto),
        (0.5, Sampler::Direct),
        (0.5, Sampler::LawEqual),
    ] {
        let settings = NonlinearSettings {
            alpha: 100.0,
            sigma,
            sampler,
            activation: Activation::Tanh,
            ..GOOD
        };
        let found = [None, Some(128)].map(|rows| {
            let mut trainer = begin(settings, &X, &state, rows);
            let mut good = trainer.state().unwrap();
            let error = (0..1000).find_map(|_| {
                let before = trainer.state().unwrap();
                match trainer.step(true) {
                    Ok(_) => {
                        good = before;
                        None
                    }
                    Err(error) => Some((error, before.epoch)),
                }
            });
            let (error, at) = error.unwrap();
            assert_eq!(trainer.state().unwrap(), good);
            assert_eq!(trainer.epoch() + 1, at);
            match error {
                Error::Diverged { epoch, .. } if epoch == at => (error.to_string(), epoch),
                other => panic!("{other}"),
            }
        });
        // Where it overflows exactly is a matter of rounding.
        assert!(found[0].1.abs_diff(found[1].1) <= 1, "{found:?}");
    }
}

#[test]
fn nan_does_not_hide() {
    let (X, mut state) = (images(10, 4, &[]), start(4, 3, 0.5));
    state.encoder[[1, 1]] = f32::NAN;
    for (weight_decay, sigma, sampler) in MODELS {
        let settings = NonlinearSettings {
            weight_decay,
            sigma,
            sampler,
            ..GOOD
        };
        let error = begin(settings, &X, &state, Some(128))
            .step(true)
            .unwrap_err();
        assert!(matches!(error, Error::Diverged { epoch: 0, .. }), "{error}");
    }
}

#[test]
fn what_the_processor_refuses_is_refused_in_the_same_words() {
    let (X, state) = (images(5, 4, &[]), start(4, 3, 0.1));
    let checked = GOOD.check().unwrap();
    let same = |X: Array2<f32>, modes: Modes, state: &State| {
        let processor = OnProcessor::new(&checked, X.to_shared(), modes.clone(), key(), state);
        let host = NonlinearTrainer::new(Host::default(), &checked, X.into(), modes, key(), state);
        let refused = [processor.map(|_| ()), host.map(|_| ())];
        let [a, b] = refused.map(|result| result.unwrap_err().to_string());
        assert_eq!(a, b);
    };
    same(Array2::zeros((0, 4)), Modes::none(4), &state);
    same(X.clone() * f32::NAN, Modes::none(4), &state);
    same(X.clone(), Modes::none(3), &state);
    for bad in [0.0, -1.0, f64::NAN] {
        let vectors = Array2::eye(4).slice(s![.., ..1]).to_owned();
        let lambda = vec![bad];
        same(X.clone(), Modes { vectors, lambda }, &state);
    }
    let narrow = State {
        decoder: Array2::zeros((4, 2)),
        ..state.clone()
    };
    same(X.clone(), Modes::none(4), &narrow);
    same(X.slice(s![.., ..3]).to_owned(), Modes::none(3), &state);
    let mut good = begin(GOOD, &X, &state, Some(128));
    assert!(good.restore(&narrow).is_err());
    assert_eq!(good.state().unwrap(), state);
}

#[test]
fn memory_is_what_is_used_and_too_little_is_refused() {
    for (samples, pixels, hidden) in [(1, 1, 1), (300, 5, 3), (7, 3, 8)] {
        for (weight_decay, sigma, sampler) in MODELS {
            let settings = NonlinearSettings {
                hidden,
                weight_decay,
                sigma,
                sampler,
                ..GOOD
            };
            let (X, state) = (images(samples, pixels, &[]), start(pixels, hidden, 0.1));
            let new = |host| {
                let settings = settings.check().unwrap();
                let modes = modes(pixels, 2);
                NonlinearTrainer::new(host, &settings, X.to_shared(), modes, key(), &state)
            };
            let needed = NonlinearTrainer::<Host>::memory(&settings, X.dim(), 2);
            // The host returns what is observed without a buffer for it.
            let results = 8 * (pixels + hidden + 2 * hidden) as u64;
            let trainer = new(Host::with_memory(needed)).unwrap();
            assert_eq!(
                trainer.operations().used() + results,
                needed,
                "{settings:?}"
            );
            let error = new(Host::with_memory(needed - 1)).map(|_| ()).unwrap_err();
            assert!(matches!(error, Error::Device { .. }), "{error}");
        }
    }
}

#[test]
fn the_memory_of_the_largest_run_is_what_the_documentation_says() {
    let settings = NonlinearSettings {
        hidden: 512,
        sigma: 3.0,
        sampler: Sampler::Direct,
        ..GOOD
    };
    let bytes = NonlinearTrainer::<Host>::memory(&settings, (30_000, 3072), 4);
    assert_eq!(bytes.div_ceil(1 << 20), 865);
    let bytes = dae_cuda::LinearTrainer::<Host>::memory((3072, 512));
    assert_eq!(bytes.div_ceil(1 << 20), 47);
}
