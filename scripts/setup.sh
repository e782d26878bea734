#!/usr/bin/env bash
# Finds what the build needs and installs what is missing where that is possible without asking.
# What it cannot install it names in one line, and exits with 1.
set -euo pipefail

. scripts/common.sh

links_openblas() {
    local scratch found=0
    if command -v pkg-config >/dev/null && pkg-config --exists openblas; then return 0; fi
    if [ "$(uname)" = Darwin ]; then
        command -v brew >/dev/null && brew list openblas libomp >/dev/null 2>&1
        return
    fi
    scratch=$(mktemp -d)
    echo 'int main(void) { return 0; }' | cc -x c - -o "$scratch/a" -lopenblas 2>/dev/null || found=1
    rm -rf "$scratch"
    return $found
}

command -v cc >/dev/null || install build-essential "gcc make" base-devel gcc ||
    fail "no C compiler; install one (Debian: sudo apt-get install build-essential, macOS: xcode-select --install)"

if ! command -v cargo >/dev/null && [ -f "$HOME/.cargo/env" ]; then . "$HOME/.cargo/env"; fi
command -v cargo >/dev/null || fail "no Rust; install it from https://rustup.rs and run make again"
version=$(rustc --version | cut -d' ' -f2)
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
[ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ] ||
    fail "Rust $version is too old, $oldest or later is needed; run: rustup update stable"

links_openblas || { install libopenblas-dev openblas-devel openblas "openblas libomp" && links_openblas; } ||
    fail "no OpenBLAS; install it (Debian: sudo apt-get install libopenblas-dev, Fedora: sudo dnf install openblas-devel, macOS: brew install openblas libomp)"
