//! Short training runs on a device, beside the host's.

use std::thread;

use dae::Settings as _;
use dae::random::{Key, normal_matrix, stream};
use dae::train::linear::{LinearSettings, Precision, Weights};
use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, Sampler, State};
use dae::train::{LinearDescent, NonlinearDescent};
use dae_cuda::{Host, LinearTrainer, NonlinearTrainer, Operations};

/// Trains every kind of model, on a device for each.
pub fn are_those_on_the_host<O: Operations>(mut device: impl FnMut() -> O) {
    linear(device());
    nonlinear(device);
}

fn start(name: &str, pixels: usize, hidden: usize) -> Weights {
    let mut sides = ["encoder", "decoder"].map(|side| stream(1, &["tests/runs", name, side]));
    Weights::normal(sides.each_mut(), pixels, hidden, 0.3).unwrap()
}

const LAMBDA: [f64; 7] = [2.0, 1.5, 1.0, 0.6, 0.3, 0.1, 0.0];

/// The linear trainer of these runs.
fn linear_trainer<O: Operations>(device: O) -> LinearTrainer<O> {
    let settings = LinearSettings {
        hidden: 5,
        alpha: 0.05,
        s2: 0.3,
        gamma: 0.02,
        precision: Precision::F32,
    };
    let settings = settings.check().unwrap();
    let start = start("linear", LAMBDA.len(), 5);
    LinearTrainer::new(device, &settings, &LAMBDA, &start).unwrap()
}

fn compare(a: &dyn LinearDescent, b: &dyn LinearDescent) {
    let (of_a, of_b) = (a.weights().unwrap(), b.weights().unwrap());
    for (of_a, of_b) in [(of_a.encoder, of_b.encoder), (of_a.decoder, of_b.decoder)] {
        let mut pairs = of_a.iter().zip(&of_b);
        assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-6), "{}", b.epoch());
    }
}

fn linear(device: impl Operations) {
    let (mut host, mut card) = (linear_trainer(Host::default()), linear_trainer(device));
    // Fewer epochs than a recording has, one more, some recordings, and some and a few.
    for epochs in [3, 11, 20, 47] {
        host.advance(epochs).unwrap();
        card.advance(epochs).unwrap();
        compare(&host, &card);
        let (a, b) = (
            host.observe(&[0, 6]).unwrap(),
            card.observe(&[0, 6]).unwrap(),
        );
        assert_eq!(a.epoch, b.epoch);
        assert!((a.loss - b.loss).abs() < 1e-6);
    }
}

/// Trains linear networks side by side: each of four threads makes, advances and drops one after the other.
pub fn side_by_side<O: Operations>(device: impl Fn() -> O + Sync) {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut host = linear_trainer(Host::default());
                host.advance(25).unwrap();
                for _ in 0..10 {
                    let mut card = linear_trainer(device());
                    card.advance(25).unwrap();
                    compare(&host, &card);
                }
            });
        }
    });
}

fn nonlinear<O: Operations>(mut device: impl FnMut() -> O) {
    let mut data = normal_matrix(&mut stream(1, &["data"]), 200, 7, 1.0).mapv(|x| x.abs() as f32);
    data.column_mut(2).fill(0.0);
    let state = State::start(&start("nonlinear", 7, 5));
    for (sigma, sampler) in [
        (0.0, Sampler::Auto),
        (0.5, Sampler::Direct),
        (0.5, Sampler::LawEqual),
    ] {
        for activation in Activation::ALL {
            let settings = NonlinearSettings {
                hidden: 5,
                activation,
                alpha: 0.2,
                weight_decay: 0.01,
                sigma,
                sampler,
            };
            let (settings, key) = (settings.check().unwrap(), Key::new(1, &["noise"]));
            let modes = Modes {
                vectors: normal_matrix(&mut stream(1, &["modes"]), 7, 2, 1.0),
                lambda: vec![1.0, 0.5],
            };
            let given = || (data.to_shared(), modes.clone());
            let mut host =
                NonlinearTrainer::in_blocks(Host::default(), &settings, given(), key, &state, 128)
                    .unwrap();
            let mut card =
                NonlinearTrainer::in_blocks(device(), &settings, given(), key, &state, 128)
                    .unwrap();
            for epoch in 0..20 {
                let observe = epoch % 3 == 0;
                let (a, b) = (host.step(observe).unwrap(), card.step(observe).unwrap());
                if let (Some(a), Some(b)) = (a, b) {
                    assert!((a.loss - b.loss).abs() < 1e-5, "{a:?}, {b:?}");
                    let pairs = a.mappings.iter().zip(&b.mappings);
                    assert!(
                        pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4),
                        "{a:?}, {b:?}"
                    );
                }
            }
            let (a, b) = (host.state().unwrap(), card.state().unwrap());
            for (a, b) in [(a.encoder, b.encoder), (a.decoder, b.decoder)] {
                assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5));
            }
        }
    }
}
