#!/usr/bin/env bash
# Mutation tests of crates/dae/src/theory: every operator, constant and body in turn is made wrong, and a test has to
# notice.
#
#     [JOBS=2] bash scripts/mutants.sh [ARGUMENT OF CARGO-MUTANTS...]
#
# Needs cargo-mutants (cargo install --locked cargo-mutants). Theory knows nothing of the rest of the crate but its
# errors, so it is taken out and tested alone, by its unit tests and by tests/theory.rs: that builds in seconds instead
# of half a minute for each mutant. What came of it is in target/mutants/mutants.out.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

cargo mutants --version >/dev/null 2>&1 || fail "no cargo-mutants; run: cargo install --locked cargo-mutants"

alone=target/mutants/theory
rm -rf "$alone"
mkdir -p "$alone/src" "$alone/tests"
cp -R crates/dae/src/theory crates/dae/src/error.rs "$alone/src"
cp crates/dae/tests/theory.rs "$alone/tests"
cp Cargo.lock "$alone"
cat >"$alone/src/lib.rs" <<'LIB'
//! Theory without the rest of `dae`.
#![allow(dead_code)]
mod error;
pub mod theory;
pub use error::{Error, Result, non_negative, positive, within};
LIB
{
    sed -n '/^\[workspace\.dependencies\]/,/^$/p' Cargo.toml |
        grep -E '^\[|^(ndarray-linalg|proptest|thiserror) '
    cat <<'MANIFEST'

[workspace]

[package]
name = "dae"
version = "0.1.0"
edition = "2024"

[dependencies]
ndarray-linalg.workspace = true
ode_solvers = "0.6"
thiserror.workspace = true

[dev-dependencies]
proptest.workspace = true

# What is compiled again for each mutant is compiled in a hurry, what it stands on is not.
[profile.test]
opt-level = 1
debug = false
[profile.test.package."*"]
opt-level = 3
MANIFEST
} >"$alone/Cargo.toml"

# Shrinking a failure to the simplest one takes longer than finding it, and nobody reads it here.
export PROPTEST_MAX_SHRINK_ITERS=0 OPENBLAS_NUM_THREADS=1
forget_cargo_settings
cd "$alone"
cargo mutants --file 'src/theory/**' --jobs "${JOBS:-2}" --timeout "${TIMEOUT:-40}" --output .. "$@" -- --lib --test theory
