//! The kernels that a card runs, compiled for the processor, against the host's operations and the processor's noise.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/conformance.rs"]
mod conformance;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use dae::Settings as _;
use dae::random::{Key, normal_matrix, stream};
use dae::train::linear::{LinearSettings, Precision, Weights};
use dae::train::nonlinear::{Activation, Modes, NonlinearSettings, Sampler, State};
use dae::train::{LinearDescent, NonlinearDescent};
use dae_cuda::machine::{Argument, KERNELS, Launch, Machine};
use dae_cuda::{Host, LinearTrainer, NonlinearTrainer, Operations};
use support::Emulated;

#[test]
fn every_operation_is_that_of_the_host() {
    if let Some(device) = Emulated::device() {
        conformance::conforms(device);
    }
}

#[test]
fn the_host_has_the_noise_of_the_processor() {
    conformance::noise_is_that_of_the_processor(&mut Host::default());
}

#[test]
fn wrong_arguments_are_noticed() {
    let source = include_str!("../kernels/kernels.cu");
    for kernel in KERNELS {
        assert!(source.contains(&format!(" {kernel}(")), "{kernel}");
        let Some(mut machine) = Emulated::machine() else {
            return;
        };
        let buffer = machine.allocate(1).unwrap();
        let arguments = vec![Argument::U32(0); 2];
        let blocks = [1, 1];
        let launch = Launch {
            kernel,
            blocks,
            arguments,
        };
        machine.launch(&launch).unwrap();
        let place = dae_cuda::machine::Place { buffer, offset: 0 };
        let read = catch_unwind(AssertUnwindSafe(|| machine.download(place, 1)));
        assert!(read.is_err(), "{kernel}");
    }
}

fn start(name: &str, pixels: usize, hidden: usize) -> Weights {
    let mut sides = ["encoder", "decoder"].map(|side| stream(1, &["tests/kernels", name, side]));
    Weights::normal(sides.each_mut(), pixels, hidden, 0.3).unwrap()
}

#[test]
fn a_linear_run_on_the_kernels_is_that_on_the_host() {
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
    let Some(device) = Emulated::device() else {
        return;
    };
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

#[test]
fn a_nonlinear_run_on_the_kernels_is_that_on_the_host() {
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
            let Some(device) = Emulated::device() else {
                return;
            };
            let given = || (data.to_shared(), modes.clone());
            let mut host =
                NonlinearTrainer::in_blocks(Host::default(), &settings, given(), key, &state, 128)
                    .unwrap();
            let mut card =
                NonlinearTrainer::in_blocks(device, &settings, given(), key, &state, 128).unwrap();
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

#[test]
fn too_little_memory_is_one_line_with_both_numbers() {
    let Some(device) = Emulated::with_memory(3 << 20) else {
        return;
    };
    device.require(3 << 20).unwrap();
    let error = device.require(1 << 30).unwrap_err().to_string();
    let words = "the emulated card: 1024 MiB of device memory are needed, 3 MiB of 3 MiB are free;";
    assert!(error.starts_with(words) && !error.contains('\n'), "{error}");
}
