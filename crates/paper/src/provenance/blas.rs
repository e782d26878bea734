//! What OpenBLAS says about itself.
//!
//! Which version was linked is known at run time only (the library is the system's), and OpenBLAS tells it through
//! C functions alone. This is the one place of the workspace with `unsafe`.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};

// SAFETY: these are OpenBLAS's own declarations (`cblas.h`). None of the three takes an argument or has a precondition.
unsafe extern "C" {
    safe fn openblas_get_config() -> *const c_char;
    safe fn openblas_get_corename() -> *const c_char;
    safe fn openblas_get_num_threads() -> c_int;
}

/// Version and build options, such as `OpenBLAS 0.3.29 NO_AFFINITY USE64BITINT SkylakeX MAX_THREADS=64`.
pub fn config() -> String {
    text(openblas_get_config())
}

/// The processor whose kernels are in use, such as `SkylakeX`.
pub fn core() -> String {
    text(openblas_get_corename())
}

/// Threads that it computes with.
pub fn threads() -> usize {
    usize::try_from(openblas_get_num_threads()).unwrap_or(0)
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null, and OpenBLAS returns strings that end in NUL and are never freed.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_string_lossy().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openblas_says_what_it_is() {
        assert!(config().starts_with("OpenBLAS "), "{}", config());
        assert!(!core().is_empty());
        assert!(threads() >= 1);
    }
}
