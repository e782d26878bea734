//! The kernels that a card runs, compiled for the processor, against the host's operations and the processor's noise.

// A test fails by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use dae_cuda::machine::{Argument, KERNELS, Launch, Machine};
use dae_cuda::{Host, Operations};
use support::emulated::Emulated;
use support::{conformance, runs};

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

#[test]
fn runs_on_the_kernels_are_those_on_the_host() {
    if Emulated::device().is_some() {
        runs::are_those_on_the_host(|| Emulated::device().unwrap());
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
