//! OpenBLAS functions beyond `ndarray`: symmetric products, the number of threads, and what OpenBLAS says about itself.
//!
//! The library is the system's: its version is known only at run time, and OpenBLAS reports it only through C
//! functions. This is the only `unsafe` code of this crate.

#![allow(unsafe_code)]
// Matrices are capital letters, as in the equations of the callers.
#![allow(non_snake_case)]

use std::ffi::{CStr, c_char, c_int};
use std::sync::Once;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};

// SAFETY: these are OpenBLAS's own declarations (`cblas.h`); enumerations are ints there. Those marked safe have no
// precondition.
unsafe extern "C" {
    safe fn openblas_get_config() -> *const c_char;
    safe fn openblas_get_corename() -> *const c_char;
    safe fn openblas_get_num_threads() -> c_int;
    safe fn openblas_set_num_threads(threads: c_int);
    fn cblas_ssyrk(
        order: c_int,
        uplo: c_int,
        trans: c_int,
        n: c_int,
        k: c_int,
        alpha: f32,
        a: *const f32,
        lda: c_int,
        beta: f32,
        c: *mut f32,
        ldc: c_int,
    );
    fn cblas_dsyrk(
        order: c_int,
        uplo: c_int,
        trans: c_int,
        n: c_int,
        k: c_int,
        alpha: f64,
        a: *const f64,
        lda: c_int,
        beta: f64,
        c: *mut f64,
        ldc: c_int,
    );
}

/// `CblasRowMajor`.
const ROW_MAJOR: c_int = 101;
/// `CblasUpper`.
const UPPER: c_int = 121;
/// `CblasTrans`.
const TRANSPOSED: c_int = 112;

/// Generates [`ssyrk`] and [`dsyrk`], which differ by one letter.
macro_rules! syrk {
    ($name:ident, $routine:ident, $float:ty) => {
        /// Sets `C` to `beta C + P^T P`, on and above the diagonal; below it `C` is undefined. `beta` is 0 or 1.
        pub(crate) fn $name(P: ArrayView2<$float>, beta: $float, C: &mut Array2<$float>) {
            let (k, n) = P.dim();
            let [stride, step] = P.strides() else { return };
            let long = |size: usize| c_int::try_from(size).ok();
            let sizes = (long(n), long(k), c_int::try_from(*stride).ok());
            let rows_lie_one_after_the_other = *step == 1 && *stride >= n as isize;
            match (C.dim() == (n, n), sizes, C.as_slice_mut()) {
                (true, (Some(size), Some(depth), Some(lda)), Some(c))
                    if rows_lie_one_after_the_other && n > 0 && k > 0 =>
                {
                    let (a, c) = (P.as_ptr(), c.as_mut_ptr());
                    // SAFETY: `a` has `depth` rows of `size` elements, `lda` apart and `lda >= size`; `c` has `size`
                    // rows of `size` elements without gaps and is borrowed mutably, so the two do not overlap.
                    unsafe {
                        $routine(
                            ROW_MAJOR, UPPER, TRANSPOSED, size, depth, 1.0, a, lda, beta, c, size,
                        );
                    }
                }
                _ => general_mat_mul(1.0, &P.t(), &P, beta, C),
            }
        }
    };
}

syrk!(ssyrk, cblas_ssyrk, f32);
syrk!(dsyrk, cblas_dsyrk, f64);

/// Makes OpenBLAS compute every product on the calling thread, from now on, in the whole process.
///
/// The trainers call this themselves. They cut their work into parts that do not depend on the number of threads, and
/// give those to rayon (`RAYON_NUM_THREADS`, by default one thread a core). So results are byte-identical with any
/// number of threads. And where other programs want the cores too, nobody waits for a descheduled thread: OpenBLAS's
/// own threads do, spinning, in every product.
pub fn use_one_thread() {
    static DONE: Once = Once::new();
    DONE.call_once(|| openblas_set_num_threads(1));
}

/// Version and build options, such as `OpenBLAS 0.3.29 NO_AFFINITY USE64BITINT SkylakeX MAX_THREADS=64`.
pub fn config() -> String {
    text(openblas_get_config())
}

/// The processor whose kernels are in use, such as `SkylakeX`.
pub fn core() -> String {
    text(openblas_get_corename())
}

/// The environment variable that tells OpenBLAS, when it is loaded, which processor's kernels to use.
pub const CORE_TYPE: &str = "OPENBLAS_CORETYPE";

/// The value of [`CORE_TYPE`] for faster kernels at the next start, if OpenBLAS does not know this processor and the
/// variable is unset.
///
/// OpenBLAS chooses kernels by the processor's model. For an x86-64 model newer than itself it falls back to those of
/// Prescott (2004), which take four to five times as long as kernels for the processor's instructions. So this function
/// asks the processor for its instructions. It has no effect where OpenBLAS was built for one processor only.
pub fn better_core() -> Option<&'static str> {
    let chosen = std::env::var_os(CORE_TYPE).is_some();
    if chosen || core() != "Prescott" {
        return None;
    }
    widest_core()
}

/// The kernels with the widest vectors that this processor supports.
#[cfg(target_arch = "x86_64")]
fn widest_core() -> Option<&'static str> {
    use std::is_x86_feature_detected as has;
    let avx2 = has!("avx2") && has!("fma");
    let avx512 = has!("avx512f") && has!("avx512cd") && has!("avx512bw") && has!("avx512dq");
    match (avx2, avx512 && has!("avx512vl")) {
        (true, true) => Some("SkylakeX"),
        (true, false) => Some("Haswell"),
        (false, _) => None,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn widest_core() -> Option<&'static str> {
    None
}

/// The number of threads that OpenBLAS uses.
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
    use ndarray::s;

    use super::*;
    use crate::numerics::random::{normal_matrix, stream};

    #[test]
    fn symmetric_products_are_those_of_general_ones_whatever_the_layout() {
        let mut rng = stream(1, &["syrk"]);
        for (rows, columns) in [(0, 3), (1, 1), (7, 1), (1, 5), (40, 33), (5, 0)] {
            let wide = normal_matrix(&mut rng, rows, 2 * columns, 1.0);
            let columnwise = wide.t().to_owned().reversed_axes();
            for P in [
                wide.slice(s![.., ..columns]),
                wide.slice(s![.., columns..]),
                wide.slice(s![..;-1, ..columns]),
                wide.slice(s![.., ..;2]),
                columnwise.slice(s![.., ..columns]),
            ] {
                let start = normal_matrix(&mut rng, columns, columns, 1.0);
                let expected = &start + &P.t().dot(&P);
                let (mut double, mut single) = (start.clone(), start.mapv(|x| x as f32));
                dsyrk(P, 1.0, &mut double);
                ssyrk(P.mapv(|x| x as f32).view(), 1.0, &mut single);
                let mut again = Array2::from_elem((columns, columns), f64::NAN);
                dsyrk(P, 0.0, &mut again);
                for ((i, j), &x) in expected.indexed_iter().filter(|((i, j), _)| i <= j) {
                    assert!((double[[i, j]] - x).abs() < 1e-12);
                    assert!((start[[i, j]] + again[[i, j]] - x).abs() < 1e-12);
                    assert!((f64::from(single[[i, j]]) - x).abs() < 1e-4);
                }
            }
        }
    }

    #[test]
    fn openblas_says_what_it_is_and_uses_one_thread() {
        assert!(config().starts_with("OpenBLAS "), "{}", config());
        assert!(!core().is_empty());
        use_one_thread();
        assert_eq!(threads(), 1);
    }
}
