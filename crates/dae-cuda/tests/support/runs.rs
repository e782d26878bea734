//! Short training runs on a device, beside the host's.

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

fn linear(device: impl Operations) {
    let settings = LinearSettings {
        hidden: 5,
        alpha: 0.05,
        s2: 0.3,
        gamma: 0.02,
        precision: Precision::F32,
    };
    let (settings, lambda) = (
        settings.check().unwrap(),
        [2.0, 1.5, 1.0, 0.6, 0.3, 0.1, 0.0],
    );
    let start = start("linear", lambda.len(), 5);
    let mut host = LinearTrainer::new(Host::default(), &settings, &lambda, &start).unwrap();
    let mut card = LinearTrainer::new(device, &settings, &lambda, &start).unwrap();
    // Fewer epochs than a recording has, one more, some recordings, and some and a few.
    for epochs in [3, 11, 20, 47] {
        host.advance(epochs).unwrap();
        card.advance(epochs).unwrap();
        let (a, b) = (host.weights().unwrap(), card.weights().unwrap());
        for (a, b) in [(a.encoder, b.encoder), (a.decoder, b.decoder)] {
            assert!(
                a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6),
                "{}",
                card.epoch()
            );
        }
        let (a, b) = (
            host.observe(&[0, 6]).unwrap(),
            card.observe(&[0, 6]).unwrap(),
        );
        assert_eq!(a.epoch, b.epoch);
        assert!((a.loss - b.loss).abs() < 1e-6);
    }
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
