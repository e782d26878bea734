#!/usr/bin/env bash
# Which lines of crates/dae its own tests reach: unit tests and tests/, code of tests not counted.
#
#     bash scripts/coverage.sh [ARGUMENT OF CARGO-TARPAULIN...]
#
# Needs cargo-tarpaulin (cargo install --locked cargo-tarpaulin). It reads what the compiler's own instruments count by
# itself, so that llvm-tools of the toolchain are not needed. The first build takes minutes.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

cargo tarpaulin --version >/dev/null 2>&1 || fail "no cargo-tarpaulin; run: cargo install --locked cargo-tarpaulin"

# Instrumented artefacts stay apart from all others.
forget_cargo_settings
export OPENBLAS_NUM_THREADS=1
cargo tarpaulin --engine llvm --release --locked --package dae --lib --tests --include-files 'crates/dae/src/*' \
    --skip-clean --target-dir target/coverage --out Stdout --out Json --output-dir target/coverage --timeout 900 "$@"
