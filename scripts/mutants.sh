#!/usr/bin/env bash
# Mutation tests of crates/dae/src/theory: every operator, constant and body in turn is made wrong, and a test has to
# notice.
#
#     [FILES="coupled deep"] [JOBS=2] bash scripts/mutants.sh [ARGUMENT OF CARGO-MUTANTS...]
#
# Needs cargo-mutants (cargo install --locked cargo-mutants). Theory knows nothing of the rest of the crate but its
# errors, so it is taken out and tested alone, by its unit tests, tests/theory*.rs and its examples: that builds in
# seconds instead of half a minute for each mutant. Some tests also read spectra and draw random numbers: those come from
# the crate as it is, which each of the JOBS builds once. All files take hours; FILES names some. The outcome is in
# target/mutants/mutants.out.
set -euo pipefail
unset CDPATH BASH_ENV
cd "$(dirname "$0")/.."
. scripts/common.sh

cargo mutants --version >/dev/null 2>&1 || fail "no cargo-mutants; run: cargo install --locked cargo-mutants"

alone=target/mutants/theory
rm -rf "$alone"
mkdir -p "$alone/src" "$alone/tests"
cp -R crates/dae/src/theory crates/dae/src/error.rs "$alone/src"
cp crates/dae/tests/theory*.rs "$alone/tests"
cp Cargo.lock "$alone"
mutated=()
for file in ${FILES:-}; do
    [ -n "$(find "$alone/src/theory" -name "$file.rs")" ] || fail "crates/dae/src/theory has no $file.rs"
    mutated+=(--file "src/theory/**/$file.rs")
done
[ ${#mutated[@]} != 0 ] || mutated=(--file 'src/theory/**')
cat >"$alone/src/lib.rs" <<'LIB'
//! Theory without the rest of `dae`.
#![allow(dead_code)]
mod error;
pub mod theory;
pub use error::{Error, Result, non_negative, positive, within};
pub use whole::{data, random};
LIB
{
    cat <<'MANIFEST'
[package]
name = "theory"
version = "0.0.0"
edition = "2024"

[lib]
name = "dae"

[workspace]

MANIFEST
    sed -n '/^\[workspace\.dependencies\]/,/^$/p' Cargo.toml | grep -v 'path ='
    sed -n '/^\[dependencies\]/,/^$/p' crates/dae/Cargo.toml | grep -v 'optional = true'
    cat <<'MANIFEST'
[dependencies.whole]
package = "dae"
path = "../../../crates/dae"
default-features = false

[dev-dependencies]
proptest.workspace = true

# Compiled in a hurry: once more for each mutant.
[profile.test]
opt-level = 1
debug = false
MANIFEST
} >"$alone/Cargo.toml"

# Shrinking a failure to the simplest one takes longer than finding it, and nobody reads it here.
export PROPTEST_MAX_SHRINK_ITERS=0 OPENBLAS_NUM_THREADS=1
forget_cargo_settings
cd "$alone"
cargo mutants "${mutated[@]}" --jobs "${JOBS:-2}" --timeout "${TIMEOUT:-40}" --output .. "$@"
