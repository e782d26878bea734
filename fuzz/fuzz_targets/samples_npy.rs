#![no_main]

#[path = "../../crates/paper/tests/hostile/readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::fuzz("samples_npy", bytes));
